"""When a service is asked why nothing moves, and how long one waits that has said so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pulumi_rolling.core.delegate.decide import decide
from pulumi_rolling.core.delegate.delegating import Beginning, Delegating, Earlier, Way
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.operation import Operation, ServiceReturn, State
from pulumi_rolling.core.model.codes import Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction, Goal
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.fleets.auto_scaling_group import activities as ec2
from pulumi_rolling.fleets.ess_scaling_group import activities as ess
from pulumi_rolling.fleets.standstill import CausesOnce, Progress, Why

V1, V2 = Revision("lt-1:1", "one", "version 1"), Revision("lt-1:2", "two", "version 2")
LIMITS = DelegateLimits(poll=5.0)
GONE = "LaunchTemplateVersionSet.NotFound"
RUNS = Delegated(0.0, (), "one", {"one": 3, "two": 1}, desired=4, in_service=4, lease_is_ours=True)


def followed(after: float, **told: Any) -> tuple[Delegating, Delegated]:
    """An operation that has moved nothing for so many seconds."""
    way = Way(
        0.0, operation="op-1", beginning=Beginning("r-0", "two", 0.0, 0.0), states=frozenset({State.RUNNING})
    )
    rollout = Delegating(Goal("r", V2, V1), 0.0, way=way, step=Step.FOLLOW, progress_at=0.0, deadline=1e9)
    operation = Operation("op-1", State.RUNNING, leads_to="two", reasons=(GONE,), **told)
    return rollout, replace(RUNS, at=after, operations=(operation,))


@pytest.mark.parametrize(
    ("is_hopeless", "patience"), [(True, 300.0), (False, 3600.0)], ids=["for good", "it may pass"]
)
def test_who_waits_in_vain_waits_for_minutes(is_hopeless: bool, patience: float) -> None:
    """An hour where the cause may mend itself; the verdict tells how long, and the cause."""
    rollout, seen = followed(patience - 1.0, is_hopeless=is_hopeless)
    waits = decide(LIMITS, rollout, seen)
    assert waits.next.verdict is None and waits.quiet_until == patience
    late = decide(LIMITS, rollout, replace(seen, at=patience)).next.verdict
    assert late is not None
    assert (late.code, late.clock, late.cause) == (VerdictCode.STALLED, patience, GONE)
    moved = replace(rollout, progress_at=patience - 10.0)
    assert decide(LIMITS, moved, replace(seen, at=patience)).next.verdict is None


def test_a_way_back_of_the_services_own_that_waits_in_vain_is_given_up_after_minutes() -> None:
    """Returning is ours then, with the service's own cause."""
    rollout = Delegating(
        Goal("r", V2, V1), 0.0, way=Way(0.0, states=frozenset({State.RETURNING})), step=Step.RETURN,
        direction=Direction.BACK, earlier=Earlier(Beginning("r-0", "two", 0.0, 0.0), "op-1"), deadline=1e9,
        progress_at=0.0,
    )  # fmt: skip
    returning = Operation(
        "op-1", State.RETURNING, leads_to="two", reasons=(GONE,), is_hopeless=True, returned=ServiceReturn("")
    )
    seen = replace(RUNS, operations=(returning,))
    assert not decide(LIMITS, rollout, replace(seen, at=299.0)).next.way.service_refused
    assert decide(LIMITS, rollout, replace(seen, at=300.0)).next.way.service_refused == GONE


def test_one_that_went_wrong_and_stands_still_is_asked_again() -> None:
    """Once for each state and each standstill; one that is over, once."""
    asked: list[float] = []
    causes = CausesOnce()

    def at(now: float, *, over: bool = False) -> None:
        def read() -> Why:
            asked.append(now)
            return Why()

        causes.of(Progress("op-1", "returning", wrong=True, over=over), now, 60.0, read)

    for now in (0.0, 30.0, 59.0, 60.0, 90.0, 130.0):
        at(now)
    assert asked == [0.0, 60.0, 130.0]
    for now in (140.0, 400.0):
        at(now, over=True)
    assert asked == [0.0, 60.0, 130.0, 140.0]


def of_ess(status: str, code: str = "") -> dict[str, Any]:
    return {"ScalingActivityId": "asa-1", "StatusCode": status, "ErrorCode": code}


def of_ec2(minute: int, status: str, message: str = "") -> ec2.Seen:
    return ec2.read_activity(
        {
            "ActivityId": f"a-{minute}", "Description": "Launching a new EC2 instance.", "Cause": "",
            "StartTime": datetime(2026, 1, 1, 0, minute, tzinfo=UTC), "StatusCode": status,
            "StatusMessage": message,
        }
    )  # fmt: skip


def test_the_newest_launch_tells_whether_anything_is_to_be_hoped_for() -> None:
    """It failed for good, and nothing is under way; a lack of room, a success and a new attempt are hope."""
    failed, lacks = of_ess("Failed", GONE), of_ess("Failed", "OperationDenied.NoStock")
    assert ess.is_hopeless([failed, lacks])
    for hope in ([], [lacks, failed], [of_ess("Successful"), failed], [failed, of_ess("InProgress")]):
        assert not ess.is_hopeless(hope)
    gone = of_ec2(2, "Failed", "The image id '[ami-1]' does not exist. Launching EC2 instance failed.")
    room = of_ec2(3, "Failed", "We currently do not have sufficient t3.micro capacity in us-east-1a.")
    assert ec2.is_hopeless([of_ec2(1, "Successful"), gone])
    for better in ([], [gone, room], [gone, of_ec2(3, "Successful")], [gone, of_ec2(1, "InProgress")]):
        assert not ec2.is_hopeless(better)
