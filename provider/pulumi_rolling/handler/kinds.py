"""THE table: every kind of group that can be rolled, and the strategies by which it can.

A further kind or strategy has files of its own and a row here. Nothing else in the handler, and no face, names one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_rolling.fleets.auto_scaling_group.poll import expect_many
from pulumi_rolling.handler.operation import Kind, Strategy
from pulumi_rolling.handler.replace import auto_scaling_group
from pulumi_rolling.handler.replace.situation import Replacing
from pulumi_rolling.policy.block import POLICY, IsUnknown
from pulumi_rolling.policy.check import unknowns
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup
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
                fleet=auto_scaling_group.fleet_of,
                situation=Replacing(auto_scaling_group.InstanceSurroundings()),
            )
        },
        identity=("name", "region"),
        address=("name", "region", "endpoint"),
        pointer_property=auto_scaling_group.pointer_property,
        as_inputs=auto_scaling_group.as_inputs,
        at_version=auto_scaling_group.at_version,
        noun=("instance", "instances"),
        mend="the launch template",
        expect_many=expect_many,
    ),
}

BESIDE = (POLICY, "onFailure", "triggers")
"""The inputs that stand beside any group."""


def expect_groups_of_a_stack() -> None:
    """This process serves all groups of a stack, so that its first diff is not the only one."""
    for kind in KINDS.values():
        kind.expect_many()


def kind_of_name() -> Kind:
    """What a mere name stands for, on the command line and in an import."""
    return next(iter(KINDS.values()))


def kind_in(properties: Mapping[str, Any]) -> Kind | None:
    """The kind of the group that the properties name."""
    return next((kind for key, kind in KINDS.items() if properties.get(key) is not None), None)


def strategy_in(kind: Kind, properties: Mapping[str, Any]) -> Strategy[Any]:
    """The one that the policy names. Without any it is the kind's first, whose defaults then hold."""
    policy = properties.get(POLICY)
    given = policy if isinstance(policy, Mapping) else {}
    named = (strategy for key, strategy in kind.strategies.items() if key in given)
    return next(named, next(iter(kind.strategies.values())))


def name_in(properties: Mapping[str, Any]) -> str | None:
    """The group's name; None where it is not given, or given as no text."""
    kind = kind_in(properties)
    group = properties[kind.key] if kind is not None else None
    name = group.get("name") if isinstance(group, Mapping) else None
    return name if isinstance(name, str) else None


def inputs_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs among a resource's properties; the rest of state are outputs."""
    return {key: properties[key] for key in (*KINDS, *BESIDE) if properties.get(key) is not None}


def identities() -> Iterator[tuple[str, str]]:
    """Paths of the inputs of which another value is another group."""
    return ((key, name) for key, kind in KINDS.items() for name in kind.identity)


def is_group_unknown(properties: Mapping[str, Any], is_unknown: IsUnknown) -> bool:
    """Whether preview cannot look at the group."""
    kind = kind_in(properties)
    group = properties[kind.key] if kind is not None else None
    if kind is None or not isinstance(group, Mapping):
        return True
    return any(is_unknown(group.get(name)) for name in kind.address)


def is_target_unknown(properties: Mapping[str, Any], is_unknown: IsUnknown) -> bool:
    """In preview the revision's number or name usually is: it changes in the same update."""
    kind = kind_in(properties)
    group = properties[kind.key] if kind is not None else None
    if kind is None or not isinstance(group, Mapping):
        return True
    wanted = {name: value for name, value in group.items() if name not in kind.address}
    return not wanted or bool(unknowns(wanted, is_unknown))
