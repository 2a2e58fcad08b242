"""A lease on a cloud whose reads are older than its writes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.engine.lease import Lease, found_lease
from pulumi_rolling.engine.record.pieces import LEASE
from pulumi_rolling.errors import LeaseHeldError
from pulumi_rolling.fleets.simulated import SimulatedFleet

from .stage import FleetClock

SETTLE = 6.0


class StaleMarks(SimulatedFleet):
    """Its marks are read as they were ``behind`` seconds ago."""

    def __init__(self, behind: float) -> None:
        super().__init__(desired=2, min_size=2, max_size=4, revision=Revision("lt-1:1", "one"), behaviours={})
        self.behind = behind
        self.past: list[tuple[float, dict[str, str]]] = [(-1e9, {})]

    def write_marks(self, marks: Mapping[str, str]) -> None:
        super().write_marks(marks)
        self.past.append((self.now, dict(super().marks())))

    def marks(self) -> Mapping[str, str]:
        return [marks for at, marks in self.past if at <= self.now - self.behind][-1]


@pytest.mark.parametrize("behind", [0.0, 2.0, 5.0])
def test_a_lease_that_does_not_show_yet_is_waited_for(behind: float) -> None:
    """A read that shows the group as before our write is no other driver's lease."""
    fleet = StaleMarks(behind)
    lease = Lease(fleet, "me", FleetClock(fleet), 1.0, SETTLE)
    assert lease.is_ours(lease.acquire())


def test_the_released_lease_of_our_last_driver_is_waited_out() -> None:
    """Deployed a moment ago: an old read shows that lease only after ours was written, and is no other driver."""
    fleet = StaleMarks(3.5)
    last = {LEASE: f"before me {fleet.now + 30:.0f}"}
    fleet.past += [(fleet.now - 2.0, last), (fleet.now - 1.0, {})]
    lease = Lease(fleet, "me", FleetClock(fleet), 1.0, SETTLE)
    assert lease.is_ours(lease.acquire())


def test_a_lease_that_never_shows_is_refused() -> None:
    """When the settle time is over and our write is not seen, nothing may be done."""
    fleet = StaleMarks(1000.0)
    begun = fleet.now
    with pytest.raises(LeaseHeldError):
        Lease(fleet, "me", FleetClock(fleet), 1.0, SETTLE).acquire()
    assert fleet.now - begun < 2 * SETTLE


def test_another_drivers_lease_over_ours_is_refused_at_once() -> None:
    """Whoever wrote last has the group: the first of two racers is refused with the other's name."""
    fleet = StaleMarks(2.0)
    other = {LEASE: f"stranger you {10**10}"}

    class Overwritten(FleetClock):
        def wait(self, seconds: float) -> None:
            if found_lease(fleet.past[-1][1]) != found_lease(other):
                fleet.write_marks(other)
            super().wait(seconds)

    with pytest.raises(LeaseHeldError, match="stranger"):
        Lease(fleet, "me", Overwritten(fleet), 1.0, SETTLE).acquire()
