"""ECS deployments that fail: who decides, what becomes of them, and in which words.

Sources: ECS API reference, ServiceDeployment, StopServiceDeployment, DeploymentCircuitBreaker, DeploymentAlarms;
developer guide, "How the Amazon ECS deployment circuit breaker detects failures", "How CloudWatch alarms detect Amazon
ECS deployment failures", service revisions; texts of events of live logs.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.bench import Bench, refusal
from tests.lab.served import BREAKER, CHECK, WEB, Served, running, served

FAILED_TO_START = "ECS deployment circuit breaker: tasks failed to start."
BY_BREAKER = "Service deployment rolled back because the circuit breaker threshold was exceeded."
BY_USER = "Service deployment rolled back by user."
NO_WAY_BACK = "No rollback candidate was found to run the rollback."


def guarded(bench: Bench, desired: int = 2, rollback: bool = True, **given: Any) -> Served:
    """The service in its steady state, with a breaker."""
    web = running(bench, desired=desired)
    web.configure(deploymentCircuitBreaker={"enable": True, "rollback": rollback} | given)
    bench.lab.image("app:bad", launchError="CannotPullContainerError")
    return web


def test_a_breakers_rollback_ends_in_a_stable_service(bench: Bench) -> None:
    """The former deployment is PRIMARY again by its own id, the failed one ACTIVE and FAILED until that is done."""
    web = guarded(bench)
    [former] = web.service()["deployments"]
    number = web.update("app:bad", platformVersion="1.3.0")
    web.became(number, "ROLLBACK_REQUESTED")
    web.became(number, "ROLLBACK_IN_PROGRESS")
    back, failed = web.service()["deployments"]
    assert (back["id"], back["status"], back["rolloutState"]) == (former["id"], "PRIMARY", "IN_PROGRESS")
    assert back["rolloutStateReason"] == (
        f"ECS deployment circuit breaker: rolling back to deploymentId {former['id']}."
    )
    assert (failed["id"], failed["status"], failed["rolloutState"]) == (
        f"ecs-svc/{number}",
        "ACTIVE",
        "FAILED",
    )
    assert (failed["rolloutStateReason"], failed["failedTasks"]) == (FAILED_TO_START, 3)
    shown = web.became(number, "ROLLBACK_SUCCESSFUL")
    assert shown["statusReason"] == shown["rollback"]["reason"] == BY_BREAKER
    assert shown["rollback"]["serviceRevisionArn"].endswith(former["id"].removeprefix("ecs-svc/"))
    assert shown["deploymentCircuitBreaker"] == {"status": "TRIGGERED", "failureCount": 3, "threshold": 3}
    service = web.service()
    [left] = service["deployments"]
    assert (left["id"], left["rolloutState"]) == (former["id"], "COMPLETED")
    assert (service["taskDefinition"], service["runningCount"]) == (former["taskDefinition"], 2)
    assert "platformVersion" not in service
    assert len(web.listed()) == 2
    said = [each for each in web.events() if not each.startswith(("has started", "is unable"))]
    assert said[:4] == [
        "has reached a steady state.",
        f"(deployment {former['id']}) deployment completed.",
        f"rolling back to deployment {former['id']}.",
        f"(deployment ecs-svc/{number}) deployment failed: tasks failed to start.",
    ]


def test_the_waiter_that_everybody_uses_is_green_after_a_rollback(bench: Bench) -> None:
    """True to life: services-stable sees one deployment and running as desired, and knows nothing of the failure."""
    web = guarded(bench)
    web.became(web.update("app:bad"), "ROLLBACK_SUCCESSFUL")
    web.ecs.get_waiter("services_stable").wait(
        cluster="default", services=["web"], WaiterConfig={"MaxAttempts": 1}
    )


def test_a_breaker_without_rollback_leaves_everything_as_it_is(bench: Bench) -> None:
    """STOPPED: the failed deployment stays PRIMARY, its task definition the service's, and nothing new is started."""
    web = guarded(bench, rollback=False)
    number = web.update("app:bad")
    shown = web.became(number, "STOPPED")
    assert "circuit breaker" in shown["statusReason"] and "rollback" not in shown
    assert "stoppedAt" in shown
    launched = len(web.truth()["tasks"])
    service = web.after(600)
    failed, old = service["deployments"]
    assert [(each["status"], each["rolloutState"]) for each in (failed, old)] == [
        ("PRIMARY", "FAILED"),
        ("ACTIVE", "COMPLETED"),
    ]
    assert (service["taskDefinition"], old["runningCount"]) == (failed["taskDefinition"], 2)
    assert len(web.truth()["tasks"]) == launched
    web.became(web.update("app:3"), "SUCCESSFUL")


