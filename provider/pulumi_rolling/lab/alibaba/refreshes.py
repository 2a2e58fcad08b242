"""ESS calls about instance refreshes.

Source: ESS API reference, StartInstanceRefresh, DescribeInstanceRefreshes and their siblings. This module refuses to
know what a refresh does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pulumi_rolling.lab.alibaba.call import OLDER, Answer, Call, Operation, tokened
from pulumi_rolling.lab.alibaba.parameters import whole
from pulumi_rolling.lab.alibaba.refusals import missing, wrong
from pulumi_rolling.lab.world.ess import refresh_orders, refreshing
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.refresh import Asked, Refresh, RefreshState

LONGEST_PAUSE = 2880


def start(call: Call) -> Answer:
    values = call.values
    asked = Asked(
        desired=values.get("DesiredConfiguration") or {},
        minimum=_within(call, "MinHealthyPercentage", 0, 100, 80),
        maximum=_within(call, "MaxHealthyPercentage", 100, 200, 120),
        skip_matching=values.get("SkipMatching", True),
        checkpoints=_checkpoints(values.get("Checkpoints") or []),
        pause=_within(call, "CheckpointPauseTime", 1, LONGEST_PAUSE, 60),
    )
    return {"InstanceRefreshTaskId": refresh_orders.begin(call.cloud, call.group, asked).id}


def _within(call: Call, name: str, low: int, high: int, usual: int) -> int:
    value: int = call.values.get(name, usual)
    if not low <= value <= high:
        raise wrong(name, value)
    return value


def _checkpoints(given: list[Any]) -> tuple[int, ...]:
    """Percentages that grow up to 100."""
    found = tuple(whole("Checkpoints.Percentage", each.get("Percentage")) for each in given)
    if found and (found[-1] != 100 or found[0] < 1 or list(found) != sorted(set(found))):
        raise wrong("Checkpoints", found)
    return found


def describe(call: Call) -> Answer:
    """The newest first; a group or ids must be named."""
    ids, group_id = call.most("InstanceRefreshTaskIds", 50), call.values.get("ScalingGroupId")
    if group_id is None and (not ids or call.version == OLDER):
        raise missing("ScalingGroupId")
    shown = []
    for group in call.cloud.groups.values():
        for task in group.refreshes:
            state = task.states.at(call.as_of)
            if state is not None and group_id in (None, group.id) and (not ids or task.id in ids):
                shown.append((task, state))
    shown.sort(key=lambda each: each[0].started_at, reverse=True)
    page, about = tokened(call, shown)
    return {**about, "InstanceRefreshTasks": [_view(call, task, state) for task, state in page]}


def _view(call: Call, task: Refresh, state: RefreshState) -> dict[str, Any]:
    asked = task.asked
    return {
        "InstanceRefreshTaskId": task.id,
        "ScalingGroupId": task.group_id,
        "RegionId": "cn-hangzhou",
        "Status": state.status,
        "Detail": state.detail or None,
        "StartTime": call.minute(task.started_at),
        "EndTime": call.minute(state.ended_at) if state.ended_at is not None else None,
        "TotalNeedUpdateCapacity": state.needed,
        "FinishedUpdateCapacity": state.finished,
        "MinHealthyPercentage": asked.minimum,
        "MaxHealthyPercentage": asked.maximum,
        "SkipMatching": asked.skip_matching,
        "Checkpoints": [{"Percentage": each} for each in asked.checkpoints],
        "CheckpointPauseTime": asked.pause,
        "DesiredConfiguration": asked.desired or None,
    }


def _move(order: Callable[[EssCloud, Group, Refresh], None], call: Call) -> Answer:
    """The older version may leave the task's id out: the active one is meant."""
    group, task_id = call.group, call.values.get("InstanceRefreshTaskId")
    if task_id is None and call.version != OLDER:
        raise missing("InstanceRefreshTaskId")
    found = [each for each in group.refreshes if each.id == task_id]
    task = found[0] if found else refreshing.active(group) if task_id is None else None
    if task is None:
        raise wrong("InstanceRefreshTaskId", task_id or "")
    order(call.cloud, group, task)
    return {}


_MOVE = "RegionId* ScalingGroupId* InstanceRefreshTaskId"
OPERATIONS = {
    "StartInstanceRefresh": Operation(
        "RegionId* ScalingGroupId* CheckpointPauseTime:i Checkpoints:l ClientToken DesiredConfiguration:j "
        "MaxHealthyPercentage:i MinHealthyPercentage:i SkipMatching:b Strategy",
        start,
    ),
    "DescribeInstanceRefreshes": Operation(
        "RegionId* ScalingGroupId InstanceRefreshTaskIds:l MaxResults:i NextToken", describe
    ),
    "SuspendInstanceRefresh": Operation(_MOVE, partial(_move, refresh_orders.suspend)),
    "ResumeInstanceRefresh": Operation(_MOVE, partial(_move, refresh_orders.resume)),
    "CancelInstanceRefresh": Operation(_MOVE, partial(_move, refresh_orders.cancel)),
    "RollbackInstanceRefresh": Operation(_MOVE, partial(_move, refresh_orders.roll_back)),
}
