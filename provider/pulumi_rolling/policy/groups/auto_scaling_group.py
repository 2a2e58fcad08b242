"""The EC2 Auto Scaling group as the inputs name it: its block, what can be wrong in it, and its processes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator, ValidationInfo

from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.block import Block, GroupBlock, IsUnknown
from pulumi_rolling.policy.leaves import Fold, Text, fold_choice, is_not_known_yet, refusal, show, url
from pulumi_rolling.policy.numbers import fold_version

PROCESSES = (
    "Launch",
    "Terminate",
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "ReplaceUnhealthy",
    "ScheduledActions",
)
NEEDED_PROCESSES = frozenset({"Launch", "Terminate"})
"""A roll launches and terminates through the cloud, so these two must run."""
RECOMMENDED = ("AlarmNotification", "AZRebalance", "HealthCheck", "ReplaceUnhealthy", "ScheduledActions")
"""What AWS advises to suspend (AWS knowledge centre, "auto-scaling-group-rolling-updates")."""

_VERSION = re.compile(r"[1-9][0-9]*|\$Latest|\$Default")
_OF_ESS = {"ScaleIn": "Terminate", "ScaleOut": "Launch"}
"""Processes of an ESS scaling group that refuse our own acts while they rest, with CloudFormation's names of them."""
_fold_process = fold_choice(*PROCESSES, *_OF_ESS, scheduledaction="ScheduledActions")


def fold_processes(value: Any) -> Any:
    """``"azrebalance"`` as ``AZRebalance``; duplicates stay, so that a fault's index is the user's."""
    return [_fold_process(item) for item in value] if isinstance(value, list) else value


def process(value: Any, info: ValidationInfo) -> str:
    """The name of a process that may rest; empty for a name that is not known yet."""
    if is_not_known_yet(value, info):
        return ""
    if isinstance(value, str) and value in _OF_ESS:
        raise refusal(f"must not be {value}: while it rests, the group refuses the acts of the roll itself.")
    if value not in PROCESSES:
        allowed = ", ".join(name for name in PROCESSES if name not in NEEDED_PROCESSES)
        raise refusal(f"must be one of {allowed}; found {show(value)}.")
    if value in NEEDED_PROCESSES:
        literal = processes_suspended([str(value)])
        raise refusal(f'must not be {value}, which the roll needs. CloudFormation: "{literal}"')
    return str(value)


def processes_suspended(names: list[str]) -> str:
    """CloudFormation's literal refusal."""
    return (
        f"Autoscaling rolling updates cannot be performed because the [{', '.join(names)}] process(es) have "
        "been suspended; please resume these processes and then retry the update."
    )


def version_text(value: Any) -> str:
    """A version of a launch template as its literal."""
    if isinstance(value, str) and _VERSION.fullmatch(value):
        return value
    raise refusal(f"must be a version number, $Latest or $Default; found {show(value)}.")


class LaunchTemplate(Block):
    """The revision wanted. ``version`` None: the template's default version, as the cloud has it."""

    id: Text = None
    name: Text = None
    version: Annotated[str | None, Fold(fold_version), PlainValidator(version_text)] = None


class AutoScalingGroup(GroupBlock):
    """Which group, and where. ``name`` is None only where it is not known yet."""

    name: Text = None
    region: Text = None
    endpoint: Annotated[str | None, PlainValidator(url)] = None
    launch_template: LaunchTemplate = LaunchTemplate()
    launch_configuration: Text = None
    """Name of the launch configuration wanted, for groups that have no launch template. None: the template holds."""

    key: ClassVar[str] = "autoScalingGroup"
    path: ClassVar[str] = key
    wanted: ClassVar[str] = "the Auto Scaling group to roll"
    other_names: ClassVar[Mapping[str, str]] = {"launchConfigurationName": "launchConfiguration"}

    @classmethod
    def faults(cls, given: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
        if "name" not in given:
            yield Fault("name", "is required: the name of the Auto Scaling group.")
        if "launchTemplate" in given and "launchConfiguration" in given:
            yield Fault(
                "launchConfiguration",
                "may not stand with launchTemplate: instances are made from exactly one of the two.",
            )
        if "launchTemplate" not in given:
            if "launchConfiguration" not in given:
                yield Fault(
                    "launchTemplate",
                    "is required: the launch template, by id or name, to make instances from (or launchConfiguration, "
                    "for a group that has one).",
                )
            return
        template = given["launchTemplate"]
        if not isinstance(template, Mapping):
            return
        if "id" in template and "name" in template:
            yield Fault("launchTemplate", "needs exactly one of id and name; found both.")
        if "id" not in template and "name" not in template:
            yield Fault("launchTemplate", "needs exactly one of id and name; found neither.")
