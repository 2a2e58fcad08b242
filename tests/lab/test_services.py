"""ECS services: how deployments begin, how they are followed by their number, and how they end well.

Sources: ECS API reference, CreateService, UpdateService (which members start a deployment), Deployment,
ServiceDeployment, ServiceRevision, DeploymentEarlySuccessCriteria; developer guide, service deployments, container
image resolution; event texts of live logs.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.bench import Bench, refusal
from tests.lab.served import WEB, running, served


def test_a_new_service_has_one_deployment_that_is_completed(bench: Bench) -> None:
    """PRIMARY from the first answer on, IN_PROGRESS until every task counts, with the service's own sentences."""
    web = served(bench)
    made = web.create(desired=2)
    [first] = made["deployments"]
    assert (first["status"], first["rolloutState"], made["runningCount"]) == ("PRIMARY", "IN_PROGRESS", 0)
    assert first["rolloutStateReason"] == f"ECS deployment {first['id']} in progress."
    web.settled()
    service = web.service()
    [first] = service["deployments"]
    assert first["rolloutStateReason"] == f"ECS deployment {first['id']} completed."
    assert (service["runningCount"], service["pendingCount"], service["status"]) == (2, 0, "ACTIVE")
    assert web.events()[:2] == [
        "has reached a steady state.",
        f"(deployment {first['id']}) deployment completed.",
    ]
    [rollout] = web.listed()
    assert rollout["status"] == "SUCCESSFUL"


def test_a_deployment_is_found_by_the_number_in_the_answer_of_its_update(bench: Bench) -> None:
    """`ecs-svc/N` of the answer is the end of the revision's ARN, of the service deployment's target, of startedBy."""
    web = running(bench)
    [former] = web.service()["deployments"]
    number = web.update("app:2")
    assert f"ecs-svc/{number}" != former["id"]
    new, old = web.service()["deployments"]
    assert [(each["status"], each["rolloutState"]) for each in (new, old)] == [
        ("PRIMARY", "IN_PROGRESS"),
        ("ACTIVE", "COMPLETED"),
    ]
    assert old["id"] == former["id"]
    shown = web.became(number, "SUCCESSFUL")
    assert shown["targetServiceRevision"]["arn"].endswith(f"/{number}")
    assert shown["targetServiceRevision"]["runningTaskCount"] == 2
    assert [each["arn"].rpartition("/")[2] for each in shown["sourceServiceRevisions"]] == [
        former["id"].removeprefix("ecs-svc/")
    ]
    assert {each["startedBy"] for each in web.tasks()} == {f"ecs-svc/{number}"}
    assert [each["id"] for each in web.service()["deployments"]] == [f"ecs-svc/{number}"]
    assert shown["startedAt"] <= shown["finishedAt"]


def test_what_alters_no_revision_starts_nothing(bench: Bench) -> None:
    """The desired count, the deployment configuration and the same task definition leave the number as it was."""
    web = running(bench)
    [first] = web.service()["deployments"]
    number = first["id"].removeprefix("ecs-svc/")
    assert web.update(desiredCount=3) == number
    assert web.update(deploymentConfiguration={"maximumPercent": 150}) == number
    assert web.update(healthCheckGracePeriodSeconds=5) == number
    assert web.update(taskDefinition=first["taskDefinition"]) == number
    bench.clock.jump(60)
    assert len(web.listed()) == 1 and web.service()["runningCount"] == 3


@pytest.mark.parametrize("merges", [True, False])
def test_members_of_the_configuration_that_a_call_does_not_name(bench: Bench, merges: bool) -> None:
    """Whether UpdateService keeps the members that are not sent is not documented, and a switch."""
    web = running(bench)
    bench.lab.service_rules(configurationMerges=merges)
    breaker = {"enable": True, "rollback": True}
    web.configure(deploymentCircuitBreaker=breaker)
    web.configure(50)
    told = web.service()["deploymentConfiguration"]
    assert (told["minimumHealthyPercent"], told["maximumPercent"]) == (50, 200)
    assert told.get("deploymentCircuitBreaker") == (breaker if merges else None)


