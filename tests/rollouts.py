"""A rollout by its fields, wherever they stand: tests name what they are about, and no parts of it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.replace.rollout import Found, Ledger, Rollout, Way

FIELDS: dict[str, tuple[str, str]] = {
    field.name: (part, field.name)
    for part, kind in (("goal", Goal), ("way", Way), ("ours", Ledger))
    for field in fields(kind)
    if field.name != "suspended"
} | {
    "found": ("found", "sizes"),
    "found_suspended": ("found", "suspended"),
    "suspended_by_us": ("ours", "suspended"),
}
"""Each flat name with its part and its name there."""


def changed(rollout: Rollout, **changes: Any) -> Rollout:
    parts: dict[str, dict[str, Any]] = {}
    for name, value in changes.items():
        if name in FIELDS and not isinstance(value, (Goal, Found, Way, Ledger)):
            part, inner = FIELDS[name]
            parts.setdefault(part, {})[inner] = value
        else:
            rollout = replace(rollout, **{name: value})
    return replace(
        rollout, **{part: replace(getattr(rollout, part), **inner) for part, inner in parts.items()}
    )


def rollout_of(**given: Any) -> Rollout:
    """A rollout of ``id``, ``to``, ``found``, ``started_at`` and whatever else is given."""
    goal = Goal(given.pop("id"), given.pop("to"))
    begun = Rollout(goal, Found(given.pop("found")), given.pop("started_at"))
    return changed(begun, **given)


def field_of(rollout: Rollout, name: str) -> Any:
    part, inner = FIELDS.get(name, ("", name))
    return getattr(getattr(rollout, part) if part else rollout, inner)


def differences(before: Rollout, after: Rollout, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields in which they differ, as they are after."""
    parts = ("goal", "found", "way", "ours")
    names = [*FIELDS, *(field.name for field in fields(Rollout) if field.name not in parts)]
    return {
        name: field_of(after, name)
        for name in names
        if name not in but and field_of(after, name) != field_of(before, name)
    }
