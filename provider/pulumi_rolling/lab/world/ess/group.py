"""A scaling group: its settings over time, its members, activities and hooks, and the truth about it.

This module refuses to know what a group does about its sizes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_rolling.lab.world.ess.activity import Activity
from pulumi_rolling.lab.world.ess.member import STANDBY, Member, MemberState
from pulumi_rolling.lab.world.ess.refresh import Refresh
from pulumi_rolling.lab.world.ess.waits import Hook, HookAction, Party
from pulumi_rolling.lab.world.refusal import Refused
from pulumi_rolling.lab.world.timeline import Timeline

ACTIVE = "Active"
INACTIVE = "Inactive"
DELETING = "Deleting"
PROCESSES = ("ScaleIn", "ScaleOut", "HealthCheck", "AlarmNotification", "ScheduledAction")


@dataclass(frozen=True, slots=True)
class Tag:
    value: str
    propagate: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """`desired` is None in a group without an expected number; `told` are attributes that only come back."""

    name: str
    minimum: int
    maximum: int
    desired: int | None
    state: str = INACTIVE
    configuration_id: str | None = None
    template_id: str | None = None
    template_version: str | None = None
    suspended: frozenset[str] = frozenset()
    tags: Mapping[str, Tag] = field(default_factory=dict)
    deletion_protected: bool = False
    system_suspended: bool = False
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def balanced(self) -> bool:
        """Whether a load balancer stands before the group."""
        kinds = ("LoadBalancerIds", "VServerGroups", "AlbServerGroups", "ServerGroups")
        return any(self.told.get(kind) for kind in kinds)


@dataclass(eq=False, slots=True)
class Group:
    id: str
    created_at: float
    settings: Timeline[Settings]
    members: dict[str, Member] = field(default_factory=dict)
    former: list[Member] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)
    actions: list[HookAction] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    refreshes: list[Refresh] = field(default_factory=list)
    points: list[dict[str, Any]] = field(default_factory=list)
    failures: int = 0
    moving: set[str] = field(default_factory=set)
    """Members on their way into Standby or out of it."""

    @property
    def now(self) -> Settings:
        return self.settings.now

    @property
    def expects(self) -> bool:
        """The group has an expected number."""
        return self.now.desired is not None

    def set(self, at: float, **changes: Any) -> None:
        self.settings.set(at, replace(self.now, **changes))
        self.note(at)

    def change(self, at: float, member: Member, **changes: Any) -> None:
        """A member's state moves; one that no longer belongs leaves the list."""
        member.states.set(at, replace(member.now, **changes))
        if not member.now.belongs and self.members.pop(member.id, None) is not None:
            self.former.append(member)
        self.note(at)

    def count(self, stable: bool = False, pending: bool = False, removing: bool = False) -> int:
        return sum(
            (stable and each.now.stable) or (pending and each.now.pending) or (removing and each.now.removing)
            for each in self.members.values()
        )

    @property
    def total(self) -> int:
        """All that are not on their way out."""
        return sum(not each.now.removing for each in self.members.values())

    @property
    def running(self) -> list[Activity]:
        return [each for each in self.activities if not each.over]

    def needs_active(self) -> None:
        if self.now.state != ACTIVE:
            raise incorrect_status()

    def named(self, ids: list[str]) -> list[Member]:
        """Members by id; Refused when one is not there."""
        for each in ids:
            if each not in self.members:
                raise Refused("InvalidInstanceId.NotFound", f'Instance "{each}" does not exist.', status=404)
        return [self.members[each] for each in dict.fromkeys(ids)]

    def note(self, at: float) -> None:
        """A point of the history; several changes at one instant are one point."""
        states = [(each, each.now) for each in self.members.values()]
        here = [(each, state) for each, state in states if not state.removing]
        point = {
            "at": round(at, 6),
            "inService": sum(state.serves for _, state in here),
            "serving": sum(self._reached(each, state) for each, state in here),
            "total": len(here),
            "pending": sum(state.pending for _, state in here),
            "standby": sum(state.lifecycle == STANDBY for _, state in here),
            "terminating": len(states) - len(here),
            "desired": self.now.desired,
            "revisions": dict(sorted(Counter(each.source.label for each, _ in here).items())),
            "images": dict(sorted(Counter(each.source.image for each, _ in here).items())),
        }
        if self.points and self.points[-1]["at"] == point["at"]:
            self.points.pop()
        if not self.points or {**self.points[-1], "at": 0} != {**point, "at": 0}:
            self.points.append(point)

    def _reached(self, member: Member, state: MemberState) -> bool:
        return state.serves and member.well and (state.weight > 0 or not self.now.balanced)


def incorrect_status() -> Refused:
    text = "The current status of the specified scaling group does not support this action."
    return Refused("IncorrectScalingGroupStatus", text)
