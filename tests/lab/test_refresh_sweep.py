"""Every size and every pair of percentages, forward and back, on a world without a wire.

Source: EC2 Auto Scaling API reference, RefreshPreferences: capacity stays between the two bounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from pulumi_rolling.lab.world import refresh_ends
from pulumi_rolling.lab.world.behaviour import Behaviours
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group, Place, Pointer, Settings
from pulumi_rolling.lab.world.kinds import KINDS
from pulumi_rolling.lab.world.member import Revision
from pulumi_rolling.lab.world.refresh_bounds import bounds

SIZES = (1, 2, 3, 5, 10)
LOW = (0, 33, 50, 90, 100)
HIGH = (None, 100, 110, 150, 200)


class _Numbers:
    """A template whose versions are its images."""

    def revisions(self, region: str, pointer: Pointer) -> list[Revision]:
        version = str((pointer.template or {})["Version"])
        return [Revision(f"ami-{version}", "t3.small", "lt-1", "web", version)]


def _send(url: str, body: dict[str, Any]) -> None:
    raise AssertionError("nothing here has a queue")


def _at(version: str) -> Pointer:
    return Pointer(template={"LaunchTemplateId": "lt-1", "Version": version})


def _group(desired: int) -> tuple[Cloud, Group]:
    """A group whose members boot for different times, all of them in service."""
    cloud = Cloud(
        seed=desired,
        epoch=0.0,
        behaviours=Behaviours(boot=10.0, spread=0.6),
        templates=_Numbers(),
        send=_send,
        kinds=KINDS,
    )
    settings = Settings(0, 100, desired, _at("1"), (Place("a"), Place("b")))
    group = cloud.found_group("r", "web", settings)
    cloud.stir(group)
    cloud.agenda.advance(1000.0)
    group.history.points[:] = group.history.points[-1:]
    return cloud, group


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
        cloud, group = _group(desired)
        given = {"MinHealthyPercentage": low, "InstanceWarmup": 7, "BakeTime": 60}
        given |= {} if high is None else {"MaxHealthyPercentage": high}
        started = refresh_ends.start(cloud, group, given, _at("2"))
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
