"""Tasks of ECS services: their states, what checks them, how they end, who sees them.

Sources: ECS developer guide, "Amazon ECS task lifecycle", container health checks, "Stopped tasks error codes"; API
reference, ListTasks, DescribeTasks, StopTask, UpdateTaskProtection; ELB user guide, target health.
"""

from __future__ import annotations

import pytest

from tests.lab.bench import Bench, refusal
from tests.lab.served import CHECK, WEB, running, served


def test_a_task_goes_through_its_states(bench: Bench) -> None:
    """PROVISIONING, PENDING, ACTIVATING, RUNNING within its boot."""
    bench.lab.image("app:1", boot=100, shutdown=10)
    web = served(bench)
    web.create(desired=1)
    seen = []
    for seconds in (10, 30, 40, 25):
        bench.clock.jump(seconds)
        [task] = web.tasks()
        seen.append((task["lastStatus"], task["containers"][0]["lastStatus"]))
    assert seen == [
        ("PROVISIONING", "PENDING"),
        ("PENDING", "PENDING"),
        ("ACTIVATING", "PENDING"),
        ("RUNNING", "RUNNING"),
    ]
    web.ecs.stop_task(cluster="default", task=task["taskArn"], reason="enough")
    [ending] = web.tasks(desiredStatus="STOPPED")
    assert ending["lastStatus"] == "STOPPING"
    bench.clock.jump(11)
    [ended] = web.tasks(desiredStatus="STOPPED")
    assert (ended["lastStatus"], ended["stopCode"], ended["stoppedReason"]) == (
        "STOPPED",
        "UserInitiated",
        "enough",
    )
    assert ended["containers"][0]["exitCode"] == 137
    bench.clock.jump(3600)
    assert web.tasks(desiredStatus="STOPPED") == []


