"""One Auto Scaling group: its settings over time, its members, hooks, activities and history.

A group keeps what it is told, with its counts and its history. This module refuses to know what follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_rolling.lab.world.activities import ActivityLog
from pulumi_rolling.lab.world.history import History, Tally
from pulumi_rolling.lab.world.hooks import Hook
from pulumi_rolling.lab.world.member import Member, MemberState
from pulumi_rolling.lab.world.timeline import Timeline

PROCESSES = (
    "Launch",
    "Terminate",
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "ReplaceUnhealthy",
    "ScheduledActions",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instance can be launched."""

    zone: str
    subnet: str | None = None


@dataclass(frozen=True, slots=True)
class Pointer:
    """What the group launches from, literally as it was given; exactly one of the three is set."""

    template: Mapping[str, Any] | None = None
    mixed: Mapping[str, Any] | None = None
    configuration: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    value: str
    at_launch: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """What DescribeAutoScalingGroups shows besides the members.

    `suspended` holds processes with the time of their suspension; `extra` holds settings that are only kept.
    """

    minimum: int
    maximum: int
    desired: int
    pointer: Pointer
    places: tuple[Place, ...]
    suspended: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, Tag] = field(default_factory=dict)
    target_groups: tuple[str, ...] = ()
    balancers: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    warm_pool: Mapping[str, Any] | None = None
    deleting: bool = False
    gone: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Occasion:
    """The reason why a group is stirred, for the texts of the activities that follow.

    `opening` begins their causes with what changed the capacity; `cause` stands for the whole cause of launches.
    """

    opening: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Rolling:
    """What an instance refresh has the group do: keep `surge` units more than are desired, launch from `source`.

    Without a source the group launches from its own pointer.
    """

    source: Pointer | None
    outdated: Set[str]
    surge: int = 0


@dataclass(eq=False)
class Group:
    name: str
    region: str
    arn: str
    created_at: float
    settings: Timeline[Settings]
    activities: ActivityLog
    members: dict[str, Member] = field(default_factory=dict)
    former: list[Member] = field(default_factory=list)
    warm: dict[str, Member] = field(default_factory=dict)
    pool_retrying: bool = False
    hooks: dict[str, Hook] = field(default_factory=dict)
    scheduled: dict[str, dict[str, Any]] = field(default_factory=dict)
    lost_zones: set[str] = field(default_factory=set)
    retrying: int = 0
    tally: Tally = field(default_factory=Tally)
    history: History = field(default_factory=History)
    occasion: Occasion = Occasion()
    rolling: Rolling | None = None

    @property
    def source(self) -> Pointer:
        """What launches are made from at this moment."""
        rolled_to = None if self.rolling is None else self.rolling.source
        return rolled_to or self.now.pointer

    @property
    def wanted(self) -> int:
        """Capacity units that the group keeps up."""
        return self.now.desired + (0 if self.rolling is None else self.rolling.surge)

    def passes_by(self, member: Member) -> bool:
        """The member is not taken out of the pool, because it is to be replaced there."""
        return self.rolling is not None and member.id in self.rolling.outdated

    @property
    def now(self) -> Settings:
        return self.settings.now

    def suspended(self, process: str) -> bool:
        return process in self.now.suspended

    def because(self, occasion: Occasion) -> None:
        """The first occasion of an instant is the one that its activities name."""
        if self.occasion == Occasion():
            self.occasion = occasion

    def alter(self, at: float, **changes: Any) -> None:
        """Settings change, with a point of history."""
        self.settings.set(at, replace(self.now, **changes))
        self.history.note(at, self.tally, self.now.desired)

    def admit(self, at: float, member: Member) -> None:
        self.members[member.id] = member
        self.tally.count(member, member.now, +1)
        self.history.note(at, self.tally, self.now.desired)

    def change(self, at: float, member: Member, **changes: Any) -> None:
        """A member's state changes, with counts and history; one that no longer belongs leaves the list."""
        before = member.now
        after = replace(before, **changes)
        member.states.set(at, after)
        if member.id not in self.members:
            return
        self.tally.count(member, before, -1)
        self.tally.count(member, after, +1)
        self.history.note(at, self.tally, self.now.desired)
        if not after.belongs:
            self.former.append(self.members.pop(member.id))

    def hooks_for(self, transition: str) -> list[Hook]:
        return [hook for hook in self.hooks.values() if hook.transition == transition]

    def settings_at(self, when: float) -> Settings | None:
        """Settings as they were at `when`; None when there was no group."""
        settings = self.settings.at(when)
        return None if settings is None or settings.gone else settings

    def members_at(self, when: float) -> list[tuple[Member, MemberState]]:
        """Members as they were at `when`, in the order of their launches."""
        former = [member for member in self.former if member.states.since > when]
        states = [(member, member.states.at(when)) for member in (*former, *self.members.values())]
        return [
            (member, state)
            for member, state in states
            if state is not None and state.belongs and not state.warm
        ]
