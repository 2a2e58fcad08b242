"""An instance refresh: what was asked, and its state over time.

This module refuses to know what a refresh does next.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_rolling.lab.world.timeline import Timeline

PENDING = "Pending"
IN_PROGRESS = "InProgress"
PAUSED = "Paused"
CHECKPOINT_PAUSE = "CheckpointPause"
FAILED = "Failed"
SUCCESSFUL = "Successful"
CANCELLING = "Cancelling"
CANCELLED = "Cancelled"
ROLLING_BACK = "RollbackInProgress"
ROLLED_BACK = "RollbackSuccessful"
ROLLBACK_FAILED = "RollbackFailed"
ENDS = frozenset({FAILED, SUCCESSFUL, CANCELLED, ROLLED_BACK, ROLLBACK_FAILED})
STEPPING = frozenset({IN_PROGRESS, ROLLING_BACK})
FORWARD = frozenset({PENDING, IN_PROGRESS, PAUSED, CHECKPOINT_PAUSE})


@dataclass(frozen=True, slots=True)
class RefreshState:
    status: str = PENDING
    detail: str = ""
    needed: int = 0
    finished: int = 0
    ended_at: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of StartInstanceRefresh, with their defaults; `desired` is empty where none was given."""

    desired: dict[str, Any]
    minimum: int = 80
    maximum: int = 120
    skip_matching: bool = True
    checkpoints: tuple[int, ...] = ()
    pause: int = 60


@dataclass(eq=False, slots=True)
class Refresh:
    """`outdated` are the ids of members that are to go; `made` are those launched since its start."""

    id: str
    group_id: str
    asked: Asked
    capacity: int
    started_at: float
    states: Timeline[RefreshState]
    outdated: set[str]
    made: set[str] = field(default_factory=set)
    reached: int = 0
    """How many checkpoints are behind."""

    @property
    def now(self) -> RefreshState:
        return self.states.now

    @property
    def over(self) -> bool:
        return self.now.status in ENDS

    def set(self, at: float, **changes: Any) -> None:
        self.states.set(at, replace(self.now, **changes))
