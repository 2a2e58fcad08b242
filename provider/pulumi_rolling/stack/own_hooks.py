"""Resource hooks of ours: those of groups that have their update policy as an attribute.

All other hooks are functions of the program, which a return does not have. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.stack.deployment import Deployment, Entry, plain

POLICY_TYPE = "rolling:index:UpdatePolicy"
"""The component that names a hook and its policy. It is in users' state and never moves."""


@dataclass(frozen=True)
class OwnHook:
    """A hook that a return registers itself."""

    name: str
    policy: Any
    """As the program gave it, with secrets as plain text."""
    on_failure: Any = None


def own_hooks(good: Deployment) -> Mapping[str, OwnHook]:
    """By their names, those of the deployment's groups."""
    found: dict[str, OwnHook] = {}
    for entry in good.living.values():
        inputs: Mapping[str, Any] = plain(entry.inputs) if entry.type == POLICY_TYPE else {}
        name = inputs.get("hook")
        if isinstance(name, str) and "policy" in inputs:
            found[name] = OwnHook(name, inputs["policy"], inputs.get("onFailure"))
    return found


def foreign_hooks(entry: Entry, own: Mapping[str, OwnHook]) -> Mapping[str, list[str]]:
    """Names of hooks of an entry that only its program can run, by kind."""
    found = {kind: [name for name in names if name not in own] for kind, names in entry.hooks.items()}
    return {kind: names for kind, names in found.items() if names}