def test_a_forced_deployment_resolves_the_digest_anew(bench: Bench) -> None:
    """The same task definition is another revision with another digest; nothing else tells them apart."""
    bench.lab.image("app:latest", digest="sha256:one")
    web = running(bench, "app:latest")
    bench.lab.image("app:latest", digest="sha256:two")
    assert web.after(60)["runningCount"] == 2
    number = web.update(forceNewDeployment=True)
    web.became(number, "SUCCESSFUL")
    arn = web.of(number)["targetServiceRevision"]["arn"]
    before = web.of(number)["sourceServiceRevisions"][0]["arn"]
    new, old = web.ecs.describe_service_revisions(serviceRevisionArns=[arn, before])["serviceRevisions"]
    assert [each["containerImages"][0]["imageDigest"] for each in (new, old)] == ["sha256:two", "sha256:one"]
    assert new["taskDefinition"] == old["taskDefinition"]
    assert {each["containers"][0]["imageDigest"] for each in web.tasks()} == {"sha256:two"}


def test_the_first_task_fixes_the_digest_for_all_others(bench: Bench) -> None:
    """One task is started first; what is pushed later is not what a replacement of a task runs."""
    bench.lab.image("app:1", digest="sha256:one", boot=10)
    web = served(bench)
    web.create(desired=3)
    [first] = web.tasks()
    assert first["lastStatus"] == "PROVISIONING" and web.service()["pendingCount"] == 1
    web.after(9)
    assert web.service()["pendingCount"] == 3
    web.settled()
    bench.lab.image("app:1", digest="sha256:two", launchError="CannotPullContainerError")
    web.ecs.stop_task(task=first["taskArn"])
    web.until(lambda: web.service()["runningCount"] == 3)
    assert {each["containers"][0]["imageDigest"] for each in web.tasks()} == {"sha256:one"}


def test_nothing_is_resolved_without_tasks(bench: Bench) -> None:
    """A desired count of none has no digest, and is completed at once; the first task of a later count fixes it."""
    bench.lab.image("app:1", digest="sha256:one")
    web = served(bench)
    web.create(desired=0)
    web.settled()
    [shown] = web.listed()
    arn = shown["targetServiceRevisionArn"]

    def digest() -> str | None:
        [revision] = web.ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"]
        found: str | None = revision["containerImages"][0].get("imageDigest")
        return found

    assert (shown["status"], digest()) == ("SUCCESSFUL", None)
    bench.lab.image("app:1", digest="sha256:two")
    web.update(desiredCount=1)
    web.until(lambda: web.service()["runningCount"] == 1)
    assert digest() == "sha256:two"


def test_the_service_names_the_former_service_deployment_for_a_while(bench: Bench) -> None:
    """`currentServiceDeployment` is stale, as it is in life: who follows it follows the one before."""
    web = running(bench)
    bench.lab.service_rules(currentLags=5.0)
    bench.clock.jump(60)
    [former] = web.listed()
    number = web.update("app:2")
    ours = web.of(number)["serviceDeploymentArn"]
    assert web.service()["currentServiceDeployment"] == former["serviceDeploymentArn"] != ours
    assert web.after(6)["currentServiceDeployment"] == ours


def test_a_service_deployment_may_be_listed_late_and_begin_late(bench: Bench) -> None:
    """An empty list is no failure; PENDING comes before IN_PROGRESS."""
    web = running(bench)
    bench.clock.jump(60)
    bench.lab.service_rules(listed=3.0, pending=5.0)
    web.update("app:2")
    assert len(web.listed()) == 1
    web.after(4)
    newest, _ = web.listed()
    assert (newest["status"], "startedAt" in newest) == ("PENDING", False)
    assert [each["pendingCount"] for each in web.service()["deployments"]] == [0, 0]
    web.after(2)
    assert web.listed(status=["IN_PROGRESS"])[0]["status"] == "IN_PROGRESS"
    assert web.listed(createdAt={"after": newest["createdAt"]})[0]["createdAt"] == newest["createdAt"]


def test_a_service_may_have_no_service_deployments(bench: Bench) -> None:
    """With the switch off `deployments[]` is all there is, and it goes the same way."""
    bench.lab.service_rules(serviceDeployments=False)
    web = running(bench)
    number = web.update("app:2")
    web.settled()
    service = web.service()
    assert (web.listed(), "currentServiceDeployment" in service) == ([], False)
    assert service["deployments"][0]["id"] == f"ecs-svc/{number}"


