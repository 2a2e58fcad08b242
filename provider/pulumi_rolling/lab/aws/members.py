"""Auto Scaling calls about single instances and about scaling activities.

Sources: EC2 Auto Scaling API reference of each call; user guide, "Temporarily remove instances", for Standby.
"""

from __future__ import annotations

from datetime import datetime
from itertools import chain
from typing import Any

from pulumi_rolling.lab.aws.call import Call, page
from pulumi_rolling.lab.aws.views import activity_view, instance_view
from pulumi_rolling.lab.world import health, lives, standby
from pulumi_rolling.lab.world.activities import Activity
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.member import Member
from pulumi_rolling.lab.world.refusal import Refused, invalid

MOST_INSTANCES = 50


def describe_auto_scaling_instances(call: Call) -> dict[str, Any]:
    ids = call.values.get("InstanceIds") or []
    if len(ids) > MOST_INSTANCES:
        raise invalid(f"The number of instance ids that may be passed in is limited to {MOST_INSTANCES}")
    groups = [group for group in call.cloud.groups.values() if group.region == call.region]
    found = [
        instance_view(member, state) | {"AutoScalingGroupName": group.name}
        for group in groups
        for member, state in (
            *group.members_at(call.as_of),
            *((each, each.now) for each in group.warm.values()),
        )
        if not ids or member.id in ids
    ]
    chosen, token = page(found, call.values, MOST_INSTANCES, MOST_INSTANCES)
    return {"AutoScalingInstances": chosen, "NextToken": token}


def terminate_instance(call: Call) -> dict[str, Any]:
    """One instance by InstanceId, or up to a hundred of one group by InstanceIds.

    An instance that is being terminated already is refused with ScalingActivityInProgress.
    """
    cloud, values = call.cloud, call.values
    decrement = values["ShouldDecrementDesiredCapacity"]
    ids = values.get("InstanceIds")
    asked = ids or [values.get("InstanceId", "")]
    for instance_id in asked:
        _refuse_warm(call, instance_id)
    pairs = [cloud.managed(call.region, each) for each in asked]
    group = pairs[0][0]
    if any(other is not group for other, _ in pairs) or (
        ids and values.get("AutoScalingGroupName") != group.name
    ):
        raise invalid("All instances must belong to the given Auto Scaling group")
    members = [member for _, member in pairs]
    for member in members:
        if member.now.terminating and member.end_activity is not None:
            raise Refused(
                "ScalingActivityInProgress",
                f"Scaling activity {member.end_activity.id} is in progress and blocks this action",
            )
    before = group.now.desired
    if decrement:
        _decrement(call, group, members)
    activities = []
    at = cloud.clock(cloud.now)
    for member in members:
        cause = f"At {at} instance {member.id} was taken out of service in response to a user request"
        cause += f", shrinking the capacity from {before} to {group.now.desired}." if decrement else "."
        lives.terminate(cloud, group, member, cause)
        activities.append(_last(call, group))
    return {"Activities": activities} if ids else {"Activity": activities[0]}


def _refuse_warm(call: Call, instance_id: str) -> None:
    """ "This operation cannot be called on instances in a warm pool": API reference; the error is worded here."""
    member = call.cloud.machines.get(instance_id)
    if member is not None and member.region == call.region and member.now.warm and member.now.belongs:
        raise invalid(
            f"The instance {instance_id} is in a warm pool and cannot be terminated by this operation."
        )


def _decrement(call: Call, group: Group, members: list[Member]) -> None:
    """Members in Standby do not count against the desired capacity."""
    desired = group.now.desired - sum(member.units for member in members if member.now.active)
    if desired < group.now.minimum:
        raise invalid(
            f"Currently, desiredSize equals minSize ({group.now.minimum}). Terminating instance without "
            "replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity "
            "flag to false or lower group's min size."
        )
    group.alter(call.cloud.now, desired=desired)


def _last(call: Call, group: Group) -> dict[str, Any]:
    return activity_view(call.cloud, group.activities.entries[-1], call.cloud.now)


