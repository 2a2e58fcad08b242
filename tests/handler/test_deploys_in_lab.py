"""Whole ECS deployments through the handler, against the lab: how they succeed, fail and return."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi_rolling.errors import DeadlineExceededError, TooManyFailuresError
from pulumi_rolling.handler.context import Timeout
from pulumi_rolling.lab import Lab
from pulumi_rolling.report.course.course import Course
from pulumi_rolling.report.course.point import End

from tests.fleets.scripted_aws import wait_until
from tests.handler.deployed_web import BREAKER, CRASHES, NEVER, DeployedWeb
from tests.handler.followed_web import PATIENCE
from tests.unwrapped import unwrapped


@pytest.fixture
def web(lab: Lab) -> Iterator[DeployedWeb]:
    web = DeployedWeb(lab)
    yield web
    web.is_over.set()


def test_a_service_is_deployed_as_preview_says(web: DeployedWeb) -> None:
    """The plan says what ECS keeps, who decides and who returns; the update follows to the end and leaves no mark."""
    news = web.wants(minimumHealthyPercent=100, maximumPercent=150, circuitBreaker=BREAKER)
    assert web.plan(news).split("\n")[:8] == [
        "prod/web: replacing 2 tasks, web:1 -> web:2, in us-east-1 of account 123456789012",
        "  changes     containerDefinitions[0].image: app:1 -> app:2",
        "  rolls       the service itself, 1 at a time",
        "  in service  at least 2, and 3 there at most",
        "  waits for   new tasks in service and healthy by the group's checks",
        "  on failure  the service returns the group to web:1 by itself",
        "              else another operation leads it back to web:1",
        "  duration    2 times a boot; given up after 3 h",
    ]
    assert "the circuit breaker acts at 3 failures of 2 tasks" in web.plan(news)
    state = web.up(news)
    assert (web.truth(), web.keeps_no_mark()) == ({"web:2": 2}, True)
    assert (state["status"], state["previousRevision"]) == ("stable", web.arns[0])
    last, primary = state["lastRollout"], web.service()["deployments"][0]
    assert (last["replaced"], last["operation"]) == (2, primary["id"])
    assert web.configuration["maximumPercent"] == 150 and web.plan(news) == ""


def test_a_crashing_image_is_returned_by_the_breaker_and_named(
    lab: Lab, web: DeployedWeb, last_course: Callable[[], Course]
) -> None:
    """The service is stable and the update fails; the configuration that came with the failed one is taken back."""
    lab.image("app:2", **CRASHES)
    lab.alarm("errors", "OK")
    told = web.fails(
        web.wants(circuitBreaker=BREAKER, maximumPercent=150, alarms=["errors"]), TooManyFailuresError
    )
    assert "container app, exit code 3" in told and "circuit breaker threshold was exceeded" in told, told
    assert told.endswith("See how web:2 starts, mend that and run 'pulumi up' again."), told
    assert web.statuses_of_deployments() == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]
    web.ecs.get_waiter("services_stable").wait(cluster="prod", services=["web"])
    course = last_course()
    assert course.end is End.RETURNED and course.failed >= 3, "the breaker's threshold for two tasks"


@pytest.mark.parametrize(
    ("deployment", "timeout", "path"),
    [
        ({"timeout": "PT1S"}, None, "updatePolicy.ecsDeployment.timeout"),
        ({}, Timeout(1.0, "customTimeouts.update"), "customTimeouts.update"),
    ],
)
def test_a_service_that_never_becomes_healthy_is_returned_at_the_deadline(
    lab: Lab, web: DeployedWeb, deployment: dict[str, Any], timeout: Timeout | None, path: str
) -> None:
    """No failure is counted, so only our deadline ends it, the policy's or the operation's; the way back may last."""
    lab.image("app:2", **NEVER)
    lab.service_rules(returning=1.5)
    told = web.fails(web.wants(**deployment), DeadlineExceededError, timeout=timeout)
    assert "longer than its timeout of PT1S" in told and f"Raise {path}" in told, told
    assert web.statuses_of_deployments() == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]


def test_a_breaker_without_rollback_leaves_the_return_to_us(lab: Lab, web: DeployedWeb) -> None:
    """ECS stops the deployment and its tasks stay; another deployment of the former definition returns them."""
    lab.image("app:2", **CRASHES)
    news = web.wants(circuitBreaker={"rollback": False}, maximumPercent=150)
    assert "this resource then returns the service by another deployment" in web.plan(news)
    told = web.fails(news, TooManyFailuresError)
    assert "container app, exit code 3" in told, told
    assert web.statuses_of_deployments() == ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]


def test_an_alarm_of_the_policy_is_ecs_own(lab: Lab, web: DeployedWeb) -> None:
    """One that does not exist is refused beforehand by its place; one that rings has ECS return the service."""
    lab.alarm("errors", "OK")
    missing = web.faults(web.inputs(alarms={"alarmNames": ["errors", "nobody-made-it"]}))
    assert missing.keys() == {"updatePolicy.ecsDeployment.alarms.alarmNames[1]"}
    lab.image("app:2", **NEVER)
    news = web.wants(alarms=["errors"])
    assert "errors in ALARM fails the deployment" in web.plan(news)
    update = web.begun(news)
    wait_until(web.is_at_work, PATIENCE)
    lab.alarm("errors", "ALARM")
    told = web.failed(update, TooManyFailuresError)
    assert "errors" in told, told


def test_a_blocked_deployment_is_refused_before_anything_is_touched(web: DeployedWeb) -> None:
    """The numbers stand in the fault; nothing was begun."""
    told = web.faults(web.inputs(minimumHealthyPercent=75, maximumPercent=149))
    assert "minimumHealthyPercent 75 keeps 2" in told["updatePolicy.ecsDeployment.maximumPercent"]
    assert web.statuses_of_deployments() == ["SUCCESSFUL"]


def test_what_is_to_be_left_is_left(lab: Lab, web: DeployedWeb) -> None:
    """With onFailure leave nobody returns the service; the next update goes on from there."""
    lab.image("app:2", **CRASHES)
    news = web.wants(beside={"onFailure": "leave"}, circuitBreaker={}, maximumPercent=150)
    with pytest.raises(TooManyFailuresError, match="was left as it is") as caught:
        web.up(news)
    assert caught.value.left is not None and caught.value.left["status"] == "mixed"
    assert web.keeps_no_mark() and web.statuses_of_deployments()[0] == "STOPPED"
    web.up(web.wants("web:3"))
    assert web.truth() == {"web:3": 2}


def test_triggers_and_a_policy_alone(web: DeployedWeb) -> None:
    """A policy alone is recorded and starts nothing; another trigger replaces tasks of the same definition."""
    before = web.service()["deployments"][0]["id"]
    policy = web.wants("web:1", maximumPercent=300)
    assert "the policy is recorded" in web.plan(policy)
    web.up(policy)
    assert web.service()["deployments"][0]["id"] == before and web.configuration == web.configured
    news = web.wants("web:1", {"triggers": ["again"]}, maximumPercent=300)
    told = unwrapped(web.plan(news))
    assert "replacing 2 tasks, all of web:1 again" in told
    assert "changes nothing in web:1; ECS resolves its image tags anew, and only their digests can" in told
    web.up(news)
    assert web.truth() == {"web:1": 2} and web.service()["deployments"][0]["id"] != before
    assert web.configuration["maximumPercent"] == 300


def test_equal_contents_under_another_number_are_nothing_to_do(web: DeployedWeb) -> None:
    """ECS would replace every task for another number; state takes it and the next diff is none."""
    web.define("app:1")
    news = web.wants("web:4")
    assert "nothing to replace" in web.plan(news) and "pointer" not in web.plan(news)
    state = web.up(news)
    assert state["revision"].endswith("web:4") and web.truth() == {"web:1": 2}
    assert web.statuses_of_deployments() == ["SUCCESSFUL"] and web.plan(news) == ""
    web.up(web.wants("web:2"))
    assert web.truth() == {"web:2": 2}


def test_a_service_of_no_tasks_is_deployed_all_the_same(lab: Lab) -> None:
    """With a desired count of 0 nobody is replaced, and what tasks are started from moves by a deployment."""
    web = DeployedWeb(lab, size=0)
    news = web.wants("web:2")
    assert "web:1 -> web:2" in web.plan(news) and "desired count is 0" in web.plan(news)
    web.up(news)
    assert web.service()["deployments"][0]["taskDefinition"] == web.arns[1] and web.plan(news) == ""


def test_a_first_deployment_has_nothing_to_return_to(lab: Lab) -> None:
    """A create waits for the service's own first deployment, and its failure is told with its cause."""
    lab.image("app:1", **CRASHES)
    web = DeployedWeb(lab, deployed=False, deploymentCircuitBreaker=BREAKER)
    with pytest.raises(TooManyFailuresError) as caught:
        web.handler.create(web.wants("web:1"), web.context)
    told = str(caught.value)
    assert "exit code 3" in told and not caught.value.returned, told
    assert any("no rollback candidate" in line for line in web.warned), web.warned
    lab.image("app:1")
    web.state = web.handler.create(web.wants("web:1"), web.context)[1]
    assert (web.truth(), web.state["status"]) == ({"web:1": 2}, "stable")


def test_drift_is_seen_by_refresh_and_mended_by_the_next_update(lab: Lab, web: DeployedWeb) -> None:
    """Somebody deployed by hand: state tells what the service runs, and the program has the last word."""
    lab.move_service("web", cluster="prod", taskDefinition=web.arns[1])
    wait_until(lambda: web.truth() == {"web:2": 2}, PATIENCE)
    read = web.handler.read(web.state)
    assert read is not None and (read["revision"], read["status"]) == (web.arns[1], "stable")
    web.state = read
    web.up(web.wants("web:1"))
    assert web.truth() == {"web:1": 2}
