"""ESS calls about members: read, removed, detached, attached, protected, in Standby, and the size by adjustment.

Source: ESS API reference of each call. This module refuses to know what an activity does.
"""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.alibaba import views
from pulumi_rolling.lab.alibaba.call import Answer, Call, Operation, numbered
from pulumi_rolling.lab.alibaba.parameters import flag
from pulumi_rolling.lab.alibaba.refusals import conflict, wrong
from pulumi_rolling.lab.world.ess import health, orders, removing
from pulumi_rolling.lab.world.ess.activity import Activity
from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.member import IN_SERVICE, PROTECTED, Member
from pulumi_rolling.lab.world.refusal import Refused

MOST_REMOVED = 1000
MOST_MOVED = 100
MOST_AT_ONCE = 20
MOST_NAMED = {"2014-08-28": 100, "2022-02-22": 200}
MOST_SHOWN = {"2014-08-28": 200, "2022-02-22": 100}
RANGES = {
    "QuantityChangeInCapacity": (-1000, 1000),
    "PercentChangeInCapacity": (-100, 10000),
    "TotalCapacity": (0, 2000),
}


def describe_scaling_instances(call: Call) -> Answer:
    values = call.values
    ids = call.most("InstanceIds", MOST_NAMED[call.version])
    lifecycles = _either(call, "LifecycleState", "LifecycleStates")
    creations = _either(call, "CreationType", "CreationTypes")
    shown: list[dict[str, Any]] = []
    for group in call.cloud.groups.values():
        if values.get("ScalingGroupId") not in (None, group.id):
            continue
        for member, state in views.seen(call, group):
            view = views.member_view(call, group, member, state)
            if (ids and member.id not in ids) or (lifecycles and state.lifecycle not in lifecycles):
                continue
            if creations and member.creation not in creations:
                continue
            exact = ("HealthStatus", "ScalingActivityId", "ScalingConfigurationId")
            if all(values.get(name) in (None, view[name]) for name in exact):
                shown.append(view)
    page, about = numbered(call, shown, MOST_SHOWN[call.version])
    return {**about, "TotalSpotCount": 0, "ScalingInstances": page}


def _either(call: Call, one: str, several: str) -> list[Any]:
    if one in call.values and several in call.values:
        raise conflict(one, several)
    return [call.values[one]] if one in call.values else call.most(several, 10)


def _members(call: Call, most: int) -> tuple[Group, list[Member], list[str]]:
    """The members that a call names, and the ids that it lets be ignored."""
    group, ids = call.group, call.most("InstanceIds", most)
    ignored: list[str] = []
    if call.values.get("IgnoreInvalidInstance"):
        ignored = [each for each in ids if each not in group.members]
    return group, group.named([each for each in ids if each not in ignored]), ignored


def _context(call: Call) -> dict[str, Any]:
    given: dict[str, Any] = call.values.get("LifecycleHookContext") or {}
    disabled = flag("LifecycleHookContext", given.get("DisableLifecycleHook") or False)
    return {**given, "DisableLifecycleHook": disabled} if given else {}


def remove_instances(call: Call) -> Answer:
    group, there, ignored = _members(call, MOST_REMOVED)
    policy = call.values.get("RemovePolicy", removing.RELEASE)
    if policy not in (removing.RELEASE, removing.RECYCLE):
        raise wrong("RemovePolicy", policy)
    recycles = group.now.told.get("ScalingPolicy") in ("recycle", "forcerecycle")
    if policy == removing.RECYCLE and not recycles:
        policy = removing.RELEASE
    decrease = call.values.get("DecreaseDesiredCapacity", True)
    activity = orders.take_out(call.cloud, group, there, policy, decrease, _context(call))
    shown = [{"InstanceId": each, "Code": "InvalidInstanceId.NotFound", "Message": ""} for each in ignored]
    return {"ScalingActivityId": activity.id, "IgnoredInstances": shown}


def detach_instances(call: Call) -> Answer:
    group, there, _ = _members(call, MOST_MOVED)
    decrease = call.values.get("DecreaseDesiredCapacity", True)
    activity = orders.take_out(call.cloud, group, there, removing.DETACH, decrease, {})
    return {"ScalingActivityId": activity.id}


def attach_instances(call: Call) -> Answer:
    group = call.group
    found = [call.cloud.machines.get(each) for each in call.most("InstanceIds", MOST_MOVED)]
    there = [each for each in found if each is not None and each.now.machine != "Released"]
    if len(there) < len(found):
        text = "The specified instance does not exist."
        raise Refused("InvalidInstanceId.NotFound", text, status=404)
    if any(call.cloud.group_of(each) is not None for each in there):
        raise Refused("InvalidInstanceId.InUse", "The specified instance is in a scaling group already.")
    activity = orders.attach(call.cloud, group, there, call.values.get("Entrusted", False))
    return {"ScalingActivityId": activity.id}


