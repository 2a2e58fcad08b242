"""One task of a service: what it was started from, which never alters, and its state over time.

Source: ECS developer guide, "Amazon ECS task lifecycle". This module refuses to know who changes a state, and when.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.lab.world.behaviour import Behaviour
from pulumi_rolling.lab.world.ecs.deployment import Container, Deployment
from pulumi_rolling.lab.world.timeline import Timeline

PROVISIONING, PENDING, ACTIVATING, RUNNING = "PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"
DEACTIVATING, STOPPING, DEPROVISIONING = "DEACTIVATING", "STOPPING", "DEPROVISIONING"
STOPPED = "STOPPED"
UNKNOWN, HEALTHY, UNHEALTHY = "UNKNOWN", "HEALTHY", "UNHEALTHY"


@dataclass(frozen=True, slots=True)
class TaskState:
    """What DescribeTasks shows of a task, whether it counts as healthy, and its health as a target."""

    last: str = PROVISIONING
    desired: str = RUNNING
    health: str = UNKNOWN
    counts: bool = False
    failed: bool = False
    """It failed a health check, and is to be replaced."""
    target: str | None = None
    code: str | None = None
    reason: str | None = None
    container_reason: str | None = None
    exit_code: int | None = None
    protected_until: float | None = None
    started_at: float | None = None
    stopping_at: float | None = None
    stopped_at: float | None = None


@dataclass(eq=False, slots=True)
class Task:
    """`behaviours` are those of the containers, in the order of the definition; `boot` was drawn, in seconds."""

    id: str
    arn: str
    deployment: Deployment
    behaviours: tuple[Behaviour, ...]
    images: tuple[tuple[Container, str | None], ...]
    boot: float
    address: str
    created_at: float
    states: Timeline[TaskState]
    well: bool = True
    answering: bool = True

    @property
    def now(self) -> TaskState:
        return self.states.now

    @property
    def live(self) -> bool:
        """It is wanted: running, or on its way there."""
        return self.now.desired == RUNNING

    @property
    def running(self) -> bool:
        return self.live and self.now.last == RUNNING

    @property
    def healthy(self) -> bool:
        """It counts towards the minimum."""
        return self.running and self.now.counts and not self.now.failed

    @property
    def sound(self) -> bool:
        """It is wanted, and needs no replacement."""
        return self.live and not self.now.failed

    def protected(self, at: float) -> bool:
        until = self.now.protected_until
        return until is not None and at < until
