"""Sentences of the types and properties of an ECS service and its deployment, for people's editors."""

from __future__ import annotations

from collections.abc import Mapping

_AS_IT_IS = "Default: as the service has it"
_BAKE = "0 to 1440, or an ISO 8601 duration of whole minutes"
_ROLLBACK = (
    "Whether ECS then returns the service by itself to the last completed deployment. Default: as the service has it "
    "where the same is on already, else whether onFailure is rollBack. Not true with onFailure: leave."
)

TYPES: Mapping[str, str] = {
    "EcsService": "The ECS service to roll, and the task definition that its tasks are to run.",
    "EcsDeployment": "The deployment configuration of an ECS service with the API's names and limits, and fields "
    "beyond it. All are optional; what is not given is as the service has it.",
    "DeploymentCircuitBreaker": "ECS's own verdict, by counting failures, that a deployment cannot succeed.",
    "ThresholdConfiguration": "After how many failures the circuit breaker acts. Both fields are required.",
    "DeploymentAlarms": "CloudWatch alarms of which one in ALARM fails the deployment. A list of names may stand here.",
    "DeploymentLifecycleHook": "A function that is called, or a pause, at stages of a deployment.",
    "HookTimeoutConfiguration": "How long a hook is waited for, and what happens then.",
    "LinearConfiguration": "Traffic that moves in equal steps. Needs strategy LINEAR.",
    "CanaryConfiguration": "Traffic of which a small part moves first. Needs strategy CANARY.",
    "EarlySuccessCriteria": "A share of healthy tasks at which a rolling deployment is called successful. Needs "
    "strategy ROLLING.",
}

