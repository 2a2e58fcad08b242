"""Members of groups and tasks of services as targets: their health, how long they drain; all else is moto's.

moto gives every target group the attribute deregistration_delay.timeout_seconds with AWS's default of 300;
the lab drains only where a call has set it.
"""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.aws.joined import join, split
from pulumi_rolling.lab.world.ecs.service import services
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.targets import DRAINING, FAILED, HEALTHY, REGISTERING, target_health

DELAY = "deregistration_delay.timeout_seconds"
OF_TASKS = {each[0]: each for each in (REGISTERING, HEALTHY, FAILED, DRAINING)}
NOT_REGISTERED = ("unused", "Target.NotRegistered", "Target is not registered to the target group")


def describe_target_health(call: Call) -> tuple[int, str]:
    """Targets that are the lab's instances are answered here, all others by moto."""
    arn = call.values["TargetGroupArn"]
    asked = [target["Id"] for target in call.values.get("Targets") or []]
    views = []
    for group in call.cloud.groups.values():
        if arn in group.now.target_groups:
            views += _members(call, group, asked)
    tasks = _tasks(call, arn, asked)
    shown = {view["Target"]["Id"] for view in views}
    named = [each for each in asked if each not in {view["Target"]["Id"] for view in tasks}]
    own, form = split(call, named, "Targets.member.{}.Id") if asked else ([], call.form)
    views += [_view(member.id, NOT_REGISTERED) for member in own if member.id not in shown]
    views += tasks
    if form is not None and asked:
        form = {key: value for key, value in form.items() if not key.endswith(".Port")}
    return join(call, "elbv2", "TargetHealthDescriptions", views, form)


def _members(call: Call, group: Group, asked: list[str]) -> list[dict[str, Any]]:
    pairs = [
        (member, target_health(call.cloud, member))
        for member in group.members.values()
        if not asked or member.id in asked
    ]
    return [_view(member.id, health) for member, health in pairs if health is not None]


def _tasks(call: Call, arn: str, asked: list[str]) -> list[dict[str, Any]]:
    """Tasks of services as targets, by their addresses."""
    return [
        _view(task.address, OF_TASKS[task.now.target], port)
        for service in services(call.cloud)
        for task in service.tasks.values()
        for group, port in service.target_groups(task.deployment)
        if group == arn and task.now.target is not None and (not asked or task.address in asked)
    ]


def _view(target_id: str, health: tuple[str, str | None, str | None], port: int = 80) -> dict[str, Any]:
    state, reason, description = health
    return {
        "Target": {"Id": target_id, "Port": port},
        "HealthCheckPort": str(port),
        "TargetHealth": {"State": state, "Reason": reason, "Description": description},
    }


def modify_target_group_attributes(call: Call) -> tuple[int, str]:
    """moto keeps the attributes; the lab waits for the delay from now on."""
    status, body = call.ask(call.form)
    if status == 200:
        for attribute in call.values["Attributes"]:
            if attribute.get("Key") == DELAY:
                call.cloud.drains[call.values["TargetGroupArn"]] = float(attribute["Value"])
    return status, body


ACTIONS = {
    "DescribeTargetHealth": describe_target_health,
    "ModifyTargetGroupAttributes": modify_target_group_attributes,
}


def answer(call: Call) -> tuple[int, str]:
    return ACTIONS[call.action](call)
