"""Reads of other stacks, which are not there on another backend. Pure.

A preview on a scratch stack does without them, and there no entry needs one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi_rolling.stack.deployment import Deployment
from pulumi_rolling.stack.script import Script

STACK_REFERENCE = "pulumi:pulumi:StackReference"


def without_references(script: Script) -> Script:
    """What to register, and the state to begin with, without reads of other stacks."""
    here = tuple(each for each in script.wish.registrations if each.entry.type != STACK_REFERENCE)
    gone = {entry.urn for entry in script.now.entries if entry.type == STACK_REFERENCE}
    if not gone and len(here) == len(script.wish.registrations):
        return script
    deployment = dict(script.now.raw["deployment"])
    deployment["resources"] = [
        _independent(entry.raw, gone) for entry in script.now.entries if entry.urn not in gone
    ]
    now = Deployment({**script.now.raw, "deployment": deployment})
    return replace(script, wish=replace(script.wish, registrations=here), now=now)


def _independent(raw: Mapping[str, Any], gone: set[str]) -> dict[str, Any]:
    """The entry without a need of these; the engine takes no state in which a need is missing."""
    changed = dict(raw)
    for field in ("dependencies", "replaceWith"):
        if raw.get(field):
            changed[field] = [urn for urn in raw[field] if urn not in gone]
    if raw.get("deletedWith") in gone:
        del changed["deletedWith"]
    if raw.get("propertyDependencies"):
        changed["propertyDependencies"] = {
            key: [urn for urn in urns or [] if urn not in gone]
            for key, urns in raw["propertyDependencies"].items()
        }
    return changed
