"""Auto Scaling calls that attach load balancers, target groups and traffic sources to a group."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.aws.call import Call, page
from pulumi_rolling.lab.world import lives, targets


def _attach(call: Call, field: str, names: list[str]) -> None:
    """Members in service become targets of what is attached."""
    group = call.group
    had: tuple[str, ...] = getattr(group.now, field)
    first = not (group.now.target_groups or group.now.balancers)
    group.alter(call.cloud.now, **{field: (*had, *(name for name in names if name not in had))})
    for member in group.members.values():
        if member.now.lifecycle == "InService" and (first or member.registered_at is None):
            lives.register(call.cloud, group, member)
    _weigh(call)


def _detach(call: Call, field: str, names: list[str]) -> None:
    left = tuple(name for name in getattr(call.group.now, field) if name not in names)
    call.group.alter(call.cloud.now, **{field: left})
    _weigh(call)


def _weigh(call: Call) -> None:
    for member in call.group.members.values():
        targets.weigh(call.cloud, call.group, member)


def _sources(call: Call) -> list[str]:
    """A traffic source of the lab is a target group."""
    return [source["Identifier"] for source in call.values["TrafficSources"]]


def attach_target_groups(call: Call) -> dict[str, Any]:
    _attach(call, "target_groups", call.values["TargetGroupARNs"])
    return {}


def detach_target_groups(call: Call) -> dict[str, Any]:
    _detach(call, "target_groups", call.values["TargetGroupARNs"])
    return {}


def describe_target_groups(call: Call) -> dict[str, Any]:
    found = [
        {"LoadBalancerTargetGroupARN": arn, "State": "InService"} for arn in call.group.now.target_groups
    ]
    chosen, token = page(found, call.values, 100, 100)
    return {"LoadBalancerTargetGroups": chosen, "NextToken": token}


def attach_load_balancers(call: Call) -> dict[str, Any]:
    _attach(call, "balancers", call.values["LoadBalancerNames"])
    return {}


def detach_load_balancers(call: Call) -> dict[str, Any]:
    _detach(call, "balancers", call.values["LoadBalancerNames"])
    return {}


def describe_load_balancers(call: Call) -> dict[str, Any]:
    found = [{"LoadBalancerName": name, "State": "InService"} for name in call.group.now.balancers]
    chosen, token = page(found, call.values, 100, 100)
    return {"LoadBalancers": chosen, "NextToken": token}


def attach_traffic_sources(call: Call) -> dict[str, Any]:
    _attach(call, "target_groups", _sources(call))
    return {}


def detach_traffic_sources(call: Call) -> dict[str, Any]:
    _detach(call, "target_groups", _sources(call))
    return {}


def describe_traffic_sources(call: Call) -> dict[str, Any]:
    found = [
        {"Identifier": arn, "State": "InService", "Type": "elbv2"} for arn in call.group.now.target_groups
    ]
    chosen, token = page(found, call.values, 50, 50)
    return {"TrafficSources": chosen, "NextToken": token}


ACTIONS = {
    "AttachLoadBalancerTargetGroups": attach_target_groups,
    "DetachLoadBalancerTargetGroups": detach_target_groups,
    "DescribeLoadBalancerTargetGroups": describe_target_groups,
    "AttachLoadBalancers": attach_load_balancers,
    "DetachLoadBalancers": detach_load_balancers,
    "DescribeLoadBalancers": describe_load_balancers,
    "AttachTrafficSources": attach_traffic_sources,
    "DetachTrafficSources": detach_traffic_sources,
    "DescribeTrafficSources": describe_traffic_sources,
}
