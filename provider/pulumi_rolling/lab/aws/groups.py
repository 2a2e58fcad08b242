"""Auto Scaling calls about a group as a whole: made, read, altered, deleted, suspended, tagged.

Source of sizes and texts: EC2 Auto Scaling API reference, CreateAutoScalingGroup and UpdateAutoScalingGroup
("any properties that you don't specify are not changed"; a new MinSize or MaxSize without DesiredCapacity
moves the desired capacity to the bound it violates), and the service's own error messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.lab.aws import moto_side
from pulumi_rolling.lab.aws.call import Call, page
from pulumi_rolling.lab.aws.hook_calls import hook_from
from pulumi_rolling.lab.aws.pointers import pointer_from
from pulumi_rolling.lab.aws.refreshes import refuse_new_pointer
from pulumi_rolling.lab.aws.views import group_view, tag_views
from pulumi_rolling.lab.world import health, lives, pool, sizes
from pulumi_rolling.lab.world.group import PROCESSES, Occasion, Pointer, Settings, Tag
from pulumi_rolling.lab.world.refusal import Refused, invalid

KEPT = (
    "AvailabilityZoneDistribution",
    "AvailabilityZoneImpairmentPolicy",
    "CapacityRebalance",
    "CapacityReservationSpecification",
    "Context",
    "DefaultCooldown",
    "DefaultInstanceWarmup",
    "DeletionProtection",
    "DesiredCapacityType",
    "HealthCheckGracePeriod",
    "HealthCheckType",
    "InstanceLifecyclePolicy",
    "InstanceMaintenancePolicy",
    "MaxInstanceLifetime",
    "NewInstancesProtectedFromScaleIn",
    "PlacementGroup",
    "ServiceLinkedRoleARN",
    "TerminationPolicies",
)
MOST_TAGS = 50


def create_auto_scaling_group(call: Call) -> None:
    cloud, values, name = call.cloud, call.values, call.group_name
    if (call.region, name) in cloud.groups:
        raise Refused(
            "AlreadyExists",
            f"AutoScalingGroup by this name already exists - A group with the name {name} already exists",
        )
    pointer = pointer_from(call.region, values, Pointer())
    if pointer == Pointer():
        raise invalid(
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or "
            "MixedInstancesPolicy parameter."
        )
    places = moto_side.places(call.region, values.get("VPCZoneIdentifier"), values.get("AvailabilityZones"))
    if not places:
        raise invalid("At least one Availability Zone or VPC Subnet is required.")
    minimum, maximum = values["MinSize"], values["MaxSize"]
    resizing = sizes.checked(minimum, maximum, values.get("DesiredCapacity", minimum))
    extra = {
        "DefaultCooldown": 300,
        "HealthCheckType": "EC2",
        "HealthCheckGracePeriod": 0,
        "TerminationPolicies": ["Default"],
        "NewInstancesProtectedFromScaleIn": False,
    }
    sources = [source["Identifier"] for source in values.get("TrafficSources", [])]
    settings = Settings(
        minimum=minimum,
        maximum=maximum,
        desired=resizing["desired"],
        pointer=pointer,
        places=places,
        tags=_tagged({}, values.get("Tags", [])),
        target_groups=tuple(values.get("TargetGroupARNs", [])) or tuple(sources),
        balancers=tuple(values.get("LoadBalancerNames", [])),
        extra=extra | {key: values[key] for key in KEPT if key in values},
    )
    hooks = [hook_from(spec) for spec in values.get("LifecycleHookSpecificationList", [])]
    group = cloud.found_group(call.region, name, settings)
    group.hooks = {hook.name: hook for hook in hooks}
    at = cloud.clock(cloud.now)
    made = f"At {at} a user request created an AutoScalingGroup changing the desired capacity from 0 to"
    group.because(Occasion(opening=f"{made} {settings.desired}.  "))
    cloud.stir(group)


def update_auto_scaling_group(call: Call) -> None:
    cloud, values = call.cloud, call.values
    group = call.group
    now = group.now
    refuse_new_pointer(call, group, values)
    changes: dict[str, Any] = {"pointer": pointer_from(call.region, values, now.pointer)}
    if values.get("VPCZoneIdentifier") or values.get("AvailabilityZones"):
        changes["places"] = moto_side.places(
            call.region, values.get("VPCZoneIdentifier"), values.get("AvailabilityZones")
        )
    extra = {**now.extra, **{key: values[key] for key in KEPT if key in values}}
    if extra.get("DefaultInstanceWarmup") == -1:
        del extra["DefaultInstanceWarmup"]
    if -1 in (extra.get("InstanceMaintenancePolicy") or {}).values():
        del extra["InstanceMaintenancePolicy"]
    after = sizes.after(now, values.get("MinSize"), values.get("MaxSize"), values.get("DesiredCapacity"))
    group.alter(cloud.now, extra=extra, **changes)
    sizes.apply(cloud, group, after, "user request")
    if "HealthCheckType" in values:
        health.look_again(cloud, group)


def set_desired_capacity(call: Call) -> None:
    group = call.group
    desired, now = call.values["DesiredCapacity"], group.now
    if desired > now.maximum:
        raise invalid(
            f"New SetDesiredCapacity value {desired} is above max value {now.maximum} for the "
            "AutoScalingGroup."
        )
    if desired < now.minimum:
        raise invalid(
            f"New SetDesiredCapacity value {desired} is below min value {now.minimum} for the "
            "AutoScalingGroup."
        )
    text = (
        f"At {call.cloud.clock(call.cloud.now)} a user request explicitly set group desired capacity "
        f"changing the desired capacity from {now.desired} to {desired}.  "
    )
    sizes.resize(call.cloud, group, text, desired=desired)


def delete_auto_scaling_group(call: Call) -> None:
    cloud = call.cloud
    group = call.group
    if (group.members or group.warm) and not call.values.get("ForceDelete"):
        raise Refused(
            "ResourceInUse",
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance "
            "request(s) still in the group.",
        )
    group.alter(cloud.now, deleting=True, minimum=0, desired=0)
    at = cloud.clock(cloud.now)
    for member in list(group.members.values()):
        cause = f"At {at} instance {member.id} was taken out of service in response to a user request."
        lives.terminate(cloud, group, member, cause, hooks=False)
    pool.close(cloud, group, force=True)
    cloud.stir(group)


def describe_auto_scaling_groups(call: Call) -> dict[str, Any]:
    cloud, values = call.cloud, call.values
    names = set(values.get("AutoScalingGroupNames") or [])
    with_members = values.get("IncludeInstances", True)
    found = []
    for group in [*cloud.deleted, *cloud.groups.values()]:
        if group.region != call.region or (names and group.name not in names):
            continue
        settings = group.settings_at(call.as_of)
        if settings is not None and _wanted(settings, values.get("Filters", [])):
            found.append((group, settings))
    chosen, token = page(found, values, 50, 100)
    views = [
        group_view(cloud, group, settings, group.members_at(call.as_of) if with_members else None)
        for group, settings in chosen
    ]
    return {"AutoScalingGroups": views, "NextToken": token}


def _wanted(settings: Settings, filters: list[dict[str, Any]]) -> bool:
    """Filters by tag are joined by AND, the values of one by OR."""
    for wanted in filters:
        name, values = wanted.get("Name", ""), wanted.get("Values", [])
        if name == "tag-key":
            seen = any(key in values for key in settings.tags)
        elif name == "tag-value":
            seen = any(tag.value in values for tag in settings.tags.values())
        elif name.startswith("tag:"):
            seen = name[4:] in settings.tags and settings.tags[name[4:]].value in values
        else:
            raise invalid(f"Invalid filter name: {name}")
        if not seen:
            return False
    return True


def suspend_processes(call: Call) -> None:
    group = call.group
    chosen = _processes(call)
    since = {process: call.cloud.now for process in chosen if process not in group.now.suspended}
    group.alter(call.cloud.now, suspended={**group.now.suspended, **since})
    call.cloud.stir(group)


def resume_processes(call: Call) -> None:
    cloud = call.cloud
    group = call.group
    chosen = _processes(call)
    left = {process: since for process, since in group.now.suspended.items() if process not in chosen}
    group.alter(cloud.now, suspended=left)
    health.look_again(cloud, group)


def _processes(call: Call) -> list[str]:
    """The processes named, or all of them when none is named."""
    named: list[str] = call.values.get("ScalingProcesses") or list(PROCESSES)
    for process in named:
        if process not in PROCESSES:
            raise invalid(f"{process} is not a valid process")
    return named


def _tagged(tags: Mapping[str, Tag], given: list[dict[str, Any]]) -> dict[str, Tag]:
    """Tags after adding; at most 50, keys to 128 and values to 256 characters (API reference, Tag)."""
    after = dict(tags)
    for tag in given:
        key, value = tag["Key"], tag.get("Value", "")
        for name, text, most in (("key", key, 128), ("value", value, 256)):
            if len(text) > most:
                raise invalid(
                    f"1 validation error detected: Value '{text}' at 'tags.1.member.{name}' failed to "
                    f"satisfy constraint: Member must have length less than or equal to {most}"
                )
        after[key] = Tag(value, bool(tag.get("PropagateAtLaunch", False)))
    if len(after) > MOST_TAGS:
        raise Refused("LimitExceeded", f"A group can have at most {MOST_TAGS} tags.")
    return after


def create_or_update_tags(call: Call) -> None:
    for tag in call.values["Tags"]:
        group = call.cloud.group(call.region, tag["ResourceId"])
        group.alter(call.cloud.now, tags=_tagged(group.now.tags, [tag]))


def delete_tags(call: Call) -> None:
    for tag in call.values["Tags"]:
        group = call.cloud.group(call.region, tag["ResourceId"])
        left = {key: kept for key, kept in group.now.tags.items() if key != tag["Key"]}
        group.alter(call.cloud.now, tags=left)


def describe_tags(call: Call) -> dict[str, Any]:
    fields = {
        "auto-scaling-group": "ResourceId",
        "key": "Key",
        "value": "Value",
        "propagate-at-launch": "PropagateAtLaunch",
    }
    found = []
    for group in call.cloud.groups.values():
        settings = group.settings_at(call.as_of)
        if group.region == call.region and settings is not None:
            found.extend(tag_views(group, settings))
    for wanted in call.values.get("Filters", []):
        field = fields.get(wanted.get("Name", ""))
        if field is None:
            raise invalid(f"Invalid filter name: {wanted.get('Name')}")
        values = {
            str(value).lower() if field == "PropagateAtLaunch" else value
            for value in wanted.get("Values", [])
        }
        found = [
            tag
            for tag in found
            if (str(tag[field]).lower() if field == "PropagateAtLaunch" else tag[field]) in values
        ]
    chosen, token = page(found, call.values, 50, 100)
    return {"Tags": chosen, "NextToken": token}


_WARM = ("DesiredCapacity", "WarmedCapacity", "PendingCapacity", "TerminatingCapacity", "TotalCapacity")
METRICS = (
    *("GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity"),
    *(f"Group{each}" for each in ("InServiceInstances", "PendingInstances", "StandbyInstances")),
    *(f"Group{each}" for each in ("TerminatingInstances", "TotalInstances")),
    *(f"Group{each}Capacity" for each in ("InService", "Pending", "Standby", "Terminating", "Total")),
    *(f"WarmPool{each}" for each in _WARM),
    *("GroupAndWarmPoolDesiredCapacity", "GroupAndWarmPoolTotalCapacity"),
)
"""Source: EC2 Auto Scaling API reference, EnableMetricsCollection."""


def enable_metrics(call: Call) -> None:
    """More are added to those that are collected; a call that names none means all of them."""
    named = call.values.get("Metrics") or METRICS
    call.group.alter(call.cloud.now, metrics=tuple(dict.fromkeys((*call.group.now.metrics, *named))))


def disable_metrics(call: Call) -> None:
    named = call.values.get("Metrics") or []
    left = tuple(metric for metric in call.group.now.metrics if named and metric not in named)
    call.group.alter(call.cloud.now, metrics=left)


ACTIONS = {
    "CreateAutoScalingGroup": create_auto_scaling_group,
    "UpdateAutoScalingGroup": update_auto_scaling_group,
    "SetDesiredCapacity": set_desired_capacity,
    "DeleteAutoScalingGroup": delete_auto_scaling_group,
    "DescribeAutoScalingGroups": describe_auto_scaling_groups,
    "SuspendProcesses": suspend_processes,
    "ResumeProcesses": resume_processes,
    "CreateOrUpdateTags": create_or_update_tags,
    "DeleteTags": delete_tags,
    "DescribeTags": describe_tags,
    "EnableMetricsCollection": enable_metrics,
    "DisableMetricsCollection": disable_metrics,
}
