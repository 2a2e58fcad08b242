"""What a run of our language runtime is given, and what it finds out. Loads nothing of Pulumi's SDK."""

from __future__ import annotations

from dataclasses import dataclass, field

from pulumi_rolling.stack.deployment import Deployment
from pulumi_rolling.stack.wish import Left, Wish


@dataclass
class Told:
    """What a run found out that nobody could know before it."""

    left: list[Left] = field(default_factory=list)


@dataclass(frozen=True)
class Script:
    """What to register. `good` and `now` name the providers that the engine makes by itself."""

    wish: Wish
    good: Deployment
    now: Deployment
