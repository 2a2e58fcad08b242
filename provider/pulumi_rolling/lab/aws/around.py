"""Auto Scaling calls around a group: schedules, instance refreshes, load balancers, metrics.

Instance refreshes are kept as in progress until they are cancelled and replace nothing.
"""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.aws.call import Call, page
from pulumi_rolling.lab.world import lives
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.refusal import Refused, invalid
from pulumi_rolling.lab.world.schedule import schedule

ACTIVE_REFRESH = ("Pending", "InProgress", "Baking", "Cancelling", "RollbackInProgress")


def _group(call: Call) -> Group:
    return call.cloud.group(call.region, call.group_name)


def put_scheduled_action(call: Call) -> None:
    schedule(call.cloud, _group(call), call.values)


def batch_put_scheduled_actions(call: Call) -> dict[str, Any]:
    for action in call.values["ScheduledUpdateGroupActions"]:
        schedule(call.cloud, _group(call), action)
    return {"FailedScheduledUpdateGroupActions": []}


def describe_scheduled_actions(call: Call) -> dict[str, Any]:
    name, names = call.values.get("AutoScalingGroupName"), call.values.get("ScheduledActionNames")
    found = [
        action
        for group in call.cloud.groups.values()
        if group.region == call.region and name in (None, group.name)
        for action in group.scheduled.values()
        if not names or action["ScheduledActionName"] in names
    ]
    chosen, token = page(found, call.values, 50, 100)
    return {"ScheduledUpdateGroupActions": chosen, "NextToken": token}


def delete_scheduled_action(call: Call) -> None:
    if _group(call).scheduled.pop(call.values["ScheduledActionName"], None) is None:
        raise invalid("Scheduled action name not found")


def start_instance_refresh(call: Call) -> dict[str, Any]:
    group, cloud = _group(call), call.cloud
    if any(refresh["Status"] in ACTIVE_REFRESH for refresh in group.refreshes):
        raise Refused(
            "InstanceRefreshInProgress",
            "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
        )
    refresh = {
        "InstanceRefreshId": cloud.new_id(),
        "AutoScalingGroupName": group.name,
        "Status": "InProgress",
        "StartTime": cloud.stamp(cloud.now),
        "PercentageComplete": 0,
        "InstancesToUpdate": len(group.members),
        "Strategy": call.values.get("Strategy", "Rolling"),
        "Preferences": call.values.get("Preferences"),
        "DesiredConfiguration": call.values.get("DesiredConfiguration"),
    }
    group.refreshes.insert(0, refresh)
    return {"InstanceRefreshId": refresh["InstanceRefreshId"]}


def describe_instance_refreshes(call: Call) -> dict[str, Any]:
    ids = call.values.get("InstanceRefreshIds")
    found = [refresh for refresh in _group(call).refreshes if not ids or refresh["InstanceRefreshId"] in ids]
    chosen, token = page(found, call.values, 50, 100)
    return {"InstanceRefreshes": chosen, "NextToken": token}


def cancel_instance_refresh(call: Call) -> dict[str, Any]:
    for refresh in _group(call).refreshes:
        if refresh["Status"] in ACTIVE_REFRESH:
            refresh |= {"Status": "Cancelled", "EndTime": call.cloud.stamp(call.cloud.now)}
            return {"InstanceRefreshId": refresh["InstanceRefreshId"]}
    raise Refused(
        "ActiveInstanceRefreshNotFound",
        "No in progress or pending Instance Refresh found for Auto Scaling group " + call.group_name,
    )


def _attach(call: Call, group: Group, field: str, names: list[str]) -> None:
    """Members in service become targets of what is attached."""
    had: tuple[str, ...] = getattr(group.now, field)
    first = not (group.now.target_groups or group.now.balancers)
    group.alter(call.cloud.now, **{field: (*had, *(name for name in names if name not in had))})
    for member in group.members.values():
        if member.now.lifecycle == "InService" and (first or member.registered_at is None):
            lives.register(call.cloud, member)