def test_a_first_deployment_has_no_way_back(bench: Bench) -> None:
    """ROLLBACK_FAILED hides the cause, which stands in `rollback.reason` and in the events."""
    bench.lab.image("app:bad", launchError="CannotPullContainerError")
    web = served(bench)
    made = web.create("app:bad", deploymentConfiguration={"deploymentCircuitBreaker": BREAKER})
    number = made["deployments"][0]["id"].removeprefix("ecs-svc/")
    shown = web.became(number, "ROLLBACK_FAILED")
    assert (shown["statusReason"], shown["rollback"]["reason"]) == (NO_WAY_BACK, BY_BREAKER)
    assert "serviceRevisionArn" not in shown["rollback"]
    assert f"(deployment ecs-svc/{number}) deployment failed: tasks failed to start." in web.events()
    assert web.after(600)["runningCount"] == 0


@pytest.mark.parametrize(
    ("kind", "value", "failures"), [("COUNT", 1, 1), ("COUNT", 5, 5), ("UNBOUNDED_PERCENT", 50, 2)]
)
def test_the_breaker_acts_at_its_threshold(bench: Bench, kind: str, value: int, failures: int) -> None:
    """So many failures are one too many; those that were on their way fail later and do not count."""
    web = guarded(bench, desired=4, thresholdConfiguration={"type": kind, "value": value})
    number = web.update("app:bad")
    shown = web.became(number, "ROLLBACK_SUCCESSFUL")
    assert shown["deploymentCircuitBreaker"]["failureCount"] == failures
    failed = [each for each in web.tasks(desiredStatus="STOPPED") if each["startedBy"] == f"ecs-svc/{number}"]
    assert sum(each["stopCode"] == "TaskFailedToStart" for each in failed) in range(failures, failures + 4)


@pytest.mark.parametrize("resets", [True, False])
def test_a_healthy_task_takes_the_count_back_unless_it_is_cumulative(bench: Bench, resets: bool) -> None:
    """Of a half of the tasks that fail the threshold is never reached by resetting, and is by adding up."""
    bench.lab.image("app:half", share=0.5, launchError="CannotPullContainerError")
    web = guarded(
        bench, desired=6, resetOnHealthyTask=resets, thresholdConfiguration={"type": "COUNT", "value": 4}
    )
    bench.lab.service_rules(unchecked=0.1)
    number = web.update("app:half")
    bench.clock.jump(60)
    assert web.of(number)["status"] == ("SUCCESSFUL" if resets else "ROLLBACK_SUCCESSFUL")


def test_tasks_that_fail_their_health_checks_count(bench: Bench) -> None:
    """The second stage: the container's check says why, and the old tasks never go."""
    web = guarded(bench)
    bench.lab.image("app:ill", healthy=False)
    begun = web.now
    number = web.update(taskDefinition=web.define("app:ill", healthCheck=CHECK))
    web.became(number, "ROLLBACK_SUCCESSFUL")
    ill = [each for each in web.tasks(desiredStatus="STOPPED") if each["startedBy"] == f"ecs-svc/{number}"]
    assert {each["stoppedReason"] for each in ill} >= {"Task failed container health checks"}
    assert any(each.endswith("failed container health checks.") for each in web.events())
    assert min(point["healthy"] for point in web.since(begun)) == 2


@pytest.mark.parametrize("counts", [True, False])
def test_tasks_that_exit_count_by_a_switch(bench: Bench, counts: bool) -> None:
    """A container that crashes says its exit code; that the breaker counts it is the likelier reading."""
    web = guarded(bench)
    bench.lab.service_rules(exitsCount=counts)
    bench.lab.image("app:crash", diesAfter=0.5, exitCode=3)
    number = web.update("app:crash")
    bench.clock.jump(120)
    assert web.of(number)["status"] == ("ROLLBACK_SUCCESSFUL" if counts else "IN_PROGRESS")
    crashed = [
        each
        for each in web.tasks(desiredStatus="STOPPED")
        if each.get("stopCode") == "EssentialContainerExited"
    ]
    assert {each["stoppedReason"] for each in crashed} == {"Essential container in task exited"}
    assert {each["containers"][0]["exitCode"] for each in crashed} == {3}


@pytest.mark.parametrize("counts", [False, True])
def test_tasks_without_a_place_are_no_failures_unless_the_switch_says_so(bench: Bench, counts: bool) -> None:
    """The deployment is IN_PROGRESS for ever with no failed task, and an event alone tells."""
    web = guarded(bench)
    bench.lab.service_rules(unplacedCounts=counts)
    bench.lab.move_service("web", capacity=2)
    number = web.update("app:2")
    bench.clock.jump(3600)
    shown = web.of(number)
    assert shown["status"] == ("ROLLBACK_SUCCESSFUL" if counts else "IN_PROGRESS")
    assert any(
        each.startswith("was unable to place a task because no container instance") for each in web.events()
    )
    if not counts:
        assert web.service()["deployments"][0]["failedTasks"] == 0
        bench.lab.move_service("web", capacity=None)
        web.became(number, "SUCCESSFUL")


