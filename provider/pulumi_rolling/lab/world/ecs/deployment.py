"""Deployments of a service, their revisions, and the service deployments that carry them out.

Sources: ECS API reference, Deployment, ServiceDeployment, ServiceRevision. A deployment `ecs-svc/N` and the revision
`.../N` share their number. This module keeps them, and refuses to know what follows from a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_rolling.lab.world.timeline import Timeline

PRIMARY, ACTIVE = "PRIMARY", "ACTIVE"
COMPLETED, FAILED, GOING = "COMPLETED", "FAILED", "IN_PROGRESS"
PENDING, IN_PROGRESS, SUCCESSFUL = "PENDING", "IN_PROGRESS", "SUCCESSFUL"
STOP_REQUESTED, STOPPED = "STOP_REQUESTED", "STOPPED"
ROLLBACK_REQUESTED, ROLLING_BACK = "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"
ROLLED_BACK, ROLLBACK_FAILED = "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"
FORWARD = (PENDING, IN_PROGRESS)
BACKWARD = (ROLLBACK_REQUESTED, ROLLING_BACK)
ENDED = (SUCCESSFUL, STOPPED, ROLLED_BACK, ROLLBACK_FAILED)
TRIGGERED, MONITORING, MONITORED, DISABLED = "TRIGGERED", "MONITORING", "MONITORING_COMPLETE", "DISABLED"
OVER = {MONITORING: MONITORED, MONITORED: MONITORED, DISABLED: DISABLED, TRIGGERED: TRIGGERED}


@dataclass(frozen=True, slots=True)
class Check:
    """A container's health check: seconds until it is HEALTHY when it is, and until it is UNHEALTHY otherwise."""

    good: float
    bad: float


@dataclass(frozen=True, slots=True)
class Container:
    name: str
    image: str
    essential: bool = True
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A task definition as it was when a deployment began."""

    arn: str
    family: str
    revision: int
    containers: tuple[Container, ...]
    pins: bool = True
    """Tags are resolved to digests (versionConsistency)."""

    @property
    def label(self) -> str:
        return f"{self.family}:{self.revision}"


@dataclass(frozen=True, slots=True)
class DeploymentState:
    """What DescribeServices shows of a deployment."""

    status: str = PRIMARY
    rollout: str = GOING
    reason: str = ""
    failed: int = 0
    desired: int = 0
    running: int = 0
    pending: int = 0
    updated_at: float = 0.0


@dataclass(eq=False, slots=True)
class Deployment:
    """A deployment and its revision, with what the service said when it began (`told`).

    `failures` is the breaker's count, `in_a_row` how many starts failed one after another; a deployment that is
    `halted` starts and stops nothing more.
    """

    number: int
    definition: Definition
    told: Mapping[str, Any]
    created_at: float
    state: DeploymentState
    digests: dict[str, str] = field(default_factory=dict)
    resolved: bool = False
    failures: int = 0
    in_a_row: int = 0
    halted: bool = False
    retry_at: float = 0.0
    said: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        return f"ecs-svc/{self.number}"

    def alter(self, at: float, **changes: Any) -> None:
        after = replace(self.state, **changes)
        if after != self.state:
            self.state = replace(after, updated_at=at)


@dataclass(frozen=True, slots=True)
class Counts:
    """Tasks of a revision."""

    requested: int = 0
    running: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Back:
    """The moment at which a service deployment turned back, why, and to which deployment."""

    at: float
    reason: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Pause:
    """A lifecycle hook that was met, and what becomes of it."""

    hook_id: str
    stage: str
    status: str
    expires_at: float
    timeout_action: str


@dataclass(frozen=True, slots=True)
class RolloutState:
    """What DescribeServiceDeployments shows of a service deployment."""

    status: str = PENDING
    reason: str = ""
    stage: str = "RECONCILE_SERVICE"
    started_at: float | None = None
    finished_at: float | None = None
    stopped_at: float | None = None
    updated_at: float = 0.0
    back: Back | None = None
    breaker: str = DISABLED
    failures: int = 0
    threshold: int = 0
    alarms: str = DISABLED
    triggered: tuple[str, ...] = ()
    target: Counts = Counts()
    sources: tuple[Counts, ...] = ()
    pauses: tuple[Pause, ...] = ()


@dataclass(eq=False, slots=True)
class Rollout:
    """A service deployment: the target, what ran before it, and the configuration by which it goes."""

    id: str
    arn: str
    created_at: float
    target: Deployment
    sources: tuple[Deployment, ...]
    configuration: Mapping[str, Any]
    states: Timeline[RolloutState]
    watched: tuple[str, ...] = ()
    bakes_until: float | None = None
    passed: set[str] = field(default_factory=set)

    @property
    def now(self) -> RolloutState:
        return self.states.now

    @property
    def active(self) -> bool:
        return self.now.status not in ENDED

    def alter(self, at: float, **changes: Any) -> None:
        after = replace(self.now, **changes)
        if after != self.now:
            self.states.set(at, replace(after, updated_at=at))
