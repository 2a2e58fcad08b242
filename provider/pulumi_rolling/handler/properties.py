"""What a resource's properties say of its group, read by the table of kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_rolling.handler.kinds import KINDS, kind_in
from pulumi_rolling.policy.block import POLICY, IsUnknown
from pulumi_rolling.policy.check import unknowns

BESIDE = (POLICY, "onFailure", "triggers")
"""The inputs that stand beside any group."""


def name_in(properties: Mapping[str, Any]) -> str | None:
    """The group's name; None where it is not given, or given as no text."""
    kind = kind_in(properties)
    group = properties[kind.key] if kind is not None else None
    return kind.name_of(group) if kind is not None and isinstance(group, Mapping) else None


def name_path(properties: Mapping[str, Any]) -> str:
    """Where the properties name their group; empty where they name none."""
    kind = kind_in(properties)
    return "" if kind is None else kind.name_path


def address_in(properties: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """By which a group is told from every other one; None where the properties name no group."""
    kind = kind_in(properties)
    group = properties[kind.key] if kind is not None else None
    if kind is None or not isinstance(group, Mapping):
        return None
    spelled = kind.one_spelling(group)
    return (kind.key, *(spelled.get(name) for name in kind.address))


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
