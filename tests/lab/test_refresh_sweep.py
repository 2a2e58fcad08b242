"""Every size and every pair of percentages, forward and back, on a world without a wire.

Source: EC2 Auto Scaling API reference, RefreshPreferences: capacity stays between the two bounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from pulumi_rolling.lab.world import refresh_ends
from pulumi_rolling.lab.world.refresh_bounds import bounds

from tests.lab.refresh_world import version, world

SIZES = (1, 2, 3, 5, 10)
LOW = (0, 33, 50, 90, 100)
HIGH = (None, 100, 110, 150, 200)


def _pairs() -> Iterator[tuple[int, int | None]]:
    for low, high in product(LOW, HIGH):
        if high is None or high - low <= 100:
            yield low, high


@pytest.mark.parametrize("desired", SIZES)
@pytest.mark.parametrize("turns_after", [None, 5.0, 25.0])
def test_capacity_stays_within_the_bounds_on_the_way_and_on_the_way_back(
    desired: int, turns_after: float | None
) -> None:
    """Never fewer in service than are kept, never more than there may be, and one version at the end.

    The turn comes while members are launched, while they warm up, or in the bake time.
    """
    for low, high in _pairs():
        cloud, group = world(desired)
        given: dict[str, object] = {"MinHealthyPercentage": low, "InstanceWarmup": 7, "BakeTime": 60}
        given |= {} if high is None else {"MaxHealthyPercentage": high}
        started = refresh_ends.start(cloud, group, given, version("2"))
        if turns_after is not None:
            cloud.agenda.advance(cloud.now + turns_after)
            refresh_ends.roll_back(cloud, group)
        cloud.agenda.advance(cloud.now + 3000.0)
        limits = bounds(desired, low, high)
        case = (low, high)
        ended = ("Successful", "2") if turns_after is None else ("RollbackSuccessful", "1")
        assert (started.now.status, str((group.now.pointer.template or {})["Version"])) == ended, case
        assert {each.revision.label for each in group.members.values()} == {ended[1]}, case
        assert min(point["inService"] for point in group.history.points) >= limits.keep, case
        assert max(point["total"] for point in group.history.points) <= limits.top, case
        assert group.tally.active == desired and group.rolling is None, case
