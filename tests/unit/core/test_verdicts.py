"""What ends a direction, and what comes first where several things would."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import FailureReason, Remedy, Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.model.seen import Alarm, AlarmState, RefusedAct, Request
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.limits import ONE_HOUR, Choice, Limits
from pulumi_rolling.core.replace.look import look_at
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.core.replace.verdicts import take_verdict

from tests.unit.core.stage import START, V2, failures, limits, look, old, rolling

AT = START + 2 * ONE_HOUR
"""Late: whatever has a clock has run out."""
OLD = tuple(old(f"old-{i}") for i in range(10))
DENIED = RefusedAct("terminate", "AccessDenied", "not authorized")


def taken(rules: Limits, rollout: Rollout, *members: Member, **seen: Any) -> tuple[Rollout, Verdict | None]:
    now = look(*(members or OLD), **({"at": AT} | seen))
    after, verdict = take_verdict(look_at(rules, rollout, now))
    return after.rollout, verdict


def code_of(rules: Limits, rollout: Rollout, **seen: Any) -> str:
    verdict = taken(rules, rollout, **seen)[1]
    return "" if verdict is None else verdict.code


def ringing(*names: str, state: AlarmState = AlarmState.ALARM) -> tuple[Alarm, ...]:
    return tuple(Alarm(name, state) for name in names)


ALL_AT_ONCE: tuple[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]], ...] = (
    ("aborted", {}, {}, {"requests": (Request("r-1", "abort"),)}),
    ("refused", {}, {}, {"refusals": (DENIED,)}),
    ("strangersOperation", {}, {}, {"others": "instance refresh r-1, which is InProgress"}),
    ("canaryFailed", {"canary": 1}, {"failed": failures(1)}, {}),
    ("tooManyFailures", {}, {"failed": failures(1)}, {}),
    ("alarm", {}, {}, {"alarms": ringing("cpu")}),
    ("deadline", {}, {"deadline": AT}, {}),
    ("stalled", {"ready_within": 600.0}, {"progress_at": AT - ONE_HOUR}, {}),
)
"""Each reason with what brings it about: limits, rollout, observation."""


def together(*reasons: tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]) -> str:
    """The code where all these reasons are there at once."""
    rules: dict[str, Any] = {}
    past: dict[str, Any] = {"progress_at": AT}
    seen: dict[str, Any] = {}
    for _, more_rules, more_past, more_seen in reasons:
        rules |= more_rules
        past |= more_past
        seen |= more_seen
    return code_of(limits(**rules), rolling(**past), **seen)


@pytest.mark.parametrize("first", range(len(ALL_AT_ONCE)), ids=[each[0] for each in ALL_AT_ONCE])
def test_the_order_of_verdicts(first: int) -> None:
    """A person, a refusal, others, a canary, the budget, an alarm, the deadline, standstill: the first tells."""
    assert together(ALL_AT_ONCE[first]) == ALL_AT_ONCE[first][0]
    assert together(*ALL_AT_ONCE[first:]) == ALL_AT_ONCE[first][0]


def test_without_a_reason_it_goes_on() -> None:
    """No verdict, and the very same rollout."""
    rollout = rolling(progress_at=AT, judged_at=AT)
    after, verdict = taken(limits(), rollout)
    assert verdict is None
    assert after is rollout


BACK: dict[str, Any] = {"direction": Direction.BACK, "verdict": Verdict(VerdictCode.ALARM, START)}
GIVES_BACK: dict[str, Any] = {"verdict": Verdict(VerdictCode.ALARM, START), "step": Step.RESIZE}


@pytest.mark.parametrize(
    ("moment", "counted"),
    [
        pytest.param(
            BACK,
            {"refused", "strangersOperation", "tooManyFailures", "stalled"},
            id="the way back: no gate, no alarm",
        ),
        pytest.param(GIVES_BACK, {"refused"}, id="nobody goes back: what was taken is given back"),
        pytest.param({"step": Step.RESTORE}, {"refused"}, id="all is done but for sizes and processes"),
        pytest.param(
            {"step": Step.PREPARE},
            {"aborted", "refused", "strangersOperation", "alarm", "deadline", "stalled"},
            id="failures are counted once M is",
        ),
        pytest.param(
            {"step": Step.BAKE},
            {
                "aborted",
                "refused",
                "strangersOperation",
                "canaryFailed",
                "tooManyFailures",
                "alarm",
                "deadline",
            },
            id="baking takes its time, and everything else still counts",
        ),
        pytest.param(
            {"paused": True},
            {
                "aborted",
                "refused",
                "strangersOperation",
                "canaryFailed",
                "tooManyFailures",
                "alarm",
                "deadline",
            },
            id="a pause is no standstill, and stops no verdict",
        ),
        pytest.param(
            {"held": Verdict(VerdictCode.STALLED, START)},
            {"stalled", "refused"},
            id="a hold has its verdict already, and an abort brings it out",
        ),
    ],
)
def test_which_verdicts_count_when(moment: dict[str, Any], counted: set[str]) -> None:
    """Each reason alone, at each moment of a rollout."""
    told = {
        code_of(limits(**rules), rolling(**({"progress_at": AT} | past | moment)), **seen)
        for _, rules, past, seen in ALL_AT_ONCE
    }
    assert told - {""} == counted


def test_abort_of_a_hold_tells_why_it_held() -> None:
    """The stack's error names the alarm, not the person who gave up waiting."""
    held = Verdict(VerdictCode.ALARM, START, cause="cpu")
    assert taken(limits(), rolling(held=held), requests=(Request("r-1", "abort"),))[1] is held


