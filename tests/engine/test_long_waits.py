"""What a long wait between two looks must not cost: the lease, a word that comes meanwhile, an act that was lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.actions import Action, Terminate
from pulumi_rolling.core.replace.boots import add_boots
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Boots, Decided, Rollout
from pulumi_rolling.engine.lease import Lease, found_lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import LEASE, Journal
from pulumi_rolling.errors import LeaseHeldError, OrphanedError, TemporaryFleetError
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from .stage import FleetClock, Intercepted

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
BOOT = 600.0
LIMITS = Limits(
    batch=2, floor=4, max_size=6, pacing=Pacing.SLIDING, ready_within=36_000.0, settle=6.0, poll=1.0
)


def group() -> SimulatedFleet:
    return SimulatedFleet(
        desired=6, max_size=6, revision=V1, behaviours={"two": Behaviour(boot=BOOT)}, shutdown=0.0
    )


def rollout_of(fleet: SimulatedFleet) -> Rollout:
    """The last roll's boots are known."""
    fresh = new_rollout("r", V2, V1, Sizes(0, 6, 6), frozenset(), fleet.now)
    return replace(fresh, prior=add_boots(Boots(), [BOOT] * 6))


@dataclass
class Waiting(FleetClock):
    """Before each wait somebody may do something, and may end it."""

    fleet: SimulatedFleet
    before: Callable[[float], float | None]

    def __post_init__(self) -> None:
        super().__init__(self.fleet)

    def wait(self, seconds: float) -> None:
        woken = self.before(seconds)
        super().wait(seconds if woken is None else woken)


def driver(
    fleet: SimulatedFleet, clock: FleetClock, seen: list[Decided], orphaned: Callable[[], bool]
) -> Drive[Rollout, Observation, Action, Limits]:
    lease = Lease(fleet, "me", clock, LIMITS.poll)
    lease.acquire()
    return Drive(
        REPLACE,
        fleet,
        LIMITS,
        Journal(fleet, "me"),
        lease,
        clock,
        on_decision=lambda _, decision: seen.append(decision),
        orphaned=orphaned,
    )


def never() -> bool:
    return False


def test_the_lease_holds_through_every_wait() -> None:
    """Whatever is waited for, the lease on the group holds longer, and is written along with the record."""
    fleet, seen = group(), list[Decided]()
    ends: list[float] = []

    def before(seconds: float) -> None:
        lease = found_lease(fleet.marks())
        if lease is not None:
            ends.append(lease.until - (fleet.now + seconds))

    assert driver(fleet, Waiting(fleet, before), seen, never).run(rollout_of(fleet)).outcome is not None
    assert min(ends) > 0


def test_a_second_driver_waits_as_long_as_the_lease_says() -> None:
    """A lease of ten minutes is no abandoned one after thirty seconds; unchanged for its own length it is."""
    fleet = group()
    first = Lease(fleet, "me", FleetClock(fleet), LIMITS.poll)
    first.acquire()
    fleet.write_marks(first.mark(wait=200.0))
    first.written()
    left = first.left()
    assert left > 400
    second, began = Lease(fleet, "me", FleetClock(fleet), LIMITS.poll), fleet.now
    second.acquire()
    assert fleet.now - began >= left - 2
    with pytest.raises(LeaseHeldError):
        Lease(fleet, "stranger", FleetClock(fleet), LIMITS.poll).acquire()


def test_a_lease_whose_time_is_wrong_is_waited_for_by_our_own_clock() -> None:
    """Its holder's clock was an hour ahead: what it says of its own length counts."""
    fleet = group()
    fleet.write_marks({LEASE: f"dead me {fleet.now + 3600:.0f} 90"})
    ours, began = Lease(fleet, "me", FleetClock(fleet), LIMITS.poll), fleet.now
    ours.acquire()
    assert 88 <= fleet.now - began <= 100


def test_a_lease_is_never_taken_back() -> None:
    """A short wait after a long one leaves the promise as it is: others have read it."""
    fleet = group()
    lease = Lease(fleet, "me", FleetClock(fleet), LIMITS.poll)
    fleet.write_marks(lease.mark(wait=200.0))
    lease.written()
    long = found_lease(fleet.marks())
    lease.renew()
    short = found_lease(fleet.marks())
    assert long is not None and short is not None and short.until >= long.until


def test_a_word_ends_a_long_wait_at_once() -> None:
    """Whoever wakes the clock, a queue or Ctrl-C, is heard then and not when the wait would have ended."""
    fleet, seen = group(), list[Decided]()
    woken_at: list[float] = []

    def before(seconds: float) -> float | None:
        if seen and seen[-1].by_boots and seen[-1].look_again_at - fleet.now > 60 and not woken_at:
            woken_at.append(fleet.now + 3)
            return 3.0
        return None

    looks: list[float] = []

    class Noting(Intercepted):
        def observe(self, rollout: Rollout):  # type: ignore[no-untyped-def]
            looks.append(fleet.now)
            return super().observe(rollout)

    clock = Waiting(fleet, before)
    drive = driver(fleet, clock, seen, never)
    drive.fleet = Noting(fleet)
    drive.run(rollout_of(fleet))
    assert woken_at and any(abs(look - woken_at[0]) < 0.1 for look in looks)


def test_an_engine_that_is_gone_is_found_within_a_long_wait() -> None:
    """It is asked after as often as in short waits, and the lease is given up."""
    fleet, seen = group(), list[Decided]()
    gone: list[float] = []

    def orphaned() -> bool:
        if seen and seen[-1].by_boots and seen[-1].look_again_at - fleet.now > 100:
            gone.append(fleet.now)
        return bool(gone)

    with pytest.raises(OrphanedError):
        driver(fleet, FleetClock(fleet), seen, orphaned).run(rollout_of(fleet))
    assert fleet.now - gone[0] <= 2 * 15.0
    assert found_lease(fleet.marks()) is None


def test_a_lost_act_is_looked_after_at_once() -> None:
    """A kill without an answer: the next look is one poll later and not when its replacement might be ready."""
    fleet, seen = group(), list[Decided]()
    lost: list[float] = []
    looks: list[float] = []

    class Losing(Intercepted):
        def apply(self, action: Action) -> None:
            if isinstance(action, Terminate) and not lost:
                lost.append(fleet.now)
                raise TemporaryFleetError("no answer", operation="Terminate", code="RequestTimeout")
            super().apply(action)

        def observe(self, rollout: Rollout):  # type: ignore[no-untyped-def]
            looks.append(fleet.now)
            return super().observe(rollout)

    drive = driver(fleet, FleetClock(fleet), seen, never)
    drive.fleet, drive.limits = Losing(fleet), replace(LIMITS, batch=1, floor=5)
    drive.run(rollout_of(fleet))
    assert lost and min(look for look in looks if look > lost[0]) - lost[0] <= 2 * LIMITS.poll
