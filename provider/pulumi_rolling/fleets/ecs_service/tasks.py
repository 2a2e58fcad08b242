"""The tasks of a service as members, and who asks ECS for them: two calls for a hundred."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.aws.api import ECS, Answer, AwsApi
from pulumi_rolling.fleets.ecs_service.definitions import TaskDefinitions
from pulumi_rolling.fleets.ecs_service.description import moment

MOST_TASKS = 100
"""Tasks of one request (ListTasks, DescribeTasks, GetTaskProtection, ECS API)."""
_LIFECYCLES = {
    "RUNNING": Lifecycle.IN_SERVICE,
    "DEACTIVATING": Lifecycle.LEAVING,
    "STOPPING": Lifecycle.LEAVING,
    "DEPROVISIONING": Lifecycle.LEAVING,
    "STOPPED": Lifecycle.LEAVING,
    "DELETED": Lifecycle.LEAVING,
}


def described(
    api: AwsApi, cluster: str, service: str, desired: str, but: Collection[str] = ()
) -> Iterator[Answer]:
    """Tasks of the service by their desired status, without those whose ARN is among ``but``.

    They are picked by the service's name: ``startedBy`` "must be the only filter" (ListTasks, ECS API).
    """
    asked = {"cluster": cluster, "serviceName": service, "desiredStatus": desired, "maxResults": MOST_TASKS}
    for page in api.pages(ECS, "ListTasks", **asked):
        arns = [arn for arn in page.get("taskArns", ()) if arn not in but]
        if arns:
            yield from api.call(ECS, "DescribeTasks", cluster=cluster, tasks=arns)["tasks"]


def members(
    api: AwsApi, cluster: str, tasks: Collection[Answer], definitions: TaskDefinitions
) -> tuple[Member, ...]:
    """Their revision is by the task definition alone; what their image's tag stood for is not known here."""
    guarded = _protected(api, cluster, [each["taskArn"] for each in tasks])
    return tuple(
        Member(
            id=each["taskArn"].rpartition("/")[2],
            revision=definitions.at(api, each["taskDefinitionArn"]),
            lifecycle=_LIFECYCLES.get(each["lastStatus"], Lifecycle.PENDING),
            healthy=each.get("healthStatus") != "UNHEALTHY",
            zone=each.get("availabilityZone", ""),
            launched_at=moment(each.get("createdAt")),
            protected=each["taskArn"] in guarded,
        )
        for each in tasks
    )


def _protected(api: AwsApi, cluster: str, arns: list[str]) -> frozenset[str]:
    """None where ECS does not tell us: protection is shown and no more."""
    found: set[str] = set()
    try:
        for first in range(0, len(arns), MOST_TASKS):
            some = arns[first : first + MOST_TASKS]
            answer = api.call(ECS, "GetTaskProtection", cluster=cluster, tasks=some)
            found.update(each["taskArn"] for each in answer["protectedTasks"] if each["protectionEnabled"])
    except PermanentFleetError:
        return frozenset()
    return frozenset(found)
