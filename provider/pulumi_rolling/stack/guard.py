"""A return's own preview against what was there before: nothing of the last good deployment may be destroyed. Pure.

The steps are those of `pulumi preview --json --show-replacement-steps`; without that flag the display leaves out what
is deleted after its replacement (backend/display/display.go, shouldShow).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pulumi_rolling.stack.deployment import Deployment, Entry
from pulumi_rolling.stack.identity import identity_of

HARMLESS = frozenset(
    {"same", "create", "update", "read", "refresh", "import", "diff", "extend-parameterize"}
    | {"remove-pending-replace"}
)
"""Operations that take nothing away; what awaits its replacement is deleted already (step.go, StepOps)."""
TAKING = frozenset({"delete", "delete-replaced", "discard", "discard-replaced"})
"""Operations after which a resource is not in the state any more."""
REPLACING = frozenset({"replace", "create-replacement", "read-replacement", "import-replacement"})


class Wrong(Enum):
    """What is wrong with a step; the value is the end of a sentence about its resource."""

    DELETED = "was there before and would be deleted"
    REPLACED = "was there before and would be replaced"
    LEAVES = "was there before and would leave the state, in which nothing else has it"
    PROTECTED = "is protected and would be deleted"
    UNSEEN = "would be taken away, and the preview does not show what it is"
    UNKNOWN = "would go through an operation that is not known here"


@dataclass(frozen=True)
class Breach:
    """A step that a return must not take."""

    urn: str
    id: str
    operation: str
    wrong: Wrong

    @property
    def sentence(self) -> str:
        name = f"{self.urn} ({self.id})" if self.id else self.urn
        return f"{name} {self.wrong.value}: {self.operation}"


def breaches(steps: Sequence[Mapping[str, Any]], good: Deployment, now: Deployment) -> tuple[Breach, ...]:
    """Steps that take away what the last good deployment has under the same type and id, whatever its URN now.

    `now`: the state in which the return begins. One resource is named once.
    """
    guard = _Guard(good, now)
    found: dict[tuple[str, str], Breach] = {}
    for step in steps:
        entry = _before(step)
        operation = str(step.get("op"))
        wrong = guard.judge(operation, entry)
        if wrong is not None:
            found.setdefault((entry.urn, entry.id), Breach(entry.urn, entry.id, operation, wrong))
    return tuple(found.values())


class _Guard:
    def __init__(self, good: Deployment, now: Deployment) -> None:
        self.owned = {identity_of(entry) for entry in good.living.values() if entry.custom and entry.id}
        self.entries = Counter(identity_of(entry) for entry in now.entries if not _is_gone(entry))
        self.begun = {
            (str(resource.get("urn")), str(resource.get("id")))
            for operation in now.pending
            if operation.get("type") == "deleting" and (resource := operation.get("resource") or {})
        }

    def judge(self, operation: str, entry: Entry) -> Wrong | None:
        if operation in HARMLESS:
            return None
        if operation not in TAKING | REPLACING:
            return Wrong.UNKNOWN
        if not entry.type:
            return Wrong.UNSEEN
        if _is_gone(entry) or (entry.urn, entry.id) in self.begun:
            return None
        if operation in REPLACING:
            return Wrong.REPLACED if identity_of(entry) in self.owned else None
        return self._taken(entry)

    def _taken(self, entry: Entry) -> Wrong | None:
        """An entry that only leaves the state is no loss while another entry has the same resource."""
        stays = bool(entry.raw.get("retainOnDelete")) or entry.read
        if entry.protected and not stays:
            return Wrong.PROTECTED
        if identity_of(entry) not in self.owned:
            return None
        if not stays:
            return Wrong.DELETED
        self.entries[identity_of(entry)] -= 1
        return Wrong.LEAVES if self.entries[identity_of(entry)] <= 0 else None


def counted(steps: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """URNs by operation, without those that stay as they are."""
    result: dict[str, list[str]] = {}
    for step in steps:
        operation, urn = str(step.get("op")), str(step.get("urn"))
        if operation not in ("same", "read", "refresh"):
            result.setdefault(operation, []).append(urn)
    return result


def _before(step: Mapping[str, Any]) -> Entry:
    """The entry that a step is about, of no type where the preview leaves it out."""
    return Entry({"urn": step.get("urn", ""), "type": "", **(step.get("oldState") or {})})


def _is_gone(entry: Entry) -> bool:
    return bool(entry.raw.get("pendingReplacement"))
