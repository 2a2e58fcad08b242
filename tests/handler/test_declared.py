"""The group's own resource of Pulumi, read as a group and its wanted revision."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.handler.auto_scaling_group_declared import AUTO_SCALING_GROUP
from pulumi_rolling.handler.kinds import KINDS
from pulumi_rolling.policy.resource_types import GROUPS

MIXED = {
    "mixedInstancesPolicy": {
        "launchTemplate": {"launchTemplateSpecification": {"launchTemplateId": "lt-1", "version": "4"}}
    }
}
UNKNOWN = object()


@pytest.mark.parametrize(
    ("properties", "wanted", "address"),
    [
        ({"launchTemplate": {"id": "lt-1", "version": 3.0}}, {"id": "lt-1", "version": "3"}, "lt-1:3"),
        (
            {"launchTemplate": {"id": "lt-1", "name": "web", "version": "3"}},
            {"id": "lt-1", "version": "3"},
            "lt-1:3",
        ),
        (
            {"launchTemplate": {"name": "web", "version": "$Latest"}},
            {"name": "web", "version": "$Latest"},
            None,
        ),
        ({"launchTemplate": {"id": "lt-1"}}, {"id": "lt-1", "version": "$Default"}, None),
        ({"launchTemplate": {"id": "lt-1", "version": ""}}, {"id": "lt-1", "version": "$Default"}, None),
        (MIXED, {"id": "lt-1", "version": "4"}, "lt-1:4"),
        ({"launchTemplate": UNKNOWN}, UNKNOWN, None),
        (
            {"launchTemplate": {"id": "lt-1", "version": UNKNOWN}},
            {"id": "lt-1", "version": UNKNOWN},
            None,
        ),
        ({"mixedInstancesPolicy": UNKNOWN}, UNKNOWN, None),
    ],
)
def test_a_template_as_each_form_of_the_resource_gives_it(
    properties: dict[str, Any], wanted: Any, address: str | None
) -> None:
    """The wanted revision is the same block as RollingGroup's; only a fixed version has an address."""
    assert AUTO_SCALING_GROUP.wanted(properties) == {"launchTemplate": wanted}
    assert AUTO_SCALING_GROUP.address(properties) == address


def test_a_launch_configuration() -> None:
    """A group without a template wants its launch configuration."""
    given = {"launchConfiguration": "web-1", "launchTemplate": None}
    assert AUTO_SCALING_GROUP.wanted(given) == {"launchConfiguration": "web-1"}
    assert AUTO_SCALING_GROUP.address(given) == "lc:web-1"


def test_the_region_is_that_of_the_arn_where_the_provider_tells_no_other() -> None:
    """Version 6 of pulumi-aws has no region at the resource."""
    arn = "arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:x:autoScalingGroupName/web"
    assert AUTO_SCALING_GROUP.place({"name": "web", "arn": arn}) == {"name": "web", "region": "eu-west-1"}
    assert (
        AUTO_SCALING_GROUP.place({"name": "web", "arn": arn, "region": "us-east-2"})["region"] == "us-east-2"
    )
    assert AUTO_SCALING_GROUP.place({"name": "web"}) == {"name": "web"}


def test_a_group_that_refreshes_itself_is_refused() -> None:
    """Its own instance_refresh would begin another replacement after ours."""
    [fault] = AUTO_SCALING_GROUP.conflicts({"instanceRefresh": {"strategy": "Rolling"}})
    assert fault.path == "instanceRefresh" and "begins an instance refresh of its own" in fault.message
    assert not list(AUTO_SCALING_GROUP.conflicts({}))


def test_what_changes_beside_the_revision() -> None:
    """Inputs of the same update that come after the roll; the provider's own keys are none."""
    before = {"launchTemplate": {"version": 1}, "maxSize": 8, "tags": [], "__defaults": ["a"]}
    after = {"launchTemplate": {"version": 2}, "maxSize": 12, "minSize": 1, "tags": [], "__defaults": []}
    assert AUTO_SCALING_GROUP.beside(before, after) == ("maxSize", "minSize")


def test_programs_know_all_types_of_the_table() -> None:
    """The light list that a program is told groups by has the types of the kinds, and no other."""
    assert {each.type for kind in KINDS.values() for each in kind.declared} == GROUPS
