"""A hook, the members that wait at it together, and the token that ends their wait.

This module refuses to know when a wait begins and what follows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pulumi_rolling.lab.world.ess.activity import Activity
from pulumi_rolling.lab.world.ess.member import Member

SCALE_OUT = "SCALE_OUT"
SCALE_IN = "SCALE_IN"
CONTINUE = "CONTINUE"
ABANDON = "ABANDON"
ROLLBACK = "ROLLBACK"
RESULTS = (CONTINUE, ABANDON, ROLLBACK)
PENDING = "Pending"
COMPLETED = "Completed"
TIMEOUT = "Timeout"


@dataclass(frozen=True, slots=True)
class Hook:
    id: str
    name: str
    transition: str
    default: str = CONTINUE
    timeout: int = 600
    arn: str = ""
    metadata: str = ""


@dataclass(eq=False, slots=True)
class Party:
    """Members of one activity that wait at the hooks together; `after` is told the result."""

    activity: Activity
    members: list[Member]
    after: Callable[[Party, str], None]
    actions: list[HookAction] = field(default_factory=list)
    over: bool = False

    @property
    def open(self) -> list[HookAction]:
        return [each for each in self.actions if each.status == PENDING]


@dataclass(eq=False, slots=True)
class HookAction:
    token: str
    hook: Hook
    party: Party
    ids: tuple[str, ...]
    opened_at: float
    deadline: float
    status: str = PENDING
    result: str | None = None
    beats: int = 0
