"""Services, deployments, tasks as ECS shows them, of any moment that is remembered."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.world.cloud import ACCOUNT, Cloud
from pulumi_rolling.lab.world.ecs.deployment import Counts, Deployment, DeploymentState, Rollout, RolloutState
from pulumi_rolling.lab.world.ecs.rules import ServiceRules
from pulumi_rolling.lab.world.ecs.service import Service, Snapshot
from pulumi_rolling.lab.world.ecs.task import Task, TaskState

SHOWN = (
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "healthCheckGracePeriodSeconds",
    "launchType",
    "loadBalancers",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "platformVersion",
    "propagateTags",
    "serviceRegistries",
    "taskDefinition",
)
OF_REVISIONS = (
    "capacityProviderStrategy",
    "launchType",
    "loadBalancers",
    "networkConfiguration",
    "platformVersion",
    "serviceConnectConfiguration",
    "serviceRegistries",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)


def revision_arn(service: Service, deployment: Deployment) -> str:
    return f"{service.arn.replace(':service/', ':service-revision/')}/{deployment.number}"


def service_view(cloud: Cloud, service: Service, seen: Snapshot, as_of: float) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "loadBalancers": [],
        "serviceRegistries": [],
        "placementConstraints": [],
        "placementStrategy": [],
    }
    told = seen.told
    has = cloud.part(ServiceRules).service_deployments
    return {
        **usual,
        **{key: told[key] for key in SHOWN if key in told},
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": service.cluster_arn,
        "status": seen.status,
        "desiredCount": seen.desired,
        "runningCount": seen.running,
        "pendingCount": seen.pending,
        "deploymentConfiguration": told["deploymentConfiguration"],
        "deploymentController": told.get("deploymentController", {"type": "ECS"}),
        "schedulingStrategy": told.get("schedulingStrategy", "REPLICA"),
        "deployments": [_deployment_view(cloud, each, state) for each, state in seen.deployments],
        "events": [
            {"id": each.id, "createdAt": cloud.stamp(each.at), "message": each.message}
            for each in seen.events
        ],
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        "createdAt": cloud.stamp(service.created_at),
        "createdBy": f"arn:aws:iam::{ACCOUNT}:root",
        "enableECSManagedTags": told.get("enableECSManagedTags", False),
        "enableExecuteCommand": told.get("enableExecuteCommand", False),
        "currentServiceDeployment": _current(cloud, service, as_of) if has else None,
        "currentServiceRevisions": [
            _summary(service, each, Counts(state.desired, state.running, state.pending))
            for each, state in seen.deployments
        ]
        if has
        else None,
    }


def _current(cloud: Cloud, service: Service, as_of: float) -> str | None:
    """The service deployment that the service names: for some time still the one before, as in life."""
    by = as_of - cloud.part(ServiceRules).current_lags
    return next((each.arn for each in service.rollouts if each.created_at <= by), None)


def _deployment_view(cloud: Cloud, deployment: Deployment, state: DeploymentState) -> dict[str, Any]:
    told = deployment.told
    kept = ("launchType", "platformVersion", "networkConfiguration", "capacityProviderStrategy")
    return {
        **{key: told[key] for key in kept if key in told},
        "id": deployment.id,
        "status": state.status,
        "taskDefinition": deployment.definition.arn,
        "desiredCount": state.desired,
        "runningCount": state.running,
        "pendingCount": state.pending,
        "failedTasks": state.failed,
        "createdAt": cloud.stamp(deployment.created_at),
        "updatedAt": cloud.stamp(state.updated_at),
        "rolloutState": state.rollout,
        "rolloutStateReason": state.reason,
    }


def _summary(service: Service, deployment: Deployment, counts: Counts) -> dict[str, Any]:
    return {
        "arn": revision_arn(service, deployment),
        "requestedTaskCount": counts.requested,
        "runningTaskCount": counts.running,
        "pendingTaskCount": counts.pending,
    }


def _moment(cloud: Cloud, at: float | None) -> float | None:
    return None if at is None else cloud.stamp(at)


def rollout_brief(cloud: Cloud, service: Service, rollout: Rollout, state: RolloutState) -> dict[str, Any]:
    return {
        "serviceDeploymentArn": rollout.arn,
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "createdAt": cloud.stamp(rollout.created_at),
        "startedAt": _moment(cloud, state.started_at),
        "finishedAt": _moment(cloud, state.finished_at),
        "targetServiceRevisionArn": revision_arn(service, rollout.target),
        "status": state.status,
        "statusReason": state.reason or None,
    }


def rollout_view(cloud: Cloud, service: Service, rollout: Rollout, state: RolloutState) -> dict[str, Any]:
    brief = rollout_brief(cloud, service, rollout, state)
    del brief["targetServiceRevisionArn"]
    counted = state.sources or tuple(Counts() for _ in rollout.sources)
    alarms = rollout.configuration.get("alarms") or {}
    return {
        **brief,
        "stoppedAt": _moment(cloud, state.stopped_at),
        "updatedAt": cloud.stamp(state.updated_at),
        "sourceServiceRevisions": [
            _summary(service, each, counts) for each, counts in zip(rollout.sources, counted, strict=True)
        ],
        "targetServiceRevision": _summary(service, rollout.target, state.target),
        "lifecycleStage": state.stage,
        "lifecycleHookDetails": [
            {
                "hookId": each.hook_id,
                "targetType": "PAUSE",
                "status": each.status,
                "expiresAt": cloud.stamp(each.expires_at),
                "timeoutAction": each.timeout_action,
            }
            for each in state.pauses
        ]
        or None,
        "deploymentConfiguration": rollout.configuration,
        "rollback": None if state.back is None else _rollback(cloud, service, state),
        "deploymentCircuitBreaker": {
            "status": state.breaker,
            "failureCount": state.failures,
            "threshold": state.threshold,
        },
        "alarms": {
            "status": state.alarms,
            "alarmNames": list(alarms.get("alarmNames") or ()),
            "triggeredAlarmNames": list(state.triggered),
        },
    }


def _rollback(cloud: Cloud, service: Service, state: RolloutState) -> dict[str, Any]:
    back = state.back
    assert back is not None
    found = None if back.number is None else service.revisions[back.number]
    return {
        "reason": back.reason,
        "startedAt": cloud.stamp(back.at),
        "serviceRevisionArn": None if found is None else revision_arn(service, found),
    }


def revision_view(cloud: Cloud, service: Service, deployment: Deployment) -> dict[str, Any]:
    told = deployment.told
    return {
        **{key: told[key] for key in OF_REVISIONS if key in told},
        "serviceRevisionArn": revision_arn(service, deployment),
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "taskDefinition": deployment.definition.arn,
        "containerImages": [
            {
                "containerName": each.name,
                "image": each.image,
                "imageDigest": deployment.digests.get(each.name),
            }
            for each in deployment.definition.containers
        ],
        "createdAt": cloud.stamp(deployment.created_at),
    }


def task_view(cloud: Cloud, service: Service, task: Task, state: TaskState) -> dict[str, Any]:
    told = task.deployment.told
    return {
        "taskArn": task.arn,
        "clusterArn": service.cluster_arn,
        "taskDefinitionArn": task.deployment.definition.arn,
        "containers": _containers(task, state),
        "desiredStatus": state.desired,
        "lastStatus": state.last,
        "healthStatus": state.health,
        "group": f"service:{service.name}",
        "startedBy": task.deployment.id,
        "launchType": told.get("launchType", "EC2"),
        "platformVersion": told.get("platformVersion"),
        "attachments": [],
        "tags": [],
        "overrides": {"containerOverrides": []},
        "connectivity": "CONNECTED",
        "createdAt": cloud.stamp(task.created_at),
        "startedAt": _moment(cloud, state.started_at),
        "stoppingAt": _moment(cloud, state.stopping_at),
        "stoppedAt": _moment(cloud, state.stopped_at),
        "executionStoppedAt": _moment(cloud, state.stopped_at),
        "stopCode": state.code if state.desired == "STOPPED" else None,
        "stoppedReason": state.reason if state.desired == "STOPPED" else None,
        "version": 1,
    }


def _containers(task: Task, state: TaskState) -> list[dict[str, Any]]:
    last = state.last if state.last in ("RUNNING", "STOPPED") else "PENDING"
    health = state.health
    return [
        {
            "containerArn": f"{task.arn.replace(':task/', ':container/')}/{container.name}",
            "taskArn": task.arn,
            "name": container.name,
            "image": container.image,
            "imageDigest": digest,
            "lastStatus": last,
            "healthStatus": health if container.check else "UNKNOWN",
            "exitCode": state.exit_code,
            "reason": state.container_reason,
            "networkInterfaces": [],
            "networkBindings": [],
        }
        for container, digest in task.images
    ]
