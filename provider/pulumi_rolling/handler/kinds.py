"""THE table: every kind of group that can be rolled, and the strategies by which it can.

A further kind or strategy has files of its own and a row here. Nothing else in the handler, and no face, names one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.errors import Fault, PermanentFleetError, PolicyErrors
from pulumi_rolling.fleets.auto_scaling_group.group import OneGroup
from pulumi_rolling.fleets.auto_scaling_group.poll import expect_many
from pulumi_rolling.handler import auto_scaling_group, ecs_service, ess_scaling_group
from pulumi_rolling.handler.auto_scaling_group_declared import AUTO_SCALING_GROUP
from pulumi_rolling.handler.declared import Declared
from pulumi_rolling.handler.delegate import ecs_service as ecs_deployment
from pulumi_rolling.handler.delegate import ess_refresh, instance_refresh
from pulumi_rolling.handler.delegate.following import Following
from pulumi_rolling.handler.ecs_service_declared import ECS_SERVICE
from pulumi_rolling.handler.ess_scaling_group_declared import ESS_SCALING_GROUP
from pulumi_rolling.handler.operation import Handover, Kind, Reach, Strategy
from pulumi_rolling.handler.replace.auto_scaling_group import InstanceSurroundings, fleet_of
from pulumi_rolling.handler.replace.ess_scaling_group import EssSurroundings
from pulumi_rolling.handler.replace.ess_scaling_group import fleet_of as ess_fleet_of
from pulumi_rolling.handler.replace.replacing import Replacing
from pulumi_rolling.policy.block import POLICY
from pulumi_rolling.policy.ecs_deployment.block import EcsDeployment
from pulumi_rolling.policy.ecs_deployment.limits import limits as deployment_limits
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup
from pulumi_rolling.policy.groups.ecs_service import EcsService
from pulumi_rolling.policy.groups.ess_scaling_group import EssScalingGroup
from pulumi_rolling.policy.inputs import RollingGroupInputs, UpdatePolicy, inputs_with, rows
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.instance_refresh.ess_limits import ess_limits
from pulumi_rolling.policy.instance_refresh.limits import limits as refresh_limits
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.rolling_update.limits import limits
from pulumi_rolling.report.wording import INSTANCE, TASK

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
        noun=INSTANCE,
        mend=auto_scaling_group.mend,
        declared=(AUTO_SCALING_GROUP,),
        same_group=auto_scaling_group.identity_of,
        names_beside=auto_scaling_group.names_beside,
        expect_many=expect_many,
        listed=auto_scaling_group.groups_at,
        is_name=auto_scaling_group.is_name,
    ),
    EcsService.key: Kind(
        key=EcsService.key,
        inputs=EcsService,
        strategies={
            EcsDeployment.key: Strategy(
                block=EcsDeployment,
                limits=deployment_limits,
                fleet=ecs_deployment.fleet_of,
                situation=Following(ecs_deployment.DeploymentSurroundings()),
            ),
        },
        identity=("cluster", "service", "region"),
        address=("cluster", "service", "region", "endpoint"),
        named_by="service",
        same_group=ecs_service.identity_of,
        name_of=ecs_service.name_of,
        as_named=ecs_service.as_named,
        is_name=ecs_service.is_name,
        one_spelling=ecs_service.one_spelling,
        pointer_property=ecs_service.pointer_property,
        as_inputs=ecs_service.as_inputs,
        at_version=ecs_service.at_version,
        kin=ecs_service.kin,
        noun=TASK,
        mend=ecs_service.mend,
        history="events",
        declared=(ECS_SERVICE,),
        listed=ecs_service.services_at,
    ),
    EssScalingGroup.key: Kind(
        key=EssScalingGroup.key,
        inputs=EssScalingGroup,
        strategies={
            RollingUpdate.key: Strategy(
                block=RollingUpdate,
                limits=limits,
                fleet=ess_fleet_of,
                situation=Replacing(EssSurroundings()),
            ),
            InstanceRefresh.key: Strategy(
                block=InstanceRefresh,
                limits=ess_limits,
                fleet=ess_refresh.fleet_of,
                situation=Following(ess_refresh.EssRefreshSurroundings()),
                handover=Handover(RollingUpdate.key, ess_refresh.returned_by, ess_refresh.paused_by),
            ),
        },
        identity=("id", "region"),
        address=("id", "region", "endpoint", "accessKey", "secretKey", "securityToken"),
        pointer_property=ess_scaling_group.pointer_property,
        as_inputs=ess_scaling_group.as_inputs,
        at_version=ess_scaling_group.at_version,
        kin=ess_scaling_group.kin,
        noun=INSTANCE,
        mend=ess_scaling_group.mend,
        named_by="id",
        name_of=ess_scaling_group.name_of,
        as_named=ess_scaling_group.as_named,
        is_name=ess_scaling_group.is_name,
        reads_reach=False,
        secrets=EssScalingGroup.secrets,
        declared=(ESS_SCALING_GROUP,),
        listed=ess_scaling_group.groups_at,
    ),
}


def expect_groups_of_a_stack() -> None:
    """This process serves all groups of a stack, so that its first diff is not the only one."""
    for kind in KINDS.values():
        kind.expect_many()


def inputs_model() -> type[RollingGroupInputs]:
    """The inputs of the resource, with the kinds of the table."""
    return inputs_with(*(kind.inputs for kind in KINDS.values()))


def kind_named(name: str, reach: Reach) -> Kind:
    """What a name stands for, on the command line and in an import.

    Where groups of several kinds may be called so, it is the first that has such a group, or else the last: the kinds
    after the first are called in forms of their own.
    """
    fitting = [kind for kind in KINDS.values() if kind.is_name(name)] or list(KINDS.values())[:1]
    *asked, last = fitting
    return next((kind for kind in asked if _has(kind, name, reach)), last)


def _has(kind: Kind, name: str, reach: Reach) -> bool:
    """False as well where the cloud does not say."""
    try:
        return any(kind.listed(reach, [name]))
    except PermanentFleetError:
        return False


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
