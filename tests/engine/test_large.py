"""Large groups: what a roll of thousands takes, and what it does where its record finds no room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.engine.record.room import check_room, pieces_needed
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from tests.engine.stage import FleetClock, Intercepted, drive

V1, V2 = (Revision(f"lt-1:{n}", name, f"version {n}") for n, name in ((1, "one"), (2, "two")))
MEMBERS, WINDOW = 5000, 100
LIMITS = Limits(
    batch=WINDOW,
    floor=MEMBERS - WINDOW,
    max_size=MEMBERS + WINDOW,
    signals=True,
    pause=600.0,
    settle=20.0,
    poll=5.0,
)
FOUND = Sizes(0, MEMBERS + WINDOW, MEMBERS)


@dataclass
class Counted(Intercepted):
    """The most tags that stood on the group after a write."""

    most: int = 0

    def write_marks(self, marks: Mapping[str, str]) -> None:
        super().write_marks(marks)
        self.most = max(self.most, len(self.inner.marks()))


@pytest.mark.parametrize(
    ("dead", "build", "done"),
    [
        (0, Behaviour(boot=60.0, spread=0.3), True),
        (MEMBERS, Behaviour(boot=60.0, spread=0.3), True),
        (MEMBERS // 2, Behaviour(boot=60.0, spread=0.3), True),
        (0, Behaviour(boot=60.0, signal=None), False),
    ],
    ids=["all well", "all dead", "half of them dead", "a silent build"],
)
def test_five_thousand_members_are_rolled(dead: int, build: Behaviour, done: bool) -> None:
    """Dead groups, too: the roll ends, all is as found, and its record never needs more tags than were asked for."""
    fleet = SimulatedFleet(
        desired=MEMBERS,
        max_size=MEMBERS + WINDOW,
        revision=V1,
        behaviours={"two": build},
        suspended=frozenset({"HealthCheck"}),
    )
    for member in fleet.members()[:dead]:
        fleet.kill(member.id)
    counted = Counted(fleet)
    begun = new_rollout("r", V2, V1, FOUND, fleet.suspended, fleet.now)
    needed = pieces_needed(begun, WINDOW, "0" * 12, fleet.shelf, LIMITS)
    end = drive(counted, FleetClock(fleet), LIMITS, begun)
    assert end.outcome is not None and end.outcome.done is done
    assert {m.revision for m in fleet.members() if m.lifecycle.value != "leaving"} == {V2 if done else V1}
    assert fleet.sizes == FOUND and not fleet.marks()
    assert counted.most <= needed <= fleet.shelf.count - 20
    if not dead:
        assert min(point.in_service for point in fleet.history) >= LIMITS.floor


@pytest.mark.parametrize("theirs", [15, 30])
@pytest.mark.parametrize("window", [100, 250])
def test_a_window_that_the_tags_cannot_hold_is_refused_beforehand(theirs: int, window: int) -> None:
    """Up to 28 tags for a window of a hundred; a group with too many of its own is told both numbers and what helps."""
    begun = new_rollout("r", V2, V1, FOUND, frozenset(), 1.7e9)
    shelf = SimulatedFleet(desired=1, max_size=2, revision=V1).shelf
    needed = pieces_needed(begun, window, "0" * 12, shelf, LIMITS)
    said = check_room({f"t{n}": "x" for n in range(theirs)}, needed, shelf)
    assert (said is None) is (needed + theirs <= shelf.count)
    if said is not None:
        assert f"needs up to {needed} tags and the group has {theirs} of 50" in said
        assert "lower maxBatchSize or remove tags" in said
