"""The room that a kind's tags have for the record: what is cut to it, what is counted by it, what it refuses."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because, Decision, Status
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Decided
from pulumi_rolling.engine.record.pieces import pack, read
from pulumi_rolling.engine.record.room import check_room, pieces_needed
from pulumi_rolling.engine.said import SAID, said, said_mark
from pulumi_rolling.errors import JournalError
from pulumi_rolling.fleets.base import Shelf
from pulumi_rolling.fleets.simulated import SimulatedFleet

from .stage import Death, FleetClock, MortalFleet, drive

OWNER = "0123456789ab"
V1, V2 = Revision("lt-1:1", "a", "version 1"), Revision("lt-1:2", "b", "version 2")
ROLLOUT = new_rollout("r", V2, V1, Sizes(0, 30, 20), frozenset({"AZRebalance"}), 1.7e9)


def no_address(text: str) -> bool:
    """What Alibaba Cloud allows in a tag (TagResources: no http:// and no https://)."""
    return "http://" not in text and "https://" not in text


SMALL = Shelf(count=20, characters=128, allowed=no_address)


def test_pieces_are_as_long_as_the_shelf_holds() -> None:
    """A record goes into more and shorter tags where a tag holds less, and is read back the same."""
    tags = pack(ROLLOUT, OWNER, 9_999, SMALL)
    assert max(map(len, tags.values())) <= 128 and all(map(no_address, tags.values()))
    assert len(tags) > len(pack(ROLLOUT, OWNER, 9_999, Shelf(50, 256)))
    assert read(tags) == (OWNER, ROLLOUT)


@pytest.mark.parametrize(
    ("window", "theirs", "fits"), [(1, 0, True), (2, 1, True), (2, 12, False), (40, 0, False)]
)
def test_room_is_counted_in_the_shelfs_own_tags(window: int, theirs: int, fits: bool) -> None:
    """What fits fifty tags of 256 characters may not fit twenty of 128; the sentence names the shelf's own number."""
    tags = {f"t{number}": "x" for number in range(theirs)}
    refused = check_room(tags, pieces_needed(ROLLOUT, window, OWNER, SMALL), SMALL)
    assert (refused is None) is fits
    assert refused is None or f"has {theirs} of 20" in refused
    wide = Shelf(50, 256)
    assert check_room(tags, pieces_needed(ROLLOUT, window, OWNER, wide), wide) is None


def test_a_record_that_the_cloud_would_refuse_is_not_sent() -> None:
    """A refused tag would leave the rollout without its record."""
    with pytest.raises(JournalError, match="allows in no tag"):
        pack(ROLLOUT, OWNER, 1, Shelf(20, 128, lambda text: False))


def test_what_the_driver_says_is_cut_to_the_shelf_or_left_out() -> None:
    """A status that does not fit is shorter; one that the cloud would refuse fails no rollout."""
    members = tuple(f"i-{number:017x}" for number in range(9))
    status = Status(Step.ROLL, Direction.FORWARD, 3, 3, 1, 4, (), 1, None)
    decision: Decided = Decision(ROLLOUT, (), 0.0, Because(ReasonCode.GUARDED, {"at": 1}, members), status)
    text = said_mark(decision, 1.7e9, SMALL)[SAID]
    word = said({SAID: text})
    assert len(text) <= 128 and word is not None
    assert word.because.members == members[: len(word.because.members)] and word.because.members
    assert said_mark(decision, 1.7e9, Shelf(20, 128, lambda text: False)) == {}


class SmallShelf(SimulatedFleet):
    """A group whose cloud refuses what its shelf does not hold."""

    shelf = SMALL

    def write_marks(self, marks: Mapping[str, str]) -> None:
        assert all(len(text) <= 128 and no_address(text) for text in marks.values())
        super().write_marks(marks)
        assert len(self.marks()) <= 20


def test_a_rollout_is_driven_and_taken_over_on_a_small_shelf() -> None:
    """Record, lease and status fit at every write; a driver that dies is followed by one that finds all of it."""
    fleet = SmallShelf(desired=4, max_size=6, revision=V1)
    limits = Limits(batch=2, floor=3, max_size=6, pause=60.0, signals=True)
    fresh = new_rollout("r", V2, V1, fleet.sizes, fleet.suspended, fleet.now)
    with pytest.raises(Death):
        drive(MortalFleet(fleet, dies_at=12), FleetClock(fleet), limits, fresh)
    found = read(fleet.marks())
    assert found is not None and found[1].goal.id == "r"
    decision = drive(fleet, FleetClock(fleet), limits, fresh)
    assert decision.outcome is not None and decision.outcome.done
    assert {m.revision for m in fleet.members() if m.lifecycle.value == "inService"} == {V2}
