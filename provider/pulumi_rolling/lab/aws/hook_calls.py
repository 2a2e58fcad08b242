"""Auto Scaling calls about lifecycle hooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.aws.views import hook_view
from pulumi_rolling.lab.world import lives
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.hooks import LAUNCHING, TERMINATING, Hook
from pulumi_rolling.lab.world.member import Member
from pulumi_rolling.lab.world.refusal import invalid

RESULTS = ("CONTINUE", "ABANDON")
LONGEST_HEARTBEAT = 7200


def hook_from(spec: Mapping[str, Any], former: Hook | None = None) -> Hook:
    """A hook as put; what is not named keeps its former value or the service's default."""
    kept = former or Hook(spec["LifecycleHookName"], "")
    hook = Hook(
        name=spec["LifecycleHookName"],
        transition=spec.get("LifecycleTransition", kept.transition),
        heartbeat=spec.get("HeartbeatTimeout", kept.heartbeat),
        default_result=spec.get("DefaultResult", kept.default_result),
        role=spec.get("RoleARN", kept.role),
        target=spec.get("NotificationTargetARN", kept.target),
        metadata=spec.get("NotificationMetadata", kept.metadata),
    )
    if hook.transition not in (LAUNCHING, TERMINATING):
        raise invalid(f"{hook.transition} is not a valid lifecycle transition")
    if hook.default_result not in RESULTS:
        raise invalid("Default result must be CONTINUE or ABANDON")
    if not 1 <= hook.heartbeat <= LONGEST_HEARTBEAT:
        raise invalid(f"Heartbeat timeout must be between 1 and {LONGEST_HEARTBEAT} seconds")
    return hook


def put_lifecycle_hook(call: Call) -> dict[str, Any]:
    group = call.group
    hook = hook_from(call.values, group.hooks.get(call.values["LifecycleHookName"]))
    group.hooks[hook.name] = hook
    return {}


def describe_lifecycle_hooks(call: Call) -> dict[str, Any]:
    group = call.group
    names = call.values.get("LifecycleHookNames") or list(group.hooks)
    return {"LifecycleHooks": [hook_view(group, hook) for hook in group.hooks.values() if hook.name in names]}


def delete_lifecycle_hook(call: Call) -> dict[str, Any]:
    """Open actions of a deleted hook end at once: a launch is abandoned, a termination goes on.

    Source: EC2 Auto Scaling API reference, DeleteLifecycleHook.
    """
    cloud, name = call.cloud, call.values["LifecycleHookName"]
    group = call.group
    hook = group.hooks.pop(name, None)
    if hook is None:
        raise invalid("No Lifecycle Hook found with name " + name)
    for member in list(group.members.values()):
        if name in member.waits:
            lives.complete(
                cloud, group, member, name, "ABANDON" if hook.transition == LAUNCHING else "CONTINUE"
            )
    return {}


def complete_lifecycle_action(call: Call) -> dict[str, Any]:
    result = call.values["LifecycleActionResult"]
    if result not in RESULTS:
        raise invalid("Lifecycle action result must be CONTINUE or ABANDON")
    group, member = _waiting(call)
    token = call.values.get("LifecycleActionToken")
    lives.complete(call.cloud, group, member, call.values["LifecycleHookName"], result, token)
    return {}


def record_lifecycle_action_heartbeat(call: Call) -> dict[str, Any]:
    group, member = _waiting(call)
    lives.beat(
        call.cloud, group, member, call.values["LifecycleHookName"], call.values.get("LifecycleActionToken")
    )
    return {}


def _waiting(call: Call) -> tuple[Group, Member]:
    """The member meant, by its id or by the token of its action."""
    group = call.group
    name, token = call.values["LifecycleHookName"], call.values.get("LifecycleActionToken")
    instance = call.values.get("InstanceId")
    if name not in group.hooks:
        raise invalid(f"No Lifecycle Hook found with name {name}")
    if instance is not None and instance in group.members:
        return group, group.members[instance]
    if token is not None:
        for member in group.members.values():
            wait = member.waits.get(name)
            if wait is not None and wait.token == token:
                return group, member
    by = f"token {token}" if token is not None else f"instance ID {instance}"
    raise invalid(f"No active Lifecycle Action found with {by}")


ACTIONS = {
    "PutLifecycleHook": put_lifecycle_hook,
    "DescribeLifecycleHooks": describe_lifecycle_hooks,
    "DeleteLifecycleHook": delete_lifecycle_hook,
    "CompleteLifecycleAction": complete_lifecycle_action,
    "RecordLifecycleActionHeartbeat": record_lifecycle_action_heartbeat,
}
