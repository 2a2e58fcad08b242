"""``aws.ecs.Service`` as a service to roll."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_rolling.errors import Fault
from pulumi_rolling.handler.declared import Declared
from pulumi_rolling.policy import resource_types

_OF_POLICY = (
    "deploymentCircuitBreaker",
    "deploymentConfiguration",
    "deploymentMaximumPercent",
    "deploymentMinimumHealthyPercent",
    "alarms",
)
"""Inputs that say what the policy says."""
_BEGINS = ("forceNewDeployment", "triggers")
"""Inputs by which the service's own resource begins a deployment after the roll."""


def _place(properties: Mapping[str, Any]) -> dict[str, Any]:
    given = {
        "cluster": properties.get("cluster"),
        "service": properties.get("name"),
        "region": properties.get("region") or _region_in(properties.get("id")),
    }
    return {key: value for key, value in given.items() if value is not None}


def _region_in(arn: object) -> str | None:
    """Version 6 of the provider has no region at the service, only in its ARN."""
    parts = arn.split(":") if isinstance(arn, str) else []
    return parts[3] if len(parts) > 3 else None


def _wanted(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"taskDefinition": properties.get("taskDefinition")}


def _address(properties: Mapping[str, Any]) -> str | None:
    """A number alone is of an account that the words do not name."""
    given = properties.get("taskDefinition")
    fixed = isinstance(given, str) and given.startswith("arn:") and given.rpartition(":")[2].isdigit()
    return str(given) if fixed else None


def _id(properties: Mapping[str, Any]) -> str | None:
    """The resource's id is the service's ARN."""
    given = properties.get("arn") or properties.get("id")
    return given if isinstance(given, str) and given.startswith("arn:") else None


def _conflicts(properties: Mapping[str, Any]) -> Iterator[Fault]:
    given = [name for name in _OF_POLICY if properties.get(name)]
    defaulted = properties.get("__defaults") or ()
    for name in given:
        if name not in defaulted:
            yield Fault(
                name,
                "is said by the update policy (ecsDeployment), which the service's own resource would undo.",
            )
    for name in _BEGINS:
        if properties.get(name):
            yield Fault(
                name,
                "begins a deployment of its own after the update policy has deployed; remove it, and say "
                "forceNewDeployment in the policy.",
            )


ECS_SERVICE = Declared(
    type=resource_types.ECS_SERVICE,
    place=_place,
    wanted=_wanted,
    address=_address,
    id=_id,
    conflicts=_conflicts,
    pointers=frozenset({"taskDefinition"}),
)
