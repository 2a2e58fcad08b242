"""People, other parties and deaths in the middle of an ECS deployment, through the handler against the lab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.errors import AbortedError, InterferenceError, PolicyErrors, TooManyFailuresError
from pulumi_rolling.fleets.delegate import Sight
from pulumi_rolling.fleets.ecs_service.fleet import EcsFleet
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.deployed_web import BREAKER, NEVER, DeployedWeb
from tests.handler.followed_web import PATIENCE
from tests.unit.cli.conftest import Ran, rolling
from tests.unwrapped import unwrapped

__all__ = ["rolling"]

Rolling = Callable[..., Ran]
GATED: dict[str, Any] = {
    "strategy": "BLUE_GREEN",
    "bakeTimeInMinutes": 0,
    "lifecycleHooks": [{"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"]}],
}


@pytest.fixture
def web(lab: Lab) -> Iterator[DeployedWeb]:
    web = DeployedWeb(lab)
    yield web
    web.is_over.set()


def _stands(web: DeployedWeb) -> bool:
    asked = (
        "run 'rolling approve prod/web' or 'reject': stopped at POST_SCALE_UP, goes back by itself in 24 h"
    )
    return any(line.startswith(asked) for line in web.statuses)


@pytest.mark.usefixtures("long_lease")
def test_a_pause_hook_is_approved_from_a_second_shell(web: DeployedWeb, rolling: Rolling) -> None:
    """Status tells the stage, until when it stands and what happens then; the word lets the deployment go on."""
    nobody = rolling("approve", "prod/web")
    assert nobody.code == 1 and "no rollout" in nobody.err
    news = web.wants(**GATED)
    told = unwrapped(web.plan(news))
    assert "stops at POST_SCALE_UP until somebody runs 'rolling approve prod/web' (or 'rolling rej" in told
    update = web.begun(news)
    wait_until(lambda: _stands(web), PATIENCE)
    status = rolling("status", "prod/web").out
    assert "prod/web: rolling to web:2, step follow, stopped at a gate" in status, status
    assert (
        "checkpoint POST_SCALE_UP, since" in status and ", when the service goes back by itself" in status
    ), status
    assert "IN_PROGRESS, POST_SCALE_UP" in status and "2 of 4 made from web:2" in status, status
    skipped = rolling("skip", "prod/web", "t-1")
    assert skipped.code == 1 and "The service picks the members of prod/web itself" in skipped.err, skipped
    ran = rolling("approve", web.service()["serviceArn"], "--wait")
    assert ran.code == 0 and "the gate at which it stands is approved (POST_SCALE_UP); " in ran.out, ran
    update.result(PATIENCE)
    assert web.truth() == {"web:2": 2} and web.keeps_no_mark()


@pytest.mark.usefixtures("long_lease")
def test_a_rejected_pause_returns_the_service(web: DeployedWeb, rolling: Rolling) -> None:
    """A rejection ends the way forward, and ECS returns what it has done; bake time and strategy are given back."""
    update = web.begun(web.wants(**{**GATED, "bakeTimeInMinutes": 5}))
    wait_until(lambda: _stands(web), PATIENCE)
    assert rolling("reject", "prod/web").code == 0
    assert "rejected on request" in web.failed(update, AbortedError)
    assert web.statuses_of_deployments() == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]


def test_an_abort_stops_the_service_deployment_with_a_rollback(
    lab: Lab, web: DeployedWeb, rolling: Rolling
) -> None:
    """Ctrl-C and 'rolling abort' are the same request; ECS returns the service, and list and watch tell it."""
    lab.image("app:2", **NEVER)
    asked: list[Request] = []
    update = web.begun(web.wants(), requests=lambda: tuple(asked))
    wait_until(web.is_at_work, PATIENCE)
    assert "prod/web" in rolling("list").out
    asked.append(Request("q1", "abort"))
    assert "aborted on request" in web.failed(update, AbortedError)
    assert web.statuses_of_deployments() == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]


def test_a_killed_driver_is_followed_by_the_next_which_finds_the_deployment(
    lab: Lab, web: DeployedWeb, rolling: Rolling
) -> None:
    """ECS goes on alone; the next update follows the same deployment by its id and begins none."""
    lab.image("app:2", boot=0.7)
    news = web.wants(maximumPercent=150)
    web.killed(news, web.is_at_work)
    read = web.handler.read(web.state)
    assert read is not None and read["status"] == "interrupted"
    # Under load the lease is not given up, and runs out.
    wait_until(lambda: "stopped while rolling to web:2" in rolling("status", "prod/web").out, PATIENCE)
    assert "an interrupted rollout to web:2 was found" in web.plan(news)
    begun = web.service()["deployments"][0]["id"]
    state = web.up(news)
    assert state["lastRollout"]["operation"] == begun and web.truth() == {"web:2": 2}
    assert web.statuses_of_deployments() == ["SUCCESSFUL", "SUCCESSFUL"]


def test_what_failed_while_nobody_watched_is_told_and_its_policy_taken_back(
    lab: Lab, web: DeployedWeb
) -> None:
    """The breaker returned the service: the next update names task and exit code, and fails."""
    lab.image("app:2", diesAfter=0.5, exitCode=3)
    lab.service_rules(unchecked=5.0)  # a task that counted as healthy would take the breaker's count back
    news = web.wants(circuitBreaker=BREAKER, maximumPercent=150)
    web.killed(news, web.is_at_work)
    wait_until(lambda: web.statuses_of_deployments()[0] == "ROLLBACK_SUCCESSFUL", PATIENCE)
    told = web.fails(news, TooManyFailuresError)
    assert "container app, exit code 3" in told, told


def test_a_reverted_program_takes_the_deployment_back(lab: Lab, web: DeployedWeb) -> None:
    """Killed, and web:1 wanted again: ECS returns what it has done, and that is a success."""
    lab.image("app:2", **NEVER)
    web.killed(web.wants(maximumPercent=150), web.is_at_work)
    web.up(web.wants("web:1"))
    assert (web.truth(), web.statuses_of_deployments()[0]) == ({"web:1": 2}, "ROLLBACK_SUCCESSFUL")
    assert web.keeps_no_mark()


def test_a_fixed_program_goes_forward_from_a_killed_deployment(lab: Lab, web: DeployedWeb) -> None:
    """What leads to the bad definition is ended, and the next definition follows."""
    lab.image("app:2", **NEVER)
    web.killed(web.wants(), web.is_at_work)
    web.begun(web.wants("web:3")).result(PATIENCE)
    assert web.truth() == {"web:3": 2} and web.statuses_of_deployments()[0] == "SUCCESSFUL"


def test_one_that_another_deployment_supersedes_lets_it_be(lab: Lab, web: DeployedWeb) -> None:
    """Theirs is named with its id and goes on; nothing of it is stopped."""
    lab.image("app:2", **NEVER)
    lab.image("app:3", boot=2.0)
    update = web.begun(web.wants())
    wait_until(web.is_at_work, PATIENCE)
    lab.move_service("web", cluster="prod", taskDefinition=web.arns[2])
    theirs = web.service()["deployments"][0]["id"]
    with pytest.raises(InterferenceError, match=f"{theirs} to web:3, which is ") as caught:
        update.result(PATIENCE)
    assert not caught.value.returned and "was let be" in str(caught.value)
    wait_until(lambda: web.truth() == {"web:3": 2}, PATIENCE)


def test_one_that_another_completes_between_two_looks_names_what_they_deployed(
    lab: Lab, web: DeployedWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No deployment is at work by then: the error tells the task definition, by family and number."""
    lab.image("app:2", **NEVER)
    look = EcsFleet.observe

    def observe(fleet: EcsFleet, rollout: Any) -> Sight:
        if rollout.way.operation and web.truth() != {"web:3": 2}:
            lab.move_service("web", cluster="prod", taskDefinition=web.arns[2])
            wait_until(lambda: web.statuses_of_deployments()[0] == "SUCCESSFUL", PATIENCE)
        return look(fleet, rollout)

    monkeypatch.setattr(EcsFleet, "observe", observe)
    with pytest.raises(InterferenceError, match="somebody else pointed the group at web:3\\. ") as caught:
        web.begun(web.wants()).result(PATIENCE)
    assert "was let be" in str(caught.value) and web.truth() == {"web:3": 2}


