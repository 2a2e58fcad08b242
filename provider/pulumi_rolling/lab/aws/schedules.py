"""Auto Scaling calls about a group's scheduled actions."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.aws.call import Call, page
from pulumi_rolling.lab.world.refusal import invalid
from pulumi_rolling.lab.world.schedule import schedule


def put_scheduled_action(call: Call) -> None:
    schedule(call.cloud, call.group, call.values)


def batch_put_scheduled_actions(call: Call) -> dict[str, Any]:
    for action in call.values["ScheduledUpdateGroupActions"]:
        schedule(call.cloud, call.group, action)
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
    if call.group.scheduled.pop(call.values["ScheduledActionName"], None) is None:
        raise invalid("Scheduled action name not found")


ACTIONS = {
    "PutScheduledUpdateGroupAction": put_scheduled_action,
    "BatchPutScheduledUpdateGroupAction": batch_put_scheduled_actions,
    "DescribeScheduledActions": describe_scheduled_actions,
    "DeleteScheduledAction": delete_scheduled_action,
}
