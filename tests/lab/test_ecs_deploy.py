"""ECS deployments driven by ecs-deploy, which follows a service as most clients do: what it says of one that failed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from pulumi_rolling.lab import Lab

from tests.fleets.driven import wait
from tests.lab.served import BREAKER

ECS = Path(sys.executable).with_name("ecs")
WEB = {"cluster": "default", "service": "web"}
RULES = {"unchecked": 0.1, "turning": 0.1, "returning": 0.1, "retry": 0.02}
SUCCESS = "Deployment successful"


@pytest.fixture(scope="module")
def running_lab() -> Iterator[Lab]:
    """The client waits by the real clock."""
    with Lab(boot=0.1) as lab:
        yield lab


class Client:
    """The service ``web`` on app:1, and the command that deploys another image to it."""

    def __init__(self, lab: Lab) -> None:
        lab.reset()
        lab.service_rules(**RULES)
        lab.alarm("errors", "OK")
        self.lab = lab
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self._environment = own | lab.environment
        self.ecs: Any = boto3.client(
            "ecs", endpoint_url=lab.endpoint, region_name="us-east-1",
            aws_access_key_id="lab", aws_secret_access_key="lab",
        )  # fmt: skip
        self.ecs.create_cluster(clusterName="default")
        container = {"name": "app", "image": "app:1", "memory": 64}
        self.ecs.register_task_definition(family="web", containerDefinitions=[container])
        alarms = {"alarmNames": ["errors"], "enable": True, "rollback": True}
        self.ecs.create_service(
            cluster="default", serviceName="web", taskDefinition="web:1", desiredCount=2,
            deploymentConfiguration={"deploymentCircuitBreaker": BREAKER, "alarms": alarms},
        )  # fmt: skip
        wait(lambda: self.newest() == "SUCCESSFUL")

    def start(self, image: str, *options: str) -> subprocess.Popen[str]:
        words = [str(ECS), "deploy", "default", "web", "-i", "app", image, "--timeout", "60", *options]
        pipe = subprocess.PIPE
        return subprocess.Popen(words, env=self._environment, stdout=pipe, stderr=pipe, text=True)

    def deploy(self, image: str, *options: str) -> tuple[int, str, str]:
        process = self.start(image, *options)
        printed, complained = process.communicate(timeout=60)
        return process.returncode, printed, complained

    def newest(self) -> str:
        return str(self.ecs.list_service_deployments(**WEB)["serviceDeployments"][0]["status"])

    def runs(self) -> str:
        (service,) = self.ecs.describe_services(cluster="default", services=["web"])["services"]
        return str(service["taskDefinition"].rpartition("/")[2])


@pytest.fixture
def client(running_lab: Lab) -> Client:
    return Client(running_lab)


def test_a_good_deployment_and_an_alarms_rollback_are_the_same_success(client: Client) -> None:
    """Exit 0 both times; after the rollback it deregisters the task definition to which the service has returned."""
    code, printed, _ = client.deploy("app:2")
    assert (code, SUCCESS in printed, client.newest(), client.runs()) == (0, True, "SUCCESSFUL", "web:2")
    client.lab.service_rules(bake=3600.0)
    process = client.start("app:3")
    wait(lambda: client.lab.service("web")["serviceDeployments"][0]["stage"] == "BAKE_TIME")
    client.lab.alarm("errors", "ALARM")
    printed, _ = process.communicate(timeout=60)
    assert (process.returncode, SUCCESS in printed) == (0, True)
    assert (client.newest(), client.runs()) == ("ROLLBACK_SUCCESSFUL", "web:2")
    definition = client.ecs.describe_task_definition(taskDefinition="web:2")["taskDefinition"]
    assert (definition["status"], "deregistered revision: 2" in printed) == ("INACTIVE", True)


@pytest.mark.parametrize(("options", "code"), [((), 1), (("--ignore-warnings",), 0)])
def test_a_breakers_rollback_is_told_by_the_word_unable_in_an_event(
    client: Client, options: tuple[str, ...], code: int
) -> None:
    """What it goes by is the text of an event; told to overlook that, it calls the rollback a success."""
    client.lab.image("app:bad", launchError="CannotPullContainerError")
    ended, printed, complained = client.deploy("app:bad", *options)
    assert (ended, SUCCESS in printed) == (code, code == 0)
    assert "is unable to consistently start tasks" in (complained if code else printed)
    wait(lambda: client.newest() == "ROLLBACK_SUCCESSFUL")
    assert client.runs() == "web:1"
