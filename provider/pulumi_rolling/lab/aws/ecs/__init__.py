"""ECS: which calls the lab answers itself, and which it leaves to moto."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.aws.ecs import clusters, deployments, services, tasks
from pulumi_rolling.lab.aws.wire_json import protocol
from pulumi_rolling.lab.world.refusal import Refused

ACTIONS: dict[str, Callable[[Call], dict[str, Any] | None]] = {
    **services.ACTIONS,
    **deployments.ACTIONS,
    **tasks.ACTIONS,
}
JOINED = {**clusters.ACTIONS, **tasks.JOINED, **services.JOINED}
"""Calls whose answer is moto's with the lab's own put into it."""
MOTO = frozenset(
    {
        "CreateCapacityProvider",
        "CreateCluster",
        "DeleteAccountSetting",
        "DeleteAttributes",
        "DeleteCapacityProvider",
        "DeleteTaskDefinitions",
        "DeregisterContainerInstance",
        "DeregisterTaskDefinition",
        "DescribeCapacityProviders",
        "DescribeContainerInstances",
        "DescribeTaskDefinition",
        "ListAccountSettings",
        "ListAttributes",
        "ListClusters",
        "ListContainerInstances",
        "ListTaskDefinitionFamilies",
        "ListTaskDefinitions",
        "PutAccountSetting",
        "PutAttributes",
        "PutClusterCapacityProviders",
        "RegisterContainerInstance",
        "RegisterTaskDefinition",
        "RunTask",
        "StartTask",
        "UpdateCapacityProvider",
        "UpdateCluster",
        "UpdateContainerInstancesState",
    }
)


def answer(call: Call) -> tuple[int, str]:
    if call.action in JOINED:
        return JOINED[call.action](call)
    if call.action in MOTO:
        return call.ask(call.form)
    act = ACTIONS.get(call.action)
    if act is None:
        raise Refused("UnsupportedFeatureException", f"The lab does not model {call.action}.")
    return 200, protocol("ecs").write(act(call) or {})
