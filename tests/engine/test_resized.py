"""Sizes that somebody else sets while we roll, or while nobody does, are those to which the group returns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from pulumi_rolling.core.model.member import Lifecycle, Revision, Sizes
from pulumi_rolling.core.replace.acts import desired_at_end
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.resized import renewed
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.core.replace.takeover import as_kept, resume, with_sizes
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.record.pieces import read
from pulumi_rolling.fleets.replace import Sight
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from tests.rollouts import changed

from .stage import Death, FleetClock, Intercepted, MortalFleet, drive
from .test_sleepers import driving

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
FOUND = Sizes(4, 8, 6)
LIMITS = Limits(batch=2, floor=5, max_size=8, signals=True, pause=60.0, settle=6.0, poll=1.0)


def group() -> SimulatedFleet:
    return SimulatedFleet(
        desired=6, min_size=4, max_size=8, revision=V1, behaviours={"two": Behaviour(boot=4.0)}
    )


def fresh(fleet: SimulatedFleet) -> Rollout:
    return new_rollout("r", V2, V1, FOUND, fleet.suspended, fleet.now)


def revisions(fleet: SimulatedFleet) -> set[Revision]:
    return {m.revision for m in fleet.members() if m.lifecycle is not Lifecycle.LEAVING}


def set_sizes(fleet: SimulatedFleet, sizes: Sizes) -> None:
    """As UpdateAutoScalingGroup by another party."""
    fleet._sizes.put(fleet.now, sizes)
    fleet._view.touch(None, fleet.now)
    fleet._go_on()


@dataclass
class Resized(Intercepted):
    """Somebody sets all sizes before one look."""

    look: int = 0
    to: Sizes = FOUND
    number: int = 0

    def observe(self, rollout: Rollout) -> Sight:
        self.number += 1
        if self.number == self.look:
            assert isinstance(self.inner, SimulatedFleet)
            set_sizes(self.inner, self.to)
        return super().observe(rollout)


@pytest.mark.parametrize("to", [Sizes(6, 12, 10), Sizes(3, 20, 8), Sizes(5, 9, 9)])
@pytest.mark.parametrize("look", range(2, 17, 2))
def test_a_group_that_is_resized_in_mid_roll_ends_at_its_new_sizes(look: int, to: Sizes) -> None:
    """At whichever look: every member is replaced, and least, greatest and desired size are those that were set."""
    fleet = group()
    end = drive(Resized(fleet, look=look, to=to), FleetClock(fleet), LIMITS, fresh(fleet))
    assert end.outcome is not None and end.outcome.done
    assert fleet.sizes == to and revisions(fleet) == {V2}


@pytest.mark.parametrize("dies_at", range(6, 30, 2))
@pytest.mark.parametrize("to", [Sizes(6, 12, 10), Sizes(4, 12, 10), Sizes(2, 8, 5)])
def test_a_group_whose_program_changed_its_sizes_after_a_kill_ends_at_them(dies_at: int, to: Sizes) -> None:
    """The group's own resource has set them before the resumed update begins."""
    fleet = group()
    clock = FleetClock(fleet)
    with pytest.raises(Death):
        drive(MortalFleet(fleet, dies_at), clock, LIMITS, fresh(fleet))
    set_sizes(fleet, to)
    lease = Lease(fleet, "me", clock, LIMITS.poll)
    found = read(lease.acquire())
    assert found is not None
    lease.release()
    again = Lease(fleet, "me", clock, LIMITS.poll)
    again.acquire()
    end = driving(Intercepted(fleet), again, clock, LIMITS).run(
        resume(with_sizes(found[1], fleet.sizes), clock.now())
    )
    assert end.outcome is not None and end.outcome.done
    assert fleet.sizes == to and revisions(fleet) == {V2}


RAISED = changed(
    new_rollout("r", V2, V1, FOUND, frozenset(), 0.0), desired=7, desired_before=7, least=frozenset({7, 4})
)


@pytest.mark.parametrize(
    ("live", "found", "delta"),
    [
        (Sizes(7, 8, 7), FOUND, 0),
        (Sizes(4, 8, 7), FOUND, 0),
        (Sizes(7, 8, 9), FOUND, 0),
        (Sizes(7, 12, 7), Sizes(4, 12, 6), 0),
        (Sizes(6, 12, 10), Sizes(6, 12, 6), 4),
        (Sizes(6, 12, 7), Sizes(6, 12, 6), 0),
        (Sizes(2, 4, 4), Sizes(2, 4, 6), -2),
    ],
    ids=[
        "ours",
        "as found",
        "a scale-out, which is a difference",
        "max",
        "all",
        "all, Desired as ours",
        "down",
    ],
)
def test_what_differs_from_what_we_set_is_somebody_elses(live: Sizes, found: Sizes, delta: int) -> None:
    """MinSize and MaxSize become those as found; Desired set with them is a wish of its own."""
    seen = renewed(RAISED, live)
    assert seen.found.sizes == found and seen.ours.delta == delta


def test_a_least_size_that_equals_desired_is_somebody_elses_where_we_set_none() -> None:
    """A rollout that needs no raise never set MinSize, so the one that stands there is a wish."""
    unraised = new_rollout("r", V2, V1, FOUND, frozenset(), 0.0)
    assert renewed(unraised, Sizes(6, 8, 6)).found.sizes == Sizes(6, 8, 6)


@pytest.mark.parametrize(
    ("live", "least", "found", "end"),
    [
        (Sizes(7, 8, 7), {7}, FOUND, 6),
        (Sizes(4, 8, 7), {7}, FOUND, 6),
        (Sizes(4, 8, 6), {7}, FOUND, 6),
        (Sizes(7, 8, 8), {7}, FOUND, 7),
        (Sizes(6, 12, 10), {7}, Sizes(6, 12, 6), 10),
        (Sizes(6, 8, 7), {6, 7}, FOUND, 6),
        (Sizes(0, 8, 6), {7}, Sizes(0, 8, 6), 6),
        (Sizes(4, 8, 5), set(), FOUND, 5),
    ],
    ids=[
        "as the rollout left it",
        "MinSize put back",
        "all put back",
        "a scale-out",
        "another wish",
        "a raise of ours that was not the last",
        "MinSize 0",
        "MinSize never set by us, one scaled in",
    ],
)
def test_sizes_kept_of_a_lost_record_serve_as_the_record_would(
    live: Sizes, least: set[int], found: Sizes, end: int
) -> None:
    """Raised from 6 to 7: what stands as we left it returns to what was found, anything else is somebody's wish."""
    anew = new_rollout("r", V2, V1, live, frozenset(), 0.0)
    raised = 7 if least else 6
    kept = as_kept(anew, replace(FOUND, min=0) if live.min == 0 else FOUND, frozenset(least), raised, live)
    now = changed(kept, delta=kept.ours.delta + live.desired - kept.ours.desired)
    assert kept.found.sizes == found and desired_at_end(now) == end


def test_a_stale_look_after_a_change_has_no_lasting_effect() -> None:
    """The new sizes, the old ones once more, and the new ones again: as if the old ones had not been seen."""
    once = renewed(RAISED, Sizes(6, 12, 10))
    again = renewed(renewed(once, Sizes(7, 8, 10)), Sizes(6, 12, 10))
    assert again == once
