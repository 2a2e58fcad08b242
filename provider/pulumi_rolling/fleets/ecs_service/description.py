"""What DescribeServices says, in our words: sizes, deployments, marks, and what the service would make tasks from.

Reading only: no call is made here. A deployment ``ecs-svc/N``, the revision whose ARN ends in ``/N``, and the service
deployment that leads to it share their number N, and no two deployments do; the way back of a service makes no new one.
``currentServiceDeployment`` is never read: ECS is known to answer it late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pulumi_rolling.fleets.aws.api import Answer

MARK = "rolling:"
PATH = "ecsService"
"""Where the service stands in the inputs."""
PREFIX = "ecs-svc/"
PRIMARY = "PRIMARY"
IN_PROGRESS, COMPLETED, FAILED = "IN_PROGRESS", "COMPLETED", "FAILED"
ECS_CONTROLLER = "ECS"


@dataclass(frozen=True, slots=True)
class Deployed:
    """One of a service's ``deployments``."""

    id: str
    primary: bool
    rollout: str
    """Empty where ECS does not tell it: behind a Classic Load Balancer."""
    reason: str
    definition: str
    """ARN of its task definition."""
    created_at: float
    desired: int
    running: int
    pending: int
    failed: int


def deployments(service: Answer) -> tuple[Deployed, ...]:
    """The primary one first, then the newest."""
    found = [_deployed(each) for each in service.get("deployments") or ()]
    return tuple(sorted(found, key=lambda one: (not one.primary, -one.created_at)))


def primary(service: Answer) -> Deployed | None:
    """None where another controller than ECS rolls the service."""
    return next((each for each in deployments(service) if each.primary), None)


def good(service: Answer) -> Deployed | None:
    """The deployment to which the service holds while none is decided: the last that was completed.

    None where the primary one is on its way and no completed one is told beside it.
    """
    found = deployments(service)
    first = next((each for each in found if each.primary), None)
    if first is None or first.rollout in (COMPLETED, FAILED):
        return first
    others = [each for each in found if each is not first]
    if any(each.created_at > first.created_at for each in others):
        return first  # the service has returned to it
    if not first.rollout:
        return max(others, key=lambda one: one.created_at, default=first)
    completed = [each for each in others if each.rollout == COMPLETED]
    return max(completed, key=lambda one: one.created_at, default=None)


def number_of(where: str) -> str:
    """N of ``ecs-svc/N``, and of a revision's ARN, which ends in it."""
    return where.rpartition("/")[2]


def id_of(revision_arn: str) -> str:
    """The deployment of a service revision."""
    return f"{PREFIX}{number_of(revision_arn)}"


def runs(service: Answer) -> Counter[str]:
    """Tasks that run or are pending, by the ARN of their task definition."""
    counts: Counter[str] = Counter()
    for each in deployments(service):
        if each.running + each.pending:
            counts[each.definition] += each.running + each.pending
    return counts


def tags(service: Answer) -> dict[str, str]:
    return {tag["key"]: tag.get("value", "") for tag in service.get("tags") or ()}


def marks(service: Answer) -> dict[str, str]:
    return {key: value for key, value in tags(service).items() if key.startswith(MARK)}


def configuration(service: Answer) -> Mapping[str, object]:
    """Its deploymentConfiguration, whole."""
    told: Mapping[str, object] = service.get("deploymentConfiguration") or {}
    return told


def controller(service: Answer) -> str:
    return str((service.get("deploymentController") or {}).get("type") or ECS_CONTROLLER)


def moment(told: object) -> float | None:
    return told.timestamp() if isinstance(told, datetime) else None


def _deployed(told: Answer) -> Deployed:
    return Deployed(
        id=str(told["id"]),
        primary=told.get("status") == PRIMARY,
        rollout=str(told.get("rolloutState") or ""),
        reason=str(told.get("rolloutStateReason") or ""),
        definition=str(told.get("taskDefinition") or ""),
        created_at=moment(told.get("createdAt")) or 0.0,
        desired=int(told.get("desiredCount") or 0),
        running=int(told.get("runningCount") or 0),
        pending=int(told.get("pendingCount") or 0),
        failed=int(told.get("failedTasks") or 0),
    )
