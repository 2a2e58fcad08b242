"""How many members an instance refresh replaces at once.

Sources: EC2 Auto Scaling API reference, RefreshPreferences; user guide, checkpoints (a group of ten with 80 % replaces
two at a time) and limitations of instance refresh.
"""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.lab.world.refresh_bounds import Bounds, bounds

from tests.lab.bench import Bench
from tests.lab.refreshed import refreshed

TABLE = [
    (10, 90, None, 9, 10),
    (10, 80, 100, 8, 10),
    (10, 100, 110, 10, 11),
    (3, 100, 110, 3, 4),
    (3, 90, None, 2, 3),
    (1, 90, None, 0, 1),
    (4, 100, 100, 4, 5),
    (7, 50, 150, 4, 10),
    (10, 0, 100, 0, 10),
]
"""Desired capacity, percentages, and what follows: units kept ready, units there may be."""


@pytest.mark.parametrize(("desired", "low", "high", "keep", "top"), TABLE)
def test_the_bounds_are_those_of_the_reference(
    desired: int, low: int, high: int | None, keep: int, top: int
) -> None:
    """The minimum is rounded up, the maximum down; where neither leaves room a given maximum yields by one."""
    assert bounds(desired, low, high) == Bounds(keep, top)


def test_the_maximum_may_be_rounded_up() -> None:
    """The reference says nothing of it: three with 110 % may be four."""
    assert bounds(3, 90, 110, rounds_up=True) == Bounds(3, 4)
    assert bounds(30, 90, 105, rounds_up=True) == Bounds(27, 32)
    assert bounds(30, 90, 105) == Bounds(27, 31)


def test_a_weight_as_large_as_the_group_lets_all_go_at_once() -> None:
    """User guide, limitations: with such a weight all instances in service may be replaced at the same time."""
    assert bounds(4, 90, None, heaviest=4).keep == 0
    assert bounds(5, 90, None, heaviest=4).keep == 4


@pytest.mark.parametrize(("desired", "low", "high", "keep", "top"), TABLE)
def test_a_group_stays_within_its_bounds_and_reaches_them(
    bench: Bench, desired: int, low: int, high: int | None, keep: int, top: int
) -> None:
    """The history's floor of instances in service is what is kept ready, its ceiling what there may be."""
    web = refreshed(bench, desired)
    began = bench.lab.history("web")[-1]["at"]
    given: dict[str, Any] = {} if high is None else {"MaxHealthyPercentage": high}
    web.start(MinHealthyPercentage=low, **given)
    web.became("Successful")
    points = web.since(began)
    assert web.versions() == ["2"] * desired
    assert min(point["inService"] for point in points) == keep
    assert max(point["total"] for point in points) == min(top, 2 * desired)


def test_one_at_a_time_is_launched_first_where_the_maximum_is_given_and_with_the_end_where_not(
    bench: Bench,
) -> None:
    """100 and 100 never fall below the desired capacity; 100 alone is an outage of a group of one."""
    web = refreshed(bench, 1)
    both: dict[str, Any] = {"MaxHealthyPercentage": 100}
    for version, given, floor in (("2", both, 1), ("1", {}, 0)):
        began = bench.lab.history("web")[-1]["at"]
        web.start(version, MinHealthyPercentage=100, **given)
        web.became("Successful")
        assert min(point["inService"] for point in web.since(began)) == floor


def test_a_maintenance_policy_stands_for_preferences_that_are_not_given(bench: Bench) -> None:
    """RefreshPreferences: the default is 90, or what the group's instance maintenance policy says."""
    policy = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150}
    web = refreshed(bench, 4, InstanceMaintenancePolicy=policy)
    began = bench.lab.history("web")[-1]["at"]
    web.start()
    assert web.shown()["Preferences"]["MinHealthyPercentage"] == 100
    web.became("Successful")
    assert (min(p["inService"] for p in web.since(began)), max(p["total"] for p in web.since(began))) == (
        4,
        6,
    )


def test_weighted_members_are_counted_by_their_weight(bench: Bench) -> None:
    """Half of six units is three: two members of two units go one after the other, and never both."""
    template = bench.template("ami-v1", "ami-v2")
    specification = {"LaunchTemplateId": template, "Version": "1"}
    overrides = [{"InstanceType": "t3.small", "WeightedCapacity": "2"}]
    policy = {"LaunchTemplate": {"LaunchTemplateSpecification": specification, "Overrides": overrides}}
    bench.start(desired=6, MixedInstancesPolicy=policy)
    bench.settled(3)
    began = bench.lab.history("web")[-1]["at"]
    specification["Version"] = "2"
    bench.asg.start_instance_refresh(
        AutoScalingGroupName="web",
        DesiredConfiguration={"MixedInstancesPolicy": policy},
        Preferences={"MinHealthyPercentage": 50},
    )
    bench.eventually(lambda: bench.lab.group("web")["refreshes"][0]["status"] == "Successful")
    points = [point for point in bench.lab.history("web") if point["at"] >= began]
    assert min(point["inService"] for point in points) == 2
    assert points[-1]["revisions"] == {"2": 3}
    stored = bench.group()["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]
    assert stored["Version"] == "2"
