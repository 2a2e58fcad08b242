"""aws:ecs/cluster:Cluster, aws:ecs/taskDefinition:TaskDefinition and aws:ecs/service:Service.

As the real ones: a task definition is never changed, any change registers another number and deregisters the former;
a service is not waited for unless waitForSteadyState is on, which the stand-in refuses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError
from standin import names
from standin.failures import Failed, Refused
from standin.fields import Field
from standin.kind import Change, Kind
from standin.wire import Properties, is_unknown

from standin_aws import casing, failures
from standin_aws.cloud import Cloud

GONE = (
    "ClusterNotFoundException",
    "ServiceNotFoundException",
    "ServiceNotActiveException",
    "ClientException",
)
CONFIGURED = {
    "deploymentMaximumPercent": "maximumPercent",
    "deploymentMinimumHealthyPercent": "minimumHealthyPercent",
    "deploymentCircuitBreaker": "deploymentCircuitBreaker",
}
"""Members of the API's deploymentConfiguration that are properties of the service."""
INACTIVE = "INACTIVE"


class Cluster(Kind[Cloud]):
    token = "aws:ecs/cluster:Cluster"
    what = "ECS Cluster"
    outputs = frozenset(("arn",))
    fields: ClassVar[Mapping[str, Field]] = {
        "name": Field(computed=True, replaces=True),
        "region": Field(computed=True, replaces=True),
    }

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        ecs = cloud.client("ecs", news.get("region"))
        made = ecs.create_cluster(clusterName=news["name"])["cluster"]
        return made["clusterArn"], _of_cluster(ecs, made)

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        ecs = cloud.client("ecs", state.get("region"))
        found = ecs.describe_clusters(clusters=[id])["clusters"]
        there = [each for each in found if each.get("status") != INACTIVE]
        return _of_cluster(ecs, there[0]) if there else None

    def update(self, cloud: Cloud, change: Change) -> Properties:
        return {**change.olds, **change.news}

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        _unless_gone(lambda: cloud.client("ecs", state.get("region")).delete_cluster(cluster=id))


class TaskDefinition(Kind[Cloud]):
    token = "aws:ecs/taskDefinition:TaskDefinition"
    what = "ECS Task Definition"
    name_length = None
    outputs = frozenset(("arn", "arnWithoutRevision", "revision"))
    fields: ClassVar[Mapping[str, Field]] = {
        "family": Field(required=True, replaces=True),
        "containerDefinitions": Field(required=True, replaces=True),
        "cpu": Field(replaces=True),
        "memory": Field(replaces=True),
        "networkMode": Field(computed=True, replaces=True),
        "requiresCompatibilities": Field(replaces=True, unordered=True),
        "executionRoleArn": Field(replaces=True),
        "taskRoleArn": Field(replaces=True),
        "skipDestroy": Field(local=True),
        "region": Field(computed=True, replaces=True),
    }

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        ecs = cloud.client("ecs", news.get("region"))
        own = ("containerDefinitions", "skipDestroy", "region")
        asked = {name: value for name, value in news.items() if name in self.fields and name not in own}
        containers = json.loads(news["containerDefinitions"])
        made = ecs.register_task_definition(**asked, containerDefinitions=containers)["taskDefinition"]
        return news["family"], {**news, **self.local(news), **_of_definition(ecs, made)}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        ecs = cloud.client("ecs", state.get("region"))
        try:
            found = ecs.describe_task_definition(taskDefinition=state.get("arn", id))["taskDefinition"]
        except ClientError as error:
            if failures.code(error) in GONE:
                return None
            raise
        if found.get("status") == INACTIVE:
            return None
        return {**state, **_of_definition(ecs, found)}

    def update(self, cloud: Cloud, change: Change) -> Properties:
        return {**change.olds, **change.news}

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        if not state.get("skipDestroy"):
            ecs = cloud.client("ecs", state.get("region"))
            _unless_gone(lambda: ecs.deregister_task_definition(taskDefinition=state["arn"]))


