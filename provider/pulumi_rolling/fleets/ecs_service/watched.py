"""What the policy wants looked at while a deployment goes on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EcsWatched:
    alarms: tuple[str, ...] = ()
    still: float = 60.0
    """Seconds without progress after which stopped tasks are asked for, and asked for again."""
