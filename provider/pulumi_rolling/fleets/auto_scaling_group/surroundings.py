"""What stands around a group and is not in its description: hooks, scheduled actions, refreshes."""

from __future__ import annotations

import time
from collections.abc import Callable

from pulumi_rolling.core.replace.questions import looks_for_others
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets.auto_scaling_group.description import ACTIVE_REFRESH
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


class Refreshes:
    """Instance refreshes of one group, which another than we begins."""

    def __init__(self, name: str, api: AwsApi, clock: Callable[[], float] = time.time) -> None:
        self._name = name
        self._api = api
        self._clock = clock
        self._asked_at = clock()
        """The fleet's facts ask before any look does."""
        self._active: Answer | None = None

    def now(self) -> list[Answer]:
        """Newest first, and only one can be active (facts/aws.md 1.1), so the first few say it all."""
        answer = self._api.call(
            AUTO_SCALING, "DescribeInstanceRefreshes", AutoScalingGroupName=self._name, MaxRecords=5
        )
        self._asked_at = self._clock()
        found: list[Answer] = answer["InstanceRefreshes"]
        self._active = next((each for each in found if each["Status"] in ACTIVE_REFRESH), None)
        return found

    def under_way(self, rollout: Rollout, age: float) -> str:
        """The active one in words; an answer serves for ``age`` seconds, since nobody begins one often."""
        if not looks_for_others(rollout):
            return ""
        if self._clock() - self._asked_at >= age:
            self.now()
        if self._active is None:
            return ""
        return f"instance refresh {self._active['InstanceRefreshId']}, which is {self._active['Status']}"
