"""ESS calls about a group as a whole: made, enabled, read, altered, suspended, deleted.

Source: ESS API reference of each call. This module refuses to know what a group does with its sizes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_rolling.lab.alibaba import hook_calls, views
from pulumi_rolling.lab.alibaba.call import Answer, Call, Operation, numbered
from pulumi_rolling.lab.alibaba.refusals import wrong
from pulumi_rolling.lab.alibaba.tags import tagged
from pulumi_rolling.lab.world.ess import activities, health, hooks, removing
from pulumi_rolling.lab.world.ess.activity import HAND
from pulumi_rolling.lab.world.ess.group import (
    ACTIVE,
    DELETING,
    INACTIVE,
    PROCESSES,
    Group,
    Settings,
    incorrect_status,
)
from pulumi_rolling.lab.world.refusal import Refused

OWN = frozenset(
    {
        "ScalingGroupName",
        "MinSize",
        "MaxSize",
        "DesiredCapacity",
        "LaunchTemplateId",
        "LaunchTemplateVersion",
        "GroupDeletionProtection",
    }
)
"""Attributes that a group keeps as settings; the others only come back."""
ATTRIBUTES = (
    "ScalingGroupName MinSize:i MaxSize:i DesiredCapacity:i DefaultCooldown:i GroupType HealthCheckType "
    "HealthCheckTypes:l MultiAZPolicy RemovalPolicies:l ScalingPolicy VSwitchIds:l VSwitchId LoadBalancerIds:l "
    "VServerGroups:l AlbServerGroups:l ServerGroups:l DBInstanceIds:l StopInstanceTimeout:i MaxInstanceLifetime:i "
    "SpotInstanceRemedy:b CompensateWithOnDemand:b OnDemandBaseCapacity:i OnDemandPercentageAboveBaseCapacity:i "
    "AllocationStrategy SpotAllocationStrategy AzBalance:b ResourceGroupId LaunchTemplateId LaunchTemplateVersion "
    "LaunchTemplateOverrides:l GroupDeletionProtection:b BalanceMode AutoRebalance:b CapacityOptions:j "
    "CustomPolicyARN"
)
TOLD = [name for name in (word.partition(":")[0] for word in ATTRIBUTES.split()) if name not in OWN]


def create_scaling_group(call: Call) -> Answer:
    values = call.values
    name = values.get("ScalingGroupName")
    if name and any(group.now.name == name for group in call.cloud.groups.values()):
        raise Refused(
            "InvalidScalingGroupName.Duplicate", f'The scaling group name "{name}" is already in use.'
        )
    settings = Settings(
        name=name or "",
        minimum=values["MinSize"],
        maximum=values["MaxSize"],
        desired=values.get("DesiredCapacity"),
        tags=tagged({}, values.get("Tags") or []),
        template_id=values.get("LaunchTemplateId"),
        template_version=values.get("LaunchTemplateVersion"),
        deletion_protected=values.get("GroupDeletionProtection", False),
        told=_told(values),
    )
    _check(settings)
    if settings.template_id:
        call.cloud.source(settings)
    group = call.cloud.found_group(settings)
    if not name:
        group.set(call.cloud.now, name=group.id)
    for told in values.get("LifecycleHooks") or []:
        hooks.add(call.cloud, group, hook_calls.hook(call, told))
    return {"ScalingGroupId": group.id}


def _told(values: dict[str, Any]) -> dict[str, Any]:
    told = {key: values[key] for key in TOLD if key in values}
    if "VSwitchId" in told:
        told.setdefault("VSwitchIds", [told.pop("VSwitchId")])
    if "HealthCheckType" in told:
        told.setdefault("HealthCheckTypes", [told["HealthCheckType"]])
    return told


def _check(settings: Settings) -> None:
    if not 0 <= settings.minimum <= 2000:
        raise wrong("MinSize", settings.minimum)
    if not settings.minimum <= settings.maximum <= 2000:
        raise wrong("MaxSize", settings.maximum)
    if settings.desired is not None and not settings.minimum <= settings.desired <= settings.maximum:
        raise wrong("DesiredCapacity", settings.desired)


def modify_scaling_group(call: Call) -> Answer:
    """Sizes, pointer and attributes in one; the checks act later, and running members stay as they are."""
    group, values = call.group, call.values
    if group.now.state not in (ACTIVE, INACTIVE):
        raise incorrect_status()
    changes: dict[str, Any] = {}
    for key, attribute in (
        ("ScalingGroupName", "name"),
        ("MinSize", "minimum"),
        ("MaxSize", "maximum"),
        ("DesiredCapacity", "desired"),
        ("GroupDeletionProtection", "deletion_protected"),
    ):
        if key in values:
            changes[attribute] = values[key]
    if values.get("DisableDesiredCapacity"):
        if group.running:
            raise activities.busy()
        changes["desired"] = None
    settings = replace(_pointed(call, group), **changes, system_suspended=False)
    settings = replace(settings, told={**settings.told, **_told(values)})
    _check(settings)
    group.settings.set(call.cloud.now, settings)
    group.note(call.cloud.now)
    group.failures = 0
    call.cloud.stir(group)
    return {}


def _pointed(call: Call, group: Group) -> Settings:
    """The settings with the pointer that the call names; a configuration and a template exclude each other."""
    values, settings = call.values, group.now
    chosen = values.get("ActiveScalingConfigurationId")
    if chosen is not None:
        if call.cloud.configuration(chosen).group_id != group.id:
            raise wrong("ActiveScalingConfigurationId", chosen)
        settings = replace(settings, configuration_id=chosen, template_id=None, template_version=None)
    if "LaunchTemplateId" in values or "LaunchTemplateVersion" in values:
        template = values.get("LaunchTemplateId", settings.template_id)
        version = values.get("LaunchTemplateVersion", settings.template_version)
        settings = replace(settings, configuration_id=None, template_id=template, template_version=version)
        call.cloud.source(settings)
    return settings


def enable_scaling_group(call: Call) -> Answer:
    group = call.group
    if group.now.state != INACTIVE:
        raise incorrect_status()
    settings = _pointed(call, group)
    if not settings.configuration_id and not settings.template_id:
        text = "The scaling group has no active scaling configuration."
        raise Refused("MissingActiveScalingConfiguration", text)
    group.settings.set(call.cloud.now, settings)
    group.set(call.cloud.now, state=ACTIVE)
    call.cloud.stir(group)
    return {}


def disable_scaling_group(call: Call) -> Answer:
    group = call.group
    if group.now.state != ACTIVE:
        raise incorrect_status()
    if group.running:
        raise activities.busy()
    group.set(call.cloud.now, state=INACTIVE)
    return {}


def delete_scaling_group(call: Call) -> Answer:
    """With force the members go first; without it a group with members or an activity is refused."""
    cloud, group = call.cloud, call.group
    if group.now.deletion_protected:
        text = "The scaling group is protected from deletion."
        raise Refused("OperationDenied.DeletionProtection", text)
    if not call.values.get("ForceDelete"):
        if group.running:
            raise activities.busy()
        if group.members:
            raise Refused("InstanceInUse", "The scaling group still has instances.")
    group.set(cloud.now, state=DELETING, suspended=frozenset())
    there = [each for each in group.members.values() if not each.now.removing]
    if there:
        activity = activities.begin(cloud, group, HAND, "A user requests to delete the scaling group.", "")
        activity.context = {"DisableLifecycleHook": True}
        removing.remove(cloud, group, activity, there)
    activities.forget_if_empty(cloud, group)
    return {}


def describe_scaling_groups(call: Call) -> Answer:
    values = call.values
    ids, names = call.most("ScalingGroupIds", 20), call.most("ScalingGroupNames", 20)
    shown = []
    for group in call.cloud.groups.values():
        settings = group.settings.at(call.as_of)
        if settings is None or (ids and group.id not in ids) or (names and settings.name not in names):
            continue
        if values.get("ScalingGroupName", settings.name) not in settings.name:
            continue
        if values.get("GroupType", "ECS") != settings.told.get("GroupType", "ECS") and "GroupType" in values:
            continue
        tags = {key: tag.value for key, tag in settings.tags.items()}
        if all(tags.get(each["Key"]) == each.get("Value", tags.get(each["Key"])) for each in _tags(call)):
            shown.append((group, settings))
    page, about = numbered(call, shown, 50)
    return {**about, "ScalingGroups": [views.group_view(call, group, settings) for group, settings in page]}


def _tags(call: Call) -> list[Any]:
    return call.most("Tags", 20)


def _processes(call: Call) -> set[str]:
    named = set(call.values["Processes"])
    if not named or not named <= set(PROCESSES):
        raise wrong("Processes", ", ".join(sorted(named - set(PROCESSES))))
    return named


def suspend_processes(call: Call) -> Answer:
    group = call.group
    group.set(call.cloud.now, suspended=group.now.suspended | _processes(call))
    return {}


def resume_processes(call: Call) -> Answer:
    """What was left undone meanwhile is made up for."""
    group = call.group
    group.set(call.cloud.now, suspended=group.now.suspended - _processes(call))
    health.look(call.cloud, group)
    call.cloud.stir(group)
    return {}


def set_group_deletion_protection(call: Call) -> Answer:
    call.group.set(call.cloud.now, deletion_protected=call.values["GroupDeletionProtection"])
    return {}


OPERATIONS = {
    "CreateScalingGroup": Operation(
        f"RegionId {ATTRIBUTES} MinSize*:i MaxSize*:i Tags:l LifecycleHooks:l ClientToken",
        create_scaling_group,
    ),
    "ModifyScalingGroup": Operation(
        f"ScalingGroupId* ActiveScalingConfigurationId DisableDesiredCapacity:b {ATTRIBUTES}",
        modify_scaling_group,
    ),
    "EnableScalingGroup": Operation(
        "ScalingGroupId* RegionId ActiveScalingConfigurationId LaunchTemplateId LaunchTemplateVersion "
        "LaunchTemplateOverrides:l ClientToken",
        enable_scaling_group,
    ),
    "DisableScalingGroup": Operation("ScalingGroupId* RegionId ClientToken", disable_scaling_group),
    "DeleteScalingGroup": Operation("ScalingGroupId* RegionId ForceDelete:b", delete_scaling_group),
    "DescribeScalingGroups": Operation(
        "RegionId* GroupType PageNumber:i PageSize:i ResourceGroupId ScalingGroupIds:l ScalingGroupName "
        "ScalingGroupNames:l Tags:l",
        describe_scaling_groups,
    ),
    "SuspendProcesses": Operation("ScalingGroupId* Processes*:l RegionId ClientToken", suspend_processes),
    "ResumeProcesses": Operation("ScalingGroupId* Processes*:l RegionId ClientToken", resume_processes),
    "SetGroupDeletionProtection": Operation(
        "ScalingGroupId* GroupDeletionProtection*:b RegionId", set_group_deletion_protection
    ),
}