def test_an_alarm_turns_a_deployment_back(bench: Bench) -> None:
    """The alarm is named; the bake time after all is replaced is watched, too."""
    web = running(bench)
    bench.lab.service_rules(bake=120.0)
    bench.lab.alarm("errors", "OK")
    web.configure(alarms={"alarmNames": ["errors"], "enable": True, "rollback": True})
    [former] = web.service()["deployments"]
    number = web.update("app:2")
    web.until(lambda: web.of(number)["lifecycleStage"] == "BAKE_TIME")
    assert [each["runningCount"] for each in web.service()["deployments"]] == [2, 0]
    bench.cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a test")
    assert web.of(number)["status"] == "ROLLBACK_REQUESTED"
    shown = web.became(number, "ROLLBACK_SUCCESSFUL")
    assert shown["alarms"] == {
        "status": "TRIGGERED",
        "alarmNames": ["errors"],
        "triggeredAlarmNames": ["errors"],
    }
    assert "errors" in shown["statusReason"]
    assert f"(deployment ecs-svc/{number}) deployment failed: alarm detected." in web.events()
    assert [each["id"] for each in web.service()["deployments"]] == [former["id"]]
    assert web.service()["runningCount"] == 2


@pytest.mark.parametrize("watched", [False, True])
def test_an_alarm_that_stands_already_is_not_watched_unless_the_switch_says_so(
    bench: Bench, watched: bool
) -> None:
    """A deployment that is to mend what the alarm is about can go through."""
    web = running(bench)
    bench.lab.service_rules(standingAlarms=watched)
    bench.lab.alarm("errors", "ALARM")
    web.configure(alarms={"alarmNames": ["errors"], "enable": True, "rollback": False})
    number = web.update("app:2")
    bench.clock.jump(60)
    shown = web.of(number)
    assert shown["status"] == ("STOPPED" if watched else "SUCCESSFUL")
    assert shown["alarms"]["status"] == ("TRIGGERED" if watched else "DISABLED")


def test_a_user_rolls_back(bench: Bench) -> None:
    """StopServiceDeployment needs no rollback configured, and says whose hand it was; a second call changes nothing."""
    bench.lab.image("app:slow", boot=300)
    web = running(bench)
    number = web.update("app:slow")
    bench.clock.jump(10)
    arn = web.of(number)["serviceDeploymentArn"]
    assert web.ecs.stop_service_deployment(serviceDeploymentArn=arn)["serviceDeploymentArn"] == arn
    assert web.of(number)["status"] == "ROLLBACK_REQUESTED"
    web.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
    shown = web.became(number, "ROLLBACK_SUCCESSFUL")
    assert (shown["statusReason"], web.service()["runningCount"]) == (BY_USER, 2)
    code, _ = refusal(web.ecs.stop_service_deployment, serviceDeploymentArn=arn)
    assert code == "ConflictException"
    code, _ = refusal(web.ecs.stop_service_deployment, serviceDeploymentArn=f"{arn}x")
    assert code == "ServiceDeploymentNotFoundException"


@pytest.mark.parametrize("stops", [True, False])
def test_an_abort_stops_or_is_refused(bench: Bench, stops: bool) -> None:
    """The type is in the model, and the documents name ROLLBACK alone."""
    bench.lab.image("app:slow", boot=300)
    web = running(bench)
    bench.lab.service_rules(abortStops=stops)
    number = web.update("app:slow")
    arn = web.of(number)["serviceDeploymentArn"]
    if stops:
        web.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ABORT")
        web.became(number, "STOPPED")
        assert web.service()["deployments"][0]["id"] == f"ecs-svc/{number}"
    else:
        code, _ = refusal(web.ecs.stop_service_deployment, serviceDeploymentArn=arn, stopType="ABORT")
        assert code == "InvalidParameterException"


def test_a_newer_deployment_supersedes(bench: Bench) -> None:
    """Ours is STOPPED without a failure, and somebody else's number is PRIMARY."""
    bench.lab.image("app:slow", boot=300)
    web = running(bench)
    number = web.update("app:slow")
    bench.clock.jump(10)
    theirs = web.define("app:3")
    bench.lab.move_service("web", taskDefinition=theirs)
    assert web.became(number, "STOPPED")["statusReason"].startswith("Service deployment stopped because")
    primary = web.service()["deployments"][0]
    assert primary["taskDefinition"] == theirs
    web.became(primary["id"].removeprefix("ecs-svc/"), "SUCCESSFUL")
    assert {each["revision"] for each in web.truth()["tasks"] if each["healthy"]} == {"web:3"}


