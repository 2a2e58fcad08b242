"""A policy as an attribute of an ECS service's own resource: how it is read, what it refuses, and a whole update."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi_rolling.errors import PolicyErrors, RollingError
from pulumi_rolling.handler.ecs_service_declared import ECS_SERVICE
from pulumi_rolling.host.engine_log import EngineLog
from pulumi_rolling.host.hook_call import Called, Given
from pulumi_rolling.host.hooked_groups import HookedGroups
from pulumi_rolling.lab import Lab

from tests.handler.deployed_web import CRASHES, DeployedWeb

ARN = "arn:aws:ecs:eu-west-1:1:service/prod/web"
DEFINITION = "arn:aws:ecs:eu-west-1:1:task-definition/web"


@pytest.fixture
def web(lab: Lab) -> Iterator[DeployedWeb]:
    web = DeployedWeb(lab)
    yield web
    web.is_over.set()


def _properties(web: DeployedWeb, number: int, **more: Any) -> dict[str, Any]:
    own = {"name": "web", "cluster": web.service()["clusterArn"], "taskDefinition": web.arns[number - 1]}
    return {**own, "id": web.service()["serviceArn"], **more}


def _hear(before: dict[str, Any], after: dict[str, Any], policy: dict[str, Any]) -> None:
    called = Called("urn:web", "web", ECS_SERVICE.type, before, after, before, None)
    given = Given({"ecsDeployment": policy}, None, {}, {}, dry_run=False)
    HookedGroups(lambda name: None, EngineLog.of_this_process()).hear(called, given)


def test_a_service_as_its_resource_gives_it() -> None:
    """Cluster, name and region say which; only an ARN with its number is a fixed revision."""
    given = {"name": "web", "cluster": "prod", "id": ARN, "taskDefinition": f"{DEFINITION}:3"}
    assert ECS_SERVICE.block(given, given) == {
        "service": "web",
        "cluster": "prod",
        "region": "eu-west-1",
        "taskDefinition": f"{DEFINITION}:3",
    }
    assert ECS_SERVICE.address(given) == f"{DEFINITION}:3"
    assert [ECS_SERVICE.address({"taskDefinition": each}) for each in ("web:3", DEFINITION)] == [None, None]


def test_what_undoes_the_policy_is_refused() -> None:
    """What the service's own resource says of deployments, and what begins one of its own; waiting is no harm."""
    own = {"deploymentCircuitBreaker": {"enable": True}, "deploymentMaximumPercent": 150}
    told = [fault.path for fault in ECS_SERVICE.conflicts({**own, "forceNewDeployment": True})]
    assert told == ["deploymentCircuitBreaker", "deploymentMaximumPercent", "forceNewDeployment"]
    assert not list(ECS_SERVICE.conflicts({"waitForSteadyState": True, "desiredCount": 2}))


def test_a_service_is_deployed_before_its_own_update(web: DeployedWeb) -> None:
    """The own update finds the task definition there, and ECS begins nothing for it."""
    _hear(_properties(web, 1), _properties(web, 2), {"maximumPercent": 150})
    assert (web.truth(), web.keeps_no_mark()) == ({"web:2": 2}, True)
    before = web.service()["deployments"][0]["id"]
    web.ecs.update_service(cluster="prod", service="web", taskDefinition=web.arns[1])
    assert web.service()["deployments"][0]["id"] == before


def test_a_failed_deployment_keeps_the_own_update_from_being_made(lab: Lab, web: DeployedWeb) -> None:
    """ECS has returned the service, and the hook fails with task and exit code; a conflict fails before anything."""
    lab.image("app:2", **CRASHES)
    with pytest.raises(PolicyErrors, match="alarms"):
        _hear(_properties(web, 1), _properties(web, 2, alarms={"enable": True}), {})
    with pytest.raises(RollingError, match="exit code 3"):
        _hear(
            _properties(web, 1),
            _properties(web, 2),
            {"maximumPercent": 150, "circuitBreaker": {"rollback": True}},
        )
    assert web.statuses_of_deployments() == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]
