"""The ESS scaling group of Alibaba Cloud as the inputs name it: its block, what can be wrong in it, its processes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator

from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.block import Block, GroupBlock, IsUnknown
from pulumi_rolling.policy.leaves import Fold, Text, fold_number, refusal, show, url

NEEDED_PROCESSES = ("ScaleIn", "ScaleOut")
"""While one of them rests, the group refuses our removals, and launches nothing in their place (ESS user guide,
"Suspend and resume scaling processes")."""
PROCESSES: Mapping[str, str] = {
    "HealthCheck": "HealthCheck",
    "AlarmNotification": "AlarmNotification",
    "ScheduledActions": "ScheduledAction",
}
"""Processes that may rest, by CloudFormation's names of them."""
UNLIKE: Mapping[str, str] = {
    "ReplaceUnhealthy": "HealthCheck includes it; name that",
    "AZRebalance": "the group rebalances where its attribute AutoRebalance says so; set that",
    "AddToLoadBalancer": "ESS has no such process; remove it",
    "InstanceRefresh": "ESS has no such process; remove it",
}
"""CloudFormation's processes that ESS has no equal of, each with what to do."""

_IN_PLACE = (
    "said by what instances are made from: make another scaling configuration with {it} and give that in "
    "scalingConfiguration, or a version of the launch template. A refresh to {it} alone, which ESS offers, edits the "
    "active configuration in place, and nothing could return to what that was."
)
_OVERRIDES = (
    "are the group's own, and each roll leaves them as they are: set launchTemplateOverrides of the "
    "ess.ScalingGroup."
)
_GROUP = re.compile(r"asg-[A-Za-z0-9-]+")
_CONFIGURATION = re.compile(r"asc-[A-Za-z0-9-]+")
_TEMPLATE = re.compile(r"lt-[A-Za-z0-9-]+")


def group_id(value: Any) -> str:
    return _of_form(value, _GROUP, "the id of an ESS scaling group, asg-...")


def configuration_id(value: Any) -> str:
    return _of_form(value, _CONFIGURATION, "the id of a scaling configuration, asc-...")


def template_id(value: Any) -> str:
    return _of_form(value, _TEMPLATE, "the id of a launch template, lt-...")


def version_number(value: Any) -> int:
    """Latest and Default are what they are at the moment of each launch, so that no way back leads to them."""
    if type(value) is int and value > 0:
        return value
    raise refusal(
        f"must be the number of a version, such as the template's latestVersionNumber; found {show(value)}."
    )


def _of_form(value: Any, form: re.Pattern[str], what: str) -> str:
    if isinstance(value, str) and form.fullmatch(value):
        return value
    raise refusal(f"must be {what}; found {show(value)}.")


class EssLaunchTemplate(Block):
    """The revision wanted of a group that is made from a launch template of ECS."""

    id: Annotated[str | None, PlainValidator(template_id)] = None
    version: Annotated[int | None, Fold(fold_number), PlainValidator(version_number)] = None

    refused: ClassVar[Mapping[str, str]] = {"overrides": _OVERRIDES}


class EssScalingGroup(GroupBlock):
    """Which group, where, as whom, and the revision wanted. ``id`` is None only where it is not known yet."""

    id: Annotated[str | None, PlainValidator(group_id)] = None
    region: Text = None
    endpoint: Annotated[str | None, PlainValidator(url)] = None
    access_key: Text = None
    secret_key: Text = None
    security_token: Text = None
    scaling_configuration: Annotated[str | None, PlainValidator(configuration_id)] = None
    launch_template: EssLaunchTemplate = EssLaunchTemplate()

    secrets: ClassVar[frozenset[str]] = frozenset({"accessKey", "secretKey", "securityToken"})
    key: ClassVar[str] = "essScalingGroup"
    path: ClassVar[str] = key
    wanted: ClassVar[str] = "the ESS scaling group of Alibaba Cloud to roll"
    other_names: ClassVar[Mapping[str, str]] = {
        "scalingGroupId": "id",
        "scalingConfigurationId": "scalingConfiguration",
        "image": "imageId",
    }
    refused: ClassVar[Mapping[str, str]] = {
        "imageId": "is " + _IN_PLACE.format(it="it"),
        "containers": "are " + _IN_PLACE.format(it="them"),
        "launchTemplateOverrides": _OVERRIDES,
    }
    meant: ClassVar[Mapping[str, str]] = {"name": "id", "scalingGroupName": "id"}

    @classmethod
    def faults(cls, given: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
        if "id" not in given:
            yield Fault("id", "is required: the id of the ESS scaling group.")
        if ("accessKey" in given) != ("secretKey" in given):
            lacking = "secretKey" if "accessKey" in given else "accessKey"
            yield Fault(lacking, "is required: accessKey and secretKey are given together, or neither is.")
        if "securityToken" in given and "accessKey" not in given:
            yield Fault("securityToken", "needs accessKey and secretKey, to which it belongs.")
        if "scalingConfiguration" in given and "launchTemplate" in given:
            yield Fault(
                "scalingConfiguration",
                "may not stand with launchTemplate: instances are made from exactly one of the two.",
            )
        if "scalingConfiguration" not in given and "launchTemplate" not in given:
            yield Fault(
                "scalingConfiguration",
                "is required: the id of the scaling configuration to make instances from (or launchTemplate, for a "
                "group that has one).",
            )
        template = given.get("launchTemplate")
        if isinstance(template, Mapping):
            for name in ("id", "version"):
                if name not in template:
                    yield Fault(f"launchTemplate.{name}", "is required.")
