"""A call of a resource hook of a group that has its policy as an attribute, and that policy. Their values are plain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

POLICY_TYPE = "rolling:index:UpdatePolicy"
"""The component in state that says how a group is rolled. It is in users' state and never moves."""


@dataclass(frozen=True, slots=True)
class Called:
    """One call of a hook, its values settled. What the moment does not have is None."""

    urn: str
    name: str
    type: str
    old_inputs: Mapping[str, Any] | None
    new_inputs: Mapping[str, Any] | None
    old_outputs: Mapping[str, Any] | None
    new_outputs: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Given:
    """A program's policy for one group, its values settled."""

    policy: Any
    on_failure: Any
    option: Mapping[str, Any]
    """What an explicit provider says; empty where there is none."""
    timeouts: Mapping[str, Any]
    """``customTimeouts`` of the group's resource."""
    dry_run: bool


def told(name: str, error: Exception) -> str:
    """The error as a hook ends with it. Pulumi says before it what the hook is called, which is no group's name."""
    return f"{name}: {error}"
