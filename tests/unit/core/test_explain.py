"""Reasons and failures in the words that people read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pulumi_rolling.core.explain import failure_words, has_time_left, line_of, sentence, verdict_sentence
from pulumi_rolling.core.model.codes import (
    FAILURES,
    REASONS,
    VERDICTS,
    FailureReason,
    ReasonCode,
    Remedy,
    Step,
    VerdictCode,
)
from pulumi_rolling.core.model.decision import Because, Status
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Cure, Failure, Verdict, cure_of


def status(step: Step = Step.ROLL, time_left: tuple[float, float] | None = (40.0, 90.0)) -> Status:
    return Status(step, Direction.FORWARD, 9, 9, 3, 10, (), 0, time_left)


@pytest.mark.parametrize(
    ("because", "words"),
    [
        (
            Because(ReasonCode.GUARDED, {"inFlight": 4, "probability": 71}, ("i-1", "i-2")),
            "holding new starts: i-1, i-2 are overdue (71 % likely that too many fail)",
        ),
        (
            Because(ReasonCode.GUARDED, {"inFlight": 1, "probability": 34}, ("i-1",)),
            "holding new starts: i-1 is overdue (34 % likely that too many fail)",
        ),
        (Because(ReasonCode.GUARDED, {"inFlight": 2}), "holding new starts: launches are overdue"),
        (
            Because(ReasonCode.GUARDED, {"inFlight": 4}, ("i-1", "i-2", "i-3", "i-4")),
            "holding new starts: i-1, i-2 +2 are overdue",
        ),
        (
            Because(ReasonCode.SOAKING, {"count": 1, "wait": 600, "left": 240}),
            "watching the canary for another 4 min",
        ),
        (
            Because(ReasonCode.SOAKING, {"count": 3, "wait": 60, "left": 12.4}),
            "watching the canaries for another 12 s",
        ),
        (
            Because(ReasonCode.CHECKPOINT, {"count": 3, "wait": 600, "percent": 25, "left": 590}),
            "stopped at 25 % for another 10 min",
        ),
        (
            Because(ReasonCode.APPROVAL, {"count": 3, "wait": 0, "percent": 25}),
            "run 'rolling approve web' or 'reject': waiting for approval at 25 %",
        ),
        (
            Because(ReasonCode.APPROVAL, {"count": 1, "wait": 0}),
            "run 'rolling approve web' or 'reject': waiting for approval after the canary",
        ),
        (Because(ReasonCode.PAUSED), "run 'rolling resume web': paused, nothing new starts"),
        (
            Because(ReasonCode.HELD, {"failed": 3}, ("i-1", "i-2", "i-3")),
            "run 'rolling retry web i-1', 'skip', 'resume' or 'abort': held, i-1, i-2 +1 failed",
        ),
        (
            Because(ReasonCode.HELD, {"failed": 0}),
            "run 'rolling resume web' or 'abort': held",
        ),
        (
            Because(ReasonCode.OCCUPIED, {"count": 1}, ("i-1",)),
            "waiting for i-1 (standby, protected or in the warm pool)",
        ),
        (
            Because(ReasonCode.DRAINING, {"count": 7}, ("i-1", "i-2", "i-3", "i-4", "i-5")),
            "draining i-1, i-2 +5",
        ),
        (Because(ReasonCode.BAKING, {"left": 1800}), "all are ready, watched for another 30 min"),
        (Because(ReasonCode.REMOVING_OUTSIDE, {"count": 2}), "removing what stands outside Desired"),
        (Because(ReasonCode.BAKING), "all are replaced, and the cloud watches them"),
        (
            Because(ReasonCode.FOLLOWING, {"percent": 40.0}, ("op-1",), "i-1 is warming up."),
            "the cloud replaces (40 %): i-1 is warming up",
        ),
        (Because(ReasonCode.RETURNING, members=("op-1",)), "the cloud returns what it replaced"),
        (Because(ReasonCode.UNTOLD, members=("op-1",)), "the cloud tells nothing of op-1"),
        (
            Because(ReasonCode.UNKNOWN_STATUS, cause="Dreaming"),
            "the cloud calls it Dreaming, which this version does not know",
        ),
        (
            Because(ReasonCode.UNHEEDED, members=("retry",)),
            "not possible where the cloud itself rolls: retry",
        ),
        (
            Because(ReasonCode.APPROVAL, {"approval": 1}, ("hook-1",)),
            "run 'rolling approve web' or 'reject': waiting for approval at hook-1",
        ),
        (Because(ReasonCode.CHECKPOINT, {}, ("hook-1",)), "stopped at hook-1"),
        (
            Because(ReasonCode.WORD, {"wait": 86400, "left": 86300, "on": 0}, ("POST_SCALE_UP:b5f-1",)),
            "run 'rolling approve web' or 'reject': stopped at POST_SCALE_UP, goes back by itself in 24 h",
        ),
        (
            Because(ReasonCode.WORD, {"wait": 600, "left": 480, "on": 1}, ("POST_SCALE_UP:b5f-1",)),
            "run 'rolling approve web' or 'reject': stopped at POST_SCALE_UP, goes on by itself in 8 min",
        ),
        (
            Because(ReasonCode.WORD, {}, ("POST_SCALE_UP:b5f-1",)),
            "run 'rolling approve web' or 'reject': stopped at POST_SCALE_UP",
        ),
    ],
)
def test_why_nothing_starts(because: Because, words: str) -> None:
    """Each reason to wait names whom or what it waits for, and the verb that ends it where a person does."""
    assert sentence(because, "web") == words


@pytest.mark.parametrize("code", ["paused", "held", "approval", "soaking", "checkpoint", "occupied"])
def test_no_time_left_is_told_while_it_is_not_up_to_boots(code: str) -> None:
    """A range from boots says nothing of how long a person, or a gate, takes."""
    waiting = Because(ReasonCode(code), {"left": 5.0, "count": 1}, ("i-1",))
    assert not has_time_left(status(), waiting) and " left" not in line_of(status(), waiting, "web")
    assert line_of(status(), Because(ReasonCode.GUARDED, {"probability": 71}, ("i-1",)), "web").endswith(
        ", 40-90 s left"
    )


def test_a_bake_is_told_with_what_was_replaced() -> None:
    """The members are all there; what is watched is told beside them."""
    line = line_of(status(Step.BAKE), Because(ReasonCode.BAKING, {"left": 300.0}), "web")
    assert line == "3/10 replaced, 9 in service, all are ready, watched for another 5 min"


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (
            Verdict(
                VerdictCode.CANARY_FAILED,
                1.0,
                1,
                10,
                (Failure("i-1", FailureReason.TARGET_UNHEALTHY),),
                clock=300.0,
            ),
            "the canary failed (i-1 did not become healthy in every target group within PT5M)",
        ),
        (
            Verdict(
                VerdictCode.TOO_MANY_FAILURES,
                1.0,
                1,
                10,
                (Failure("i-1", FailureReason.CHECKS_FAILED),),
                clock=600.0,
            ),
            "1 of 10 instances failed (i-1 did not pass its status checks within PT10M)",
        ),
        (
            Verdict(
                VerdictCode.TOO_MANY_FAILURES, 1.0, 1, 1, (Failure("i-1", FailureReason.FAILURE_SIGNAL),)
            ),
            "1 of 1 instance failed (i-1 sent FAILURE)",
        ),
        (
            Verdict(VerdictCode.TOO_MANY_LOSSES, 1.0, 1, 1, (Failure("i-1", FailureReason.LOST),)),
            "1 of 1 instance was lost after it was ready (i-1)",
        ),
        (Verdict(VerdictCode.NOT_WHOLE, 1.0, 1, 1), "1 of 1 instance is not in service"),
        (Verdict(VerdictCode.ALARM, 1.0, cause="cpu"), "alarm cpu went into ALARM"),
        (Verdict(VerdictCode.ALARM, 1.0, cause="cpu, disk"), "alarms cpu, disk went into ALARM"),
        (Verdict(VerdictCode.REJECTED, 1.0), "rejected on request"),
        (
            Verdict(VerdictCode.OCCUPIED, 1.0, cause="i-1"),
            "i-1 stayed in standby, protected or in the warm pool for an hour",
        ),
        (Verdict(VerdictCode.DEADLINE, 1.0), "the rollout took longer than its timeout"),
        (
            Verdict(VerdictCode.DEADLINE, 1.0, clock=1200.0),
            "the rollout took longer than its timeout of PT20M",
        ),
        (Verdict(VerdictCode.REFUSED, 1.0, cause="terminate: no"), "the cloud refused: terminate: no"),
        (Verdict(VerdictCode.NO_ROOM, 1.0), "no room between MinInstancesInService and MaxSize"),
        (Verdict(VerdictCode.STALLED, 1.0), "nothing has moved for an hour"),
        (
            Verdict(
                VerdictCode.TOO_MANY_FAILURES,
                1.0,
                4,
                10,
                (
                    Failure("task/0a", FailureReason.FAILURE_SIGNAL),
                    Failure("f3a1", FailureReason.LAUNCH_REFUSED, "no such image"),
                    Failure("f3a2", FailureReason.LAUNCH_REFUSED, "no such image"),
                    Failure("launch-4", FailureReason.NEVER_APPEARED),
                ),
            ),
            "4 of 10 instances failed (task/0a sent FAILURE; 2 launch refused: no such image; 1 never appeared)",
        ),
    ],
)
def test_what_failed(verdict: Verdict, words: str) -> None:
    """One clause a verdict, with the members or the cause that it is about."""
    assert verdict_sentence(verdict) == words


def test_every_code_has_its_meaning() -> None:
    """A code without a row would be a KeyError where a rollout just failed."""
    assert (set(REASONS), set(FAILURES), set(VERDICTS)) == (
        set(ReasonCode),
        set(FailureReason),
        set(VerdictCode),
    )
    assert all(failed.words for failed in FAILURES.values()) and all(v.words for v in VERDICTS.values())
    builds = {code for code, meaning in FAILURES.items() if meaning.remedy is Remedy.BUILD}
    assert builds == {code for code, meaning in FAILURES.items() if meaning.look}


QUOTA = Failure("launch-1", FailureReason.LAUNCH_REFUSED, "", Remedy.QUOTA, "Ask for more.")
SILENT = Failure("i-1", FailureReason.SIGNAL_TIMEOUT)
FAILING = Failure("i-2", FailureReason.FAILURE_SIGNAL)


@pytest.mark.parametrize(
    ("failures", "cure"),
    [
        ((), Cure(Remedy.BUILD)),
        ((SILENT, QUOTA), Cure(Remedy.BUILD, "", SILENT.reason)),
        ((QUOTA, SILENT), Cure(Remedy.QUOTA, "Ask for more.", QUOTA.reason)),
        ((SILENT, QUOTA, QUOTA), Cure(Remedy.QUOTA, "Ask for more.", QUOTA.reason)),
        ((QUOTA, SILENT, FAILING, FAILING), Cure(Remedy.BUILD, "", FAILING.reason)),
        ((replace(QUOTA, hint=""), QUOTA), Cure(Remedy.QUOTA, "Ask for more.", QUOTA.reason)),
    ],
)
def test_what_most_failures_need_is_what_to_mend(failures: tuple[Failure, ...], cure: Cure) -> None:
    """One thing to do, of several the commonest, and the first where they are as many."""
    assert cure_of(Verdict(VerdictCode.TOO_MANY_FAILURES, 1.0, failures=failures)) == cure


def test_why_one_member_failed() -> None:
    """In a table there is no room for the time that it had."""
    told = [
        failure_words(Failure("i-1", code)) for code in (FailureReason.SIGNAL_TIMEOUT, FailureReason.VANISHED)
    ]
    assert told == ["sent no signal", "vanished before it was ready"]
