"""ECS calls about clusters: moto's answers, with the services and tasks that the lab has."""

from __future__ import annotations

import json

from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.aws.ecs import moto_ecs
from pulumi_rolling.lab.world.ecs.service import INACTIVE, LIVING, Service, services
from pulumi_rolling.lab.world.refusal import Refused


def _inside(call: Call, cluster: str) -> list[Service]:
    return [each for each in services(call.cloud) if (each.region, each.cluster) == (call.region, cluster)]


def describe_clusters(call: Call) -> tuple[int, str]:
    """Counts are moto's, of tasks that were run by hand, and those of services besides."""
    status, body = call.ask(call.form)
    if status != 200:
        return status, body
    answer = json.loads(body)
    for cluster in answer.get("clusters", []):
        inside = _inside(call, cluster["clusterName"])
        seen = [state for each in inside if each.shown and (state := each.shown.at(call.as_of))]
        cluster["activeServicesCount"] = sum(each.status == LIVING for each in seen)
        cluster["runningTasksCount"] += sum(each.running for each in seen)
        cluster["pendingTasksCount"] += sum(each.pending for each in seen)
    return status, json.dumps(answer)


def delete_cluster(call: Call) -> tuple[int, str]:
    name = moto_ecs.cluster(call.region, call.values["cluster"])
    inside = _inside(call, name)
    if any(each.status != INACTIVE for each in inside):
        raise Refused(
            "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
        )
    return call.ask(call.form)


ACTIONS = {"DescribeClusters": describe_clusters, "DeleteCluster": delete_cluster}
