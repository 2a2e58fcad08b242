"""ECS deployments driven by AWS's own command line, its waiters included."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.lab.bench import Bench
from tests.lab.commands import printed, run
from tests.lab.served import BREAKER, served

CLUSTER = ("--cluster", "default")
SERVICE = (*CLUSTER, "--service", "web")


def _ecs(bench: Bench, *words: str) -> Any:
    return printed(bench, "ecs", *words)


def _stable(bench: Bench) -> subprocess.CompletedProcess[str]:
    return run(bench, "ecs", "wait", "services-stable", *CLUSTER, "--services", "web")


def _deploy(bench: Bench, image: str) -> str:
    """A new task definition and a deployment of it; the ARN of the service deployment, found by its number."""
    container = json.dumps([{"name": "app", "image": image, "memory": 64}])
    _ecs(bench, "register-task-definition", "--family", "web", "--container-definitions", container)
    begun = _ecs(bench, "update-service", *SERVICE, "--task-definition", "web")
    number = begun["service"]["deployments"][0]["id"].rpartition("/")[2]
    ours = f"serviceDeployments[?ends_with(targetServiceRevisionArn, '/{number}')].serviceDeploymentArn | [0]"
    return str(_ecs(bench, "list-service-deployments", *SERVICE, "--query", ours))


def _status(bench: Bench, arn: str) -> tuple[str, str | None]:
    shown = "serviceDeployments[0].[status, statusReason]"
    status, reason = _ecs(
        bench, "describe-service-deployments", "--service-deployment-arns", arn, "--query", shown
    )
    return status, reason


def test_the_waiter_is_green_after_a_good_deployment_and_after_a_rollback(bench: Bench) -> None:
    """`aws ecs wait services-stable` exits 0 both times; the service deployment alone tells them apart."""
    bench.lab.image("app:bad", launchError="CannotPullContainerError")
    web = served(bench)
    web.create(deploymentConfiguration={"deploymentCircuitBreaker": BREAKER})
    web.settled()
    good = _deploy(bench, "app:2")
    bench.clock.jump(30)
    assert (_stable(bench).returncode, _status(bench, good)) == (0, ("SUCCESSFUL", None))
    bad = _deploy(bench, "app:bad")
    bench.clock.jump(30)
    reason = "Service deployment rolled back because the circuit breaker threshold was exceeded."
    assert (_stable(bench).returncode, _status(bench, bad)) == (0, ("ROLLBACK_SUCCESSFUL", reason))
    stopped = _ecs(bench, "list-tasks", *CLUSTER, "--desired-status", "STOPPED")["taskArns"]
    why = "tasks[?stopCode=='TaskFailedToStart'].containers[0].reason"
    reasons = _ecs(bench, "describe-tasks", *CLUSTER, "--tasks", *stopped, "--query", why)
    assert len(reasons) == 3 and all("CannotPullContainerError" in each for each in reasons)


def test_the_aws_cli_stops_a_deployment_protects_a_task_and_deletes(bench: Bench) -> None:
    """Options, answers, waiters, and the exit code and text of a refusal."""
    bench.lab.image("app:slow", boot=300)
    web = served(bench)
    web.create()
    web.settled()
    slow = _deploy(bench, "app:slow")
    bench.clock.jump(5)
    stop = ("stop-service-deployment", "--service-deployment-arn", slow)
    assert _ecs(bench, *stop, "--stop-type", "ROLLBACK") == {"serviceDeploymentArn": slow}
    bench.clock.jump(5)
    assert _status(bench, slow) == ("ROLLBACK_SUCCESSFUL", "Service deployment rolled back by user.")
    refused = run(bench, "ecs", *stop)
    assert (refused.returncode, "(ConflictException)" in refused.stderr) == (255, True)
    [task, _] = _ecs(bench, "list-tasks", *CLUSTER, "--service-name", "web")["taskArns"]
    guard = ("update-task-protection", *CLUSTER, "--tasks", task, "--protection-enabled")
    assert _ecs(bench, *guard)["protectedTasks"][0]["protectionEnabled"] is True
    assert _ecs(bench, "delete-service", *SERVICE, "--force")["service"]["status"] == "DRAINING"
    bench.clock.jump(5)
    assert run(bench, "ecs", "wait", "services-inactive", *CLUSTER, "--services", "web").returncode == 0
    unknown = run(bench, "ecs", "create-task-set", *SERVICE, "--task-definition", "web")
    assert "(UnsupportedFeatureException)" in unknown.stderr
