"""Property 7 with the real loop, journal and lease: a death at every call of a roll and of its way back."""

from __future__ import annotations

import pytest
from pulumi_rolling.core.model.member import Revision, Signal, Sizes
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from .stage import Death, FleetClock, MortalFleet, drive

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
FOUND = Sizes(2, 8, 6)
PROCESSES = frozenset({"AZRebalance", "AlarmNotification"})


def limits(pacing: Pacing) -> Limits:
    return Limits(
        batch=2,
        floor=5,
        max_size=8,
        signals=True,
        pause=60.0,
        pacing=pacing,
        suspend=PROCESSES,
        settle=6.0,
        poll=1.0,
    )


def group(*, good: bool) -> SimulatedFleet:
    behaviour = Behaviour(boot=4.0) if good else Behaviour(boot=4.0, signal=Signal.FAILURE)
    return SimulatedFleet(
        desired=6, min_size=2, max_size=8, revision=V1, behaviours={"two": behaviour},
        suspended=frozenset({"AZRebalance"}),
    )  # fmt: skip


def roll(fleet: SimulatedFleet, pacing: Pacing, dies_at: int, after: bool) -> tuple[MortalFleet, bool]:
    clock = FleetClock(fleet)
    mortal = MortalFleet(fleet, dies_at, after)
    start = new_rollout("r", V2, V1, FOUND, fleet.suspended, fleet.now)
    try:
        drive(mortal, clock, limits(pacing), start)
    except Death:
        return mortal, True
    return mortal, False


def calls_of(pacing: Pacing, good: bool) -> int:
    mortal, died = roll(group(good=good), pacing, 0, False)
    assert not died
    return len(mortal.calls)


@pytest.mark.parametrize("pacing", Pacing)
@pytest.mark.parametrize("good", [True, False], ids=["good build", "failing build"])
@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_a_death_at_every_call_then_a_resume_ends_as_the_undisturbed_roll(
    pacing: Pacing, good: bool, after: bool
) -> None:
    """Whatever call the driver dies at, the next run ends on the same revision with sizes and processes as found."""
    total = calls_of(pacing, good)
    assert total > 20
    for dies_at in range(1, total + 1):
        fleet = group(good=good)
        _, died = roll(fleet, pacing, dies_at, after)
        if died and fleet.marks():
            fleet.advance(fleet.now + 40.0)
            start = new_rollout("again", V2, V1, FOUND, fleet.suspended, fleet.now)
            drive(fleet, FleetClock(fleet), limits(pacing), start)
        elif died:
            continue
        where = f"died at call {dies_at}"
        assert {m.revision for m in fleet.members()} == {V2 if good else V1}, where
        assert fleet.pointer == (V2 if good else V1), where
        assert fleet.sizes == FOUND, where
        assert fleet.suspended == frozenset({"AZRebalance"}), where
        assert not dict(fleet.marks()), f"{where}: the record is still there"
        for before, now in zip(fleet.history, fleet.history[1:], strict=False):
            if now.by_us and now.in_service < before.in_service:
                assert now.in_service >= 5, f"property 1, {where}"
        assert max(t.total for t in fleet.history) <= 8, f"property 2, {where}"
