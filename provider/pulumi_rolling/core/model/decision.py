"""What every decision answers with: why, the status, and at the end the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Generic, TypeVar

from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.values import value


@value(frozen=True, slots=True)
class Because:
    """Why this decision: a code and its numbers, for explain, log and report."""

    code: ReasonCode
    numbers: Mapping[str, int | float] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    cause: str = ""
    """The cloud's own sentence, where it gave one."""


@value(frozen=True, slots=True)
class Status:
    step: Step
    direction: Direction
    in_service: int
    ready: int
    replaced: int
    total: int
    waiting_for: tuple[str, ...]
    waiting_count: int
    time_left: tuple[float, float] | None
    failed: int = 0
    """New members that failed so far, as far as anybody tells."""


@value(frozen=True, slots=True)
class Outcome:
    """The end. ``returned`` is None for a success, True after a complete way back, False when the group is mixed."""

    done: bool
    returned: bool | None = None


R = TypeVar("R")
"""The rollout that a machine remembers."""
A = TypeVar("A")
"""The acts that it does."""


@value(frozen=True, slots=True)
class Decision(Generic[R, A]):
    """What one look comes to: what to remember, what to do now, when to look again, and why."""

    next: R
    actions: tuple[A, ...]
    look_again_at: float
    because: Because
    status: Status
    outcome: Outcome | None = None
    quiet_until: float = 0.0
    """Until then another look brings the same answer, unless something changes in the group."""
    asks_health: bool = False
    """It hangs on health behind load balancers that the look did not ask for: nothing follows but that question."""
    by_boots: bool = False
    """``look_again_at`` follows from members that boot: it may be far, and another look says anew when the next is."""
