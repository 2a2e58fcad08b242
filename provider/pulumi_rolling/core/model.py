"""The words of a rollout as plain, immutable data: what is allowed, what is seen, what is remembered, what is next.

Time is a field (seconds since the epoch), never a clock. Revisions are opaque: the fleet made the address and the
digest, the core only compares them. Nothing here decides. The words stand in ``limits``, ``observation`` and
``rollout``; whoever needs them takes them from here.
"""

from __future__ import annotations

from dataclasses import field

from pulumi_rolling.core.limits import ONE_HOUR, Choice, Guard, Limits, OnFailure, Pacing, ZoneOrder
from pulumi_rolling.core.observation import (
    Alarm,
    AlarmState,
    Launch,
    LaunchError,
    Lifecycle,
    Loss,
    Member,
    Observation,
    Refusal,
    Request,
    Revision,
    Signal,
    Sizes,
    TargetHealth,
)
from pulumi_rolling.core.rollout import (
    Action,
    Boots,
    Direction,
    Failure,
    Gate,
    Issued,
    Opening,
    PointAt,
    Remove,
    Resize,
    Resume,
    Rollout,
    Round,
    Step,
    Suspend,
    Terminate,
    Verdict,
)
from pulumi_rolling.core.values import dataclass

__all__ = [
    "ONE_HOUR",
    "Action",
    "Alarm",
    "AlarmState",
    "Because",
    "Boots",
    "Choice",
    "Decision",
    "Direction",
    "Failure",
    "Gate",
    "Guard",
    "Issued",
    "Launch",
    "LaunchError",
    "Lifecycle",
    "Limits",
    "Loss",
    "Member",
    "Observation",
    "OnFailure",
    "Opening",
    "Outcome",
    "Pacing",
    "PointAt",
    "Refusal",
    "Remove",
    "Request",
    "Resize",
    "Resume",
    "Revision",
    "Rollout",
    "Round",
    "Signal",
    "Sizes",
    "Status",
    "Step",
    "Suspend",
    "TargetHealth",
    "Terminate",
    "Verdict",
    "ZoneOrder",
]


@dataclass(frozen=True, slots=True)
class Because:
    """Why this decision: a code and its numbers, for explain, log and report."""

    code: str
    numbers: dict[str, int | float] = field(default_factory=dict)
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end. ``returned`` is None for a success, True after a complete way back, False when the group is mixed."""

    done: bool
    returned: bool | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    next: Rollout
    actions: tuple[Action, ...]
    look_again_at: float
    because: Because
    status: Status
    outcome: Outcome | None = None
    quiet_until: float = 0.0
    """Until then another look brings the same answer, unless something changes in the group."""
