"""An instance refresh: what it was told, and its state over time.

Source: EC2 Auto Scaling API reference, RefreshPreferences (defaults) and InstanceRefresh (statuses). This module keeps
refreshes, and refuses to know what follows from a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group, Pointer, Settings
from pulumi_rolling.lab.world.timeline import Timeline

PENDING, IN_PROGRESS, BAKING = "Pending", "InProgress", "Baking"
CANCELLING, CANCELLED = "Cancelling", "Cancelled"
ROLLING_BACK, ROLLED_BACK, ROLLBACK_FAILED = "RollbackInProgress", "RollbackSuccessful", "RollbackFailed"
SUCCESSFUL, FAILED = "Successful", "Failed"
ACTIVE = (PENDING, IN_PROGRESS, BAKING, CANCELLING, ROLLING_BACK)
WAIT, IGNORE = "Wait", "Ignore"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a refresh goes by; `maximum` is None where nobody gave one."""

    minimum: int = 90
    maximum: int | None = None
    warmup: int = 0
    checkpoints: tuple[int, ...] = ()
    delay: int = 3600
    skip_matching: bool = False
    auto_rollback: bool = False
    protected: str = WAIT
    standby: str = WAIT
    alarms: tuple[str, ...] = ()
    bake: int = 0


def preferences_of(given: Mapping[str, Any], settings: Settings) -> Preferences:
    """Preferences in the API's words; what is not named is the group's own or the service's default."""
    extra = settings.extra
    policy = extra.get("InstanceMaintenancePolicy") or {}
    healthy = given if "MinHealthyPercentage" in given else policy
    grace = extra.get("HealthCheckGracePeriod") or 0
    return Preferences(
        minimum=healthy.get("MinHealthyPercentage", 90),
        maximum=healthy.get("MaxHealthyPercentage"),
        warmup=given.get("InstanceWarmup", extra.get("DefaultInstanceWarmup", grace)),
        checkpoints=tuple(given.get("CheckpointPercentages", ())),
        delay=given.get("CheckpointDelay", 3600),
        skip_matching=given.get("SkipMatching", False),
        auto_rollback=given.get("AutoRollback", False),
        protected=given.get("ScaleInProtectedInstances", WAIT),
        standby=given.get("StandbyInstances", WAIT),
        alarms=tuple(given.get("AlarmSpecification", {}).get("Alarms", ())),
        bake=given.get("BakeTime", 0),
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: of all instances, and of those of the pool and the others apart."""

    percent: int = 0
    left: int = 0
    live: tuple[int, int] = (0, 0)
    warm: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Turn:
    """The moment at which a refresh began to roll back."""

    at: float
    reason: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class RefreshState:
    """What DescribeInstanceRefreshes shows of a refresh."""

    status: str = PENDING
    reason: str = ""
    progress: Progress = Progress()
    started_at: float | None = None
    ended_at: float | None = None
    turn: Turn | None = None


@dataclass(eq=False, slots=True)
class Refresh:
    """`before` are the instances that were there when it began, `outdated` those that are to go.

    `total` counts the instances that it set out to replace, with `total_warm` of them in the pool; `to_go` is how much
    is left to do, and `moved_at` is when that last fell.
    """

    id: str
    group: Group
    told: Mapping[str, Any]
    preferences: Preferences
    desired: Pointer | None
    states: Timeline[RefreshState]
    before: frozenset[str] = frozenset()
    outdated: set[str] = field(default_factory=set)
    total: int = 0
    total_warm: int = 0
    to_go: int = 0
    moved_at: float = 0.0
    deadline: float = 0.0
    passed: int = 0
    capacity: int = 0
    reached: list[tuple[float, int]] = field(default_factory=list)
    paused_until: float = 0.0
    last_chance: float = 0.0
    stood_still: bool = False
    waits: bool = True
    wakes_at: float | None = None

    @property
    def now(self) -> RefreshState:
        return self.states.now

    @property
    def active(self) -> bool:
        return self.now.status in ACTIVE

    @property
    def backwards(self) -> bool:
        return self.now.status == ROLLING_BACK

    def moved(self, at: float) -> None:
        """The hour without progress begins anew at that time."""
        self.moved_at, self.last_chance = at, 0.0

    def remember(self) -> None:
        """The instances that are there now are those from before."""
        self.before = frozenset({*self.group.members, *self.group.warm})

    def alter(self, at: float, **changes: Any) -> None:
        after = replace(self.now, **changes)
        if after != self.now:
            self.states.set(at, after)


@dataclass(slots=True)
class Refreshes:
    """Every group's refreshes, the newest first."""

    by_group: dict[Group, list[Refresh]] = field(default_factory=dict)


def of(cloud: Cloud, group: Group) -> list[Refresh]:
    return cloud.part(Refreshes).by_group.setdefault(group, [])


def active_of(cloud: Cloud, group: Group) -> Refresh | None:
    """The group's refresh that is not over; there is at most one."""
    return next((each for each in of(cloud, group) if each.active), None)


def alarms_changed(cloud: Cloud) -> None:
    """Refreshes that watch alarms are looked at."""
    for listed in cloud.part(Refreshes).by_group.values():
        for each in listed:
            if each.active and each.preferences.alarms:
                cloud.stir(each)
