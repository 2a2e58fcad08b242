"""A group's members as targets: their health, and how long they drain; everything else is moto's.

moto gives every target group the attribute deregistration_delay.timeout_seconds with AWS's default of 300;
the lab drains only where a call has set it.
"""

from __future__ import annotations

import re
from typing import Any

from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.aws.wire import protocol
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.targets import target_health

DELAY = "deregistration_delay.timeout_seconds"
NOT_REGISTERED = ("unused", "Target.NotRegistered", "Target is not registered to the target group")


def describe_target_health(call: Call) -> tuple[int, str]:
    """Targets that are the lab's instances are answered here, all others by moto."""
    arn = call.values["TargetGroupArn"]
    asked = [target["Id"] for target in call.values.get("Targets") or []]
    views = []
    for group in call.cloud.groups.values():
        if arn in group.now.target_groups:
            views += _members(call, group, asked)
    shown = {view["Target"]["Id"] for view in views}
    own = [each for each in asked if each in call.cloud.machines]
    views += [_view(each, NOT_REGISTERED) for each in own if each not in shown]
    wire = protocol("elbv2")
    if asked and len(own) == len(asked):
        return 200, wire.write(call.action, {"TargetHealthDescriptions": views})
    form = {key: value for key, value in call.form.items() if not key.startswith("Targets.")}
    for place, each in enumerate((each for each in asked if each not in call.cloud.machines), 1):
        form[f"Targets.member.{place}.Id"] = each
    status, body = call.ask(form)
    if status != 200 or not views:
        return status, body
    items = wire.items(call.action, "TargetHealthDescriptions", views)
    tag = "TargetHealthDescriptions"
    if f"<{tag}>" in body:
        return status, body.replace(f"<{tag}>", f"<{tag}>{items}", 1)
    return status, re.sub(rf"<{tag}\s*/>", lambda _: f"<{tag}>{items}</{tag}>", body, count=1)


def _members(call: Call, group: Group, asked: list[str]) -> list[dict[str, Any]]:
    pairs = [
        (member, target_health(call.cloud, member))
        for member in group.members.values()
        if not asked or member.id in asked
    ]
    return [_view(member.id, health) for member, health in pairs if health is not None]


def _view(instance_id: str, health: tuple[str, str | None, str | None]) -> dict[str, Any]:
    state, reason, description = health
    return {
        "Target": {"Id": instance_id, "Port": 80},
        "HealthCheckPort": "80",
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
