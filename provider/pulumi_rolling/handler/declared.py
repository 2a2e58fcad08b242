"""How the group's own resource of Pulumi says which group it is, and which revision it wants.

Properties are as the provider of the cloud has them: camelCase, inputs checked by it. No kind is named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.errors import Fault


@dataclass(frozen=True, slots=True)
class Declared:
    """Resources of one type that are groups of a kind."""

    type: str
    """Their type in Pulumi: ``aws:autoscaling/group:Group``."""
    place: Callable[[Mapping[str, Any]], dict[str, Any]]
    """Name and region by the properties of a group, as fields of the kind's block."""
    wanted: Callable[[Mapping[str, Any]], dict[str, Any]]
    """The revision by the properties, as fields of the kind's block."""
    address: Callable[[Mapping[str, Any]], str | None]
    """The same as the address of a revision. None where it is no fixed one."""
    id: Callable[[Mapping[str, Any]], str | None]
    """The cloud's own name of the group by its outputs."""
    conflicts: Callable[[Mapping[str, Any]], Iterator[Fault]]
    """Inputs that begin a replacement of their own, with their paths."""
    pointers: frozenset[str]
    """Properties by which the wanted revision changes."""
    settings: Callable[[Mapping[str, Any]], dict[str, Any]] = lambda said: {}
    """What the provider of such a group says of where it is, as fields of the kind's block."""

    def block(self, properties: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The kind's block: the group of ``properties``, at the revision of ``wanted``."""
        return {**self.place(properties), **self.wanted(wanted)}

    def beside(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
        """Inputs that change with the revision, sorted."""
        names = {name for name in {*before, *after} if not name.startswith("__")} - self.pointers
        return tuple(sorted(name for name in names if before.get(name) != after.get(name)))


def name_in_block(block: Mapping[str, Any]) -> str | None:
    """The name of a kind that calls it so."""
    name = block.get("name")
    return name if isinstance(name, str) else None
