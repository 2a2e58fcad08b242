"""Waiting that somebody may end: no wake is lost, and a loop that is woken looks at once."""

from __future__ import annotations

import threading

from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.engine.clock import SystemClock
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import Journal
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from .stage import MortalFleet

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
SOON = 20.0
"""Seconds in which a thread that is not stuck comes back, on a busy machine, too."""
FOREVER = 3600.0


def ends(waiting: threading.Thread) -> bool:
    waiting.join(SOON)
    return not waiting.is_alive()


def test_a_wake_ends_the_wait_that_is_under_way_or_the_next_one() -> None:
    """Also a wake that comes between two waits, as during a look, is not lost; and each ends one wait alone."""
    clock = SystemClock()
    clock.wake()
    before = threading.Thread(target=clock.wait, args=(FOREVER,), daemon=True)
    before.start()
    assert ends(before)
    during = threading.Thread(target=clock.wait, args=(FOREVER,), daemon=True)
    during.start()
    assert during.is_alive()
    clock.wake()
    assert ends(during)


def test_a_wake_at_the_very_end_of_a_wait_is_not_lost() -> None:
    """A wait that ran out by itself leaves the wake for the next one."""
    clock = SystemClock()
    clock.wait(0.0)
    clock.wake()
    clock.wait(0.0)
    clock.wake()
    after = threading.Thread(target=clock.wait, args=(FOREVER,), daemon=True)
    after.start()
    assert ends(after)


def test_a_woken_loop_looks_at_once() -> None:
    """With an hour between two looks a whole roll goes through by wakes alone, one look each."""
    fleet = SimulatedFleet(
        desired=3, min_size=1, max_size=4, revision=V1, behaviours={"two": Behaviour(boot=4.0)}
    )
    clock = SystemClock()
    looked = threading.Semaphore(0)

    class Virtual(SystemClock):
        """The fleet's time, and waits that only a wake ends."""

        def now(self) -> float:
            return fleet.now

        def steady(self) -> float:
            return fleet.now

        def wait(self, seconds: float) -> None:
            looked.release()
            clock.wait(FOREVER)

        def wake(self) -> None:
            clock.wake()

    counting, virtual = MortalFleet(fleet), Virtual()
    limits = Limits(batch=3, floor=0, max_size=4, settle=2.0, poll=1.0)
    lease = Lease(counting, "me", virtual, limits.poll)
    start = new_rollout("r", V2, V1, Sizes(1, 4, 3), frozenset(), fleet.now)

    over = threading.Event()

    def run() -> None:
        lease.acquire()
        Drive(
            REPLACE, counting, limits, Journal(counting, "me"), lease, virtual, lambda *_: None, lambda: False
        ).run(start)
        over.set()
        looked.release()

    driving = threading.Thread(target=run, daemon=True)
    driving.start()
    wakes = 0
    while looked.acquire(timeout=SOON) and not over.is_set():
        fleet.advance(fleet.now + 2.0)
        virtual.wake()
        wakes += 1
    assert ends(driving)
    assert {member.revision for member in fleet.members()} == {V2}
    assert counting.calls.count("observe") <= wakes + 1
