"""What `rolling status` tells, above all when nobody drives any more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import FailureReason, ReasonCode, Step, VerdictCode
from pulumi_rolling.core.model.decision import Because, Status
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member, Sizes
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.rollout import Gate, Rollout
from pulumi_rolling.report.standing import GroupStatus
from pulumi_rolling.report.status import status_text

from tests.rollouts import changed, rollout_of
from tests.unit.report.conftest import V1, V2

NOW = 1_800_000_000.0
ROLLOUT = rollout_of(
    id="r1",
    to=V2,
    came_from=V1,
    found=Sizes(4, 12, 10),
    found_suspended=frozenset(),
    started_at=NOW - 1100,
    step=Step.ROLL,
    total=10,
    suspended_by_us=frozenset({"HealthCheck", "AZRebalance"}),
)
MEMBERS = [Member(f"i-{i}", V2 if i < 6 else V1, Lifecycle.IN_SERVICE) for i in range(10)]


def standing(rollout: Rollout = ROLLOUT, **changes: Any) -> GroupStatus:
    given: dict[str, Any] = {"driver": "d1", "lease_until": NOW + 20, "members": MEMBERS, "owner": "abc"}
    return GroupStatus(group="web", at=NOW, rollout=rollout, **(given | changes))


def test_a_driven_rollout_as_a_whole() -> None:
    """Whose it is, since when, how far, what is held, who drives it and what to do."""
    assert status_text(standing()).splitlines() == [
        "web: rolling to version 2, step roll",
        "  rollout    r1 of resource abc",
        "  since      2027-01-15 07:41:40 UTC (18 min ago)",
        "  progress   6/10 replaced, 10 in service; 6 of 10 instances made from version 2",
        "  failed     none",
        "  as found   MinSize 4, MaxSize 12, Desired 10",
        "  suspended  AZRebalance, HealthCheck",
        "  driver     d1 is at work",
        "  now        wait, or end it with 'rolling abort web'",
    ]


def test_a_killed_driver_is_seen_by_its_lease() -> None:
    """A lease that nobody renews means that the process is gone, and that the next update goes on."""
    text = status_text(standing(lease_until=NOW - 1))
    assert text.startswith("web: stopped while rolling to version 2")
    assert "gone, d1 was last heard of before 2027-01-15 07:59:59 UTC" in text
    assert "run 'pulumi up' again" in text


def test_a_driver_killed_on_this_machine_is_seen_by_its_process() -> None:
    """Its lease runs on, and nobody renews it."""
    text = status_text(standing(has_ended=True))
    assert text.startswith("web: stopped while rolling to version 2")
    assert "gone, the process of d1 on this machine has ended" in text


def test_a_lease_given_back_is_nobody_driving() -> None:
    """A driver that stopped on purpose leaves the record and no lease."""
    text = status_text(standing(driver=None, lease_until=None))
    assert "none, the lease was given back" in text
    assert "run 'pulumi up' again" in text


def test_on_the_way_back_the_former_revision_is_the_goal() -> None:
    """Progress counts what the group goes back to, and there is nothing left to abort."""
    failed = (Failure("i-7", FailureReason.FAILURE_SIGNAL), Failure("i-8", FailureReason.FAILURE_SIGNAL))
    verdict = Verdict(VerdictCode.TOO_MANY_FAILURES, NOW, 2, 10, failed)
    text = status_text(standing(replace(ROLLOUT, direction=Direction.BACK, verdict=verdict)))
    assert text.startswith("web: going back to version 1")
    assert "4 of 10 instances made from version 1" in text
    assert "2 of 10 instances failed (i-7, i-8 sent FAILURE)" in text
    assert "abort" not in text


def test_a_failed_way_back_is_told_with_both_reasons() -> None:
    """Both failures are named: the one that turned the rollout and the one that stopped the return."""
    back = Verdict(VerdictCode.STALLED, NOW)
    rollout = replace(
        ROLLOUT, direction=Direction.BACK, verdict=Verdict(VerdictCode.ABORTED, NOW), back_failed=back
    )
    text = status_text(standing(rollout, driver=None, lease_until=None))
    assert "aborted on request" in text
    assert "failed as well: nothing has moved for an hour" in text


def test_of_many_failures_the_last_are_named() -> None:
    """The count is whole, names are those at hand."""
    failed = tuple(Failure(f"i-{i}", FailureReason.FAILURE_SIGNAL) for i in range(5))
    text = status_text(standing(changed(ROLLOUT, failed=failed, failed_before=40)))
    assert "45: i-2, i-3, i-4 and 42 more" in text


def said(code: str, *members: str, **numbers: float) -> dict[str, Any]:
    status = Status(Step.ROLL, Direction.FORWARD, 9, 9, 6, 10, (), 1, (40.0, 90.0))
    return {
        "because": Because(ReasonCode(code), dict(numbers), members),
        "status": status,
        "said_at": NOW - 4,
    }


def row(label: str, rollout: Rollout = ROLLOUT, **changes: Any) -> str | None:
    """What the row says, or None where there is no such row."""
    for line in status_text(standing(rollout, **changes)).splitlines()[1:]:
        if line.split()[: len(label.split())] == label.split():
            return line.strip()[len(label) :].strip()
    return None


def test_a_pause_is_told_with_the_way_out() -> None:
    """Whoever finds a rollout standing still sees that a person stopped it, and how it goes on."""
    paused = changed(ROLLOUT, paused=True)
    assert status_text(standing(paused)).startswith("web: rolling to version 2, step roll, paused\n")
    assert row("paused", paused) == "nothing new starts; what is in flight goes on"
    assert row("now", paused) == "'rolling resume web' goes on, 'rolling abort web' goes back"


def test_a_hold_is_told_with_what_failed_and_every_verb_that_helps() -> None:
    """onFailure hold waits for a word; the status says for which."""
    verdict = Verdict(
        VerdictCode.TOO_MANY_FAILURES, NOW - 60, 1, 10, (Failure("i-7", FailureReason.FAILURE_SIGNAL),)
    )
    held = changed(ROLLOUT, held=verdict)
    assert status_text(standing(held)).startswith(
        "web: rolling to version 2, step roll, held after a failure\n"
    )
    assert row("held", held) == "1 of 10 instances failed (i-7 sent FAILURE); since 2027-01-15 07:59:00 UTC"
    advice = row("now", held)
    assert advice is not None
    for verb in ("retry web i-7", "skip web i-7", "resume web", "abort web"):
        assert f"'rolling {verb}'" in advice


@pytest.mark.parametrize(
    ("gate", "words", "told", "headline"),
    [
        (
            Gate(0, NOW - 60),
            said("soaking", count=2, wait=600),
            "after 2 instances (canary), since 2027-01-15 07:59:00 UTC, closed until 2027-01-15 08:09:00 UTC",
            "stopped at a gate",
        ),
        (
            Gate(1, NOW - 60),
            said("checkpoint", count=3, wait=120, percent=25),
            "checkpoint 25 %, since 2027-01-15 07:59:00 UTC, closed until 2027-01-15 08:01:00 UTC",
            "stopped at a gate",
        ),
        (
            Gate(1, NOW - 60),
            said("approval", count=3, wait=0, percent=25),
            "checkpoint 25 %, since 2027-01-15 07:59:00 UTC, approval wanted",
            "waiting for approval",
        ),
        (
            Gate(1, NOW - 60, approved=True),
            said("checkpoint", count=3, wait=120, percent=25),
            "checkpoint 25 %, since 2027-01-15 07:59:00 UTC, closed until 2027-01-15 08:01:00 UTC, approved",
            "stopped at a gate",
        ),
        (Gate(1, NOW - 60), {}, "gate 2, since 2027-01-15 07:59:00 UTC", "stopped at a gate"),
    ],
    ids=["canary", "checkpoint", "approval", "approved early", "the driver said nothing"],
)
def test_a_gate_is_told_with_its_kind_its_time_and_whose_word_it_wants(
    gate: Gate, words: dict[str, Any], told: str, headline: str
) -> None:
    """Which one, since when, until when, and whether somebody must approve."""
    at_gate = changed(ROLLOUT, gate=gate, passed=gate.number)
    assert row("gate", at_gate, **words) == told
    assert status_text(standing(at_gate, **words)).splitlines()[0].endswith(f", {headline}")
    approve = "'rolling approve web' goes on, 'rolling reject web' goes back"
    assert (row("now", at_gate, **words) == approve) is (headline == "waiting for approval")


def test_the_guard_is_told_while_the_driver_says_so() -> None:
    """For whom new starts wait, and how old the words are; a driver that is gone says nothing any more."""
    words = said("guarded", "i-1", "i-2", probability=71)
    told = "holding new starts: i-1, i-2 are overdue (71 % likely that too many fail) (said 4 s ago)"
    assert row("guard", **words) == told
    assert row("guard", **words, lease_until=NOW - 1) is None
    assert row("waits", **said("occupied", "i-3", count=1)) is not None


def test_time_left_is_told_as_the_driver_said_it_and_only_where_boots_decide() -> None:
    """A range while members boot; none at a gate, none where nobody drives."""
    assert row("time left", **said("waiting", "i-1")) == "40-90 s"
    assert row("time left", **said("approval", count=1)) is None
    assert row("time left", **said("waiting", "i-1"), lease_until=NOW - 1) is None
    assert row("time left") is None


def test_a_bake_is_told_with_its_beginning() -> None:
    """All are ready, and the record knows since when they are watched."""
    baking = changed(ROLLOUT, step=Step.BAKE, baked_from=NOW - 60)
    assert row("baking", baking) == "all are ready and watched since 2027-01-15 07:59:00 UTC"


def test_members_that_people_named_are_told() -> None:
    """Who was skipped, who is replaced once more, and what was asked and is not taken up yet."""
    many = frozenset(f"i-{number}" for number in range(7))
    named = changed(ROLLOUT, skipped=many, retried=frozenset({"i-9"}))
    assert row("skipped", named) == "i-0, i-1, i-2, i-3, i-4 and 2 more, left as they are"
    assert row("retried", named) == "i-9, replaced once more"
    asked = (Request("1", "skip", "i-8"), Request("2", "pause"))
    text = status_text(standing(asked=asked))
    assert "  asked      skip i-8, not taken up yet\n  asked      pause, not taken up yet\n" in text
