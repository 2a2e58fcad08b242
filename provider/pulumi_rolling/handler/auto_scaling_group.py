"""What an EC2 Auto Scaling group is in the inputs and for people, whichever strategy rolls it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.fleets.auto_scaling_group.listing import listed
from pulumi_rolling.fleets.auto_scaling_group.wanted import Wanted
from pulumi_rolling.fleets.aws.api import AUTO_SCALING, AwsApi
from pulumi_rolling.fleets.aws.launch_configurations import ConfigurationWanted, configuration_in
from pulumi_rolling.fleets.aws.launch_templates import LATEST, TemplateWanted, parts
from pulumi_rolling.fleets.aws.sessions import region_of
from pulumi_rolling.fleets.base import ListedGroup
from pulumi_rolling.handler.aws_place import place_of
from pulumi_rolling.handler.operation import Reach
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup


def identity_of(group: AutoScalingGroup, reach: Reach) -> Hashable:
    """Equal for two blocks that name one group, whichever of region and endpoint they leave to the environment."""
    place = place_of(group, reach)
    return (group.name, *place.same_as(region_of(place), AUTO_SCALING))


def names_beside(group: AutoScalingGroup, reach: Reach) -> Iterator[str]:
    """Groups at the place of a group."""
    return (found.name for found in listed(AwsApi(place_of(group, reach), reach.retry)))


def groups_at(reach: Reach, names: Sequence[str] | None) -> Iterator[ListedGroup]:
    """All groups within reach, or those of these names that are there."""
    return listed(AwsApi(place_of(AutoScalingGroup(), reach), reach.retry), names)


def is_name(text: str) -> bool:
    """Whatever has no colon, which no name of a group may have."""
    return ":" not in text


def wanted_by(group: AutoScalingGroup) -> Wanted:
    if group.launch_configuration is not None:
        return ConfigurationWanted(group.launch_configuration)
    template = group.launch_template
    return TemplateWanted(template.id, template.name, template.version)


def pointer_property(revision: Revision) -> str:
    """As the AWS provider of Pulumi calls it."""
    return "launchTemplate" if configuration_in(revision.address) is None else "launchConfiguration"


def kin(address: str) -> str | None:
    """The launch template; a launch configuration has no versions."""
    return parts(address)[0] if configuration_in(address) is None else None


def mend(group: AutoScalingGroup) -> str:
    return "the launch template" if group.launch_configuration is None else "the launch configuration"


def as_inputs(pointer: str) -> dict[str, Any]:
    configuration = configuration_in(pointer)
    if configuration is not None:
        return {"launchConfiguration": configuration}
    template, version = parts(pointer)
    return {"launchTemplate": {"id": template, "version": version}}


def at_version(pointer: str, version: str | None) -> dict[str, Any]:
    template, _ = parts(pointer)
    return {"launchTemplate": {"id": template, "version": version or LATEST}}
