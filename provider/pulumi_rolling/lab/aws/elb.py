"""A group's members behind a classic load balancer; moto calls every instance InService.

Source: Elastic Load Balancing API reference 2012-06-01, InstanceState; user guide, "Configure connection draining":
an instance that drains is InService, "Instance deregistration currently in progress".
"""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.aws.joined import join, split
from pulumi_rolling.lab.world.targets import target_health

STATES = {
    "healthy": ("InService", "N/A", "N/A"),
    "initial": ("OutOfService", "ELB", "Instance registration is still in progress."),
    "draining": ("InService", "N/A", "Instance deregistration currently in progress."),
    "unhealthy": (
        "OutOfService",
        "Instance",
        "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
    ),
    "unused": ("OutOfService", "Instance", "Instance is not currently registered with the LoadBalancer."),
}


def describe_instance_health(call: Call) -> tuple[int, str]:
    """Members of groups that are attached to the load balancer are answered here, all others by moto."""
    name = call.values["LoadBalancerName"]
    asked = [instance["InstanceId"] for instance in call.values.get("Instances") or []]
    own, form = split(call, asked, "Instances.member.{}.InstanceId") if asked else ([], call.form)
    views = []
    for group in call.cloud.groups.values():
        if group.region != call.region or name not in group.now.balancers:
            continue
        for member in group.members.values():
            health = target_health(call.cloud, member)
            if health is not None and (not asked or member in own):
                views.append(_view(member.id, health[0]))
    shown = {view["InstanceId"] for view in views}
    views += [_view(member.id, "unused") for member in own if member.id not in shown]
    return join(call, "elb", "InstanceStates", views, form)


def _view(instance_id: str, state: str) -> dict[str, Any]:
    shown, reason, description = STATES[state]
    return {"InstanceId": instance_id, "State": shown, "ReasonCode": reason, "Description": description}


ACTIONS = {"DescribeInstanceHealth": describe_instance_health}


def answer(call: Call) -> tuple[int, str]:
    return ACTIONS[call.action](call)
