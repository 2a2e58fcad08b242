"""`updatePolicy.ecsDeployment` under the real engine: what it prints, exits with and keeps.

Everything that only the service shows is proved in tests/handler/test_deploys_in_lab.py and test_deploy_people.py.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.stage import Around, Ran, command
from tests.end_to_end.test_stack_groups import rolling_up
from tests.end_to_end.yaml_stage import YamlStage, yaml_stage

AWS = str(Path(sys.executable).with_name("aws"))
RULES = {"unchecked": 1.0, "turning": 0.3, "returning": 0.3, "retry": 0.1}
SMALL: dict[str, Any] = {"MinSize": 1, "MaxSize": 4, "DesiredCapacity": 2}


@pytest.fixture
def stage(tmp_path: Path, around: Around) -> Iterator[YamlStage]:
    with yaml_stage(tmp_path, around) as opened:
        opened.lab.service_rules(**RULES)
        yield opened


def served(stage: YamlStage) -> None:
    """The service prod/api on app:1, and task definitions api:1 to api:4 for the images app:1 to app:4."""
    ecs = stage.lab.client("ecs")
    ecs.create_cluster(clusterName="prod")
    for number in range(1, 5):
        container = {"name": "app", "image": f"app:{number}", "memory": 64}
        ecs.register_task_definition(family="api", containerDefinitions=[container])
    ecs.create_service(cluster="prod", serviceName="api", desiredCount=2, taskDefinition="api:1")


def wants(stage: YamlStage, definition: str, after: str = "") -> None:
    breaker = {"rollback": True}
    api: dict[str, Any] = {
        "type": "rolling:RollingGroup",
        "properties": {
            "ecsService": {"cluster": "prod", "service": "api", "taskDefinition": definition},
            "updatePolicy": {"ecsDeployment": {"maximumPercent": 150, "circuitBreaker": breaker}},
        },
        "options": {"dependsOn": [f"${{{after}}}"] if after else []},
    }
    stage.declare(others={"api": api})


def runs(stage: YamlStage) -> set[str]:
    tasks = stage.lab.service("api", "prod")["tasks"]
    return {each["revision"] for each in tasks if each["desiredStatus"] == "RUNNING"}


def statuses(stage: YamlStage) -> list[str]:
    """The newest first."""
    return [each["status"] for each in stage.lab.service("api", "prod")["serviceDeployments"]]


def aws(stage: YamlStage, *words: str) -> Ran:
    return command([AWS, *words], {**stage.environment, "AWS_PAGER": "", "AWS_CONFIG_FILE": os.devnull})


def test_a_stack_lives_by_deployments_of_ecs(stage: YamlStage) -> None:
    """A failed deployment is green to AWS's waiter and red here; a kill is survived; a group beside it returns."""
    served(stage)
    wants(stage, "api:1")
    assert stage.up().code == 0

    wants(stage, "api:2")
    ran = stage.up(preview=True)
    assert ran.code == 0 and "prod/api: replacing 2 tasks, api:1 -> api:2" in ran.output, ran.output
    assert "circuit breaker acts at 3 failures of 2 tasks" in ran.output
    assert runs(stage) == {"api:2"}

    stage.lab.image("app:3", diesAfter=0.2, exitCode=3)
    wants(stage, "api:3")
    ran = stage.up()
    assert ran.code != 0 and "is back on api:2" in ran.error, ran.output
    assert "task " in ran.error and "container app, exit code 3" in ran.error, ran.error
    waited = aws(stage, "ecs", "wait", "services-stable", "--cluster", "prod", "--services", "api")
    assert (waited.code, statuses(stage)[0], runs(stage)) == (0, "ROLLBACK_SUCCESSFUL", {"api:2"}), waited

    stage.lab.image("app:4", boot=1.0)
    wants(stage, "api:4")
    process = stage.start_up()
    stage.wait_for(lambda: "api:4" in runs(stage), "a new task")
    for pid in stage.processes():
        os.kill(pid, signal.SIGKILL)
    process.wait()
    assert stage.cancel().code == 0
    ran = stage.up()
    assert ran.code == 0, ran.output
    assert len(statuses(stage)) == 4 and runs(stage) == {"api:4"}, "found by its id"

    stage.rolling(maxBatchSize=2, minInstancesInService=1, waitOnResourceSignals=None, pauseTime=None)
    template = stage.found_group(**SMALL)
    stage.want(template, "1")
    assert stage.up().code == 0
    stage.want(template, stage.new_version(template, "ami-v2"))
    wants(stage, "api:3", after="web")
    ran = rolling_up(stage)
    assert ran.code == 20 and "exit code 3" in ran.output, ran.output
    assert runs(stage) == {"api:4"}
    assert {each["image"] for each in stage.lab.group("web")["members"]} == {"ami-v1"}