@pytest.mark.parametrize("fails", [True, False])
def test_a_rollback_may_fail_itself(bench: Bench, fails: bool) -> None:
    """An image that cannot be pulled any more leaves no way back, where the breaker counts on it as well."""
    web = guarded(bench)
    web.configure(0, 100)
    bench.lab.service_rules(rollbackFails=fails)
    bench.lab.image("app:1", launchError="CannotPullContainerError")
    number = web.update("app:bad")
    bench.clock.jump(120)
    assert web.of(number)["status"] == ("ROLLBACK_FAILED" if fails else "ROLLBACK_IN_PROGRESS")


@pytest.mark.parametrize("anew", [True, False])
def test_the_count_of_a_deployment_that_is_returned_to_begins_anew_by_a_switch(
    bench: Bench, anew: bool
) -> None:
    """No document says whether failures of its own first time are still counted on the way back."""
    web = served(bench, unchecked=30.0, countsAnew=anew)
    cumulative = BREAKER | {
        "resetOnHealthyTask": False, "thresholdConfiguration": {"type": "COUNT", "value": 4},
    }  # fmt: skip
    bounds = {"minimumHealthyPercent": 0, "maximumPercent": 100}
    web.create(deploymentConfiguration={"deploymentCircuitBreaker": cumulative, **bounds})

    def exits(times: int) -> None:
        for _ in range(times):
            web.until(lambda: web.service()["runningCount"] > 0)
            live = [t for t in web.truth()["tasks"] if t["lastStatus"] == t["desiredStatus"] == "RUNNING"]
            bench.lab.task(live[0]["id"], do="exit")

    exits(2)
    web.settled()
    bench.lab.image("app:bad", launchError="CannotPullContainerError")
    number = web.update("app:bad")
    web.became(number, "ROLLBACK_IN_PROGRESS")
    exits(2)
    bench.clock.jump(120)
    assert web.of(number)["status"] == ("ROLLBACK_SUCCESSFUL" if anew else "ROLLBACK_FAILED")


def test_a_deployment_that_is_begun_while_the_service_returns_has_no_way_back(bench: Bench) -> None:
    """What a rollback leads to is IN_PROGRESS until it is done, and nothing returns to what is not COMPLETED."""
    web = guarded(bench)
    bench.lab.service_rules(returning=60.0)
    web.became(web.update("app:bad"), "ROLLBACK_IN_PROGRESS")
    third = web.update("app:bad")
    shown = web.became(third, "ROLLBACK_FAILED")
    assert (shown["statusReason"], shown["rollback"]["reason"]) == (NO_WAY_BACK, BY_BREAKER)
    assert web.after(600)["deployments"][0]["id"] == f"ecs-svc/{third}"


def test_protected_tasks_hold_a_deployment(bench: Bench) -> None:
    """It neither fails nor ends; an event counts them, and it goes on when the protection is over."""
    web = running(bench)
    old = [each["taskArn"] for each in web.tasks()]
    done = web.ecs.update_task_protection(
        cluster="default", tasks=old, protectionEnabled=True, expiresInMinutes=60
    )
    assert [each["protectionEnabled"] for each in done["protectedTasks"]] == [True, True]
    [former] = web.service()["deployments"]
    number = web.update("app:2")
    bench.clock.jump(3000)
    assert web.of(number)["status"] == "IN_PROGRESS"
    assert web.events()[0] == (
        f"was unable to reach steady state because (taskSet {former['id']}) was unable to scale in due to "
        "(reason 2 tasks under protection)"
    )
    seen = web.ecs.get_task_protection(cluster="default", tasks=old)["protectedTasks"]
    assert all(each["protectionEnabled"] for each in seen)
    bench.clock.jump(600)
    web.became(number, "SUCCESSFUL")


def test_a_failed_task_in_its_steady_state_is_replaced_and_turns_nothing_back(bench: Bench) -> None:
    """The breaker is about deployments; afterwards the scheduler replaces what falls ill."""
    web = guarded(bench)
    [sick, _] = [each["id"] for each in web.truth()["tasks"]]
    for _ in range(5):
        bench.lab.task(next(each["id"] for each in web.truth()["tasks"] if each["healthy"]), do="exit")
        web.until(lambda: web.truth()["healthy"] == 2)
    assert len(web.listed()) == 1
    assert sick not in [each["id"] for each in web.truth()["tasks"] if each["healthy"]]
    assert refusal(web.ecs.update_service, **WEB, taskDefinition="none:1")[0] == "ClientException"
