"""What `rolling status` tells, above all when nobody drives any more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_rolling.core.model import (
    Direction,
    Failure,
    Lifecycle,
    Member,
    Rollout,
    Sizes,
    Step,
    Verdict,
)
from pulumi_rolling.report.standing import Standing, standing_text

from tests.unit.report.conftest import V1, V2

NOW = 1_800_000_000.0
ROLLOUT = Rollout(
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


def standing(rollout: Rollout = ROLLOUT, **changes: Any) -> Standing:
    given: dict[str, Any] = {"driver": "d1", "lease_until": NOW + 20, "members": MEMBERS, "owner": "abc"}
    return Standing("web", NOW, rollout, **(given | changes))


def test_a_driven_rollout_as_a_whole() -> None:
    """Whose it is, since when, how far, what is held, who drives it and what to do."""
    assert standing_text(standing()).splitlines() == [
        "web: rolling to version 2, step roll",
        "  rollout    r1 of resource abc",
        "  since      2027-01-15 07:41:40 UTC (18 min ago)",
        "  progress   6 of 10 instances made from version 2",
        "  failed     none",
        "  as found   MinSize 4, MaxSize 12, Desired 10",
        "  suspended  AZRebalance, HealthCheck",
        "  driver     d1 is at work",
        "  now        wait, or end it with 'rolling abort web'",
    ]


def test_a_killed_driver_is_seen_by_its_lease() -> None:
    """A lease that nobody renews means that the process is gone, and that the next update goes on."""
    text = standing_text(standing(lease_until=NOW - 1))
    assert text.startswith("web: stopped while rolling to version 2")
    assert "gone, d1 was last heard of before 2027-01-15 07:59:59 UTC" in text
    assert "run 'pulumi up' again" in text


def test_a_lease_given_back_is_nobody_driving() -> None:
    """A driver that stopped on purpose leaves the record and no lease."""
    text = standing_text(standing(driver=None, lease_until=None))
    assert "none, the lease was given back" in text
    assert "run 'pulumi up' again" in text


def test_on_the_way_back_the_former_revision_is_the_goal() -> None:
    """Progress counts what the group goes back to, and there is nothing left to abort."""
    failed = (Failure("i-7", "failureSignal"), Failure("i-8", "failureSignal"))
    verdict = Verdict("tooManyFailures", NOW, 2, 10, failed)
    text = standing_text(standing(replace(ROLLOUT, direction=Direction.BACK, verdict=verdict)))
    assert text.startswith("web: going back to version 1")
    assert "4 of 10 instances made from version 1" in text
    assert "2 of 10 instances failed (i-7, i-8 sent FAILURE)" in text
    assert "abort" not in text


def test_a_failed_way_back_is_told_with_both_reasons() -> None:
    """Both failures are named: the one that turned the rollout and the one that stopped the return."""
    back = Verdict("stalled", NOW)
    rollout = replace(ROLLOUT, direction=Direction.BACK, verdict=Verdict("aborted", NOW), back_failed=back)
    text = standing_text(standing(rollout, driver=None, lease_until=None))
    assert "aborted on request" in text
    assert "failed as well: nothing has moved for an hour" in text


def test_of_many_failures_the_last_are_named() -> None:
    """The count is whole, names are those at hand."""
    failed = tuple(Failure(f"i-{i}", "failureSignal") for i in range(5))
    text = standing_text(standing(replace(ROLLOUT, failed=failed, failed_before=40)))
    assert "45: i-2, i-3, i-4 and 42 more" in text
