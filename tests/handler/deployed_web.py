"""A service of the lab under ecsDeployment, and the drives of its resource."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

import boto3
import pytest
from pulumi_rolling.errors import OrphanedError, RolloutError
from pulumi_rolling.fleets.ecs_service import definitions
from pulumi_rolling.handler import Context, RollingGroupHandler
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.lab_web import URN

PATIENCE = 30.0
RULES = {"unchecked": 0.1, "turning": 0.1, "returning": 0.1, "retry": 0.02, "currentLags": 3600.0}
CRASHES = {"diesAfter": 0.02, "exitCode": 3}
NEVER = {"inService": False}
BREAKER = {"enable": True, "rollback": True}


class DeployedWeb:
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

    def faults(self, inputs: dict[str, Any]) -> dict[str, str]:
        """As a preview of an update finds them."""
        _, faults = self.handler.check(self.state, inputs, self.context)
        return {fault.path: fault.message for fault in faults}

    def plan(self, news: dict[str, Any]) -> str:
        """What preview says; empty where there is nothing to do."""
        said: list[str] = []
        self.handler.diff(self.state, news, replace(self.context, dry_run=True, say=said.append))
        return "\n".join(said)

    def up(self, news: dict[str, Any], **context: Any) -> dict[str, Any]:
        self.state = self.handler.update(self.state, news, replace(self.context, **context))
        return self.state

    def begun(self, news: dict[str, Any], **context: Any) -> Future[dict[str, Any]]:
        with_one = ThreadPoolExecutor(1)
        future = with_one.submit(self.up, news, **{"orphaned": self.is_over.is_set, **context})
        with_one.shutdown(wait=False)
        return future

    def killed(self, news: dict[str, Any], when: Callable[[], bool]) -> str:
        """The driver dies once that is true; ECS goes on alone."""
        dead = Event()
        future = self.begun(news, orphaned=dead.is_set)
        wait_until(when, PATIENCE)
        dead.set()
        with pytest.raises(OrphanedError) as caught:
            future.result(PATIENCE)
        return str(caught.value)

    def fails(self, news: dict[str, Any], error: type[RolloutError], **context: Any) -> str:
        """The sentence of an update that fails and returns the service."""
        return self.failed(self.begun(news, **context), error)

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

    def statuses_of_deployments(self) -> list[str]:
        """The newest first."""
        told = self.lab.service("web", cluster="prod")["serviceDeployments"]
        return [each["status"] for each in told]

    def is_at_work(self) -> bool:
        return len(self.service()["deployments"]) > 1

    def keeps_no_mark(self) -> bool:
        return not any(each["key"].startswith("rolling:") for each in self.service().get("tags", ()))
