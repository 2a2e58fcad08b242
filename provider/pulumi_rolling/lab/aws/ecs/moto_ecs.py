"""What the lab takes from moto's ECS: clusters, task definitions, container instances.

A task definition is read once, when a deployment begins. moto's own services are never made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ecs.models import ecs_backends

from pulumi_rolling.lab.world.cloud import ACCOUNT
from pulumi_rolling.lab.world.ecs.deployment import Check, Container, Definition
from pulumi_rolling.lab.world.refusal import Refused

INTERVAL, RETRIES = 30, 3
"""Defaults of a container's health check (API reference, HealthCheck)."""


def cluster(region: str, given: str | None) -> str:
    """The name of a cluster, given by name or ARN; `default` where none is given."""
    name = (given or "default").rpartition("/")[2]
    found = ecs_backends[ACCOUNT][region].clusters.get(name)
    if found is None or found.status != "ACTIVE":
        raise Refused("ClusterNotFoundException", "Cluster not found.")
    return name


def instances(region: str, name: str) -> int:
    """Container instances of a cluster."""
    registered = ecs_backends[ACCOUNT][region].container_instances.get(name, {})
    return sum(each.status == "ACTIVE" for each in registered.values())


def definition(region: str, given: str) -> Definition:
    """A task definition by ARN, `family:revision` or family, as it is now."""
    try:
        found = ecs_backends[ACCOUNT][region].describe_task_definition(given)
    except (ServiceException, ValueError) as refused:
        raise Refused("ClientException", "Unable to describe task definition.") from refused
    if found.status != "ACTIVE":
        raise Refused("ClientException", "TaskDefinition is inactive")
    containers = found.container_definitions
    return Definition(
        arn=found.arn,
        family=found.family,
        revision=int(found.revision),
        containers=tuple(_container(each) for each in containers),
        pins=any(each.get("versionConsistency") != "disabled" for each in containers),
    )


def _container(given: Mapping[str, Any]) -> Container:
    told = given.get("healthCheck")
    check = None
    if told is not None:
        interval = float(told.get("interval") or INTERVAL)
        retries = int(told.get("retries") or RETRIES)
        check = Check(good=interval, bad=float(told.get("startPeriod") or 0) + retries * interval)
    return Container(given["name"], given["image"], bool(given.get("essential", True)), check)