@pytest.mark.parametrize(("cleanup", "left"), [("DEFERRED", 2), ("BLOCKING", 0)])
def test_an_early_success_is_declared_at_a_share_of_healthy_tasks(
    bench: Bench, cleanup: str, left: int
) -> None:
    """DEFERRED is successful while old tasks still run, BLOCKING when they are gone; the rest follows."""
    web = running(bench, desired=4)
    criteria = {"enable": True, "healthyPercent": 50, "sourceServiceRevisionCleanup": cleanup}
    web.configure(50, 150, earlySuccessCriteria=criteria)
    bench.lab.image("app:2", boot=10, spread=0.5)
    number = web.update("app:2")
    web.became(number, "SUCCESSFUL")
    at = web.truth()["serviceDeployments"][0]["finishedAt"]
    [then] = [point for point in web.since(0) if point["at"] == round(at, 6)]
    assert then["revisions"].get("web:1", 0) == left
    assert then["healthy"] - left == 2
    bench.clock.jump(60)
    assert web.service()["runningCount"] == 4
    assert {each["revision"] for each in web.truth()["tasks"] if each["desiredStatus"] == "RUNNING"} == {
        "web:2"
    }


def test_a_daemon_follows_its_instances(bench: Bench) -> None:
    """Its desired count is the number of instances, which nobody else sets, and its bounds are 0 and 100."""
    web = served(bench)
    web.create(schedulingStrategy="DAEMON")
    assert bench.lab.move_service("web", instances=3)["desired"] == 3
    web.until(lambda: web.truth()["healthy"] == 3)
    service = web.service()
    told = service["deploymentConfiguration"]
    assert (service["schedulingStrategy"], service["runningCount"]) == ("DAEMON", 3)
    assert (told["minimumHealthyPercent"], told["maximumPercent"]) == (0, 100)
    web.became(web.update("app:2"), "SUCCESSFUL")
    assert {each["revision"] for each in web.truth()["tasks"] if each["healthy"]} == {"web:2"}
    code, text = refusal(web.ecs.update_service, **WEB, desiredCount=5)
    assert code == "InvalidParameterException" and "daemon scheduling strategy" in text


@pytest.mark.parametrize("strategy", ["BLUE_GREEN", "LINEAR", "CANARY"])
def test_a_strategy_that_shifts_traffic_keeps_the_old_tasks_until_its_bake_time_is_over(
    bench: Bench, strategy: str
) -> None:
    """The new revision comes up whole beside the old one, which goes in CLEAN_UP."""
    web = running(bench)
    shifts: dict[str, Any] = {
        "linearConfiguration": {"stepPercent": 50.0, "stepBakeTimeInMinutes": 2},
        "canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 2},
    }
    web.configure(100, 100, strategy=strategy, bakeTimeInMinutes=5, **shifts)
    number = web.update("app:2")
    web.until(lambda: web.of(number)["lifecycleStage"] == "BAKE_TIME")
    assert [each["runningCount"] for each in web.service()["deployments"]] == [2, 2]
    bench.clock.jump(280)
    assert web.of(number)["status"] == "IN_PROGRESS"
    shown = web.became(number, "SUCCESSFUL", within=40)
    minutes = (shown["finishedAt"] - shown["startedAt"]).total_seconds() / 60
    assert minutes == pytest.approx(5 if strategy == "BLUE_GREEN" else 7, abs=0.5)


