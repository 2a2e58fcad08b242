"""A driver that slept is a stranger to itself (property 15), and an act does not outlive its look."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.actions import Action, Terminate
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.core.replace.takeover import resume, retarget
from pulumi_rolling.core.shared.lease_rules import OUTLIVED
from pulumi_rolling.engine.lease import Lease, found_lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import Journal, read, record_marks
from pulumi_rolling.errors import LeaseHeldError, LeaseLostError, TemporaryFleetError
from pulumi_rolling.fleets.replace import Sight
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from .stage import FleetClock, Intercepted, drive

T = TypeVar("T")

V1, V2, V3 = (
    Revision(f"lt-1:{n}", name, f"version {n}") for n, name in ((1, "one"), (2, "two"), (3, "three"))
)
FOUND = Sizes(2, 8, 6)
LIMITS = Limits(batch=2, floor=5, max_size=8, signals=True, pause=600.0, settle=6.0, poll=1.0)
LEASE_LENGTH = 30.0
PATIENCE = 3_000
"""Questions to the clock: several times as many as any of these rolls has."""

EXAMPLES = settings(deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""Nothing is shrunk: a moment of stopping is small as it is, and each driver that goes on for ever costs its while."""


def group() -> SimulatedFleet:
    boots = {"one": Behaviour(boot=5.0), "two": Behaviour(boot=10.0), "three": Behaviour(boot=25.0)}
    return SimulatedFleet(desired=6, min_size=2, max_size=8, revision=V1, behaviours=boots)


def fresh(fleet: SimulatedFleet) -> Rollout:
    return new_rollout("r", V2, V1, FOUND, fleet.suspended, fleet.now)


def is_floor_held(fleet: SimulatedFleet) -> bool:
    pairs = zip(fleet.history, fleet.history[1:], strict=False)
    return all(new.in_service >= 5 for old, new in pairs if new.by_us and new.in_service < old.in_service)


class Left(BaseException):
    """The test has seen enough of a driver, which stays as it is."""


@dataclass
class Frozen(Intercepted):
    """Its driver is stopped with the answer to the ``stopped_at``-th call in hand; ``meanwhile`` others act."""

    stopped_at: int = 0
    meanwhile: Callable[[], None] = lambda: None
    calls: list[str] = field(default_factory=list)
    awake: bool = False
    after: list[str] = field(default_factory=list)
    """Calls that would change the group, sent after waking."""

    def through(self, name: str, call: Callable[[], T]) -> T:
        self.calls.append(name)
        if self.awake and name not in ("observe", "marks"):
            self.after.append(name)
        answer = call()
        if len(self.calls) == self.stopped_at:
            self.meanwhile()
            self.awake = True
        return answer


@dataclass
class Limited(Intercepted):
    """A fleet whose driver is left alone after so many looks."""

    looks: int = 0

    def observe(self, rollout: Rollout) -> Sight:
        if not self.looks:
            raise Left
        self.looks -= 1
        return self.inner.observe(rollout)


@dataclass
class Successor:
    """A second run of the same stack, which takes over by the rules."""

    fleet: SimulatedFleet
    clock: FleetClock
    looks: int
    elsewhere: bool
    holder: str = ""
    marks: dict[str, str] = field(default_factory=dict)
    acts: int = 0

    def __call__(self) -> None:
        watched = Limited(self.fleet, self.looks)
        lease = Lease(watched, "me", self.clock, LIMITS.poll)
        found = read(lease.acquire())
        record = fresh(self.fleet) if found is None else found[1]
        at = self.clock.now()
        taken = retarget(record, V3, at) if self.elsewhere else resume(record, at)
        self.holder = lease.holder
        with suppress(Left):
            driving(watched, lease, self.clock).run(taken)
        self.marks, self.acts = record_marks(self.fleet.marks()), len(self.fleet.acts)


def driving(
    fleet: Intercepted, lease: Lease, clock: FleetClock, limits: Limits = LIMITS
) -> Drive[Rollout, object, Action, Limits]:
    return Drive(REPLACE, fleet, limits, Journal(fleet, "me"), lease, clock, lambda *_: None, lambda: False)  # type: ignore[arg-type]


@settings(EXAMPLES, max_examples=60)
@given(at=st.integers(1, 160), looks=st.integers(1, 60), elsewhere=st.booleans())
def test_a_driver_that_was_stopped_while_another_took_over_writes_nothing_and_does_nothing(
    at: int, looks: int, elsewhere: bool
) -> None:
    """Property 15: wherever it was stopped and however far the other has come, only the other acts after that."""
    fleet = group()
    clock = FleetClock(fleet, PATIENCE)
    other = Successor(fleet, clock, looks, elsewhere)
    sleeper = Frozen(fleet, stopped_at=at, meanwhile=other)
    with suppress(LeaseLostError, LeaseHeldError):
        drive(sleeper, clock, LIMITS, fresh(fleet))
    assert is_floor_held(fleet)
    if not other.holder or "observe" not in sleeper.calls[:at]:
        # Stopped while it acquired, it is the next in turn once the other is gone.
        return
    assert not sleeper.after and len(fleet.acts) == other.acts
    standing = found_lease(fleet.marks())
    assert record_marks(fleet.marks()) == other.marks and (
        standing is None or standing.holder == other.holder
    )


