"""One driver per group: who may take it, who is refused, and what a driver does that has lost it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.member import Revision, Signal, Sizes
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.lease import Lease, found_lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import LEASE, Journal, pack, read
from pulumi_rolling.errors import LeaseHeldError, LeaseLostError, OrphanedError
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from .stage import Death, FleetClock, MortalFleet, drive

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
FOUND = Sizes(2, 8, 6)
LIMITS = Limits(batch=2, floor=5, max_size=8, signals=True, pause=60.0, settle=6.0, poll=1.0)


def group() -> SimulatedFleet:
    return SimulatedFleet(
        desired=6, min_size=2, max_size=8, revision=V1, behaviours={"two": Behaviour(boot=4.0)}
    )


def fresh(fleet: SimulatedFleet) -> Rollout:
    return new_rollout("r", V2, V1, FOUND, fleet.suspended, fleet.now)


def lease_of(fleet: SimulatedFleet, owner: str) -> Lease:
    return Lease(fleet, owner, FleetClock(fleet), LIMITS.poll)


def test_a_strangers_live_lease_is_refused_by_name() -> None:
    """Who wants a group that another resource rolls is told which driver has it, and touches nothing."""
    fleet = group()
    theirs = lease_of(fleet, "theirs")
    theirs.acquire()
    before = dict(fleet.marks())
    with pytest.raises(LeaseHeldError, match=f"by driver {theirs.holder}"):
        lease_of(fleet, "ours").acquire()
    assert dict(fleet.marks()) == before and not fleet.acts


def test_a_strangers_record_is_refused_even_when_nobody_drives() -> None:
    """A record of another resource bars the group for good: one group has one policy, of one resource."""
    fleet = group()
    fleet.write_marks(pack(fresh(fleet), "theirs", 1, fleet.shelf))
    with pytest.raises(LeaseHeldError, match=r"record of a rollout \(r\) by another resource"):
        lease_of(fleet, "ours").acquire()


def test_a_strangers_lease_that_ran_out_is_taken() -> None:
    """A lease without a record, past its time, holds nobody up."""
    fleet = group()
    theirs = lease_of(fleet, "theirs")
    theirs.acquire()
    fleet.advance(fleet.now + theirs.length + 1)
    ours = lease_of(fleet, "ours")
    assert ours.is_ours(ours.acquire())


def test_an_abandoned_lease_of_the_same_resource_is_taken_over_once_it_has_run_out() -> None:
    """The next run waits for the lease of a dead driver to run out, and takes it then."""
    fleet = group()
    dead = lease_of(fleet, "me")
    dead.acquire()
    until = fleet.now + dead.left()
    ours = lease_of(fleet, "me")
    ours.acquire()
    assert fleet.now >= until - 1
    found = found_lease(fleet.marks())
    assert found is not None and found.holder == ours.holder


def test_a_lease_that_is_renewed_while_we_wait_is_refused() -> None:
    """Two runs of one resource at a time: the second sees the first renew its lease, and gives up."""
    fleet = group()
    first = lease_of(fleet, "me")
    first.acquire()

    class Renewing(FleetClock):
        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            if first.is_due():
                fleet.write_marks(first.mark())

    with pytest.raises(LeaseHeldError, match=first.holder):
        Lease(fleet, "me", Renewing(fleet), LIMITS.poll).acquire()
    assert first.is_ours(fleet.marks())


def test_a_lease_from_a_clock_far_ahead_is_abandoned_after_its_length_of_our_time() -> None:
    """A machine whose clock was a day ahead cannot bar the group for a day."""
    fleet = group()
    fleet.write_marks({LEASE: f"somebody me {fleet.now + 86400:.0f}"})
    ours = lease_of(fleet, "me")
    before = fleet.now
    ours.acquire()
    assert fleet.now - before < 2 * ours.length


@pytest.mark.parametrize("text", ["", "nonsense", "a b c", "holder owner 12 more"])
def test_a_mark_that_is_no_lease_holds_nobody_up(text: str) -> None:
    """Whatever stands in the tag, only HOLDER OWNER UNTIL is a lease."""
    fleet = group()
    fleet.write_marks({LEASE: text})
    lease_of(fleet, "ours").acquire()


def test_a_release_leaves_anothers_lease_alone() -> None:
    """A driver that stops late must not take away the lease of its successor."""
    fleet = group()
    late, successor = lease_of(fleet, "me"), lease_of(fleet, "me")
    late.acquire()
    fleet.advance(fleet.now + late.length + 1)
    successor.acquire()
    late.release()
    assert successor.is_ours(fleet.marks())
    successor.release()
    assert found_lease(fleet.marks()) is None


def test_a_driver_that_sees_anothers_lease_acts_no_more() -> None:
    """The lease is taken away at each look of a roll in turn: LeaseLostError, and no act or mark after it."""
    looks = looks_of_a_roll()
    assert looks > 10
    for number in range(2, looks):
        fleet = group()

        @dataclass
        class Robbed(MortalFleet):
            seen: list[int] = field(default_factory=list)

            def observe(self, rollout):  # type: ignore[no-untyped-def]
                self.seen.append(1)
                if len(self.seen) == number:  # noqa: B023
                    self.inner.write_marks({LEASE: f"other me {fleet.now + 99:.0f}"})  # noqa: B023
                return super().observe(rollout)

        robbed = Robbed(fleet)
        with pytest.raises(LeaseLostError, match="another driver took over"):
            drive(robbed, FleetClock(fleet), LIMITS, fresh(fleet))
        assert robbed.calls[-1] == "observe", f"call after the lease was lost at look {number}"
        now = found_lease(fleet.marks())
        assert now is not None and now.holder == "other"


def looks_of_a_roll() -> int:
    fleet = group()
    mortal = MortalFleet(fleet)
    drive(mortal, FleetClock(fleet), LIMITS, fresh(fleet))
    return mortal.calls.count("observe")


@pytest.mark.parametrize("lead", range(12))
def test_of_two_drivers_that_race_never_both_act(lead: int) -> None:
    """Two runs that find the group free at the same time, call by call in turn: at most one of them acts."""
    fleet = group()
    runners = [Racer(fleet, name) for name in ("first", "second")]
    steps = [runner.go() for runner in runners]
    over: set[int] = set()
    for _ in range(lead):
        if next(steps[0], None) is None:
            over.add(0)
    turn = 0
    while len(over) < 2:
        turn = 1 - turn if turn not in over or 1 - turn not in over else turn
        if turn in over:
            turn = 1 - turn
        if next(steps[turn], None) is None:
            over.add(turn)
    acted = [runner.name for runner in runners if runner.acted]
    assert len(acted) == 1, acted
    assert {m.revision for m in fleet.members()} == {V2}
    assert fleet.sizes == FOUND


class Racer:
    """One run as a generator: it pauses before every call and wherever it waits. What runs is ``drive`` itself."""

    def __init__(self, fleet: SimulatedFleet, name: str) -> None:
        self.fleet, self.name = fleet, name
        self.acted = False

    def go(self) -> Iterator[str]:
        import threading

        mine, theirs = threading.Semaphore(0), threading.Semaphore(0)
        over = threading.Event()

        class Pausing(MortalFleet):
            def _count(self, name: str) -> bool:
                pause()
                return super()._count(name)

            def marks(self):  # type: ignore[no-untyped-def]
                pause()
                return super().marks()

        class Waiting(FleetClock):
            def wait(self, seconds: float) -> None:
                until = self.now() + seconds
                while self.now() < until:
                    pause()
                    super().wait(min(0.5, until - self.now()))

        def pause() -> None:
            theirs.release()
            mine.acquire()

        pausing = Pausing(self.fleet)

        def run() -> None:
            mine.acquire()
            try:
                drive(pausing, Waiting(self.fleet), LIMITS, fresh(self.fleet), owner="me")
            except (LeaseHeldError, LeaseLostError):
                pass
            finally:
                over.set()
                theirs.release()

        thread = threading.Thread(target=run, name=self.name, daemon=True)
        thread.start()
        while not over.is_set():
            mine.release()
            theirs.acquire()
            acts = {"Suspend", "PointAt", "Resize", "Terminate", "Resume"}
            self.acted = self.acted or bool(acts & set(pausing.calls))
            yield "call"
        thread.join()


def test_the_lease_never_runs_out_while_its_driver_waits() -> None:
    """However long nothing happens, at no look is the lease of a living driver past its time."""
    behaviour = Behaviour(boot=2000.0)
    fleet = SimulatedFleet(desired=6, min_size=2, max_size=8, revision=V1, behaviours={"two": behaviour})
    limits = Limits(batch=2, floor=5, max_size=8, signals=True, pause=3600.0, settle=6.0, poll=1.0)
    past: list[float] = []

    class Watching(FleetClock):
        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            now = found_lease(fleet._marks)
            if now is not None and now.until <= fleet.now:
                past.append(fleet.now)

    decision = drive(fleet, Watching(fleet), limits, fresh(fleet))
    assert decision.outcome is not None and decision.outcome.done
    assert not past


def test_two_unreachable_looks_end_an_orphan_with_the_record_kept_and_the_lease_given_back() -> None:
    """An engine that is gone twice in a row stops the driver: nothing applied after, record there, lease free."""
    fleet = group()
    gone = iter([False, False, False, False, True, False, True, True])
    asked: list[bool] = []

    def orphaned() -> bool:
        asked.append(next(gone))
        return asked[-1]

    mortal = MortalFleet(fleet)
    clock = FleetClock(fleet)
    lease = Lease(mortal, "me", clock, LIMITS.poll)
    lease.acquire()
    driving = Drive(REPLACE, mortal, LIMITS, Journal(mortal, "me"), lease, clock, lambda *_: None, orphaned)
    with pytest.raises(OrphanedError, match="record is kept"):
        driving.run(fresh(fleet))
    assert len(asked) == 8, "one unreachable look is no death"
    assert mortal.calls[-1] == "remove" and mortal.calls.count("observe") == len(asked) - 1
    acts = len(fleet.acts)
    assert acts, "it had begun"
    assert read(fleet.marks()) is not None and found_lease(fleet.marks()) is None
    fleet.advance(fleet.now + 100)
    assert len(fleet.acts) == acts


def test_an_orphan_leaves_its_successors_lease_alone() -> None:
    """An orphan that wakes after the next run took the group over neither acts nor takes the lease away."""
    fleet = group()
    clock = FleetClock(fleet)
    old = Lease(fleet, "me", clock, LIMITS.poll)
    old.acquire()
    fleet.advance(fleet.now + old.length + 1)
    new = Lease(fleet, "me", clock, LIMITS.poll)
    new.acquire()
    driving = Drive(REPLACE, fleet, LIMITS, Journal(fleet, "me"), old, clock, lambda *_: None, lambda: True)
    with pytest.raises((OrphanedError, LeaseLostError)):
        driving.run(fresh(fleet))
    assert new.is_ours(fleet.marks()) and not fleet.acts


def test_a_driver_whose_lease_is_not_ours_decides_nothing() -> None:
    """The rule stands in the core, too: an observation without our lease gives no act."""
    from dataclasses import replace

    fleet = group()
    seen = replace(fleet.observe(fresh(fleet)).observation, lease_is_ours=False)
    decision = decide(LIMITS, fresh(fleet), seen)
    assert (
        decision.actions == ()
        and decision.because.code is ReasonCode.LEASE_LOST
        and decision.next == fresh(fleet)
    )


def test_a_death_with_the_lease_held_leaves_it_to_run_out() -> None:
    """A killed driver's lease stands; the next run of the resource gets through it to the end."""
    fleet = group()
    with pytest.raises(Death):
        drive(MortalFleet(fleet, dies_at=9), FleetClock(fleet), LIMITS, fresh(fleet))
    assert found_lease(fleet.marks()) is not None
    decision = drive(fleet, FleetClock(fleet), LIMITS, fresh(fleet))
    assert decision.outcome is not None and decision.outcome.done
    assert all(m.signal is Signal.SUCCESS for m in fleet.members())
    assert not dict(fleet.marks())
