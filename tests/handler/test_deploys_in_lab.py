"""Whole ECS deployments through the handler, against the lab: how they succeed, fail and return."""

from __future__ import annotations

import pytest
from pulumi_rolling.errors import TooManyFailuresError
from pulumi_rolling.lab import Lab

from tests.handler.deployed_web import BREAKER, CRASHES, DeployedWeb


@pytest.fixture
def web(lab: Lab) -> DeployedWeb:
    return DeployedWeb(lab)


def test_a_service_is_deployed_as_preview_says(web: DeployedWeb) -> None:
    """The plan says what ECS keeps, who decides and who returns; the update follows to the end and leaves no mark."""
    news = web.wants(minimumHealthyPercent=100, maximumPercent=150, circuitBreaker=BREAKER)
    assert web.plan(news).split("\n")[:8] == [
        "prod/web: replacing 2 tasks, web:1 -> web:2, in us-east-1 of account 123456789012",
        "  changes     containerDefinitions[0].image: app:1 -> app:2",
        "  rolls       the service itself, 1 at a time",
        "  in service  at least 2, and 3 there at most",
        "  waits for   each new task to be in service and healthy by the group's own checks",
        "  on failure  when the service gives up, it returns the group to web:1 by itself, and where that cannot be, "
        "another operation is begun that leads to web:1",
        "  duration    2 times a boot; given up after 3 h",
        "  API calls   at least 5",
    ]
    assert "the circuit breaker acts at 3 failures of 2 tasks" in web.plan(news)
    state = web.up(news)
    assert (web.truth(), web.keeps_no_mark()) == ({"web:2": 2}, True)
    assert (state["status"], state["previousRevision"]) == ("stable", web.arns[0])
    last, primary = state["lastRollout"], web.service()["deployments"][0]
    assert (last["replaced"], last["operation"]) == (2, primary["id"])
    assert web.configuration["maximumPercent"] == 150 and web.plan(news) == ""


def test_a_crashing_image_is_returned_by_the_breaker_and_named(lab: Lab, web: DeployedWeb) -> None:
    """The service is stable and the update fails; the configuration that came with the failed one is taken back."""
    lab.image("app:2", **CRASHES)
    lab.alarm("errors", "OK")
    told = web.fails(
        web.wants(circuitBreaker=BREAKER, maximumPercent=150, alarms=["errors"]), TooManyFailuresError
    )
    assert "container app, exit code 3" in told and "circuit breaker threshold was exceeded" in told, told
    assert "See in the events of group prod/web" in told, told
    assert web.statuses_of_deployments() == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]
    web.ecs.get_waiter("services_stable").wait(cluster="prod", services=["web"])
