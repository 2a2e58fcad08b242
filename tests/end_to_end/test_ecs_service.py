"""`updatePolicy.ecsDeployment` under the real engine: what it prints, exits with and keeps.

Everything that only the service shows is proved in tests/handler/test_deploys_in_lab.py and test_deploy_people.py.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.stage import Around, Ran, command
from tests.end_to_end.test_gates import rolling
from tests.end_to_end.test_stack_groups import rolling_up
from tests.end_to_end.yaml_stage import YamlStage, yaml_stage
from tests.unwrapped import unwrapped

AWS = str(Path(sys.executable).with_name("aws"))
RULES = {"unchecked": 1.0, "turning": 0.3, "returning": 0.3, "retry": 0.1}
SMALL: dict[str, Any] = {"MinSize": 1, "MaxSize": 4, "DesiredCapacity": 2}
BREAKER: dict[str, Any] = {"maximumPercent": 150, "circuitBreaker": {"rollback": True}}
ALARMS: dict[str, Any] = {"alarms": {"alarmNames": ["errors"]}}
ENDED: dict[str, dict[str, Any]] = {
    "gated": {
        "strategy": "BLUE_GREEN",
        "bakeTimeInMinutes": 0,
        "lifecycleHooks": [{"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"]}],
    },
    "aborted": {},
    "first": ALARMS,
    "rings": ALARMS,
    "superseded": {},
    "unwell": {},
}
"""Services of one task and their policies, by how their second deployment ends; `first` has none before it."""
NEVER = "api:5"
"""Its image never becomes healthy."""
BY_ALARM = "Service deployment rolled back because an alarm was detected: errors"


@pytest.fixture
def stage(tmp_path: Path, around: Around) -> Iterator[YamlStage]:
    with yaml_stage(tmp_path, around) as opened:
        opened.lab.service_rules(**RULES)
        yield opened


def served(stage: YamlStage) -> None:
    """Services of cluster prod on app:1, and task definitions api:1 to api:5 for the images app:1 to app:5."""
    ecs = stage.lab.client("ecs")
    ecs.create_cluster(clusterName="prod")
    for number in range(1, 6):
        container = {"name": "app", "image": f"app:{number}", "memory": 64}
        ecs.register_task_definition(family="api", containerDefinitions=[container])
    stage.lab.image("app:5", inService=False)
    stage.lab.alarm("errors", "OK")
    for name in ("api", *ENDED):
        if name != "first":
            create(stage, name, "api:1", desired=2 if name == "api" else 1)


def create(stage: YamlStage, name: str, definition: str, desired: int, **configuration: Any) -> None:
    stage.lab.client("ecs").create_service(
        cluster="prod",
        serviceName=name,
        desiredCount=desired,
        taskDefinition=definition,
        deploymentConfiguration=configuration,
    )


def wants(stage: YamlStage, definition: str, name: str = "api", after: str = "") -> None:
    service: dict[str, Any] = {
        "type": "rolling:RollingGroup",
        "properties": {
            "ecsService": {"cluster": "prod", "service": name, "taskDefinition": definition},
            "updatePolicy": {"ecsDeployment": ENDED.get(name, BREAKER)},
        },
        "options": {"dependsOn": [f"${{{after}}}"] if after else []},
    }
    if name == "unwell":
        service["options"]["customTimeouts"] = {"update": "1s"}
    stage.declare(others={**stage.settings["others"], name: service})


def runs(stage: YamlStage, name: str = "api") -> set[str]:
    tasks = stage.lab.service(name, "prod")["tasks"]
    return {each["revision"] for each in tasks if each["desiredStatus"] == "RUNNING"}


def statuses(stage: YamlStage, name: str = "api") -> list[str]:
    """The newest first."""
    return [each["status"] for each in stage.lab.service(name, "prod")["serviceDeployments"]]


def aws(stage: YamlStage, *words: str) -> Ran:
    return command([AWS, *words], {**stage.environment, "AWS_PAGER": "", "AWS_CONFIG_FILE": os.devnull})


def is_followed(stage: YamlStage, name: str) -> bool:
    """A deployment to the image that never becomes healthy is at work, and its record is on the service."""
    found = stage.lab.client("ecs").describe_services(cluster="prod", services=[name], include=["TAGS"])
    marks = {tag["key"] for tag in found["services"][0]["tags"]}
    return NEVER in runs(stage, name) and "rolling:record.0" in marks


def error_of(ran: Ran, name: str) -> str:
    """The one sentence that a user reads below the resource, without the engine's words for it."""
    parts = re.split(r"^  \S+ \(([^)]+)\):\n", ran.diagnostics, flags=re.MULTILINE)
    own = dict(zip(parts[1::2], parts[2::2], strict=True))[name]
    assert own.count("error: ") == 1, own
    return unwrapped(own.partition("error: ")[2].partition("\n\n")[0]).removeprefix("1 error occurred: * ")


def test_a_stack_lives_by_deployments_of_ecs(stage: YamlStage) -> None:
    """Each end of a deployment has its exit code, its one sentence and its truth in the cloud, all in one stack."""
    served(stage)
    for name in ("api", *ENDED):
        if name != "first":
            wants(stage, "api:1", name)
    stage.rolling(maxBatchSize=2, minInstancesInService=1, waitOnResourceSignals=None, pauseTime=None)
    template = stage.found_group(**SMALL)
    stage.want(template, "1")
    ran = stage.up()
    assert ran.code == 0, ran.output
    _succeeds_and_crashes(stage)
    _is_killed(stage)
    _stands_beside_a_group(stage, template)
    _ends_otherwise(stage)
    _is_cancelled(stage)