def _chosen(call: Call) -> tuple[Group, list[Member]]:
    group = call.group
    members = []
    for instance_id in call.values.get("InstanceIds") or []:
        if instance_id not in group.members:
            raise invalid(f"The instance {instance_id} is not part of Auto Scaling group {group.name}.")
        members.append(group.members[instance_id])
    return group, members


def enter_standby(call: Call) -> dict[str, Any]:
    group, members = _chosen(call)
    made = standby.enter(call.cloud, group, members, call.values["ShouldDecrementDesiredCapacity"])
    return {"Activities": [activity_view(call.cloud, activity, call.cloud.now) for activity in made]}


def exit_standby(call: Call) -> dict[str, Any]:
    group, members = _chosen(call)
    made = standby.leave(call.cloud, group, members)
    return {"Activities": [activity_view(call.cloud, activity, call.cloud.now) for activity in made]}


def detach_instances(call: Call) -> dict[str, Any]:
    group, members = _chosen(call)
    made = standby.detach(call.cloud, group, members, call.values["ShouldDecrementDesiredCapacity"])
    return {"Activities": [activity_view(call.cloud, activity, call.cloud.now) for activity in made]}


def set_instance_protection(call: Call) -> dict[str, Any]:
    group, members = _chosen(call)
    standby.protect(call.cloud, group, members, call.values["ProtectedFromScaleIn"])
    return {}


def set_instance_health(call: Call) -> None:
    """A mark by the user acts even where HealthCheck is suspended."""
    group, member = call.cloud.managed(call.region, call.values["InstanceId"])
    status = call.values["HealthStatus"]
    if status == "Unhealthy":
        health.mark(call.cloud, group, member, health.MARKED)
    elif status == "Healthy":
        group.change(call.cloud.now, member, health="Healthy")
    else:
        raise invalid("Valid instance health states are: [Healthy, Unhealthy].")


def describe_scaling_activities(call: Call) -> dict[str, Any]:
    """Activities, newest first; filters StartTimeLowerBound, StartTimeUpperBound and Status."""
    cloud, values = call.cloud, call.values
    name = values.get("AutoScalingGroupName")
    known = chain(cloud.groups.values(), cloud.deleted if values.get("IncludeDeletedGroups") else [])
    groups = [group for group in known if group.region == call.region and name in (None, group.name)]
    if name is not None and not groups:
        raise invalid("AutoScalingGroup name not found - no such group: " + name)
    entries = [
        entry for group in groups for entry in group.activities.entries if entry.started_at <= call.as_of
    ]
    if len(groups) > 1:
        entries.sort(key=lambda entry: entry.started_at)
    entries.reverse()
    ids = values.get("ActivityIds")
    filters = values.get("Filters", [])
    if ids or filters:
        entries = [
            entry for entry in entries if (not ids or entry.id in ids) and _matches(call, entry, filters)
        ]
    chosen, token = page(entries, values, 100, 100)
    return {"Activities": [activity_view(cloud, entry, call.as_of) for entry in chosen], "NextToken": token}


def _matches(call: Call, entry: Activity, filters: list[dict[str, Any]]) -> bool:
    for wanted in filters:
        name, values = wanted.get("Name"), wanted.get("Values", [])
        started = call.cloud.stamp(entry.started_at)
        if name == "StartTimeLowerBound":
            kept = started >= _moment(values[0])
        elif name == "StartTimeUpperBound":
            kept = started <= _moment(values[0])
        elif name == "Status":
            kept = activity_view(call.cloud, entry, call.as_of)["StatusCode"] in values
        else:
            raise invalid(f"Invalid filter name: {name}")
        if not kept:
            return False
    return True


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except ValueError:
        raise invalid(f"Invalid timestamp: {text}") from None


ACTIONS = {
    "DescribeAutoScalingInstances": describe_auto_scaling_instances,
    "TerminateInstanceInAutoScalingGroup": terminate_instance,
    "EnterStandby": enter_standby,
    "ExitStandby": exit_standby,
    "DetachInstances": detach_instances,
    "SetInstanceProtection": set_instance_protection,
    "SetInstanceHealth": set_instance_health,
    "DescribeScalingActivities": describe_scaling_activities,
}
