"""What an update will do, resource by resource, as a preview tells it: by its JSON or by the engine's event log.

Both tell the same in two spellings. Pure; what follows from a change is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.stack.deployment import Entry
from pulumi_rolling.stack.event_log import Event, Phase, Step

REPLACE = "replace"
"""The operation that stands for a whole replacement; its parts come before and after it."""
PARTS = frozenset({"create-replacement", "delete-replaced"})
UNCHANGED = frozenset({"same", "refresh", "read", "read-replacement", "discard", "discard-replaced"})


@dataclass(frozen=True)
class Change:
    """One change. `deletes_first`: a replacement whose original is gone before the new one is made."""

    urn: str
    operation: str
    old: Entry | None
    new: Entry | None
    deletes_first: bool = False

    @property
    def either(self) -> Entry:
        """The resource as it will be, or as it was where it will not be."""
        entry = self.new or self.old
        assert entry is not None
        return entry

    @property
    def replaces(self) -> bool:
        return self.operation == REPLACE

    @property
    def deletes(self) -> bool:
        return self.operation == "delete"

    @property
    def imports(self) -> bool:
        return self.operation in ("import", "import-replacement")

    @property
    def makes(self) -> bool:
        """Whether the resource is in the state after it and was not before."""
        return self.operation in ("create", "import")


def of_preview(digest: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes in what `pulumi preview --json` wrote."""
    found = []
    for step in digest.get("steps") or []:
        operation, urn = str(step.get("op")), str(step.get("urn"))
        if operation in UNCHANGED or operation in PARTS:
            continue
        old, new = _entry(urn, step.get("oldState")), _entry(urn, step.get("newState"))
        if old is not None or new is not None:
            found.append(Change(urn, operation, old, new, _deletes_first(operation, old)))
    return tuple(found)


def of_events(events: Iterable[Event]) -> tuple[Change, ...]:
    """The changes of one stage in an event log."""
    steps = [each for each in events if isinstance(each, Step) and each.phase is Phase.BEGUN]
    made: set[str] = set()
    gone: set[str] = set()
    for each in steps:
        if each.operation in ("create-replacement", "import-replacement"):
            made.add(each.urn)
        elif each.operation == "delete-replaced" and each.urn not in made:
            gone.add(each.urn)
    return tuple(
        Change(each.urn, each.operation, each.old, each.new, each.operation == REPLACE and each.urn in gone)
        for each in steps
        if each.operation not in UNCHANGED | PARTS and (each.old or each.new)
    )


def _deletes_first(operation: str, old: Entry | None) -> bool:
    """A preview marks the original as replaced once its successor is made, and otherwise as to be replaced."""
    return operation == REPLACE and old is not None and not old.replaced


def _entry(urn: str, state: Mapping[str, Any] | None) -> Entry | None:
    return None if not state else Entry({"type": "", **state, "urn": urn})
