"""What the cloud tells of a group at one moment, folded to what a decision needs."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from pulumi_rolling.core.values import dataclass

if TYPE_CHECKING:
    from pulumi_rolling.core.roster import Roster


class Lifecycle(Enum):
    """What the cloud calls the state of a member."""

    PENDING = "pending"
    WAITING = "waiting"
    """Held by a launch hook until the member, or the hook's timeout, completes it."""
    IN_SERVICE = "inService"
    STANDBY = "standby"
    LEAVING = "leaving"
    """Terminating or detaching: it no longer counts toward Desired."""


class Signal(Enum):
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"


class TargetHealth(Enum):
    """A member in all target groups of its group together: the worst of them."""

    HEALTHY = "healthy"
    INITIAL = "initial"
    """Being registered or first checked, or not registered yet."""
    UNHEALTHY = "unhealthy"
    DRAINING = "draining"


class AlarmState(Enum):
    OK = "OK"
    ALARM = "ALARM"
    UNKNOWN = "INSUFFICIENT_DATA"


class LaunchError(Enum):
    PERMANENT = "permanent"
    """Image, quota, authorization, template: the cloud's own retries will fail as well."""
    CAPACITY = "capacity"
    """The cloud retries, possibly in another zone, and may succeed."""


@dataclass(frozen=True, slots=True)
class Revision:
    """What members are made from. Two revisions with the same digest make the same members."""

    address: str
    """What the fleet writes as the group's pointer, e.g. ``lt-0abc:3``."""
    digest: str
    label: str = ""
    """How people call it, e.g. ``version 3``."""

    def __str__(self) -> str:
        return self.label or self.address


@dataclass(frozen=True, slots=True)
class Sizes:
    min: int
    max: int
    desired: int


@dataclass(frozen=True, slots=True)
class Member:
    id: str
    revision: Revision
    lifecycle: Lifecycle
    healthy: bool = True
    alive: bool = True
    """False when the machine itself is known to be stopped or gone, whatever the group believes."""
    zone: str = ""
    launched_at: float | None = None
    """By the cloud's clock; None while the cloud has not said."""
    in_service_at: float | None = None
    protected: bool = False
    signal: Signal | None = None
    signal_at: float | None = None
    target: TargetHealth | None = None
    """None: nobody asked, or the group is attached to no target group."""
    checks: bool | None = None
    """Whether EC2's status checks are passed. None: nobody asked, or EC2 has not said."""
    weight: int = 1
    """Units of Desired that it counts for: more than one only in a mixed instances policy with weights."""


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch that the cloud refused since the rollout began."""

    id: str
    at: float
    error: LaunchError
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """Why a member went, where the cloud says so. Excused: scaling, rebalancing, spot interruption."""

    member: str
    at: float
    excused: bool
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One of our acts that the cloud refused for good. It comes back as something seen, never as an exception."""

    act: str
    member: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody's wish, put on the group from outside; acted on once, by its id.

    ``kind``: abort, pause, resume, approve, reject, retry, skip. The last two name a ``member``.
    """

    id: str
    kind: str
    member: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    name: str
    state: AlarmState


@dataclass(frozen=True, slots=True)
class Observation:
    """The group at one moment, as the cloud tells it."""

    at: float
    members: tuple[Member, ...]
    sizes: Sizes
    pointer: str
    suspended: frozenset[str] = frozenset()
    launches: tuple[Launch, ...] = ()
    losses: tuple[Loss, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    requests: tuple[Request, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    warm: tuple[Member, ...] = ()
    """Instances of the group's warm pool, which are no members."""
    lease_is_ours: bool = True
    complete: bool = True
    roster: Roster | None = field(default=None, repr=False, compare=False)
    """The members sorted, from a fleet that knows what changed; it says nothing that they do not."""