@pytest.mark.parametrize(
    ("canary", "passed", "code"),
    [
        pytest.param(1, 0, "canaryFailed", id="one canary failed, three failures are tolerated"),
        pytest.param(1, 1, "", id="the canaries are passed: the budget rules"),
        pytest.param(0, 0, "", id="no canaries: the budget rules"),
    ],
)
def test_a_canary_is_fatal_whatever_the_budget(canary: int, passed: int, code: str) -> None:
    """With 70 percent needed one failure of ten is nothing, but of a canary it is the end (decision 0008)."""
    rules = limits(canary=canary, active_percent=70.0)
    assert code_of(rules, rolling(failed=failures(1), passed=passed, progress_at=AT, judged_at=AT)) == code
    assert (
        code_of(rules, rolling(failed=failures(4), passed=1, progress_at=AT, judged_at=AT))
        == "tooManyFailures"
    )
    assert code_of(rules, rolling(passed=passed, progress_at=AT, judged_at=AT)) == ""


@pytest.mark.parametrize(
    ("states", "cause"),
    [
        pytest.param((AlarmState.ALARM, AlarmState.OK), "cpu", id="one in ALARM ends it"),
        pytest.param((AlarmState.ALARM, AlarmState.ALARM), "cpu, disk", id="both are named"),
        pytest.param((AlarmState.UNKNOWN, AlarmState.UNKNOWN), None, id="INSUFFICIENT_DATA does not"),
        pytest.param((AlarmState.UNKNOWN, AlarmState.ALARM), "disk", id="nor does it hide another"),
        pytest.param((AlarmState.OK, AlarmState.OK), None, id="all is well"),
    ],
)
def test_alarms(states: tuple[AlarmState, AlarmState], cause: str | None) -> None:
    """Only ALARM counts, as with CloudFormation's rollback triggers and with instance refresh."""
    alarms = (Alarm("cpu", states[0]), Alarm("disk", states[1]))
    verdict = taken(limits(), rolling(progress_at=AT, judged_at=AT), alarms=alarms)[1]
    assert verdict == (None if cause is None else Verdict(VerdictCode.ALARM, AT, 0, 10, cause=cause))


def test_an_alarm_that_rings_at_the_start_is_ignored_until_it_was_ok() -> None:
    """Or it would forbid the roll that mends what it rings for (design: alarms)."""
    both = (*ringing("cpu"), *ringing("disk", state=AlarmState.OK))
    begun = rolling(step=Step.PREPARE, watermark=None, progress_at=AT, judged_at=AT)
    rollout = decide(limits(), begun, look(*OLD, at=AT, alarms=both)).next
    assert rollout.way.ignored_alarms == {"cpu"}
    for state in (AlarmState.ALARM, AlarmState.UNKNOWN, AlarmState.ALARM):
        rollout, verdict = taken(limits(), rollout, alarms=ringing("cpu", state=state))
        assert verdict is None
        assert rollout.way.ignored_alarms == {"cpu"}
    rollout, verdict = taken(limits(), rollout, alarms=ringing("cpu", state=AlarmState.OK))
    assert (rollout.way.ignored_alarms, verdict) == (frozenset(), None)
    assert code_of(limits(), rollout, alarms=ringing("cpu")) == "alarm"


def test_an_ignored_alarm_covers_no_other() -> None:
    """Only the one that did not ring at the start is named."""
    rollout = rolling(progress_at=AT, judged_at=AT, ignored_alarms=frozenset({"cpu"}))
    verdict = taken(limits(), rollout, alarms=ringing("cpu", "disk"))[1]
    assert verdict is not None
    assert verdict.cause == "disk"


@pytest.mark.parametrize(("early", "code"), [(1.0, ""), (0.0, "deadline")])
def test_the_deadline_is_the_moment_itself(early: float, code: str) -> None:
    """A second before it nothing has happened yet."""
    assert code_of(limits(), rolling(progress_at=AT, judged_at=AT, deadline=AT + early)) == code


