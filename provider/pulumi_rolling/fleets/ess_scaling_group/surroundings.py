"""What stands around a group and is not in its description: launch hooks, and refreshes of others."""

from __future__ import annotations

from collections.abc import Callable

from pulumi_rolling.core.replace.looks import rarely
from pulumi_rolling.core.replace.questions import looks_for_others
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets.alibaba.api import AlibabaApi, Answer
from pulumi_rolling.fleets.alibaba.place import ESS
from pulumi_rolling.fleets.ess_scaling_group.description import ACTIVE_REFRESH
from pulumi_rolling.fleets.ess_scaling_group.facts import Hook

SELDOM = 30.0
"""Seconds for which an answer about others' refreshes serves at least: nobody begins one often."""


def launch_hooks(api: AlibabaApi, group: str) -> tuple[Hook, ...]:
    """The hooks that keep a new instance waiting; a group has six at most, so that one page brings all."""
    answer = api.call(ESS, "DescribeLifecycleHooks", ScalingGroupId=group, PageSize=50)
    return tuple(
        Hook(
            hook["LifecycleHookName"],
            float(hook.get("HeartbeatTimeout") or 600),
            hook.get("DefaultResult") or "CONTINUE",
        )
        for hook in answer["LifecycleHooks"]
        if hook["LifecycleTransition"] == "SCALE_OUT"
    )


class Refreshes:
    """Instance refreshes of one group, which another than we begins."""

    def __init__(self, group: str, api: AlibabaApi, clock: Callable[[], float]) -> None:
        self._group = group
        self._api = api
        self._clock = clock
        self._asked_at = clock()
        """The fleet's facts ask before any look does."""
        self._active: Answer | None = None

    def now(self) -> list[Answer]:
        """Newest first, and one at a time can be active, so the first page says it all."""
        answer = self._api.call(ESS, "DescribeInstanceRefreshes", ScalingGroupId=self._group, MaxResults=10)
        self._asked_at = self._clock()
        found: list[Answer] = answer["InstanceRefreshTasks"]
        self._active = next((each for each in found if each["Status"] in ACTIVE_REFRESH), None)
        return found

    def under_way(self, rollout: Rollout) -> str:
        """The active one in words."""
        if not looks_for_others(rollout):
            return ""
        if self._clock() - self._asked_at >= rarely(rollout, SELDOM):
            self.now()
        if self._active is None:
            return ""
        return f"instance refresh {self._active['InstanceRefreshTaskId']}, which is {self._active['Status']}"
