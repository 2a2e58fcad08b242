"""Tags of ours that somebody removes in mid-roll, and tags that we cannot remove at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import GONE, MOST_RESTORED, Drive
from pulumi_rolling.engine.record.pieces import LEASE, RECORD, Journal, read
from pulumi_rolling.errors import (
    DeniedFleetError,
    FleetError,
    GroupNotFoundError,
    MarksLostError,
    TemporaryFleetError,
)
from pulumi_rolling.fleets.replace import Sight
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from .stage import FleetClock, Intercepted, drive

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
FOUND = Sizes(2, 8, 6)
PROCESSES = frozenset({"AZRebalance", "AlarmNotification"})
LIMITS = Limits(
    batch=2, floor=5, max_size=8, signals=True, pause=60.0, suspend=PROCESSES, settle=6.0, poll=1.0
)


def group() -> SimulatedFleet:
    return SimulatedFleet(
        desired=6, min_size=2, max_size=8, revision=V1, behaviours={"two": Behaviour(boot=4.0)}
    )


def fresh(fleet: SimulatedFleet) -> Rollout:
    return new_rollout("r", V2, V1, FOUND, fleet.suspended, fleet.now)


def is_as_found(fleet: SimulatedFleet) -> bool:
    return fleet.sizes == FOUND and not fleet.suspended and not fleet.marks()


@dataclass
class Cleaned(Intercepted):
    """Before each of these looks a cleaner removes the tags that it is told to."""

    looks: range = range(0)
    removes: Callable[[str], bool] = lambda key: True
    number: int = 0

    def observe(self, rollout: Rollout) -> Sight:
        self.number += 1
        if self.number in self.looks:
            self.inner.remove_marks([key for key in self.inner.marks() if self.removes(key)])
        return super().observe(rollout)


@pytest.mark.parametrize("look", range(1, 26))
@pytest.mark.parametrize(
    "removes",
    [lambda key: True, lambda key: key == LEASE, lambda key: key.startswith(RECORD)],
    ids=["all", "the lease", "the record"],
)
def test_tags_that_a_cleaner_removes_are_written_again(look: int, removes: Callable[[str], bool]) -> None:
    """At whichever look: the roll goes on, ends, and all is as found."""
    fleet = group()
    end = drive(
        Cleaned(fleet, looks=range(look, look + 1), removes=removes), FleetClock(fleet), LIMITS, fresh(fleet)
    )
    assert end.outcome is not None and end.outcome.done and is_as_found(fleet)


@dataclass
class Unseen(Intercepted):
    """One look does not show the tags, which stand."""

    number: int = 0
    writes: list[str] = field(default_factory=list)

    def observe(self, rollout: Rollout) -> Sight:
        self.number += 1
        sight = super().observe(rollout)
        if self.number != 8:
            return sight
        self.writes.append("look")
        return Sight(sight.observation, {})

    def write_marks(self, marks):  # type: ignore[no-untyped-def]
        self.writes.append("write")
        super().write_marks(marks)

    def apply(self, action):  # type: ignore[no-untyped-def]
        self.writes.append("act")
        super().apply(action)


def test_a_single_look_without_our_tags_changes_nothing() -> None:
    """Neither is anything written, nor done, before another look."""
    fleet = group()
    quiet, unseen = Unseen(fleet), group()
    end = drive(quiet, FleetClock(fleet), LIMITS, fresh(fleet))
    assert end.outcome is not None and end.outcome.done and is_as_found(fleet)
    drive(Intercepted(unseen), FleetClock(unseen), LIMITS, fresh(unseen))
    assert [act for _, act in fleet.acts] == [act for _, act in unseen.acts]


def test_a_cleaner_that_never_rests_ends_the_drive_with_what_can_be_given_back() -> None:
    """Written again so often and no more; then the least size and processes return, and the error says why."""
    fleet = group()
    cleaned = Cleaned(fleet, looks=range(12, 999))
    with pytest.raises(MarksLostError, match="as often as they are written"):
        drive(cleaned, FleetClock(fleet), LIMITS, fresh(fleet))
    assert fleet.sizes.min == 2 and not fleet.suspended
    assert cleaned.number <= 12 + 2 * (MOST_RESTORED + 1)


@dataclass
class Kept(Intercepted):
    """No tag can be removed."""

    error: type[FleetError] = DeniedFleetError

    def remove_marks(self, keys: list[str]) -> None:
        raise self.error("DeleteTags was refused", hint="Allow autoscaling:DeleteTags.")


@pytest.mark.parametrize("error", [DeniedFleetError, TemporaryFleetError])
def test_a_rollout_is_whole_when_only_its_tags_cannot_be_removed(error: type[FleetError]) -> None:
    """It has arrived, and names the tags that are left; its record says that it is over."""
    fleet = group()
    clock, kept = FleetClock(fleet), Kept(fleet, error)
    lease = Lease(kept, "me", clock, LIMITS.poll)
    lease.acquire()
    driving = Drive(REPLACE, kept, LIMITS, Journal(kept, "me"), lease, clock, lambda *_: None, lambda: False)
    end = driving.run(fresh(fleet))
    assert end.outcome is not None and end.outcome.done
    assert set(driving.left) >= {LEASE, f"{RECORD}0"} and fleet.sizes == FOUND and not fleet.suspended
    found = read(fleet.marks())
    assert found is not None and found[1].step.value == "done"


@dataclass
class Absent(Intercepted):
    """So many looks in a row do not find the group."""

    looks: range = range(0)
    number: int = 0

    def observe(self, rollout: Rollout) -> Sight:
        self.number += 1
        if self.number in self.looks:
            raise GroupNotFoundError("There is no group.")
        return super().observe(rollout)


@pytest.mark.parametrize(("looks", "ends"), [(1, True), (GONE - 1, True), (GONE, False)])
def test_one_empty_list_is_no_end_of_the_group(looks: int, ends: bool) -> None:
    """Only where it is not found again and again is it gone."""
    fleet = group()
    absent = Absent(fleet, looks=range(9, 9 + looks))
    if ends:
        end = drive(absent, FleetClock(fleet), LIMITS, fresh(fleet))
        assert end.outcome is not None and end.outcome.done and is_as_found(fleet)
    else:
        with pytest.raises(GroupNotFoundError):
            drive(absent, FleetClock(fleet), LIMITS, fresh(fleet))
