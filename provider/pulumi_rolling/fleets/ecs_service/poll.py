"""One DescribeServices for the services of a cluster, and one DescribeServiceDeployments for those of a place."""

from __future__ import annotations

import threading

from pulumi_rolling.errors import GroupNotFoundError, PermanentFleetError
from pulumi_rolling.fleets.aws.api import ECS, Answer, AwsApi
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.aws.shared_poll import SharedPoll

MOST_SERVICES = 10
"""Services of one request (DescribeServices, ECS API)."""
MOST_ROLLOUTS = 20
"""Service deployments of one request (DescribeServiceDeployments, ECS API)."""
INACTIVE = "INACTIVE"
"""Status of a service that was deleted."""
UNTOLD = "Untold"
"""Our code for a service deployment that ECS does not tell of."""


class _Services:
    """The services of one cluster."""

    def __init__(self, cluster: str) -> None:
        self._cluster = cluster

    def describe(self, names: list[str], api: AwsApi) -> dict[str, Answer]:
        answer = api.attempt(ECS, "DescribeServices", cluster=self._cluster, services=names, include=["TAGS"])
        return {each["serviceName"]: each for each in answer["services"] if each["status"] != INACTIVE}

    def absent(self, name: str, api: AwsApi) -> GroupNotFoundError:
        return GroupNotFoundError(
            f"There is no ECS service {name!r} in cluster {self._cluster!r} in {api.place}.",
            operation="DescribeServices",
        )


def _describe_rollouts(arns: list[str], api: AwsApi) -> dict[str, Answer]:
    answer = api.attempt(ECS, "DescribeServiceDeployments", serviceDeploymentArns=arns)
    return {each["serviceDeploymentArn"]: each for each in answer["serviceDeployments"]}


def _untold(arn: str, api: AwsApi) -> PermanentFleetError:
    return PermanentFleetError(
        f"There is no service deployment {arn} in {api.place}.",
        operation="DescribeServiceDeployments",
        code=UNTOLD,
    )


_services: dict[tuple[Place, str], SharedPoll] = {}
_rollouts: dict[Place, SharedPoll] = {}
_lock = threading.Lock()


def services_of(place: Place, cluster: str) -> SharedPoll:
    """The one poll of this process for the services of that cluster."""
    with _lock:
        if (place, cluster) not in _services:
            of_cluster = _Services(cluster)
            _services[place, cluster] = SharedPoll(of_cluster.describe, MOST_SERVICES, of_cluster.absent)
        return _services[place, cluster]


def rollouts_of(place: Place) -> SharedPoll:
    """The one poll of this process for the service deployments of that place."""
    with _lock:
        if place not in _rollouts:
            _rollouts[place] = SharedPoll(_describe_rollouts, MOST_ROLLOUTS, _untold)
        return _rollouts[place]
