"""Which groups there are for a program: one that is not there yet, and one that two of its resources name."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Hashable
from typing import Any

from pulumi_rolling.errors import Fault, FleetError
from pulumi_rolling.handler.operation import Kind, Operation, Reach
from pulumi_rolling.policy.block import fields
from pulumi_rolling.policy.inputs import RollingGroupInputs

NEAR = 3


def not_there(operation: Operation) -> str:
    """What a preview says of a group that the cloud does not have: this update makes it, or nobody does."""
    name, noun = operation.name, operation.kind.noun[1]
    try:
        there = sorted(
            operation.kind.names_beside(operation.kind.block_in(operation.inputs), operation.reach)
        )
    except FleetError:
        # Who may see one group may not see all.
        there = []
    near = difflib.get_close_matches(name, there, n=NEAR, cutoff=0.6)
    alike = f"; near it are {', '.join(near)}" if near[1:] else f"; near it is {near[0]}" if near else ""
    return (
        f"group {name} is not there. If this update makes it, its {noun} will be waited for; if nothing makes it, its "
        f"name or region is wrong{alike}"
    )


class Claims:
    """The groups that resources of one program name, in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owners: dict[Hashable, str] = {}

    def clear(self) -> None:
        """Another program begins."""
        with self._lock:
            self._owners.clear()

    def claim(self, kind: Kind, inputs: RollingGroupInputs, reach: Reach, urn: str) -> list[Fault]:
        """A fault where another resource has named the group."""
        if not urn:
            return []
        group = (kind.key, _identity(kind, kind.block_in(inputs), reach))
        with self._lock:
            other = self._owners.setdefault(group, urn)
        if other == urn:
            return []
        return [
            Fault(
                kind.name_path,
                f"is the group of {other} already; one group has one policy, of one resource.",
            )
        ]


def _identity(kind: Kind, group: Any, reach: Reach) -> Hashable:
    """By which a group is told from others, whatever its block wants of it."""
    if kind.same_group is not None:
        return kind.same_group(group, reach)
    names = fields(type(group))
    return tuple(getattr(group, names[name]) for name in kind.identity)
