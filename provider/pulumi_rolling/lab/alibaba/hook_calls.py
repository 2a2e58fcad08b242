"""ESS calls about lifecycle hooks and their tokens.

Source: ESS API reference of each call. This module refuses to know who waits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_rolling.lab.alibaba import views
from pulumi_rolling.lab.alibaba.call import Answer, Call, Operation, numbered, tokened
from pulumi_rolling.lab.alibaba.parameters import whole
from pulumi_rolling.lab.alibaba.refusals import wrong
from pulumi_rolling.lab.world.ess import hooks
from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.waits import (
    ABANDON,
    CONTINUE,
    RESULTS,
    ROLLBACK,
    SCALE_IN,
    SCALE_OUT,
    Hook,
    HookAction,
)
from pulumi_rolling.lab.world.refusal import Refused

SHORTEST, LONGEST = 30, 21600


def hook(call: Call, told: dict[str, Any], before: Hook | None = None) -> Hook:
    """A hook from what a call says of it; what is not said stays, or has its default."""
    made = before or Hook(id=call.cloud.new_id("ash"), name="", transition=SCALE_OUT)
    timeout = whole("HeartbeatTimeout", told.get("HeartbeatTimeout", made.timeout))
    default = told.get("DefaultResult", made.default)
    transition = told.get("LifecycleTransition", made.transition)
    if not SHORTEST <= timeout <= LONGEST:
        raise Refused("InvalidParamter", f"HeartbeatTimeout must be from {SHORTEST} to {LONGEST}.")
    if default not in (CONTINUE, ABANDON, ROLLBACK):
        raise wrong("DefaultResult", default)
    if transition not in (SCALE_OUT, SCALE_IN):
        raise wrong("LifecycleTransition", transition)
    return replace(
        made,
        name=told.get("LifecycleHookName", made.name) or made.id,
        transition=transition,
        default=default,
        timeout=timeout,
        arn=told.get("NotificationArn", made.arn),
        metadata=told.get("NotificationMetadata", made.metadata),
    )


def create(call: Call) -> Answer:
    group = call.group
    made = hook(call, call.values)
    hooks.add(call.cloud, group, made)
    return {"LifecycleHookId": made.id}


def _found(call: Call) -> tuple[Group, Hook]:
    values = call.values
    for group in call.cloud.groups.values():
        for each in group.hooks:
            named = each.name == values.get("LifecycleHookName") and group.id == values.get("ScalingGroupId")
            if each.id == values.get("LifecycleHookId") or named:
                return group, each
    raise Refused("InvalidLifecycleHookId.NotExist", "The specified lifecycle hook does not exist.", 404)


def modify(call: Call) -> Answer:
    group, before = _found(call)
    group.hooks[group.hooks.index(before)] = hook(call, call.values, before)
    return {}


def delete(call: Call) -> Answer:
    group, gone = _found(call)
    group.hooks.remove(gone)
    return {}


def describe(call: Call) -> Answer:
    ids, name = call.most("LifecycleHookIds", 50), call.values.get("LifecycleHookName")
    shown = [
        views.hook_view(group, each)
        for group in call.cloud.groups.values()
        if call.values.get("ScalingGroupId") in (None, group.id)
        for each in group.hooks
        if (not ids or each.id in ids) and name in (None, each.name)
    ]
    call.values.setdefault("PageSize", 50)
    page, about = numbered(call, shown, 50)
    return {**about, "LifecycleHooks": page}


def actions(call: Call) -> Answer:
    activity, status = call.values["ScalingActivityId"], call.values.get("LifecycleActionStatus")
    shown = [
        views.action_view(each)
        for group in call.cloud.groups.values()
        for each in group.actions
        if each.party.activity.id == activity and status in (None, each.status)
    ]
    page, about = tokened(call, shown)
    return {**about, "LifecycleActions": page}


def _open(call: Call) -> tuple[Group, HookAction]:
    hook_id, token = call.values["LifecycleHookId"], call.values["LifecycleActionToken"]
    for group in call.cloud.groups.values():
        if any(each.token == token for each in group.actions):
            return group, hooks.found(group, hook_id, token)
    raise hooks.invalid_token()


def complete(call: Call) -> Answer:
    result = call.values.get("LifecycleActionResult")
    if result not in (None, *RESULTS):
        raise wrong("LifecycleActionResult", result)
    group, action = _open(call)
    hooks.complete(call.cloud, group, action, result)
    return {}


def beat(call: Call) -> Answer:
    group, action = _open(call)
    hooks.beat(call.cloud, group, action, call.values.get("HeartbeatTimeout"))
    return {}


_HOOK = "LifecycleHookName DefaultResult HeartbeatTimeout:i NotificationArn NotificationMetadata"
OPERATIONS = {
    "CreateLifecycleHook": Operation(f"ScalingGroupId* LifecycleTransition* {_HOOK}", create),
    "ModifyLifecycleHook": Operation(
        f"LifecycleHookId ScalingGroupId LifecycleTransition LifecycleHookStatus {_HOOK}", modify
    ),
    "DeleteLifecycleHook": Operation("LifecycleHookId ScalingGroupId LifecycleHookName", delete),
    "DescribeLifecycleHooks": Operation(
        "RegionId ScalingGroupId LifecycleHookName LifecycleHookIds:l PageNumber:i PageSize:i", describe
    ),
    "DescribeLifecycleActions": Operation(
        "ScalingActivityId* LifecycleActionStatus MaxResults:i NextToken RegionId", actions
    ),
    "CompleteLifecycleAction": Operation(
        "LifecycleHookId* LifecycleActionToken* LifecycleActionResult ClientToken RegionId", complete
    ),
    "RecordLifecycleActionHeartbeat": Operation(
        "LifecycleHookId* LifecycleActionToken* HeartbeatTimeout:i RegionId", beat
    ),
}
