"""Two ECS services of one name in two clusters, in one handler as in one stack, rolled at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from pulumi_rolling.errors import AbortedError, OrphanedError
from pulumi_rolling.lab import Lab

from tests.background import in_background
from tests.fleets.scripted_aws import wait_until
from tests.handler.deployed_web import NEVER, DeployedWeb
from tests.handler.followed_web import PATIENCE
from tests.unit.cli.conftest import Ran, rolling

__all__ = ["rolling"]


@pytest.fixture
def web(lab: Lab) -> Iterator[DeployedWeb]:
    """prod/web, and test/web beside it on web:1 as well."""
    web = DeployedWeb(lab)
    web.ecs.create_cluster(clusterName="test")
    web.ecs.create_service(cluster="test", serviceName="web", desiredCount=1, taskDefinition="web:1")
    wait_until(lambda: is_deployed(web, "test"), PATIENCE)
    yield web
    web.is_over.set()


def is_deployed(web: DeployedWeb, cluster: str) -> bool:
    """Tasks that run are not enough: while their deployment is under way it would be followed."""
    [service] = web.ecs.describe_services(cluster=cluster, services=["web"])["services"]
    return [each["rolloutState"] for each in service["deployments"]] == ["COMPLETED"]


def running(web: DeployedWeb, cluster: str) -> set[str]:
    tasks = web.lab.service("web", cluster=cluster)["tasks"]
    return {each["revision"] for each in tasks if each["desiredStatus"] == "RUNNING"}


def is_told(rolling: Callable[..., Ran], named: str, to: str) -> bool:
    return rolling("status", named).out.startswith(f"{named}: rolling to {to}, step follow")


def in_test(inputs: dict[str, Any]) -> dict[str, Any]:
    return {**inputs, "ecsService": {**inputs["ecsService"], "cluster": "test"}}


@pytest.mark.usefixtures("long_lease")
def test_services_of_one_name_in_two_clusters_are_told_apart(
    lab: Lab, web: DeployedWeb, rolling: Callable[..., Ran]
) -> None:
    """Each has its own claim, record, status and word: one is aborted and returned while the other succeeds."""
    lab.image("app:2", **NEVER)
    lab.image("app:3", boot=600.0)
    other = replace(web.context, urn=f"{web.context.urn}-test", orphaned=web.is_over.is_set)
    ours = web.wants("web:2")
    theirs, faults = web.handler.check(None, in_test(web.inputs("web:3")), other)
    assert not faults
    _, made = web.handler.create(in_test(web.wants("web:1")), other)

    first = web.begun(ours)
    second = in_background(web.handler.update, made, theirs, other)
    wait_until(lambda: "web:3" in running(web, "test") and web.is_at_work(), PATIENCE)
    for named, to in (("prod/web", "web:2"), ("test/web", "web:3")):
        wait_until(partial(is_told, rolling, named, to), PATIENCE)
    listed = [line.split()[0] for line in rolling("list").out.splitlines()[1:]]
    assert sorted(listed) == ["prod/web", "test/web"]
    assert rolling("abort", "prod/web").code == 0
    assert "aborted on request. Group prod/web is back on web:1" in web.failed(first, AbortedError)
    assert is_told(rolling, "test/web", "web:3")
    assert "no rollout is recorded" in rolling("status", "prod/web").out
    third = replace(other, urn="urn:third")
    _, faults = web.handler.check(None, in_test(web.inputs("web:2")), third)
    assert [fault.path for fault in faults] == ["ecsService.service"], faults
    assert other.urn in faults[0].message
    web.is_over.set()
    with pytest.raises(OrphanedError, match="test/web"):
        second.result(PATIENCE)