def test_a_deadline_tells_the_time_that_there_was() -> None:
    """The error names it."""
    verdict = taken(limits(timeout=1200.0), rolling(progress_at=AT, judged_at=AT, deadline=AT))[1]
    assert verdict is not None
    assert verdict.clock == 1200


DONE = tuple(old(f"done-{i}", revision=V2) for i in range(9))
"""They are of the target revision already."""


@pytest.mark.parametrize(
    ("kind", "member"),
    [
        pytest.param("protected", old("old-0", protected=True), id="protected from scale-in"),
        pytest.param("standby", old("old-0", lifecycle=Lifecycle.STANDBY), id="in standby"),
    ],
)
@pytest.mark.parametrize(("waited", "code"), [(ONE_HOUR - 1, ""), (ONE_HOUR, "occupied")])
def test_who_is_waited_for_has_an_hour(kind: str, member: Member, waited: float, code: str) -> None:
    """Instance refresh: "Wait" is "up to 1 hour, then refresh fails"; the verdict names the member."""
    rollout = rolling(progress_at=AT - waited, desired=9, desired_before=9)
    verdict = taken(limits(**{kind: Choice.WAIT}), rollout, member, *DONE)[1]
    assert verdict == (Verdict(VerdictCode.OCCUPIED, AT, 0, 10, cause="old-0") if code else None)


def test_a_warm_instance_is_waited_for_as_well() -> None:
    """Five at most are named."""
    warm = tuple(old(f"warm-{i}") for i in range(7))
    rollout = rolling(progress_at=AT - ONE_HOUR, desired=9, desired_before=9)
    verdict = taken(limits(warm_pool=Choice.WAIT), rollout, *DONE, warm=warm)[1]
    assert verdict is not None
    assert (verdict.code, verdict.cause) == ("occupied", "warm-0, warm-1, warm-2, warm-3, warm-4")


@pytest.mark.parametrize(
    ("others", "desired"),
    [
        pytest.param((old("old-1"),), 11, id="somebody is still to be replaced"),
        pytest.param((), 11, id="a launch is still to appear"),
    ],
)
def test_the_hour_is_for_those_alone(others: tuple[Member, ...], desired: int) -> None:
    """While others have clocks of their own the members in a special state are not what the rollout waits for."""
    rollout = rolling(progress_at=AT - ONE_HOUR, judged_at=AT, desired=desired, desired_before=desired)
    member = old("old-0", protected=True)
    assert taken(limits(protected=Choice.WAIT), rollout, member, *others, *DONE)[1] is None


def test_a_refusal_is_told_in_the_cloud_s_words() -> None:
    """The first of several, with the act that was refused."""
    more = replace(DENIED, message="another")
    verdict = taken(limits(), rolling(progress_at=AT, judged_at=AT), refusals=(DENIED, more))[1]
    assert verdict == Verdict(VerdictCode.REFUSED, AT, cause="terminate: not authorized")
    hinted = replace(DENIED, remedy=Remedy.PERMISSION, hint="Allow it.")
    verdict = taken(limits(), rolling(progress_at=AT, judged_at=AT), refusals=(hinted,))[1]
    assert verdict is not None and (verdict.remedy, verdict.hint) == (Remedy.PERMISSION, "Allow it.")


def test_no_room_is_the_policy_s_own_verdict() -> None:
    """Ten at least in service of ten at most: nobody can go first or come first, and the cloud refused nothing."""
    rules = limits(floor=10, max_size=10)
    begun = rolling(step=Step.PREPARE, total=0)
    after = decide(rules, begun, look(*(old(f"old-{i}") for i in range(10)))).next
    assert after.verdict is not None and after.verdict.code is VerdictCode.NO_ROOM


def test_requests_are_taken_up_also_where_they_end_nothing() -> None:
    """At the very end an abort comes too late; it is handled, so that the next rollout does not find it."""
    seen: Observation = look(*OLD, requests=(Request("r-1", "abort"),))
    for step in (Step.RESTORE, Step.ROLL):
        rollout = rolling(
            step=step, failed=(Failure("i-1", FailureReason.VANISHED),), progress_at=AT, judged_at=AT
        )
        after, _ = take_verdict(look_at(limits(), rollout, seen))
        assert after.rollout.handled == {"r-1"}


def test_a_long_bake_is_no_hour_of_waiting() -> None:
    """A protected member that is seen in the second hour of a bake has its own hour still before it."""
    rules = limits(protected=Choice.WAIT, bake=7200.0)
    baking = rolling(step=Step.BAKE, baked_from=START, progress_at=START)
    done = tuple(old(f"new-{i}", revision=V2) for i in range(9))
    seen = look(*done, old("x", protected=True), at=START + 5000)
    assert take_verdict(look_at(rules, baking, seen))[1] is None
