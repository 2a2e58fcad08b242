"""The truth about a service and its tasks, without the API's delays, in the words of the control interface."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.ecs.deployment import Deployment, Rollout
from pulumi_rolling.lab.world.ecs.scheduling import limits
from pulumi_rolling.lab.world.ecs.service import Service, services
from pulumi_rolling.lab.world.ecs.task import Task


def found(cloud: Cloud, cluster: str, name: str, region: str | None = None) -> Service:
    """A service by cluster and name, in that region or in whichever one, also one that has been deleted."""
    for service in services(cloud):
        if (service.cluster, service.name) == (cluster, name) and region in (None, service.region):
            return service
    raise KeyError(f"{cluster}/{name}")


def found_task(cloud: Cloud, task_id: str) -> tuple[Service, Task]:
    for service in services(cloud):
        if task_id in service.tasks:
            return service, service.tasks[task_id]
    raise KeyError(task_id)


def service_truth(cloud: Cloud, service: Service) -> dict[str, Any]:
    live, bounds = service.live, limits(service)
    return {
        "name": service.name,
        "cluster": service.cluster,
        "region": service.region,
        "arn": service.arn,
        "status": service.status,
        "desired": service.desired,
        "bounds": {
            "low": bounds.low,
            "high": bounds.high,
            "blocked": not service.daemon and bounds.blocked(service.desired),
        },
        "capacity": service.capacity,
        "taskDefinition": service.told.get("taskDefinition"),
        "running": sum(each.running for each in live),
        "healthy": sum(each.healthy for each in live),
        "pending": sum(not each.running for each in live),
        "steady": service.steady,
        "deployments": [_deployment_truth(each) for each in service.deployments],
        "serviceDeployments": [_rollout_truth(each) for each in service.rollouts],
        "tasks": [_task_truth(cloud, each) for each in service.tasks.values()],
        "events": [{"at": each.at, "message": each.message} for each in service.events],
    }


def _deployment_truth(deployment: Deployment) -> dict[str, Any]:
    return {
        "id": deployment.id,
        "status": deployment.state.status,
        "rolloutState": deployment.state.rollout,
        "taskDefinition": deployment.definition.label,
        "digests": dict(deployment.digests),
        "failures": deployment.failures,
    }


def _rollout_truth(rollout: Rollout) -> dict[str, Any]:
    state = rollout.now
    return {
        "arn": rollout.arn,
        "target": rollout.target.id,
        "status": state.status,
        "reason": state.reason,
        "stage": state.stage,
        "startedAt": state.started_at,
        "finishedAt": state.finished_at,
        "rolledBackAt": None if state.back is None else state.back.at,
    }


def _task_truth(cloud: Cloud, task: Task) -> dict[str, Any]:
    state = task.now
    return {
        "id": task.id,
        "deployment": task.deployment.id,
        "revision": task.deployment.definition.label,
        "images": {container.name: container.image for container, _ in task.images},
        "digests": {container.name: digest for container, digest in task.images},
        "lastStatus": state.last,
        "desiredStatus": state.desired,
        "healthy": task.healthy,
        "health": state.health,
        "target": state.target,
        "protected": task.protected(cloud.now),
        "boot": task.boot,
        "startedAt": state.started_at,
        "stoppedAt": state.stopped_at,
        "stopCode": state.code,
        "stoppedReason": state.reason,
        "exitCode": state.exit_code,
    }
