"""THE table: every kind of group that can be rolled, and the strategies by which it can.

A further kind or strategy has files of its own and a row here. Nothing else in the handler, and no face, names one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.fleets.auto_scaling_group.group import OneGroup
from pulumi_rolling.fleets.auto_scaling_group.poll import expect_many
from pulumi_rolling.handler import auto_scaling_group
from pulumi_rolling.handler.auto_scaling_group_declared import AUTO_SCALING_GROUP
from pulumi_rolling.handler.declared import Declared
from pulumi_rolling.handler.delegate import instance_refresh
from pulumi_rolling.handler.delegate.following import Following
from pulumi_rolling.handler.operation import Handover, Kind, Strategy
from pulumi_rolling.handler.replace.auto_scaling_group import InstanceSurroundings, fleet_of
from pulumi_rolling.handler.replace.replacing import Replacing
from pulumi_rolling.policy.block import POLICY
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup
from pulumi_rolling.policy.inputs import RollingGroupInputs, UpdatePolicy, inputs_with, rows
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.instance_refresh.limits import limits as refresh_limits
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.rolling_update.limits import limits

KINDS: dict[str, Kind] = {
    AutoScalingGroup.key: Kind(
        key=AutoScalingGroup.key,
        inputs=AutoScalingGroup,
        strategies={
            RollingUpdate.key: Strategy(
                block=RollingUpdate,
                limits=limits,
                fleet=fleet_of,
                situation=Replacing(InstanceSurroundings()),
                is_fixed=OneGroup.is_fixed,
            ),
            InstanceRefresh.key: Strategy(
                block=InstanceRefresh,
                limits=refresh_limits,
                fleet=instance_refresh.fleet_of,
                situation=Following(instance_refresh.RefreshSurroundings()),
                handover=Handover(
                    RollingUpdate.key, instance_refresh.returned_by, instance_refresh.paused_by
                ),
                is_fixed=OneGroup.is_fixed,
            ),
        },
        identity=("name", "region"),
        address=("name", "region", "endpoint"),
        pointer_property=auto_scaling_group.pointer_property,
        as_inputs=auto_scaling_group.as_inputs,
        at_version=auto_scaling_group.at_version,
        kin=auto_scaling_group.kin,
        noun=("instance", "instances"),
        mend=auto_scaling_group.mend,
        declared=(AUTO_SCALING_GROUP,),
        same_group=auto_scaling_group.identity_of,
        names_beside=auto_scaling_group.names_beside,
        expect_many=expect_many,
        listed=auto_scaling_group.groups_at,
    ),
}


def expect_groups_of_a_stack() -> None:
    """This process serves all groups of a stack, so that its first diff is not the only one."""
    for kind in KINDS.values():
        kind.expect_many()


def inputs_model() -> type[RollingGroupInputs]:
    """The inputs of the resource, with the kinds of the table."""
    return inputs_with(*(kind.inputs for kind in KINDS.values()))


def kind_of_name() -> Kind:
    """What a mere name stands for, on the command line and in an import."""
    return next(iter(KINDS.values()))


def declared_as(resource_type: str) -> tuple[Kind, Declared] | None:
    """What a resource of Pulumi is as a group; None where it is none that can be rolled."""
    rows_of = ((kind, each) for kind in KINDS.values() for each in kind.declared)
    return next(((kind, each) for kind, each in rows_of if each.type == resource_type), None)


def kind_in(properties: Mapping[str, Any]) -> Kind | None:
    """The kind of the group that the properties name."""
    return next((kind for key, kind in KINDS.items() if properties.get(key) is not None), None)


def strategy_in(kind: Kind, properties: Mapping[str, Any]) -> Strategy[Any]:
    """The one that the policy names. Without any it is the kind's first, with its defaults.

    Raises PolicyErrors for a strategy by which the kind cannot be rolled.
    """
    faults = strategy_faults(kind, properties)
    if faults:
        raise PolicyErrors(faults)
    named = (strategy for key, strategy in kind.strategies.items() if key in _policy_in(properties))
    return next(named, next(iter(kind.strategies.values())))


def strategy_of_machine(kind: Kind, machine: str) -> Strategy[Any]:
    """The first strategy of the kind whose rollouts are that machine's."""
    return next(each for each in kind.strategies.values() if each.situation.machine.name == machine)


def strategy_faults(kind: Kind, properties: Mapping[str, Any]) -> list[Fault]:
    """The policy names a strategy that the kind's row does not have."""
    given = [key for key in rows(UpdatePolicy) if key in _policy_in(properties)]
    have = " or ".join(kind.strategies)
    return [
        Fault(f"{POLICY}.{key}", f"is no way to roll {kind.key} in this version; use {have}.")
        for key in given
        if key not in kind.strategies
    ]


def _policy_in(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    policy = properties.get(POLICY)
    return policy if isinstance(policy, Mapping) else {}
