"""A service of the lab under ecsDeployment, and the drives of its resource."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Event
from typing import Any

import boto3
import pytest
from pulumi_rolling.errors import RolloutError
from pulumi_rolling.fleets.ecs_service import definitions
from pulumi_rolling.handler import Context, RollingGroupHandler
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.followed_web import PATIENCE, FollowedWeb
from tests.handler.lab_web import URN

RULES = {"unchecked": 0.1, "turning": 0.1, "returning": 0.1, "retry": 0.02, "currentLags": 3600.0}
CRASHES = {"diesAfter": 0.02, "exitCode": 3}
NEVER = {"inService": False}
BREAKER = {"enable": True, "rollback": True}


class DeployedWeb(FollowedWeb):
    """Images app:1 to app:3 are web:1 to web:3; web:1 is deployed unless ``deployed`` is false."""

    def __init__(self, lab: Lab, size: int = 2, *, deployed: bool = True, **configuration: Any) -> None:
        self.lab = lab
        definitions._definitions.clear()  # an emptied lab counts task definitions from one again
        lab.service_rules(**RULES)
        self.ecs = boto3.client("ecs")
        self.said: list[str] = []
        self.warned: list[str] = []
        self.statuses: list[str] = []
        self.context = Context(
            urn=URN, say=self.said.append, warn=self.warned.append, status=self.statuses.append
        )
        self.handler = RollingGroupHandler()
        self.is_over = Event()
        """Set when the test is over: a drive that still waits for a word ends then."""
        self.ecs.create_cluster(clusterName="prod")
        self.arns = [self.define(f"app:{number}") for number in (1, 2, 3)]
        self.ecs.create_service(
            cluster="prod",
            serviceName="web",
            desiredCount=size,
            taskDefinition="web:1",
            deploymentConfiguration=configuration,
        )
        if deployed:
            wait_until(lambda: self.service()["deployments"][0]["rolloutState"] == "COMPLETED", PATIENCE)
            self.state = self.handler.create(self.wants("web:1"), self.context)[1]
        self.configured = self.configuration

    def define(self, image: str, **given: Any) -> str:
        container = {"name": "app", "image": image, "memory": 64, **given}
        made = self.ecs.register_task_definition(family="web", containerDefinitions=[container])
        return str(made["taskDefinition"]["taskDefinitionArn"])

    def inputs(
        self, definition: str = "web:2", beside: dict[str, Any] | None = None, **deployment: Any
    ) -> dict[str, Any]:
        """``beside``: inputs beside service and policy."""
        return {
            "ecsService": {"cluster": "prod", "service": "web", "taskDefinition": definition},
            "updatePolicy": {"ecsDeployment": deployment},
            **(beside or {}),
        }

    def wants(
        self, definition: str = "web:2", beside: dict[str, Any] | None = None, **deployment: Any
    ) -> dict[str, Any]:
        normal, faults = self.handler.check(None, self.inputs(definition, beside, **deployment), self.context)
        assert not faults, faults
        return normal

    @property
    def ends_by(self) -> dict[str, Any]:
        return {"orphaned": self.is_over.is_set}

    def failed(self, future: Future[dict[str, Any]], error: type[RolloutError]) -> str:
        before = dict(self.state)
        with pytest.raises(error) as caught:
            future.result(PATIENCE)
        assert caught.value.returned, str(caught.value)
        assert (list(self.truth()), self.keeps_no_mark()) == (["web:1"], True)
        assert self.state == before and caught.value.left is None
        assert self.configuration == self.configured
        told = str(caught.value)
        assert "is back on web:1" in told, told
        return told

    def service(self) -> dict[str, Any]:
        (found,) = self.ecs.describe_services(cluster="prod", services=["web"], include=["TAGS"])["services"]
        return dict(found)

    @property
    def configuration(self) -> dict[str, Any]:
        """Without alarms, hooks and a bake time that are off, which says the same as none."""
        told = dict(self.service()["deploymentConfiguration"])
        if not (told.get("alarms") or {}).get("enable"):
            told.pop("alarms", None)
        return {key: value for key, value in told.items() if value not in ([], 0)}

    def truth(self) -> dict[str, int]:
        """Tasks that are to run, by their revision."""
        found: dict[str, int] = {}
        for each in self.lab.service("web", cluster="prod")["tasks"]:
            if each["desiredStatus"] == "RUNNING":
                found[each["revision"]] = found.get(each["revision"], 0) + 1
        return found

    def stop_tasks(self, revision: str) -> None:
        """Those that run of it; the service starts others in their place."""
        for each in self.lab.service("web", cluster="prod")["tasks"]:
            if each["desiredStatus"] == "RUNNING" and each["revision"] == revision:
                self.ecs.stop_task(cluster="prod", task=each["id"])

    def statuses_of_deployments(self) -> list[str]:
        """The newest first."""
        told = self.lab.service("web", cluster="prod")["serviceDeployments"]
        return [each["status"] for each in told]

    def is_at_work(self) -> bool:
        return len(self.service()["deployments"]) > 1

    def keeps_no_mark(self) -> bool:
        return not any(each["key"].startswith("rolling:") for each in self.service().get("tags", ()))