def _succeeds_and_crashes(stage: YamlStage) -> None:
    """A failed deployment is green to AWS's waiter and red here."""
    wants(stage, "api:2")
    ran = stage.up(preview=True)
    assert ran.code == 0 and "prod/api: replacing 2 tasks, api:1 -> api:2" in ran.told, ran.output
    assert "circuit breaker acts at 3 failures of 2 tasks" in ran.told
    assert runs(stage) == {"api:2"}
    stage.lab.image("app:3", diesAfter=0.2, exitCode=3)
    wants(stage, "api:3")
    ran = stage.up()
    assert ran.code != 0 and "is back on api:2" in ran.error, ran.output
    assert "task " in ran.error and "container app, exit code 3" in ran.error, ran.error
    waited = aws(stage, "ecs", "wait", "services-stable", "--cluster", "prod", "--services", "api")
    assert (waited.code, statuses(stage)[0], runs(stage)) == (0, "ROLLBACK_SUCCESSFUL", {"api:2"}), waited


def _is_killed(stage: YamlStage) -> None:
    """The next update finds the deployment by its id."""
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


def _stands_beside_a_group(stage: YamlStage, template: str) -> None:
    """`rolling up` returns the group that was rolled before the service's deployment failed."""
    stage.want(template, stage.new_version(template, "ami-v2"))
    wants(stage, "api:3", after="web")
    ran = rolling_up(stage)
    assert ran.code == 20 and "exit code 3" in ran.output, ran.output
    assert runs(stage) == {"api:4"}
    assert {each["image"] for each in stage.lab.group("web")["members"]} == {"ami-v1"}
    stage.want(template, "1")
    wants(stage, "api:4")


def _ends_otherwise(stage: YamlStage) -> None:
    """One `up` in which each service but `gated` fails in a way of its own, once all are at work."""
    alarms = {"alarmNames": ["errors"], "enable": True, "rollback": True}
    create(stage, "first", NEVER, 1, alarms=alarms)
    for name in ENDED:
        wants(stage, "api:2" if name == "gated" else NEVER, name, "gated" if name == "unwell" else "")
    process = stage.start_up()
    for name in ("aborted", "first", "rings", "superseded"):
        stage.wait_for(partial(is_followed, stage, name), f"a deployment of {name}")
    asked = (
        "run 'rolling approve prod/gated' or 'reject': stopped at POST_SCALE_UP, goes back by itself in 24 h"
    )
    stage.wait_for(lambda: asked in stage.output_of(process), "a deployment at its gate")
    status = rolling(stage, "status", "prod/gated")
    assert "checkpoint POST_SCALE_UP" in status.output and "the service goes back by itself" in status.told
    assert rolling(stage, "approve", "prod/gated").code == 0
    # Nothing has failed by now, so the engine begins this one as well; its deadline alone ends it.
    stage.wait_for(lambda: len(statuses(stage, "unwell")) > 1, "a deployment of unwell")
    assert rolling(stage, "abort", "prod/aborted").code == 0
    stage.lab.image("app:2", boot=600.0)  # what a stranger begins is at work for as long as this lasts
    stage.lab.alarm("errors", "ALARM")
    stage.lab.client("ecs").update_service(cluster="prod", service="superseded", taskDefinition="api:2")
    ran = stage.ended(process)
    assert ran.code != 0 and "Traceback" not in ran.output
    told = {name: error_of(ran, name) for name in ENDED if name != "gated"}
    back = "Group prod/{} is back on api:1."
    assert told["aborted"] == f"aborted on request. {back.format('aborted')} Run 'pulumi up' to try again."
    assert told["rings"].startswith(f"the cloud gave up: {BY_ALARM}. {back.format('rings')} "), told
    assert told["first"].startswith(f"the cloud gave up: {BY_ALARM}. Group prod/first was left as it is: "), (
        told
    )
    assert told["unwell"].startswith("the rollout took longer than its timeout of PT1S. "), told
    assert back.format("unwell") in told["unwell"] and "Raise customTimeouts.update" in told["unwell"]
    assert re.match(r"somebody else began operation ecs-svc/\d+ to api:2, which is ", told["superseded"]), (
        told
    )
    assert "Group prod/superseded was let be" in told["superseded"]
    returned = ({"api:1"}, "ROLLBACK_SUCCESSFUL")
    assert {name: (runs(stage, name), statuses(stage, name)[0]) for name in ENDED} == {
        "gated": ({"api:2"}, "SUCCESSFUL"),
        "aborted": returned,
        "first": ({NEVER}, "ROLLBACK_FAILED"),
        "rings": returned,
        "superseded": ({"api:1", "api:2"}, "IN_PROGRESS"),
        "unwell": returned,
    }


def _is_cancelled(stage: YamlStage) -> None:
    """Ctrl-C has ECS return the service (StopServiceDeployment with a rollback)."""
    stage.declare(others={"api": stage.settings["others"]["api"]})
    wants(stage, NEVER, "aborted")
    stage.lab.clear_calls()
    process = stage.start_up()
    stage.wait_for(partial(is_followed, stage, "aborted"), "a deployment of aborted")
    process.send_signal(signal.SIGINT)
    ran = stage.ended(process)
    assert ran.code != 0 and error_of(ran, "aborted").startswith("cancelled (Ctrl-C); "), ran.output
    assert "Group prod/aborted is back on api:1." in error_of(ran, "aborted")
    assert (runs(stage, "aborted"), statuses(stage, "aborted")[0]) == ({"api:1"}, "ROLLBACK_SUCCESSFUL")
    assert stage.lab.calls()["StopServiceDeployment"] == 1
