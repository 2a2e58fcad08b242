"""Fields of other strategies, of the service and of other tools, and what says the same for an ECS deployment.

Each is refused by its name with one of these sentences: nothing is ignored in silence. No field of ours stands here.
"""

from __future__ import annotations

from collections.abc import Mapping

_SHARES = "is said in percents of the desired count:"
_BREAKER = (
    "has no counterpart in percents of instances: circuitBreaker counts failures, and its thresholdConfiguration says "
    "after how many it acts."
)
_CHECKED = (
    "has no counterpart: ECS counts a task by its container health checks and by its target's health; without "
    "either it counts after 40 seconds of running. Give the essential container a health check."
)
_PACE = "has no counterpart: the service paces the deployment by minimumHealthyPercent and maximumPercent; remove it."
_TRAFFIC = (
    "is said for traffic by strategy CANARY with canaryConfiguration, or LINEAR with linearConfiguration; a ROLLING "
    "deployment does not stop between tasks."
)
_STOPPING = (
    "has no counterpart: a task leaves by its target group's deregistration delay and its container's stopTimeout; "
    "set them there."
)
_OWN = "belongs to the service's own resource, and is left as it is; remove it."

MEANT: Mapping[str, str] = {
    "minHealthyPercentage": "minimumHealthyPercent",
    "maxHealthyPercentage": "maximumPercent",
    "minHealthyPercent": "minimumHealthyPercent",
    "maxHealthyPercent": "maximumPercent",
    "deploymentMinimumHealthyPercent": "minimumHealthyPercent",
    "deploymentMaximumPercent": "maximumPercent",
    "lifecycleHook": "lifecycleHooks, a list",
    "alarmSpecification": "alarms, with alarmNames",
    "autoRollback": "rollback of circuitBreaker and of alarms",
}
"""Names of other services and tools, and the field of ours that does the same."""

ELSEWHERE: Mapping[str, str] = {
    "maxBatchSize": f"{_SHARES} maximumPercent says how many there may be, and so how many are started at once.",
    "minInstancesInService": f"{_SHARES} minimumHealthyPercent says how many stay healthy.",
    "minSuccessfulInstancesPercent": _BREAKER,
    "minActiveInstancesPercent": _BREAKER,
    "pauseTime": "is said by the startPeriod, interval and retries of the container's health check, and by the "
    "service's healthCheckGracePeriodSeconds; there is no pause between tasks.",
    "suspendProcesses": "has no counterpart: ECS has no processes to suspend; remove it.",
    "waitOnResourceSignals": _CHECKED,
    "pacing": _PACE,
    "guard": _PACE,
    "canary": _TRAFFIC,
    "slowStart": _PACE,
    "readiness": _CHECKED,
    "bakeTime": "is said by bakeTimeInMinutes, with a strategy that shifts traffic. A ROLLING deployment with alarms "
    "has a bake time that ECS computes.",
    "checkpoints": _TRAFFIC,
    "checkpointPercentages": _TRAFFIC,
    "checkpointDelay": _TRAFFIC,
    "approval": "is said by a lifecycle hook: lifecycleHooks [{targetType: PAUSE, lifecycleStages: [...]}], which "
    "'rolling approve' lets go on.",
    "zoneOrder": "has no counterpart: ECS spreads tasks over zones itself; remove it.",
    "standbyInstances": "has no counterpart: tasks have no standby; remove it.",
    "scaleInProtectedInstances": "has no counterpart: ECS waits for protected tasks, always; take the protection away "
    "(UpdateTaskProtection), or let it run out.",
    "warmPoolInstances": "has no counterpart: a service has no warm pool; remove it.",
    "beforeTerminate": "has no counterpart: a task is told by its stopSignal and has stopTimeout to end; remove it.",
    "keepFailed": "is not possible: ECS stops what failed by itself, and tells of it for an hour; remove it.",
    "drain": _STOPPING,
    "drainTimeout": _STOPPING,
    "instanceWarmup": _CHECKED,
    "skipMatching": "has no counterpart: a deployment replaces every task. forceNewDeployment says whether one is "
    "begun with an equal task definition.",
    "defaults": "has no counterpart: what is not given is as the service has it; remove it.",
    "allowContainerRefresh": "is about ESS scaling groups under instanceRefresh; remove it.",
    "desiredCount": "is left to the service and its scaling, and never set here; remove it.",
    "taskDefinition": "is said by ecsService.taskDefinition.",
    "deploymentController": _OWN,
    "availabilityZoneRebalancing": _OWN,
    "healthCheckGracePeriodSeconds": _OWN,
}
"""Names (camelCase) that are refused, and the sentence to say."""
