"""An EC2 Auto Scaling group at rest: what one description says, which the diffs of all groups share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.fleets.auto_scaling_group.at_rest import described_at, is_at_rest
from pulumi_rolling.fleets.auto_scaling_group.description import PATH
from pulumi_rolling.fleets.auto_scaling_group.poll import expect_many
from pulumi_rolling.fleets.auto_scaling_group.wanted import Wanted
from pulumi_rolling.fleets.aws.launch_configurations import ConfigurationWanted
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted
from pulumi_rolling.handler.aws_whereabouts import place_with
from pulumi_rolling.handler.context import Defaults
from pulumi_rolling.handler.declared import name_in_block
from pulumi_rolling.handler.resting import RestingKind
from pulumi_rolling.policy.numbers import exact, fold_version

_TEMPLATE = "launchTemplate"


def _spelled(group: Mapping[str, Any]) -> dict[str, Any]:
    found = group.get(_TEMPLATE)
    if not isinstance(found, Mapping) or "version" not in found:
        return dict(group)
    return {**group, _TEMPLATE: {**found, "version": fold_version(exact(found["version"]))}}


def _wanted(group: Mapping[str, Any]) -> Wanted | None:
    """What is no number may stand for another revision every time; as it is written it is the address of none."""
    configuration, template = group.get("launchConfiguration"), group.get(_TEMPLATE)
    if configuration:
        return ConfigurationWanted(configuration)
    if not isinstance(template, Mapping):
        return None
    return TemplateWanted(template.get("id"), template.get("name"), template.get("version"))


def _is_at_rest(group: Mapping[str, Any], fixed: str, defaults: Defaults) -> bool:
    wanted, name = _wanted(group), name_in_block(group)
    if wanted is None or name is None:
        return False
    found = described_at(place_with(group.get("region"), group.get("endpoint"), defaults), name)
    return found is not None and is_at_rest(found, wanted, fixed)


AUTO_SCALING_GROUP_AT_REST = RestingKind(
    key=PATH,
    identity=name_in_block,
    spelled=_spelled,
    is_at_rest=_is_at_rest,
    expect_many=expect_many,
)
