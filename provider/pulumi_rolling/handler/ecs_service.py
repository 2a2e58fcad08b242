"""What an ECS service is in the inputs and for people."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.fleets.aws.api import ECS, AwsApi
from pulumi_rolling.fleets.aws.sessions import region_of
from pulumi_rolling.fleets.base import ListedGroup
from pulumi_rolling.fleets.ecs_service.definitions import label_of
from pulumi_rolling.fleets.ecs_service.listing import listed
from pulumi_rolling.fleets.ecs_service.names import full_name, named
from pulumi_rolling.handler.aws_place import place_of
from pulumi_rolling.handler.operation import Reach
from pulumi_rolling.policy.groups.ecs_service import EcsService


def services_at(reach: Reach, names: Sequence[str] | None) -> Iterator[ListedGroup]:
    """All services within reach, or those of these names that are there."""
    return listed(AwsApi(place_of(EcsService(), reach), reach.retry), names)


def identity_of(service: EcsService, reach: Reach) -> Hashable:
    """Equal for two blocks that name one service, by names or ARNs, wherever their region and endpoint stand."""
    place = place_of(service, reach)
    return (*named(service.cluster, service.service or ""), *place.same_as(region_of(place), ECS))


def is_name(text: str) -> bool:
    """``cluster/service`` or an ARN: a mere name is that of an Auto Scaling group."""
    return "/" in text


def as_named(name: str) -> dict[str, Any]:
    cluster, service = named(None, name)
    return {"cluster": cluster, "service": service}


def name_of(block: Mapping[str, Any]) -> str | None:
    """As people call it; None where that is not known."""
    cluster, service = block.get("cluster"), block.get("service")
    if not isinstance(service, str) or not isinstance(cluster, str | None):
        return None
    return full_name(*named(cluster, service))


def one_spelling(block: Mapping[str, Any]) -> Mapping[str, Any]:
    """Names for ARNs, and the cluster that is meant where none is named."""
    name = name_of(block)
    return block if name is None else {**block, **as_named(name)}


def pointer_property(revision: Revision) -> str:
    """As the AWS provider of Pulumi calls it."""
    return "taskDefinition"


def kin(address: str) -> str | None:
    """The family."""
    return label_of(address).rpartition(":")[0] or None


def mend(service: EcsService) -> str:
    return "the task definition"


def as_inputs(pointer: str) -> dict[str, Any]:
    return {"taskDefinition": pointer}


def at_version(pointer: str, version: str | None) -> dict[str, Any]:
    family = kin(pointer)
    return {"taskDefinition": f"{family}:{version}" if version else family}
