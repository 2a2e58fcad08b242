"""A scaling activity: one attempt to change a group, with its members and its end.

This module refuses to know what the attempt does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_rolling.lab.world.timeline import Timeline

IN_PROGRESS = "InProgress"
SUCCESSFUL = "Successful"
WARNING = "Warning"
FAILED = "Failed"
REJECTED = "Rejected"
HAND = "Api"
BY_SERVICE = "Ess"
BY_ALARM = "Cms"
BY_SCHEDULE = "ScheduledTask"
ALONE = frozenset({BY_ALARM})
"""Triggers whose activities exclude all others, also in a group with an expected number."""


@dataclass(frozen=True, slots=True)
class ActivityState:
    status: str = IN_PROGRESS
    message: str = ""
    progress: int = 0
    created: tuple[str, ...] = ()
    destroyed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    ended_at: float | None = None
    error: tuple[str, str] | None = None


@dataclass(eq=False, slots=True)
class Activity:
    """`open` are the members that it still works on; `planned` is how many there were."""

    id: str
    group_id: str
    cause: str
    description: str
    trigger: str
    started_at: float
    states: Timeline[ActivityState]
    planned: int = 0
    refresh_id: str | None = None
    context: dict[str, Any] | None = None
    metadata: str | None = None
    open: set[str] = field(default_factory=set)

    @property
    def now(self) -> ActivityState:
        return self.states.now

    @property
    def over(self) -> bool:
        return self.now.status != IN_PROGRESS

    def set(self, at: float, **changes: Any) -> None:
        self.states.set(at, replace(self.now, **changes))