def _detach(call: Call, group: Group, field: str, names: list[str]) -> None:
    group.alter(
        call.cloud.now, **{field: tuple(name for name in getattr(group.now, field) if name not in names)}
    )


def attach_target_groups(call: Call) -> dict[str, Any]:
    _attach(call, _group(call), "target_groups", call.values["TargetGroupARNs"])
    return {}


def detach_target_groups(call: Call) -> dict[str, Any]:
    _detach(call, _group(call), "target_groups", call.values["TargetGroupARNs"])
    return {}


def describe_target_groups(call: Call) -> dict[str, Any]:
    found = [
        {"LoadBalancerTargetGroupARN": arn, "State": "InService"} for arn in _group(call).now.target_groups
    ]
    chosen, token = page(found, call.values, 100, 100)
    return {"LoadBalancerTargetGroups": chosen, "NextToken": token}


def attach_load_balancers(call: Call) -> dict[str, Any]:
    _attach(call, _group(call), "balancers", call.values["LoadBalancerNames"])
    return {}


def detach_load_balancers(call: Call) -> dict[str, Any]:
    _detach(call, _group(call), "balancers", call.values["LoadBalancerNames"])
    return {}


def describe_load_balancers(call: Call) -> dict[str, Any]:
    found = [{"LoadBalancerName": name, "State": "InService"} for name in _group(call).now.balancers]
    chosen, token = page(found, call.values, 100, 100)
    return {"LoadBalancers": chosen, "NextToken": token}


def attach_traffic_sources(call: Call) -> dict[str, Any]:
    _attach(
        call,
        _group(call),
        "target_groups",
        [source["Identifier"] for source in call.values["TrafficSources"]],
    )
    return {}


def detach_traffic_sources(call: Call) -> dict[str, Any]:
    _detach(
        call,
        _group(call),
        "target_groups",
        [source["Identifier"] for source in call.values["TrafficSources"]],
    )
    return {}


def describe_traffic_sources(call: Call) -> dict[str, Any]:
    found = [
        {"Identifier": arn, "State": "InService", "Type": "elbv2"} for arn in _group(call).now.target_groups
    ]
    chosen, token = page(found, call.values, 50, 50)
    return {"TrafficSources": chosen, "NextToken": token}


def enable_metrics(call: Call) -> None:
    named = tuple(call.values.get("Metrics") or ["GroupInServiceInstances"])
    _group(call).alter(call.cloud.now, metrics=named)


def disable_metrics(call: Call) -> None:
    named = call.values.get("Metrics") or []
    left = tuple(metric for metric in _group(call).now.metrics if named and metric not in named)
    _group(call).alter(call.cloud.now, metrics=left)


ACTIONS = {
    "PutScheduledUpdateGroupAction": put_scheduled_action,
    "BatchPutScheduledUpdateGroupAction": batch_put_scheduled_actions,
    "DescribeScheduledActions": describe_scheduled_actions,
    "DeleteScheduledAction": delete_scheduled_action,
    "StartInstanceRefresh": start_instance_refresh,
    "DescribeInstanceRefreshes": describe_instance_refreshes,
    "CancelInstanceRefresh": cancel_instance_refresh,
    "AttachLoadBalancerTargetGroups": attach_target_groups,
    "DetachLoadBalancerTargetGroups": detach_target_groups,
    "DescribeLoadBalancerTargetGroups": describe_target_groups,
    "AttachLoadBalancers": attach_load_balancers,
    "DetachLoadBalancers": detach_load_balancers,
    "DescribeLoadBalancers": describe_load_balancers,
    "AttachTrafficSources": attach_traffic_sources,
    "DetachTrafficSources": detach_traffic_sources,
    "DescribeTrafficSources": describe_traffic_sources,
    "EnableMetricsCollection": enable_metrics,
    "DisableMetricsCollection": disable_metrics,
}