class Service(Kind[Cloud]):
    token = "aws:ecs/service:Service"
    what = "ECS Service"
    outputs = frozenset(("arn",))
    fields: ClassVar[Mapping[str, Field]] = {
        "name": Field(computed=True, replaces=True),
        "cluster": Field(computed=True, replaces=True),
        "taskDefinition": Field(),
        "desiredCount": Field(default=0),
        "launchType": Field(computed=True, replaces=True),
        "schedulingStrategy": Field(default="REPLICA", replaces=True),
        "deploymentMaximumPercent": Field(default=200),
        "deploymentMinimumHealthyPercent": Field(default=100),
        "deploymentCircuitBreaker": Field(computed=True),
        "waitForSteadyState": Field(local=True, default=False),
        "region": Field(computed=True, replaces=True),
    }

    def check(self, news: Properties) -> None:
        if news.get("waitForSteadyState") and not is_unknown(news["waitForSteadyState"]):
            raise Refused("waitForSteadyState", "the stand-in aws provider does not wait for a service")

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        ecs = cloud.client("ecs", news.get("region"))
        made = ecs.create_service(
            cluster=news.get("cluster", "default"),
            serviceName=names.chosen(news),
            taskDefinition=news["taskDefinition"],
            desiredCount=int(news.get("desiredCount", 0)),
            schedulingStrategy=news.get("schedulingStrategy", "REPLICA"),
            deploymentConfiguration=_configuration(news),
        )["service"]
        return made["serviceArn"], {**self.local(news), **_of_service(ecs, made, news)}

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        ecs = cloud.client("ecs", state.get("region"))
        cluster = state.get("cluster") or id.split("/")[1]
        try:
            found = ecs.describe_services(cluster=cluster, services=[id])["services"]
        except ClientError as error:
            if failures.code(error) in GONE:
                return None
            raise
        there = [each for each in found if each["status"] != INACTIVE]
        return {**self.local(state), **_of_service(ecs, there[0], state)} if there else None

    def update(self, cloud: Cloud, change: Change) -> Properties:
        """Only what differs is asked for: a service's own deployment begins where the task definition is among it."""
        ecs, news = cloud.client("ecs", change.news.get("region")), change.news
        asked: dict[str, Any] = {}
        if "taskDefinition" in change.names:
            asked["taskDefinition"] = news["taskDefinition"]
        if "desiredCount" in change.names:
            asked["desiredCount"] = int(news.get("desiredCount", 0))
        if change.names & CONFIGURED.keys():
            asked["deploymentConfiguration"] = _configuration({**change.olds, **news})
        service = change.id.rpartition("/")[2]
        if asked:
            ecs.update_service(cluster=change.olds["cluster"], service=service, **asked)
        found = self.read(cloud, change.id, {**change.olds, **news})
        if found is None:
            raise Failed(f"reading {self.what} ({change.id}): it is gone")
        return found

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        ecs = cloud.client("ecs", state.get("region"))
        _unless_gone(lambda: ecs.delete_service(cluster=state["cluster"], service=id, force=True))


def _configuration(news: Properties) -> dict[str, Any]:
    shape = casing.input_shape("ecs", "CreateService").members["deploymentConfiguration"]
    given = {theirs: news[ours] for ours, theirs in CONFIGURED.items() if news.get(ours) is not None}
    configuration: dict[str, Any] = casing.to_api(shape, given, "service")
    return configuration


def _of_cluster(ecs: Any, told: Mapping[str, Any]) -> Properties:
    arn = told["clusterArn"]
    return {"id": arn, "arn": arn, "name": told["clusterName"], "region": ecs.meta.region_name}


def _of_definition(ecs: Any, told: Mapping[str, Any]) -> Properties:
    arn = str(told["taskDefinitionArn"])
    return {
        "id": told["family"],
        "arn": arn,
        "arnWithoutRevision": arn.rpartition(":")[0],
        "revision": told["revision"],
        "networkMode": told.get("networkMode"),
        "region": ecs.meta.region_name,
    }


def _of_service(ecs: Any, told: Mapping[str, Any], state: Properties) -> Properties:
    configuration = told.get("deploymentConfiguration") or {}
    return {
        **{ours: configuration.get(theirs) for ours, theirs in CONFIGURED.items()},
        "id": told["serviceArn"],
        "arn": told["serviceArn"],
        "name": told["serviceName"],
        "cluster": state.get("cluster") or told["clusterArn"],
        "taskDefinition": _as_written(told["taskDefinition"], state.get("taskDefinition")),
        "desiredCount": told["desiredCount"],
        "launchType": told.get("launchType"),
        "schedulingStrategy": told.get("schedulingStrategy", "REPLICA"),
        "region": ecs.meta.region_name,
    }


def _as_written(arn: str, given: object) -> str:
    """The real one keeps family:revision where the program has that."""
    label = arn.rpartition("/")[2]
    return label if given == label else arn


def _unless_gone(act: Any) -> None:
    try:
        act()
    except ClientError as error:
        if failures.code(error) not in GONE:
            raise
