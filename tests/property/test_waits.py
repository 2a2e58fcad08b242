"""A wait says why, and ends: launches that never come, and members that are left as they are and serve nobody."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_rolling.core.explain import status_line
from pulumi_rolling.core.model.codes import FailureReason, ReasonCode
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.model.member import Lifecycle, Sizes
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.replace.budget import slot_clock
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.observation import LaunchError
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.simulation import drive

from .driver import Run
from .test_properties import V1, V2, Case, assert_floor_and_ceiling, cases, checked

FULL, ROOM = Sizes(6, 6, 6), Sizes(4, 8, 6)
SIGNALS = Limits(
    batch=2, floor=5, max_size=8, signals=True, pause=300.0, active_percent=None, pacing=Pacing.SLIDING
)
SCARCE = Behaviour(launch_error=LaunchError.CAPACITY)


@pytest.mark.parametrize(
    ("sizes", "more"),
    [
        (FULL, {"floor": 4, "max_size": 6}),
        (FULL, {"floor": 4, "max_size": 6, "pacing": Pacing.LOCK_STEP}),
        (ROOM, {}),
        (ROOM, {"signals": False, "pause": 0.0, "ready_within": 300.0, "active_percent": 100.0}),
    ],
    ids=["no room", "pasted", "room", "readiness.timeout"],
)
def test_no_capacity_ends_when_the_slots_clock_runs_out(sizes: Sizes, more: dict[str, Any]) -> None:
    """Under PT5M after 300 to 310 s, with the cloud's own sentence on the row and in the failure."""
    case = Case(replace(SIGNALS, **more), sizes, 1)
    fleet = case.fleet(behaviours={"two": SCARCE})
    run = Run(fleet, case.limits, case.rollout(fleet))
    end = run.go()
    verdict = run.rollout.verdict
    assert end.outcome is not None and end.outcome.returned and verdict is not None
    assert 300 <= verdict.at - run.looked_at[0] <= 310
    assert [f.reason for f in verdict.failures] == [FailureReason.NEVER_APPEARED] * len(verdict.failures)
    assert verdict.failures[0].cause == "launch refused"
    waited = [
        d for d, at in zip(run.decisions, run.looked_at, strict=True) if 60 < at - run.looked_at[0] < 290
    ]
    assert waited
    for decision in waited:
        assert "to launch: launch refused" in status_line(decision, "web")
        assert decision.status.time_left is None, "nothing is in flight"


@checked
@given(cases(), st.sampled_from([LaunchError.CAPACITY, LaunchError.PERMANENT]), st.floats(0, 4))
def test_a_member_that_never_appears_has_the_slots_clock(
    case: Case, error: LaunchError, stale: float
) -> None:
    """Whatever the policy, nothing waits for one longer than for any other member."""
    limits = replace(case.limits, boot_limit=100_000.0, ready_within=None if case.limits.signals else 60.0)
    fleet = case.fleet(behaviours={"two": Behaviour(launch_error=error)}, stale=stale)
    run = Run(fleet, limits, case.rollout(fleet), looks=3000)
    run.go()
    for decision in run.decisions:
        for opening in decision.next.way.openings:
            assert decision.look_again_at - opening.at <= slot_clock(limits) + 31


HELD = replace(SIGNALS, floor=6, canary=1, on_failure=OnFailure.HOLD, target_health=True)


def sick_canary(sizes: Sizes, seed: int = 1) -> tuple[Run, SimulatedFleet]:
    """The canary never serves, and somebody says skip."""
    limits = replace(HELD, max_size=sizes.max)
    case = Case(limits, sizes, seed)
    fleet = case.fleet(behaviours={"two": replace(Behaviour(boot=20.0), targets=())})

    def skip() -> None:
        canary = next(m for m in fleet.members() if m.revision == V2)
        fleet.request(Request("s", "skip", canary.id))
        fleet._behaviours = {"two": (Behaviour(boot=20.0),)}

    fleet.after(330.0, skip)
    return Run(fleet, limits, case.rollout(fleet), answers={}), fleet


def test_a_skipped_canary_that_serves_nobody_does_not_stop_the_roll() -> None:
    """The floor equals Desired and MaxSize has room: one more is launched, and the roll arrives in minutes."""
    run, fleet = sick_canary(ROOM)
    end = run.go()
    assert end.outcome is not None and end.outcome.done
    assert fleet.now - run.looked_at[0] < 900
    here = [m for m in fleet.members() if m.lifecycle is not Lifecycle.LEAVING]
    serving = [m for m in here if m.target is not None and m.target.value == "healthy"]
    assert {m.revision for m in serving} == {V2} and len(serving) == 6
    assert fleet.sizes == ROOM
    assert_floor_and_ceiling(run, Case(run.limits, ROOM, 1))


def test_without_room_the_reason_is_said() -> None:
    """Others lowered MaxSize to what is there: the row tells who must stay and what is full."""
    run, fleet = sick_canary(Sizes(4, 7, 6))
    fleet.after(325.0, lambda: fleet.resize(largest=7))
    run.looks = 400
    said = set()
    with suppress(AssertionError):  # It ends after an hour, which are more looks than these.
        run.go()
    for decision in run.decisions:
        if decision.because.code is ReasonCode.FLOORED:
            said.add(status_line(decision, "web"))
    assert any("nobody may go: 6 serve, 6 must, and MaxSize 7 has no room for more" in line for line in said)


def test_capacity_that_comes_back_is_used() -> None:
    """A refusal that passes within the clock costs nothing but time."""
    case = Case(SIGNALS, ROOM, 1)
    fleet = case.fleet(
        behaviours={"two": Behaviour(boot=20.0, launch_error=LaunchError.CAPACITY, refusals=5)}
    )
    rolled = drive(fleet, SIGNALS, case.rollout(fleet))
    assert rolled.done and {m.revision for m in fleet.members() if m.lifecycle is not Lifecycle.LEAVING} == {
        V2
    }
    assert V1 not in {b.revision for b in fleet.launched}