def test_a_pause_waits_for_a_word(bench: Bench) -> None:
    """A PAUSE hook shows when it expires and what happens then; CONTINUE and ROLLBACK are the words."""
    web = running(bench)
    hook = {
        "targetType": "PAUSE",
        "lifecycleStages": ["POST_SCALE_UP"],
        "timeoutConfiguration": {"timeoutInMinutes": 60, "action": "ROLLBACK"},
    }
    web.configure(strategy="BLUE_GREEN", bakeTimeInMinutes=0, lifecycleHooks=[hook])

    def paused(image: str) -> tuple[str, dict[str, Any]]:
        number = web.update(image)
        web.until(lambda: web.of(number).get("lifecycleHookDetails"))
        [waiting] = web.of(number)["lifecycleHookDetails"]
        assert (waiting["status"], waiting["timeoutAction"]) == ("AWAITING_ACTION", "ROLLBACK")
        assert web.of(number)["lifecycleStage"] == "POST_SCALE_UP"
        return number, waiting

    def say(number: str, waiting: dict[str, Any], action: str) -> None:
        arn = web.of(number)["serviceDeploymentArn"]
        web.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=waiting["hookId"], action=action)

    number, waiting = paused("app:2")
    assert 3500 < (waiting["expiresAt"] - bench.now()).total_seconds() <= 3600
    say(number, waiting, "CONTINUE")
    web.became(number, "SUCCESSFUL")
    number, waiting = paused("app:3")
    say(number, waiting, "ROLLBACK")
    shown = web.became(number, "ROLLBACK_SUCCESSFUL")
    assert shown["lifecycleHookDetails"][0]["status"] == "FAILED"
    number, _ = paused("app:4")
    bench.clock.jump(3600)
    shown = web.became(number, "ROLLBACK_SUCCESSFUL")
    assert shown["lifecycleHookDetails"][0]["status"] == "TIMED_OUT"


def test_a_foreign_controller_has_no_deployments(bench: Bench) -> None:
    """CODE_DEPLOY is refused a task definition with the service's text, until the controller is ECS."""
    web = served(bench)
    made = web.create(deploymentController={"type": "CODE_DEPLOY"})
    assert (made["deployments"], web.service()["deploymentController"]) == ([], {"type": "CODE_DEPLOY"})
    second = web.define("app:2")
    code, text = refusal(web.ecs.update_service, **WEB, taskDefinition=second)
    assert (code, "CODE_DEPLOY deployment controller" in text) == ("InvalidParameterException", True)
    web.update(deploymentController={"type": "ECS"}, taskDefinition=second)
    web.settled()


def test_a_deleted_service_drains_and_is_inactive(bench: Bench) -> None:
    """Refused without force while it is scaled above 0; DRAINING until its tasks have ended, then a free name."""
    web = running(bench)
    assert refusal(web.ecs.delete_service, **WEB)[0] == "InvalidParameterException"
    assert refusal(web.ecs.delete_cluster, cluster="default")[0] == "ClusterContainsServicesException"
    assert web.ecs.delete_service(**WEB, force=True)["service"]["status"] == "DRAINING"
    assert web.after(5)["status"] == "INACTIVE"
    assert web.ecs.list_services(cluster="default")["serviceArns"] == []
    assert refusal(web.ecs.update_service, **WEB, desiredCount=1)[0] == "ServiceNotActiveException"
    web.create()
    web.settled()
    missing = web.ecs.describe_services(cluster="default", services=["web", "none"])["failures"]
    assert [each["reason"] for each in missing] == ["MISSING"]
    assert refusal(web.ecs.update_service, cluster="default", service="none")[0] == "ServiceNotFoundException"
    assert refusal(web.ecs.update_service, cluster="none", service="web")[0] == "ClusterNotFoundException"


def test_reads_may_be_stale(bench: Bench) -> None:
    """With a fault's `stale` services, tasks and service deployments are those of so many seconds ago."""
    web = running(bench)
    [former] = web.service()["deployments"]
    bench.clock.jump(30)
    for action in ("DescribeServices", "ListTasks", "DescribeTasks", "ListServiceDeployments"):
        bench.lab.fault(action, stale=10.0)
    web.update("app:2")
    bench.clock.jump(5)
    assert [each["id"] for each in web.service()["deployments"]] == [former["id"]]
    assert {each["startedBy"] for each in web.tasks()} == {former["id"]}
    assert len(web.listed()) == 1
    bench.clock.jump(5.5)
    assert [each["status"] for each in web.listed()] == ["IN_PROGRESS", "SUCCESSFUL"]
    assert web.truth()["serviceDeployments"][0]["status"] == "SUCCESSFUL"
    assert web.service()["deployments"][0]["id"] != former["id"]