def test_a_task_that_nothing_checks_counts_after_forty_seconds(bench: Bench) -> None:
    """The default of the rule `unchecked` is that of the API reference."""
    web = served(bench, unchecked=40.0)
    web.create(desired=1)
    assert web.after(39)["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    assert web.after(2)["deployments"][0]["rolloutState"] == "COMPLETED"


def test_a_container_check_decides(bench: Bench) -> None:
    """HEALTHY after the interval; a task that falls ill later is replaced before it is stopped."""
    web = served(bench)
    web.create(desired=1, definition=web.define("app:1", healthCheck=CHECK))
    bench.clock.jump(3)
    assert web.tasks()[0]["healthStatus"] == "UNKNOWN"
    web.settled()
    [task] = web.tasks()
    assert task["healthStatus"] == "HEALTHY"
    begun = web.now
    bench.lab.task(task["taskArn"].rpartition("/")[2], do="unhealthy")
    bench.clock.jump(1)
    sick = next(each for each in web.tasks() if each["taskArn"] == task["taskArn"])
    assert (sick["lastStatus"], sick["healthStatus"], "stoppedReason" in sick) == (
        "RUNNING",
        "UNHEALTHY",
        False,
    )
    web.until(lambda: task["taskArn"] not in [each["taskArn"] for each in web.tasks()])
    assert max(point["running"] for point in web.since(begun)) == 2
    assert any("Amazon ECS replaced 1 tasks due to an unhealthy status." in each for each in web.events())


def test_a_target_that_does_not_answer_is_replaced(bench: Bench) -> None:
    """Registered, initial, healthy; unhealthy with the service's sentence; draining when it goes."""
    bench.lab.image("app:1", targetAfter=5, drain=20)
    bench.lab.image("app:bad", targetHealthy=False)
    arn = bench.target_group()
    balancer = {"targetGroupArn": arn, "containerName": "app", "containerPort": 8080}
    web = served(bench)
    web.create(desired=1, loadBalancers=[balancer])
    bench.clock.jump(1)
    assert list(bench.targets(arn).values()) == ["initial"]
    web.settled()
    [address] = bench.targets(arn)
    assert bench.targets(arn, address) == {address: "healthy"}
    assert f"registered 1 targets in (target-group {arn})" in web.events()
    web.update("app:bad")
    unwell = web.until(lambda: next((each for each in web.events() if "is unhealthy in" in each), ""))
    assert unwell.endswith(
        f"(port 8080) is unhealthy in (target-group {arn}) due to "
        "(reason Health checks failed with these codes: [500])."
    )
    assert bench.targets(arn)[address] == "healthy"
    web.became(web.update("app:3"), "SUCCESSFUL")
    assert (len(bench.targets(arn)), bench.targets(arn, address)) == (2, {address: "draining"})
    bench.clock.jump(30)
    assert list(bench.targets(arn).values()) == ["healthy"]


@pytest.mark.parametrize(("grace", "failed"), [(0, True), (600, False)])
def test_failures_within_the_grace_period_are_left_alone(bench: Bench, grace: int, failed: bool) -> None:
    """The grace period counts from the start of the task."""
    bench.lab.image("app:ill", healthy=False)
    web = served(bench)
    checked = web.define("app:ill", healthCheck=CHECK)
    web.create(desired=1, definition=checked, healthCheckGracePeriodSeconds=grace)
    bench.clock.jump(300)
    assert (web.service()["deployments"][0]["failedTasks"] > 0) is failed
    bench.clock.jump(600)
    assert web.service()["deployments"][0]["failedTasks"] > 0


@pytest.mark.parametrize(
    ("launch_type", "reason"), [("EC2", "Task failed to start"), ("FARGATE", "CannotPull")]
)
def test_a_task_that_does_not_start_says_why(bench: Bench, launch_type: str, reason: str) -> None:
    """On EC2 the container has the cause; on Fargate the stopped reason has it as well."""
    bench.lab.image("app:none", launchError="CannotPullContainerError")
    web = served(bench)
    web.create("app:none", 1, launchType=launch_type)
    bench.clock.jump(30)
    stopped = web.tasks(desiredStatus="STOPPED")
    assert {each["stopCode"] for each in stopped} == {"TaskFailedToStart"}
    assert all(each["stoppedReason"].startswith(reason) for each in stopped)
    assert all("CannotPullContainerError" in each["containers"][0]["reason"] for each in stopped)
    assert any(
        each.startswith("is unable to consistently start tasks successfully.") for each in web.events()
    )


def test_a_container_that_is_not_essential_decides_nothing(bench: Bench) -> None:
    """Images of sidecars that are not essential may do what they like."""
    bench.lab.image("side:1", diesAfter=0.1, launchError="CannotPullContainerError")
    web = served(bench)
    containers = [
        {"name": "app", "image": "app:1", "memory": 64},
        {"name": "side", "image": "side:1", "memory": 64, "essential": False},
    ]
    web.ecs.register_task_definition(family="both", containerDefinitions=containers)
    web.create(desired=1, definition="both")
    web.settled()
    bench.clock.jump(60)
    [task] = web.tasks()
    assert [each["name"] for each in task["containers"]] == ["app", "side"]


def test_an_image_that_never_gets_up_is_waited_for(bench: Bench) -> None:
    """`inService: false` leaves its tasks PENDING, which is no failure."""
    bench.lab.image("app:stuck", inService=False)
    web = running(bench)
    web.configure(deploymentCircuitBreaker={"enable": True, "rollback": True})
    number = web.update("app:stuck")
    bench.clock.jump(7200)
    assert web.of(number)["status"] == "IN_PROGRESS"
    new, _ = web.service()["deployments"]
    assert (new["pendingCount"], new["failedTasks"]) == (1, 0)


def test_tasks_are_listed_by_what_they_are(bench: Bench) -> None:
    """By service, deployment, family and status; page by page; tasks that were run by hand are moto's."""
    web = running(bench, desired=3)
    [deployment] = web.service()["deployments"]
    every = web.ecs.list_tasks(cluster="default")["taskArns"]
    assert len(every) == 3
    for given in ({"startedBy": deployment["id"]}, {"family": "web"}, {"serviceName": "web"}):
        assert web.ecs.list_tasks(cluster="default", **given)["taskArns"] == every
    assert web.ecs.list_tasks(cluster="default", family="other")["taskArns"] == []
    both = {"startedBy": deployment["id"], "serviceName": "web"}
    assert refusal(web.ecs.list_tasks, cluster="default", **both)[0] == "InvalidParameterException"
    pages = web.ecs.get_paginator("list_tasks").paginate(
        cluster="default", serviceName="web", PaginationConfig={"PageSize": 2}
    )
    assert [len(page["taskArns"]) for page in pages] == [2, 1]
    answer = web.ecs.describe_tasks(cluster="default", tasks=[every[0], "none"])
    assert ([each["taskArn"] for each in answer["tasks"]], answer["failures"][0]["reason"]) == (
        [every[0]],
        "MISSING",
    )
    assert refusal(web.ecs.describe_tasks, tasks=["none"] * 101)[0] == "InvalidParameterException"
    assert refusal(web.ecs.describe_services, services=["web"] * 11)[0] == "InvalidParameterException"
    cluster = web.ecs.describe_clusters(clusters=["default"])["clusters"][0]
    assert (cluster["activeServicesCount"], cluster["runningTasksCount"]) == (1, 3)


def test_the_newest_hundred_events_are_kept(bench: Bench) -> None:
    """A roll of many tasks scrolls its own beginning away."""
    web = running(bench)
    for count in range(60):
        web.update(desiredCount=3 + count % 2)
        bench.clock.jump(3)
    assert len(web.service()["events"]) == 100
    assert len({each["id"] for each in web.service()["events"]}) == 100
    assert web.ecs.list_tags_for_resource(resourceArn=web.service()["serviceArn"])["tags"] == []
    web.ecs.tag_resource(resourceArn=web.service()["serviceArn"], tags=[{"key": "a", "value": "1"}])
    tagged = web.ecs.describe_services(cluster="default", services=["web"], include=["TAGS"])["services"][0]
    assert tagged["tags"] == [{"key": "a", "value": "1"}]
    assert web.ecs.update_service(**WEB, desiredCount=3)["service"]["desiredCount"] == 3
