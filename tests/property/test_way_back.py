"""Property 16: a way back is complete when Desired members serve; and it never bars the way forward."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_rolling.core.model.codes import VerdictCode
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Signal, Sizes
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.observation import LaunchError
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.takeover import retarget
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from .driver import Run
from .test_properties import V1, V2, Case, assert_as_found, bad, cases, checked, misfortunes

V3 = Revision("lt-1:3", "three", "version 3")
LIMITS = Limits(
    batch=2, floor=5, max_size=8, signals=True, pause=300.0, active_percent=None, pacing=Pacing.SLIDING
)
ROOM, FULL = Case(LIMITS, Sizes(4, 8, 6), 1), Case(replace(LIMITS, floor=4, max_size=6), Sizes(4, 6, 6), 1)
GONE = Behaviour(boot=20.0, launch_error=LaunchError.PERMANENT)
SCARCE = Behaviour(boot=20.0, launch_error=LaunchError.CAPACITY)


def serving(fleet: SimulatedFleet, revision: Revision) -> list[Member]:
    return [
        m
        for m in fleet.members()
        if m.lifecycle is Lifecycle.IN_SERVICE and m.alive and m.revision == revision
    ]


@checked
@given(cases(), st.one_of(bad, misfortunes), st.one_of(bad, misfortunes), st.floats(0, 4))
def test_returned_means_that_the_former_revision_serves(
    case: Case, behaviour: Behaviour, former: Behaviour, stale: float
) -> None:
    """Property 16: Desired members of it are in service, as the last look saw; else the end says how many lack."""
    fleet = case.fleet(behaviours={"two": behaviour, "one": former}, stale=stale)
    run = Run(fleet, case.limits, case.rollout(fleet), looks=4000)
    end = run.go()
    assert end.outcome is not None
    if end.outcome.returned:
        seen = fleet.observe(run.rollout).observation
        there = [m for m in seen.members if m.lifecycle is Lifecycle.IN_SERVICE and m.alive]
        assert len([m for m in there if m.revision == V1]) >= fleet.sizes.desired
        assert fleet.pointer == V1
        assert_as_found(run, case)
    elif run.rollout.way.unfilled is not None:
        assert_as_found(run, case)


@pytest.mark.parametrize("error", [GONE, SCARCE], ids=["refused for good", "no capacity"])
@pytest.mark.parametrize("case", [ROOM, FULL], ids=["room", "min=max"])
def test_neither_revision_can_be_launched(case: Case, error: Behaviour) -> None:
    """Where one of six is gone for good the group is not returned, and the cloud's sentence is in the end."""
    fleet = case.fleet(behaviours={"two": error, "one": error})
    run = Run(fleet, case.limits, case.rollout(fleet))
    end = run.go()
    assert end.outcome is not None and not end.outcome.done
    whole = len(serving(fleet, V1)) >= 6
    assert end.outcome.returned is whole
    assert fleet.sizes == case.sizes and fleet.pointer == V1
    if not whole:
        lacking = run.rollout.way.unfilled or run.rollout.back_failed
        assert lacking is not None
        assert lacking.cause == "launch refused" or lacking.failures[0].cause == "launch refused"


@pytest.mark.parametrize("stale", [0.0, 6.0, 15.0])
@pytest.mark.parametrize("taken_over", [False, True])
def test_a_start_that_lacks_members_does_not_prevent_the_fix(stale: float, taken_over: bool) -> None:
    """Property 11: the former image is gone and the cloud goes on trying it; a good revision arrives all the same."""
    fleet = ROOM.fleet(behaviours={"one": replace(GONE, boot=60.0), "two": Behaviour(boot=60.0)}, stale=stale)
    fleet.kill(fleet.members()[0].id)
    fleet.advance(fleet.now + 60)
    rollout = ROOM.rollout(fleet)
    if taken_over:
        begun = new_rollout("r", V3, V1, ROOM.sizes, fleet.suspended, fleet.now)
        rollout = retarget(begun, V2, fleet.now)
    end = Run(fleet, LIMITS, rollout).go()
    assert end.outcome is not None and end.outcome.done
    assert len(serving(fleet, V2)) == 6 and fleet.sizes == ROOM.sizes


@pytest.mark.parametrize("case", [ROOM, FULL], ids=["room", "min=max"])
@pytest.mark.parametrize("silent", [Signal.FAILURE, None], ids=["FAILURE", "silent"])
def test_a_new_target_goes_forward_after_a_way_back_that_failed(case: Case, silent: Signal | None) -> None:
    """The former image is deregistered and version 2 is bad: version 3 arrives, whatever the record wanted."""
    fleet = case.fleet(
        behaviours={"one": GONE, "two": Behaviour(boot=20.0, signal=silent), "three": Behaviour(boot=20.0)}
    )
    first = Run(fleet, case.limits, case.rollout(fleet))
    end = first.go()
    assert end.outcome is not None and end.outcome.returned is False
    fleet.advance(fleet.now + 30)
    again = retarget(first.rollout, V3, fleet.now)
    if first.rollout.back_failed is None:  # No record is left.
        again = new_rollout("r2", V3, V1, fleet.sizes, fleet.suspended, fleet.now)
    second = Run(fleet, case.limits, again).go()
    assert second.outcome is not None and second.outcome.done
    assert len(serving(fleet, V3)) == 6 and fleet.sizes == case.sizes


def test_a_former_revision_that_is_gone_is_no_way_back() -> None:
    """It is left where it is, rather than pointed at what cannot be launched."""
    fleet = ROOM.fleet(behaviours={"two": Behaviour(boot=20.0, signal=Signal.FAILURE)})
    gone = replace(V1, exists=False)
    run = Run(fleet, LIMITS, new_rollout("r", V2, gone, ROOM.sizes, fleet.suspended, fleet.now))
    end = run.go()
    verdict = run.rollout.verdict
    assert verdict is not None and verdict.code is VerdictCode.TOO_MANY_FAILURES
    assert end.outcome is not None and end.outcome.returned is False
    assert fleet.pointer == V2 and fleet.sizes == ROOM.sizes
