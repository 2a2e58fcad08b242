"""What stands around a group and is not in its description: hooks, scheduled actions, refreshes."""

from __future__ import annotations

from pulumi_rolling.fleets.auto_scaling_group.facts import Hook
from pulumi_rolling.fleets.aws.api import AUTO_SCALING, Answer, AwsApi


def launch_hooks(api: AwsApi, group: str) -> tuple[Hook, ...]:
    """The hooks that keep a new instance waiting.

    A heartbeat that is not given is one hour (PutLifecycleHook, EC2 Auto Scaling API).
    """
    answer = api.call(AUTO_SCALING, "DescribeLifecycleHooks", AutoScalingGroupName=group)
    return tuple(
        Hook(
            hook["LifecycleHookName"],
            float(hook.get("HeartbeatTimeout", 3600)),
            hook.get("DefaultResult", "ABANDON"),
        )
        for hook in answer["LifecycleHooks"]
        if hook["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_LAUNCHING"
    )


def scheduled_actions(api: AwsApi, group: str) -> tuple[str, ...]:
    pages = api.pages(AUTO_SCALING, "DescribeScheduledActions", AutoScalingGroupName=group)
    return tuple(
        action["ScheduledActionName"] for page in pages for action in page["ScheduledUpdateGroupActions"]
    )


def refreshes(api: AwsApi, group: str) -> list[Answer]:
    """Newest first, and only one can be active (facts/aws.md 1.1), so the first few say it all."""
    answer = api.call(AUTO_SCALING, "DescribeInstanceRefreshes", AutoScalingGroupName=group, MaxRecords=5)
    found: list[Answer] = answer["InstanceRefreshes"]
    return found
