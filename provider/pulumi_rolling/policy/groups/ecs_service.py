"""The ECS service as the inputs name it: its block, and what can be wrong in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator

from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.block import GroupBlock, IsUnknown
from pulumi_rolling.policy.leaves import Text, refusal, show, url

DEFAULT_CLUSTER = "default"
"""The cluster that the API takes where none is named (UpdateService, cluster)."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
"""CreateService, serviceName; CreateCluster, clusterName."""
_ARN = re.compile(r"arn:[^:]+:ecs:[^:]*:[0-9]*:(cluster|service)/[A-Za-z0-9_/-]+")
_DEFINITION = re.compile(
    r"(arn:[^:]+:ecs:[^:]*:[0-9]*:task-definition/)?(?P<family>[A-Za-z0-9_-]{1,255})(:(?P<revision>[1-9][0-9]*))?"
)


def service_name(value: Any) -> str:
    """The name or the ARN of a service."""
    return _named(value, "service")


def cluster_name(value: Any) -> str:
    """The name or the ARN of a cluster."""
    return _named(value, "cluster")


def definition(value: Any) -> str:
    """A task definition by ``family:revision``, by its ARN, or by its family alone."""
    if isinstance(value, str) and _DEFINITION.fullmatch(value):
        return value
    raise refusal(
        "must be a task definition as family:revision, as its ARN, or as a family, of which the newest active "
        f"revision is meant; found {show(value)}."
    )


def _named(value: Any, what: str) -> str:
    if isinstance(value, str):
        arn = _ARN.fullmatch(value)
        if _NAME.fullmatch(value) or (arn is not None and arn[1] == what):
            return value
    raise refusal(f"must be the name or the ARN of a {what}; found {show(value)}.")


class EcsService(GroupBlock):
    """Which service, where, and the task definition wanted. ``service`` is None only where it is not known yet."""

    cluster: Annotated[str | None, PlainValidator(cluster_name)] = None
    """None: the cluster ``default``, as in the API."""
    service: Annotated[str | None, PlainValidator(service_name)] = None
    region: Text = None
    endpoint: Annotated[str | None, PlainValidator(url)] = None
    task_definition: Annotated[str | None, PlainValidator(definition)] = None

    key: ClassVar[str] = "ecsService"
    path: ClassVar[str] = key
    wanted: ClassVar[str] = "the ECS service to roll"
    other_names: ClassVar[Mapping[str, str]] = {"serviceName": "service", "serviceArn": "service"}
    meant: ClassVar[Mapping[str, str]] = {"name": "service", "taskDefinitionArn": "taskDefinition"}
    refused: ClassVar[Mapping[str, str]] = {
        "desiredCount": "is left to the service and its scaling, and never set here; remove it.",
    }

    @classmethod
    def faults(cls, given: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
        if "service" not in given:
            yield Fault("service", "is required: the name or the ARN of the ECS service.")
        if "taskDefinition" not in given:
            yield Fault(
                "taskDefinition", "is required: the task definition to deploy, for example by its ARN."
            )
        arn, cluster = given.get("service"), given.get("cluster")
        if is_unknown(arn) or is_unknown(cluster) or not isinstance(arn, str) or "/" not in arn:
            return
        parts = arn.split("/")
        wanted = cluster.rpartition("/")[2] if isinstance(cluster, str) else DEFAULT_CLUSTER
        if len(parts) == 3 and parts[1] != wanted:
            yield Fault(
                "cluster",
                f"must be {parts[1]}, the cluster in the service's ARN; found "
                f"{show(cluster) if cluster is not None else 'none, which means default'}.",
            )
