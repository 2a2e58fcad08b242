"""ECS services within reach, as they are listed: a call for each page of names, and one for ten services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pulumi_rolling.errors import GroupNotFoundError
from pulumi_rolling.fleets.aws.api import ECS, AwsApi
from pulumi_rolling.fleets.base import ListedGroup
from pulumi_rolling.fleets.ecs_service import description as described
from pulumi_rolling.fleets.ecs_service.names import full_name, named
from pulumi_rolling.fleets.ecs_service.poll import INACTIVE, MOST_SERVICES

PAGE = 100
"""Names of one page (ListServices, ListClusters, ECS API)."""


def listed(api: AwsApi, names: Sequence[str] | None = None) -> Iterator[ListedGroup]:
    """All services of all clusters, or those of these names that are there."""
    for cluster, services in _all(api) if names is None else _these(names):
        for first in range(0, len(services), MOST_SERVICES):
            yield from _described(api, cluster, services[first : first + MOST_SERVICES])


def _all(api: AwsApi) -> Iterator[tuple[str, list[str]]]:
    for clusters in api.pages(ECS, "ListClusters", maxResults=PAGE):
        for arn in clusters.get("clusterArns", ()):
            pages = api.pages(ECS, "ListServices", cluster=arn, maxResults=PAGE)
            yield arn.rpartition("/")[2], [each for page in pages for each in page.get("serviceArns", ())]


def _these(names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    by_cluster: dict[str, list[str]] = {}
    for name in names:
        cluster, service = named(None, name)
        by_cluster.setdefault(cluster, []).append(service)
    yield from by_cluster.items()


def _described(api: AwsApi, cluster: str, services: list[str]) -> Iterator[ListedGroup]:
    """Nothing of a cluster that is gone."""
    try:
        answer = api.call(ECS, "DescribeServices", cluster=cluster, services=services, include=["TAGS"])
    except GroupNotFoundError:
        return
    for each in answer["services"]:
        if each["status"] != INACTIVE:
            name = full_name(cluster, each["serviceName"])
            yield ListedGroup(name, int(each["runningCount"]), described.tags(each))