def enter_standby(call: Call) -> Answer:
    group, there, _ = _members(call, MOST_AT_ONCE)
    activity = orders.to_standby(call.cloud, group, there)
    return _moved(call, activity)


def exit_standby(call: Call) -> Answer:
    group, there, _ = _members(call, MOST_AT_ONCE)
    activity = orders.from_standby(call.cloud, group, there)
    return _moved(call, activity)


def _moved(call: Call, activity: Activity) -> Answer:
    """Without `Async` the answer waits for the end of the move."""
    if not call.values.get("Async"):
        call.awaits.append(activity)
    return {"ScalingActivityId": activity.id}


def set_instances_protection(call: Call) -> Answer:
    group, there, _ = _members(call, MOST_AT_ONCE)
    group.needs_active()
    to = PROTECTED if call.values["ProtectedFromScaleIn"] else IN_SERVICE
    if any(each.now.lifecycle not in (IN_SERVICE, PROTECTED) for each in there):
        raise Refused("IncorrectInstanceStatus", orders.WRONG_STATUS)
    for member in there:
        group.change(call.cloud.now, member, lifecycle=to)
        health.notice(call.cloud, group, member)
    call.cloud.stir(group)
    return {}


def set_instance_health(call: Call) -> Answer:
    """The mark is acted on at the next check; this call answers 400 where others answer 404."""
    status = call.values["HealthStatus"]
    if status not in ("Healthy", "Unhealthy"):
        raise wrong("HealthStatus", status)
    member = call.cloud.machines.get(call.values["InstanceId"])
    group = call.cloud.group_of(member) if member is not None else None
    if member is None or group is None:
        text = f'Instance "{call.values["InstanceId"]}" does not exist.'
        raise Refused("InvalidInstanceId.NotFound", text)
    group.change(call.cloud.now, member, health=status)
    call.cloud.stir(group)
    return {}


def scale_with_adjustment(call: Call) -> Answer:
    group, values = call.group, call.values
    kind, value = values["AdjustmentType"], values["AdjustmentValue"]
    if kind not in RANGES:
        raise wrong("AdjustmentType", kind)
    if not RANGES[kind][0] <= value <= RANGES[kind][1]:
        raise wrong("AdjustmentValue", value)
    number = orders.wanted(group, kind, value, values.get("MinAdjustmentMagnitude", 1))
    if values.get("ExecutionMode") == "PlanOnly":
        return {"PlanResult": {"ResourceAllocations": [{"Amount": max(0, number - group.total)}]}}
    activity = orders.adjust(call.cloud, group, number, values.get("SyncActivity", False))
    if activity is None:
        return {"ActivityType": "CapacityChange"}
    activity.context, activity.metadata = _context(call), values.get("ActivityMetadata")
    return {"ScalingActivityId": activity.id}


_STANDBY = "ScalingGroupId* InstanceIds*:l Async:b ClientToken RegionId"
OPERATIONS = {
    "DescribeScalingInstances": Operation(
        "RegionId* ScalingGroupId ScalingConfigurationId HealthStatus LifecycleState LifecycleStates:l "
        "CreationType CreationTypes:l ScalingActivityId InstanceIds:l PageNumber:i PageSize:i",
        describe_scaling_instances,
    ),
    "RemoveInstances": Operation(
        "ScalingGroupId* InstanceIds*:l ClientToken DecreaseDesiredCapacity:b IgnoreInvalidInstance:b "
        "LifecycleHookContext:j RegionId RemovePolicy StopInstanceTimeout:i",
        remove_instances,
    ),
    "DetachInstances": Operation(
        "ScalingGroupId* InstanceIds*:l ClientToken DecreaseDesiredCapacity:b DetachOption "
        "IgnoreInvalidInstance:b LifecycleHook:b",
        detach_instances,
    ),
    "AttachInstances": Operation(
        "ScalingGroupId* InstanceIds:l ClientToken Entrusted:b IgnoreInvalidInstance:b LifecycleHook:b "
        "LoadBalancerWeights:l RegionId",
        attach_instances,
    ),
    "EnterStandby": Operation(_STANDBY, enter_standby),
    "ExitStandby": Operation(_STANDBY, exit_standby),
    "SetInstancesProtection": Operation(
        "ScalingGroupId* InstanceIds*:l ProtectedFromScaleIn*:b", set_instances_protection
    ),
    "SetInstanceHealth": Operation("InstanceId* HealthStatus*", set_instance_health),
    "ScaleWithAdjustment": Operation(
        "ScalingGroupId* AdjustmentType* AdjustmentValue*:i ActivityMetadata ClientToken ExecutionMode "
        "LifecycleHookContext:j MinAdjustmentMagnitude:i ParallelTask:b SyncActivity:b",
        scale_with_adjustment,
    ),
}
