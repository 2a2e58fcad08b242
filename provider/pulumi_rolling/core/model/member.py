"""A group and its members, as every kind of group has them."""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from pulumi_rolling.core.model.values import value


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


@value(frozen=True, slots=True)
class Revision:
    """What members are made from. Two revisions with the same digest make the same members."""

    address: str
    """What the fleet writes as the group's pointer, e.g. ``lt-0abc:3``."""
    digest: str
    label: str = ""
    """How people call it, e.g. ``version 3``."""
    exists: bool = True
    """False: what it was made from is gone, so that nothing can be launched from it any more."""

    def __str__(self) -> str:
        return self.label or self.address


@value(frozen=True, slots=True)
class Sizes:
    min: int
    max: int
    desired: int
    standby: int = field(default=0, compare=False)
    """Members in standby, where the cloud counts them in all three; they are counted in none here."""
    told_min: int = field(default=0, compare=False)
    """MinSize as the cloud has it, where it counts members in standby; ``told`` is it for every cloud."""
    kept: bool = field(default=True, compare=False)
    """False: ``desired`` is how many members there are and no more, so that the cloud makes up for none that goes."""

    @property
    def told(self) -> int:
        """MinSize as the cloud counts it."""
        return self.told_min or self.min


@value(frozen=True, slots=True)
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
    probe: bool | None = None
    """Whether it answers to the user's own probe. None: nobody asked, or there was no answer yet."""
    probe_said: str = ""
    """What the last probe that failed brought, for people."""
    target_cause: str = ""
    """What a load balancer says against it, with the balancer's name; empty where it is healthy or says nothing."""
    launched_after: float | None = None
    """The last look that did not show it, while nothing hangs on when it was launched and nobody has asked."""

    @property
    def from_at(self) -> float | None:
        """When its clock began, or no later than that where its launch time is not known yet."""
        return self.launched_after if self.launched_at is None else self.launched_at
