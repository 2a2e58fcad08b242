"""A member of a scaling group: its state over time, and the machine that it is.

This module refuses to know what moves a member from one state to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi_rolling.lab.world.behaviour import Behaviour
from pulumi_rolling.lab.world.ess.source import Source
from pulumi_rolling.lab.world.timeline import Timeline

PENDING = "Pending"
PENDING_WAIT = "Pending:Wait"
IN_SERVICE = "InService"
STANDBY = "Standby"
PROTECTED = "Protected"
STOPPED = "Stopped"
REMOVING = "Removing"
REMOVING_WAIT = "Removing:Wait"
STABLE = (IN_SERVICE, PROTECTED, STANDBY)
AUTO_CREATED = "AutoCreated"
ATTACHED = "Attached"
FULL_WEIGHT = 50


@dataclass(frozen=True, slots=True)
class MemberState:
    """`machine` is ECS's word for it: Pending, Running, Stopping, Stopped or Released."""

    lifecycle: str = PENDING
    machine: str = "Pending"
    health: str = "Healthy"
    belongs: bool = True
    weight: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def stable(self) -> bool:
        return self.belongs and self.lifecycle in STABLE

    @property
    def pending(self) -> bool:
        return self.belongs and self.lifecycle in (PENDING, PENDING_WAIT)

    @property
    def removing(self) -> bool:
        return self.belongs and self.lifecycle in (REMOVING, REMOVING_WAIT)

    @property
    def serves(self) -> bool:
        return self.belongs and self.lifecycle in (IN_SERVICE, PROTECTED) and self.machine == "Running"


@dataclass(eq=False, slots=True)
class Member:
    id: str
    number: int
    group_id: str
    source: Source
    behaviour: Behaviour
    boot: float
    zone: str
    created_at: float
    activity_id: str
    states: Timeline[MemberState]
    creation: str = AUTO_CREATED
    entrusted: bool = True
    well: bool = True
    doomed: bool = False
    in_service_at: float | None = None
    signalled: tuple[str, float] | None = None

    @property
    def now(self) -> MemberState:
        return self.states.now

    @property
    def address(self) -> str:
        return f"172.16.{self.number // 250 % 250}.{self.number % 250 + 4}"
