"""What calls and other parties order of a service: made, altered, deleted, its service deployment stopped.

Sources: ECS API reference, CreateService, UpdateService (which members start a deployment, member by member),
DeleteService, StopServiceDeployment. This module refuses to know the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.ecs import deployment as steps
from pulumi_rolling.lab.world.ecs import turning
from pulumi_rolling.lab.world.ecs.deployment import Definition, Rollout
from pulumi_rolling.lab.world.ecs.rules import ServiceRules
from pulumi_rolling.lab.world.ecs.service import DAEMON, DRAINING, LIVING, Service, Services, note
from pulumi_rolling.lab.world.refusal import Refused

ECS = "ECS"
ABORT, ROLLBACK = "ABORT", "ROLLBACK"


@dataclass(frozen=True, slots=True)
class Order:
    """`told` is what a call said, in the API's words; `definition` the task definition that follows from it."""

    told: Mapping[str, Any]
    definition: Definition | None
    desired: int | None = None
    forced: bool = False


def create(cloud: Cloud, region: str, cluster: str, name: str, order: Order) -> Service:
    known = cloud.part(Services).by_name
    former = known.get((region, cluster, name))
    if former is not None and former.status in (LIVING, DRAINING):
        raise Refused("InvalidParameterException", "Creation of service was not idempotent.")
    given = order.told
    daemon = given.get("schedulingStrategy") == DAEMON
    usual = {"minimumHealthyPercent": 0 if daemon else 100, "maximumPercent": 100 if daemon else 200}
    breaker = {"deploymentCircuitBreaker": {"enable": False, "rollback": False}}
    configuration = {"strategy": "ROLLING"} | breaker | usual | (given.get("deploymentConfiguration") or {})
    service = Service(
        name=name,
        cluster=cluster,
        region=region,
        created_at=cloud.now,
        told={**given, "deploymentConfiguration": configuration},
        desired=order.desired or 0,
    )
    known[region, cluster, name] = service
    if service.controller == ECS and order.definition is not None:
        turning.begin(cloud, service, order.definition)
    note(cloud, service)
    return service


def update(cloud: Cloud, service: Service, order: Order) -> None:
    """What is not named stays; a deployment is begun where a revision follows from the call, or it is forced."""
    changes = dict(order.told)
    configuration = changes.get("deploymentConfiguration")
    if configuration is not None:
        kept = service.configuration
        if not cloud.part(ServiceRules).configuration_merges:
            usual = ("minimumHealthyPercent", "maximumPercent", "strategy")
            kept = {key: kept[key] for key in usual}
        changes["deploymentConfiguration"] = {**kept, **configuration}
    revised = any(key in turning.REVISED and value != service.told.get(key) for key, value in changes.items())
    service.told = {**service.told, **changes}
    if order.desired is not None:
        resize(cloud, service, order.desired)
    primary = service.primary
    if service.controller == ECS and (revised or order.forced):
        definition = order.definition or (primary.definition if primary is not None else None)
        if definition is not None:
            turning.begin(cloud, service, definition)
    cloud.stir(service)
    note(cloud, service)


def resize(cloud: Cloud, service: Service, desired: int) -> None:
    service.desired = desired
    service.steady = False
    cloud.stir(service)


def delete(cloud: Cloud, service: Service, *, force: bool) -> None:
    if service.desired > 0 and not service.daemon and not force:
        raise Refused(
            "InvalidParameterException", "The service cannot be stopped while it is scaled above 0."
        )
    service.status = DRAINING
    service.desired = 0
    rollout = service.rollout
    if rollout is not None:
        rollout.alter(cloud.now, status=steps.STOPPED, stopped_at=cloud.now, finished_at=cloud.now)
    cloud.stir(service)
    note(cloud, service)


def stop(cloud: Cloud, service: Service, rollout: Rollout, how: str) -> None:
    """StopServiceDeployment; one that is on its way back or being stopped already is left to go on."""
    if not rollout.active:
        raise Refused(
            "ConflictException",
            f"The service deployment is in the {rollout.now.status} state and cannot be stopped.",
        )
    if how == ABORT and not cloud.part(ServiceRules).abort_stops:
        raise Refused("InvalidParameterException", "The stop type ABORT is not supported.")
    if rollout.now.status in steps.FORWARD:
        if rollout.now.status == steps.PENDING:
            rollout.alter(cloud.now, started_at=cloud.now)
        turning.fail(cloud, service, turning.by_user(how != ABORT))
        note(cloud, service)
