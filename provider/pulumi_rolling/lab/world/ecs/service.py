"""A service: what it was told, its deployments and tasks, its events, and its state over time.

Source: ECS API reference, Service. This module keeps services, and refuses to know what they do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_rolling.lab.world.cloud import ACCOUNT, Cloud
from pulumi_rolling.lab.world.ecs.deployment import (
    ACTIVE,
    COMPLETED,
    FAILED,
    Counts,
    Deployment,
    DeploymentState,
    Rollout,
)
from pulumi_rolling.lab.world.ecs.task import DEACTIVATING, DEPROVISIONING, RUNNING, STOPPING, Task
from pulumi_rolling.lab.world.refusal import Refused
from pulumi_rolling.lab.world.timeline import Timeline

EVENTS_KEPT = 100
REPLICA, DAEMON = "REPLICA", "DAEMON"
LIVING, DRAINING, INACTIVE = "ACTIVE", "DRAINING", "INACTIVE"
LEAVING = (DEACTIVATING, STOPPING, DEPROVISIONING)


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    at: float
    message: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What DescribeServices shows of a service at one time."""

    status: str
    told: Mapping[str, Any]
    desired: int
    running: int
    pending: int
    deployments: tuple[tuple[Deployment, DeploymentState], ...]
    events: tuple[Event, ...]


@dataclass(eq=False, slots=True)
class Service:
    """`told` is what calls said, in the API's words; `capacity` bounds the tasks for which there is a place."""

    name: str
    cluster: str
    region: str
    created_at: float
    told: Mapping[str, Any]
    desired: int
    status: str = LIVING
    capacity: int | None = None
    deployments: list[Deployment] = field(default_factory=list)
    revisions: dict[int, Deployment] = field(default_factory=dict)
    good: Deployment | None = None
    """The last deployment that succeeded."""
    rollouts: list[Rollout] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)
    launches: int = 0
    events: tuple[Event, ...] = ()
    steady: bool = False
    shown: Timeline[Snapshot] | None = None
    points: list[dict[str, Any]] = field(default_factory=list)
    wakes_at: float | None = None

    @property
    def arn(self) -> str:
        return f"arn:aws:ecs:{self.region}:{ACCOUNT}:service/{self.cluster}/{self.name}"

    @property
    def cluster_arn(self) -> str:
        return f"arn:aws:ecs:{self.region}:{ACCOUNT}:cluster/{self.cluster}"

    @property
    def controller(self) -> str:
        return str((self.told.get("deploymentController") or {}).get("type", "ECS"))

    @property
    def daemon(self) -> bool:
        return self.told.get("schedulingStrategy") == DAEMON

    @property
    def primary(self) -> Deployment | None:
        return next((each for each in self.deployments if each.state.status != ACTIVE), None)

    @property
    def rollout(self) -> Rollout | None:
        """The service deployment that is not over; there is at most one."""
        return next((each for each in self.rollouts if each.active), None)

    @property
    def configuration(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.told["deploymentConfiguration"]
        return found

    @property
    def live(self) -> list[Task]:
        return [each for each in self.tasks.values() if each.live]

    def target_groups(self, deployment: Deployment) -> list[tuple[str, int]]:
        """Target groups of a deployment's tasks, each with the container's port."""
        balancers = deployment.told.get("loadBalancers") or []
        return [
            (each["targetGroupArn"], int(each.get("containerPort", 80)))
            for each in balancers
            if each.get("targetGroupArn")
        ]

    def say(self, cloud: Cloud, message: str) -> None:
        """An event; the newest hundred are kept."""
        event = Event(cloud.new_id(), cloud.now, f"(service {self.name}) {message}")
        self.events = (event, *self.events)[:EVENTS_KEPT]

    def say_once(self, cloud: Cloud, deployment: Deployment, message: str) -> None:
        if message not in deployment.said:
            deployment.said.add(message)
            self.say(cloud, message)


@dataclass(slots=True)
class Services:
    """Every service by region, cluster and name; one that was deleted stays until another takes its name."""

    by_name: dict[tuple[str, str, str], Service] = field(default_factory=dict)


def services(cloud: Cloud) -> list[Service]:
    return list(cloud.part(Services).by_name.values())


def service_of(cloud: Cloud, region: str, cluster: str, name: str) -> Service:
    """A service that has not been deleted; Refused otherwise."""
    found = cloud.part(Services).by_name.get((region, cluster, name))
    if found is None:
        raise Refused("ServiceNotFoundException", "Service not found.")
    if found.status != LIVING:
        raise Refused("ServiceNotActiveException", "Service was not ACTIVE.")
    return found


def note(cloud: Cloud, service: Service) -> None:
    """What reads show, and the history, learn of the present state."""
    for deployment in service.deployments:
        _count(cloud, service, deployment)
    service.deployments = [each for each in service.deployments if _shown(service, each)]
    for rollout in service.rollouts:
        if rollout.active:
            _count_rollout(cloud, service, rollout)
    live = service.live
    running = sum(each.running for each in live)
    seen = Snapshot(
        status=service.status,
        told=service.told,
        desired=service.desired,
        running=running,
        pending=len(live) - running,
        deployments=tuple((each, each.state) for each in service.deployments),
        events=service.events,
    )
    if service.shown is None:
        service.shown = Timeline(cloud.now, seen)
    elif seen != service.shown.now:
        service.shown.set(cloud.now, seen)
    _note_point(cloud, service)


def _count(cloud: Cloud, service: Service, deployment: Deployment) -> None:
    own = [each for each in service.live if each.deployment is deployment]
    running = sum(each.running for each in own)
    primary = deployment.state.status != ACTIVE
    deployment.alter(
        cloud.now,
        desired=service.desired if primary else len(own),
        running=running,
        pending=len(own) - running,
    )


def _count_rollout(cloud: Cloud, service: Service, rollout: Rollout) -> None:
    def counts(each: Deployment) -> Counts:
        return Counts(each.state.desired, each.state.running, each.state.pending)

    rollout.alter(
        cloud.now,
        target=counts(rollout.target),
        sources=tuple(counts(each) for each in rollout.sources),
        failures=rollout.target.failures,
    )


def _shown(service: Service, deployment: Deployment) -> bool:
    """A deployment is shown while it is the primary one, has tasks, or may be the primary one again."""
    state, primary = deployment.state, service.primary
    if state.status != ACTIVE or any(each.deployment is deployment for each in service.live):
        return True
    over = primary is None or primary.state.rollout == COMPLETED
    return not over and (deployment is service.good or state.rollout == FAILED)


def _note_point(cloud: Cloud, service: Service) -> None:
    live = service.live
    point = {
        "at": round(cloud.now, 6),
        "running": sum(each.running for each in live),
        "healthy": sum(each.healthy for each in live),
        "pending": sum(not each.running for each in live),
        "stopping": sum(
            each.now.last in LEAVING or each.now.last == RUNNING
            for each in service.tasks.values()
            if not each.live
        ),
        "desired": service.desired,
        "revisions": dict(sorted(Counter(each.deployment.definition.label for each in live).items())),
        "deployments": dict(sorted(Counter(each.deployment.id for each in live).items())),
    }
    points = service.points
    if points and points[-1]["at"] == point["at"]:
        points.pop()
    if not points or any(points[-1][key] != value for key, value in point.items() if key != "at"):
        points.append(point)


def change(cloud: Cloud, service: Service, task: Task, **changes: Any) -> None:
    """A task's state changes; the service is looked at, and counted, once at this moment."""
    task.states.set(cloud.now, replace(task.now, **changes))
    cloud.stir(service)
