"""Resource hooks of ours: those of groups that have their update policy as an attribute.

All other hooks are functions of the program, which a return does not have. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.stack.deployment import Deployment, Entry, plain

POLICY_TYPE = "rolling:index:UpdatePolicy"
"""The component that names a hook and its policy, for all groups that have the hook. It is in users' state and never
moves. Earlier versions made one for each group, of the group's name; they are read alike."""


@dataclass(frozen=True)
class OwnHook:
    """A hook that a return registers itself."""

    name: str
    policy: Any
    """As the program gave it, with secrets as plain text."""
    on_failure: Any = None


def own_hooks(good: Deployment) -> Mapping[str, OwnHook]:
    """By their names, those of the deployment's groups."""
    return hooks_in(good.living.values())


def hooks_in(entries: Iterable[Entry]) -> Mapping[str, OwnHook]:
    """By their names, those that have their policy among these entries."""
    found: dict[str, OwnHook] = {}
    for entry in entries:
        inputs: Mapping[str, Any] = plain(entry.inputs) if entry.type == POLICY_TYPE else {}
        name = inputs.get("hook")
        if isinstance(name, str) and "policy" in inputs:
            found[name] = OwnHook(name, inputs["policy"], inputs.get("onFailure"))
    return found


def policies_of(entry: Entry, deployment: Deployment) -> Iterator[Entry]:
    """The policies in state by which an entry of the deployment is rolled."""
    names = {name for each in entry.hooks.values() for name in each}
    for other in deployment.living.values() if names else ():
        if names & hooks_in([other]).keys():
            yield other


def foreign_hooks(entry: Entry, own: Mapping[str, OwnHook]) -> Mapping[str, list[str]]:
    """Names of hooks of an entry that only its program can run, by kind."""
    found = {kind: [name for name in names if name not in own] for kind, names in entry.hooks.items()}
    return {kind: names for kind, names in found.items() if names}