PROPERTIES: Mapping[str, str] = {
    "RollingGroup.ecsService": "The ECS service to roll, in place of autoScalingGroup. It is made by something else; "
    "this resource owns its task definition. Another name, cluster or region replaces this resource, no task.",
    "EcsService.cluster": "Name or ARN of the cluster. Default: default, as in the API.",
    "EcsService.service": "Name or ARN of the service. It is the id of this resource, so it may not be secret.",
    "EcsService.region": "The service's AWS region. Default: that of the provider, then AWS_REGION.",
    "EcsService.endpoint": "A URL where calls of ECS go instead. Default: that of the provider, then AWS_ENDPOINT_URL.",
    "EcsService.taskDefinition": "The task definition wanted: family:revision, its ARN, or its family alone, which "
    "means the newest active revision.",
    "EcsDeployment.minimumHealthyPercent": "Percent of the desired count that stays healthy, 0 to 100, rounded up. "
    f"{_AS_IT_IS} (the API's own: 100, of a DAEMON 0).",
    "EcsDeployment.maximumPercent": "Percent of the desired count that may run or be pending, from 100, rounded down. "
    f"{_AS_IT_IS} (the API's own: 200, of a DAEMON 100).",
    "EcsDeployment.circuitBreaker": f"When failures of tasks end the deployment. {_AS_IT_IS} (the API's own: off).",
    "EcsDeployment.alarms": f"CloudWatch alarms that end the deployment. {_AS_IT_IS}.",
    "EcsDeployment.strategy": f"ROLLING, BLUE_GREEN, LINEAR or CANARY. {_AS_IT_IS} (the API's own: ROLLING).",
    "EcsDeployment.bakeTimeInMinutes": f"How long both revisions run after the traffic has moved: {_BAKE}. Only with a "
    f"strategy that shifts traffic; BLUE_GREEN needs it. {_AS_IT_IS}.",
    "EcsDeployment.lifecycleHooks": "Functions and pauses at stages of the deployment; an empty list takes the "
    f"service's away. {_AS_IT_IS}.",
    "EcsDeployment.linearConfiguration": f"Steps of strategy LINEAR. {_AS_IT_IS}.",
    "EcsDeployment.canaryConfiguration": f"The first part of strategy CANARY. {_AS_IT_IS}.",
    "EcsDeployment.earlySuccessCriteria": f"When a ROLLING deployment is called successful early. {_AS_IT_IS}.",
    "EcsDeployment.forceNewDeployment": "Whether every deployment that is begun is forced, so that images are resolved "
    "anew also where the task definition is the same. It begins none; triggers do. Default: false.",
    "EcsDeployment.timeout": "Of the whole deployment: an ISO 8601 duration of more than nothing and at most P14D. "
    "Default: PT3H and what bake times, steps of traffic and pauses may take.",
    "DeploymentCircuitBreaker.enable": "Whether it is on. Default: true.",
    "DeploymentCircuitBreaker.rollback": _ROLLBACK,
    "DeploymentCircuitBreaker.resetOnHealthyTask": "Whether a healthy task takes the count of failures back to 0. "
    f"{_AS_IT_IS} (the API's own: true).",
    "DeploymentCircuitBreaker.thresholdConfiguration": "After how many failures it acts. "
    f"{_AS_IT_IS} (the API's own: BOUNDED_PERCENT 50).",
    "ThresholdConfiguration.type": "COUNT: the value itself; BOUNDED_PERCENT: percent of the latest desired count, "
    "rounded up, between 3 and 200; UNBOUNDED_PERCENT: the same without bounds.",
    "ThresholdConfiguration.value": "A whole number from 1.",
    "DeploymentAlarms.alarmNames": f"Names of CloudWatch alarms, none twice. {_AS_IT_IS}.",
    "DeploymentAlarms.enable": "Whether they are watched during deployments. Default: true.",
    "DeploymentAlarms.rollback": f"{_ROLLBACK}",
    "DeploymentLifecycleHook.targetType": "AWS_LAMBDA, or PAUSE until 'rolling approve'. Default: AWS_LAMBDA.",
    "DeploymentLifecycleHook.hookTargetArn": "ARN of the function. Required for AWS_LAMBDA, and not for PAUSE.",
    "DeploymentLifecycleHook.roleArn": "ARN of the role by which ECS calls the function. Not for PAUSE.",
    "DeploymentLifecycleHook.lifecycleStages": "Stages at which it stands: RECONCILE_SERVICE, PRE_SCALE_UP, "
    "POST_SCALE_UP, TEST_TRAFFIC_SHIFT, POST_TEST_TRAFFIC_SHIFT, PRE_PRODUCTION_TRAFFIC_SHIFT, "
    "PRODUCTION_TRAFFIC_SHIFT, POST_PRODUCTION_TRAFFIC_SHIFT. A PAUSE may not stand at the two shifts.",
    "DeploymentLifecycleHook.hookDetails": "Any JSON that ECS hands to the function. Not for PAUSE.",
    "DeploymentLifecycleHook.timeoutConfiguration": "Default: 1440 minutes, then ROLLBACK.",
    "HookTimeoutConfiguration.timeoutInMinutes": "1 to 20160, or an ISO 8601 duration of whole minutes. Default: 1440.",
    "HookTimeoutConfiguration.action": "ROLLBACK or CONTINUE. Default: ROLLBACK.",
    "LinearConfiguration.stepPercent": "Percent of traffic in each step, 3 to 100 with at most one decimal. "
    f"{_AS_IT_IS} (the API's own: 10).",
    "LinearConfiguration.stepBakeTimeInMinutes": f"Between two steps: {_BAKE}. {_AS_IT_IS} (the API's own: 6).",
    "CanaryConfiguration.canaryPercent": "Percent of traffic that moves first, 0.1 to 100 with at most one decimal. "
    f"{_AS_IT_IS} (the API's own: 5).",
    "CanaryConfiguration.canaryBakeTimeInMinutes": f"Until the rest follows: {_BAKE}. {_AS_IT_IS} (the API's own: "
    "10).",
    "EarlySuccessCriteria.enable": "Whether success may be early. Default: true.",
    "EarlySuccessCriteria.healthyPercent": "Percent of the desired count that must be healthy, 0 to 100, at least "
    "minimumHealthyPercent. Required where it is enabled.",
    "EarlySuccessCriteria.sourceServiceRevisionCleanup": "Whether old tasks are gone by then (BLOCKING) or later "
    "(DEFERRED). Required where it is enabled.",
}

ENUMS: Mapping[str, str] = {
    "DeploymentStrategy": "How the service brings a new revision in.",
    "ThresholdType": "What the value of the breaker's threshold is.",
    "HookTarget": "What a lifecycle hook does.",
    "HookAction": "What happens when a hook is not answered in time.",
    "RevisionCleanup": "When old tasks are stopped, where success is declared early.",
}

CHOICES: Mapping[str, str] = {
    "DeploymentStrategy.ROLLING": "Replace tasks within the two percentages.",
    "DeploymentStrategy.BLUE_GREEN": "Bring up a whole revision beside the old one, then move all traffic.",
    "DeploymentStrategy.LINEAR": "The same, and move traffic in equal steps.",
    "DeploymentStrategy.CANARY": "The same, and move a part of the traffic first.",
    "ThresholdType.COUNT": "The number of failures itself.",
    "ThresholdType.BOUNDED_PERCENT": "Percent of the desired count, between 3 and 200 failures.",
    "ThresholdType.UNBOUNDED_PERCENT": "Percent of the desired count, whatever that comes to.",
    "HookTarget.AWS_LAMBDA": "Call a function.",
    "HookTarget.PAUSE": "Wait until somebody lets the deployment go on, or returns it.",
    "HookAction.ROLLBACK": "Return the service.",
    "HookAction.CONTINUE": "Go on.",
    "RevisionCleanup.BLOCKING": "Before the deployment is called successful.",
    "RevisionCleanup.DEFERRED": "Afterwards.",
}