def test_a_strangers_deployment_is_refused_with_its_id_or_followed(lab: Lab, web: DeployedWeb) -> None:
    """One that leads elsewhere is refused in preview and by the update; one that leads along is followed."""
    lab.image("app:2", **NEVER)
    lab.move_service("web", cluster="prod", taskDefinition=web.arns[1])
    theirs = web.service()["deployments"][0]["id"]
    inputs = web.inputs("web:3")
    refused = web.faults(inputs)
    told = refused["ecsService.ecsDeployment"]
    assert f"deployment {theirs} is " in told and "on the group and leads to web:2." in told, told
    with pytest.raises(PolicyErrors, match=theirs):
        web.up(inputs)
    news = web.wants("web:2")
    assert f"operation {theirs} is under way already and is followed" in web.plan(news)
    update = web.begun(news)
    wait_until(lambda: any("the cloud replaces" in line for line in web.statuses), PATIENCE)
    lab.image("app:2")
    web.stop_tasks("web:2")
    assert update.result(PATIENCE)["lastRollout"]["operation"] == theirs


def test_where_ecs_tells_of_no_service_deployments_that_is_said(lab: Lab, web: DeployedWeb) -> None:
    """The service's own list is followed; pauses cannot be answered then, and the plan warns of it."""
    lab.fault("ListServiceDeployments", error="AccessDeniedException")
    plan = web.plan(web.wants(**GATED))
    assert "the deployment is followed by the service's list alone, without hooks: " in plan
    assert "'rolling approve' cannot answer the pauses at POST_SCALE_UP" in plan
    web.up(web.wants())
    assert web.truth() == {"web:2": 2} and web.keeps_no_mark()


def test_a_group_of_the_same_name_is_told_from_a_service(web: DeployedWeb, rolling: Rolling) -> None:
    """A mere name is an Auto Scaling group's; with its cluster, or by its ARN, it is a service's."""
    assert "There is no Auto Scaling group" in rolling("status", "web").err
    assert "no rollout is recorded" in rolling("status", "prod/web").out
    assert "no rollout is recorded" in rolling("status", web.service()["serviceArn"]).out
    policy = '{"ecsDeployment": {"maximumPercent": 150}}'
    ran = rolling("plan", "--policy", policy, "--group", "prod/web", "--to", "2")
    assert ran.code == 0 and ran.out.startswith("prod/web: replacing 2 tasks, web:1 -> web:2, "), ran
