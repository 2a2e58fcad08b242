"""What a stack's state tells of a RollingGroup, without knowing what a group is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.stack.deployment import Entry, plain

DYNAMIC = "pulumi-python:dynamic/rolling:RollingGroup"
TYPES = frozenset({DYNAMIC, "rolling:index:RollingGroup"})
"""Those of both faces; they are part of users' state."""


def is_group(entry: Entry) -> bool:
    return entry.type in TYPES


def is_dynamic(entry: Entry) -> bool:
    """Whether it is the face of Python programs, to which the stack's configuration of AWS applies."""
    return entry.type == DYNAMIC


def is_left(good: Entry, now: Entry) -> bool:
    """Whether its policy wants what the failed update did to it left: it rolled, and says `onFailure: leave`."""
    if not is_group(now) or plain(now.inputs.get("onFailure")) != "leave":
        return False
    return bool(plain(good.inputs) != plain(now.inputs))


def supplied(entry: Entry, dry_run: bool) -> Mapping[str, Any]:
    """Inputs that the program supplies anew in each run, and that `check` takes out of state."""
    if not is_dynamic(entry):
        return {}
    timeouts = entry.raw.get("customTimeouts") or {}
    given = {key: f"{timeouts[key]:g}s" for key in ("create", "update") if timeouts.get(key)}
    context: dict[str, Any] = {"urn": entry.urn, "dryRun": dry_run}
    return {"context": {**context, **({"timeouts": given} if given else {})}}