@settings(EXAMPLES, max_examples=40)
@given(at=st.integers(1, 160), asleep=st.floats(1.0, 600.0))
def test_a_driver_that_was_stopped_and_that_nobody_replaced_goes_on(at: int, asleep: float) -> None:
    """It looks again first, takes its lease again, and rolls to the end with the floor held."""
    fleet = group()
    clock = FleetClock(fleet, PATIENCE)
    sleeper = Frozen(fleet, stopped_at=at, meanwhile=lambda: clock.wait(asleep))
    try:
        end = drive(sleeper, clock, LIMITS, fresh(fleet))
    except LeaseHeldError:
        # Stopped while it acquired: it has begun nothing.
        assert not fleet.acts
        return
    assert end.outcome is not None and end.outcome.done and is_floor_held(fleet)
    assert fleet.sizes == FOUND and not fleet.marks()


@dataclass
class SlowActs(Intercepted):
    """Each termination takes ``seconds``, and the look that it follows from is noted."""

    seconds: float = 0.0
    looked_at: float = 0.0
    ages: list[float] = field(default_factory=list)

    def observe(self, rollout: Rollout) -> Sight:
        assert isinstance(self.inner, SimulatedFleet)
        self.looked_at = self.inner.now
        return super().observe(rollout)

    def apply(self, action: Action) -> None:
        assert isinstance(self.inner, SimulatedFleet)
        self.ages.append(self.inner.now - self.looked_at)
        super().apply(action)
        if isinstance(action, Terminate):
            self.inner.advance(self.inner.now + self.seconds)


@pytest.mark.parametrize("seconds", [0.0, 3.0, 9.0, 18.0, 40.0])
@pytest.mark.parametrize("pacing", list(Pacing))
def test_no_act_outlives_its_look(seconds: float, pacing: Pacing) -> None:
    """However slow each call is, an act follows a look of a third of the lease at most; the rest is decided anew."""
    fleet = SimulatedFleet(desired=12, max_size=14, revision=V1, behaviours={"two": Behaviour(boot=4.0)})
    limits = Limits(batch=6, floor=6, max_size=14, settle=30.0, poll=1.0, pacing=pacing)
    slow = SlowActs(fleet, seconds)
    decided: list[Decided] = []
    start = new_rollout("r", V2, V1, Sizes(0, 14, 12), frozenset(), fleet.now)
    end = drive(slow, FleetClock(fleet, PATIENCE), limits, start, seen=decided)
    assert end.outcome is not None and end.outcome.done
    assert max(slow.ages) <= OUTLIVED * LEASE_LENGTH
    assert end.next.ours.launched == 12, "acts that were never sent are not counted"
    assert fleet.sizes == Sizes(0, 14, 12)


def test_acts_that_were_never_sent_are_decided_anew_by_the_look_that_follows_at_once() -> None:
    """Nobody waits a settle time for what this process knows not to have been done."""
    fleet = SimulatedFleet(desired=12, max_size=14, revision=V1, behaviours={"two": Behaviour(boot=100.0)})
    limits = Limits(batch=6, floor=6, max_size=14, settle=300.0, poll=1.0, pacing=Pacing.SLIDING)
    slow = SlowActs(fleet, 6.0)
    start = new_rollout("r", V2, V1, Sizes(0, 14, 12), frozenset(), fleet.now)
    drive(slow, FleetClock(fleet, PATIENCE), limits, start)
    kills = [at for at, act in fleet.acts if isinstance(act, Terminate)][:6]
    assert kills[-1] - kills[0] < 6 * 8.0


def test_looks_that_are_always_too_old_end_with_a_sentence() -> None:
    """A cloud that answers more slowly than a look may be old changes nothing, and the roll ends."""
    fleet = group()
    clock = FleetClock(fleet, PATIENCE)

    @dataclass
    class Slow(Intercepted):
        def observe(self, rollout: Rollout) -> Sight:
            sight = super().observe(rollout)
            clock.wait(OUTLIVED * LEASE_LENGTH + 1)
            return sight

    with pytest.raises(TemporaryFleetError, match=r"more than 10 s old before anything could be done"):
        drive(Slow(fleet), clock, LIMITS, fresh(fleet))
    assert not fleet.acts and not fleet.marks()
