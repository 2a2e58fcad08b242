"""A return's own preview against what was there before: nothing of the last good deployment may be destroyed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.stack.deployment import Deployment, Entry

HARMLESS = frozenset(
    {"same", "create", "update", "read", "refresh", "import", "create-replacement", "read-replacement"}
)
"""Operations of `pulumi preview --json` that take no resource away (pkg/display/json.go of the engine)."""


@dataclass(frozen=True)
class Breach:
    """A step that a return must not take."""

    urn: str
    id: str
    operation: str

    @property
    def sentence(self) -> str:
        return f"{self.urn} ({self.id}) was there before and would be taken away: {self.operation}"


def breaches(steps: Sequence[Mapping[str, Any]], good: Deployment) -> tuple[Breach, ...]:
    """Steps that take away what the last good deployment has under the same type and id."""
    owned = {(entry.type, entry.id) for entry in good.living.values() if entry.custom and entry.id}
    found = []
    for step in steps:
        operation, old = str(step.get("op")), step.get("oldState") or {}
        if operation in HARMLESS or not old:
            continue
        entry = Entry({"urn": step.get("urn", ""), "type": "", **old})
        if (entry.type, entry.id) in owned and not old.get("retainOnDelete"):
            found.append(Breach(entry.urn, entry.id, operation))
    return tuple(dict.fromkeys(found))


def counted(steps: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """URNs by operation, without those that stay as they are."""
    result: dict[str, list[str]] = {}
    for step in steps:
        operation, urn = str(step.get("op")), str(step.get("urn"))
        if operation not in ("same", "read", "refresh"):
            result.setdefault(operation, []).append(urn)
    return result
