"""Whether a stack must return after `pulumi up`, read from the newest history entry and the state.

Pure. Pulumi's exit code alone would mislead: 7 comes after an update that succeeded, and 2, 3, 6 and 8 mean that none
was begun.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pulumi_rolling.stack.deployment import Deployment, plain

VOLATILE = frozenset({"modified", "created", "sourcePosition", "stackTrace"})
"""Fields of an entry that say when and where, not what."""


class Ended(Enum):
    """How the update ended, of which history tells nothing where `pulumi` was killed."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Next(Enum):
    """What follows."""

    NOTHING = "nothing"
    """The update succeeded, or it changed nothing: Pulumi's own exit code stands."""
    RETURN = "return"
    NO_GOOD = "noGood"
    """The update failed after it had changed something, and there is nothing to return to."""


@dataclass(frozen=True)
class Facts:
    """`changed`: whether the state is another one than before. `good`: whether a last good deployment is known."""

    code: int
    ended: Ended
    changed: bool
    good: bool


def next_of(facts: Facts) -> Next:
    """The one decision after an update."""
    if facts.code == 0 or facts.ended is Ended.SUCCEEDED or not facts.changed:
        return Next.NOTHING
    return Next.RETURN if facts.good else Next.NO_GOOD


def is_changed(before: Deployment | None, now: Deployment) -> bool:
    """Whether an update has changed a resource, or may have: it was interrupted while an operation ran.

    Outputs of the stack do not count: a program that fails early has registered none. Both with secrets readable.
    """
    return bool(now.pending) or _facts(before) != _facts(now)


def _facts(deployment: Deployment | None) -> list[str]:
    """The entries without regard to their order, which is that in which registrations happened to arrive."""
    entries = deployment.entries if deployment is not None else ()
    return sorted(
        _fact(entry.raw) for entry in entries if not entry.is_stack and not entry.is_default_provider
    )


def _fact(raw: Mapping[str, Any]) -> str:
    fact = {key: plain(value) for key, value in raw.items() if key not in VOLATILE}
    needs = fact.get("propertyDependencies") or {}
    fact["propertyDependencies"] = {key: sorted(urns or []) for key, urns in needs.items()}
    fact["dependencies"] = sorted(fact.get("dependencies") or [])
    return json.dumps(fact, sort_keys=True)
