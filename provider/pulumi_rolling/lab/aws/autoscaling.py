"""Auto Scaling: which calls the lab answers itself, and which it leaves to moto."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pulumi_rolling.lab.aws import (
    balancers,
    configurations,
    groups,
    hook_calls,
    members,
    refreshes,
    schedules,
    warm_pool,
)
from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.aws.wire import protocol
from pulumi_rolling.lab.world.refusal import Refused

ACTIONS: dict[str, Callable[[Call], dict[str, Any] | None]] = {
    **groups.ACTIONS,
    **members.ACTIONS,
    **hook_calls.ACTIONS,
    **schedules.ACTIONS,
    **refreshes.ACTIONS,
    **balancers.ACTIONS,
    **warm_pool.ACTIONS,
}
MOTO = frozenset(
    {
        "CreateLaunchConfiguration",
        "DescribeLaunchConfigurations",
        "PutScalingPolicy",
        "DescribePolicies",
        "DeletePolicy",
    }
)


def answer(call: Call) -> tuple[int, str]:
    if call.action == "DeleteLaunchConfiguration":
        return configurations.delete_launch_configuration(call)
    if call.action in MOTO:
        return call.ask(call.form)
    act = ACTIONS.get(call.action)
    if act is None:
        raise Refused("InvalidAction", f"The lab does not model {call.action}.")
    return 200, protocol("autoscaling").write(call.action, act(call) or {})
