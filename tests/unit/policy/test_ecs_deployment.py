"""The blocks ecsService and ecsDeployment: spellings, faults, and what leads to them."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from pulumi_rolling.policy import check
from pulumi_rolling.policy.block import fields
from pulumi_rolling.policy.check import check_policy
from pulumi_rolling.policy.ecs_deployment.block import EcsDeployment
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup
from pulumi_rolling.policy.groups.ecs_service import EcsService
from pulumi_rolling.policy.inputs import inputs_with
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.rolling_update.block import RollingUpdate

from .conftest import by_path
from .test_check import Later, later

check_inputs = partial(check.check_inputs, inputs_with(AutoScalingGroup, EcsService))
DEPLOYMENT = "updatePolicy.ecsDeployment"
ARN = "arn:aws:ecs:eu-west-1:123456789012"
PASTED = {
    "DeploymentConfiguration": {
        "MinimumHealthyPercent": "50",
        "MaximumPercent": 200,
        "DeploymentCircuitBreaker": {"Enable": "true", "Rollback": True},
        "Alarms": {"AlarmNames": ["web-5xx"], "Enable": True, "Rollback": "false"},
        "Strategy": "CANARY",
        "BakeTimeInMinutes": 10,
        "CanaryConfiguration": {"CanaryPercent": 5, "CanaryBakeTimeInMinutes": "5"},
        "LifecycleHooks": [
            {
                "HookTargetArn": "arn:aws:lambda:eu-west-1:123456789012:function:check",
                "RoleArn": "arn:aws:iam::123456789012:role/hook",
                "LifecycleStages": ["POST_SCALE_UP"],
                "HookDetails": {"AsItIs": 1.0},
            }
        ],
    }
}
NORMAL: dict[str, Any] = {
    "minimumHealthyPercent": 50,
    "maximumPercent": 200,
    "circuitBreaker": {"enable": True, "rollback": True},
    "alarms": {"alarmNames": ["web-5xx"], "enable": True, "rollback": False},
    "strategy": "CANARY",
    "bakeTimeInMinutes": 10,
    "canaryConfiguration": {"canaryPercent": 5, "canaryBakeTimeInMinutes": 5},
    "lifecycleHooks": [
        {
            "hookTargetArn": "arn:aws:lambda:eu-west-1:123456789012:function:check",
            "roleArn": "arn:aws:iam::123456789012:role/hook",
            "lifecycleStages": ["POST_SCALE_UP"],
            "hookDetails": {"AsItIs": 1},
        }
    ],
}


def faults(**deployment: Any) -> dict[str, str]:
    return by_path(check_policy({"ecsDeployment": deployment}).faults)


def test_a_pasted_deployment_configuration_is_read_as_it_is() -> None:
    """CloudFormation's DeploymentConfiguration in Pascal case, texts for numbers, and nothing added to it."""
    checked = check_policy(PASTED)
    assert (checked.normal, checked.faults) == ({"ecsDeployment": NORMAL}, ())
    assert check_policy(checked.normal).normal == checked.normal


def test_other_spellings_are_read_as_the_api_has_them() -> None:
    """Snake case, words of the API in any spelling, durations in minutes, and alarms by their names alone."""
    given = {
        "minimum_healthy_percent": 100,
        "strategy": "blueGreen",
        "bake_time_in_minutes": "PT1H30M",
        "alarms": ["a", "b"],
        "circuit_breaker": {
            "reset_on_healthy_task": False,
            "threshold_configuration": {"type": "unbounded-percent", "value": "20"},
        },
        "lifecycle_hooks": [
            {
                "target_type": "Pause",
                "lifecycle_stages": ["PostScaleUp"],
                "timeout_configuration": {"timeout_in_minutes": "P1D", "action": "continue"},
            }
        ],
    }
    assert check_policy({"ecs_deployment": given}).normal["ecsDeployment"] == {
        "minimumHealthyPercent": 100,
        "strategy": "BLUE_GREEN",
        "bakeTimeInMinutes": 90,
        "alarms": {"alarmNames": ["a", "b"]},
        "circuitBreaker": {
            "resetOnHealthyTask": False,
            "thresholdConfiguration": {"type": "UNBOUNDED_PERCENT", "value": 20},
        },
        "lifecycleHooks": [
            {
                "targetType": "PAUSE",
                "lifecycleStages": ["POST_SCALE_UP"],
                "timeoutConfiguration": {"timeoutInMinutes": 1440, "action": "CONTINUE"},
            }
        ],
    }


def hook(**given: Any) -> dict[str, Any]:
    return {"lifecycleHooks": [{"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"], **given}]}


@pytest.mark.parametrize(
    ("given", "path", "sentence"),
    [
        ({"minimumHealthyPercent": 101}, "minimumHealthyPercent", "from 0 to 100; found 101"),
        ({"minimumHealthyPercent": "50%"}, "minimumHealthyPercent", 'found "50%"'),
        ({"maximumPercent": 99}, "maximumPercent", "whole number from 100; found 99"),
        (
            {"minimumHealthyPercent": 100, "maximumPercent": 100},
            "maximumPercent",
            "Both maximumPercent and minimumHealthyPercent cannot be 100",
        ),
        ({"circuitBreaker": True}, "circuitBreaker", "must be a mapping of fields; found true"),
        ({"circuitBreaker": {"enable": "on"}}, "circuitBreaker.enable", "true or false"),
        (
            {"circuitBreaker": {"thresholdConfiguration": {"type": "COUNT"}}},
            "circuitBreaker.thresholdConfiguration.value",
            "type and value together",
        ),
        (
            {"circuitBreaker": {"thresholdConfiguration": {"type": "PERCENT", "value": 5}}},
            "circuitBreaker.thresholdConfiguration.type",
            "COUNT, BOUNDED_PERCENT or UNBOUNDED_PERCENT",
        ),
        (
            {"circuitBreaker": {"thresholdConfiguration": {"type": "COUNT", "value": 0}}},
            "circuitBreaker.thresholdConfiguration.value",
            "from 1; found 0",
        ),
        ({"alarms": "web-5xx"}, "alarms", "a list of names, or a mapping"),
        ({"alarms": ["a", "a"]}, "alarms.alarmNames[1]", "is named twice"),
        ({"alarms": []}, "alarms.alarmNames", "for none say enable: false"),
        ({"alarms": ["arn:aws:cloudwatch:x"]}, "alarms.alarmNames[0]", "not its ARN"),
        ({"strategy": "RECREATE"}, "strategy", "ROLLING, BLUE_GREEN, LINEAR or CANARY"),
        (
            {"strategy": "ROLLING", "bakeTimeInMinutes": 5},
            "bakeTimeInMinutes",
            "needs strategy BLUE_GREEN, LINEAR or CANARY",
        ),
        ({"strategy": "LINEAR", "canaryConfiguration": {}}, "canaryConfiguration", "found LINEAR"),
        ({"strategy": "CANARY", "linearConfiguration": {}}, "linearConfiguration", "needs strategy LINEAR"),
        (
            {"strategy": "CANARY", "earlySuccessCriteria": {"enable": False}},
            "earlySuccessCriteria",
            "needs strategy ROLLING",
        ),
        ({"bakeTimeInMinutes": 1441}, "bakeTimeInMinutes", "minutes from 0 to 1440"),
        ({"bakeTimeInMinutes": "PT90S"}, "bakeTimeInMinutes", "of whole minutes"),
        ({"linearConfiguration": {"stepPercent": 2.9}}, "linearConfiguration.stepPercent", "from 3 to 100"),
        (
            {"canaryConfiguration": {"canaryPercent": 0.05}},
            "canaryConfiguration.canaryPercent",
            "from 0.1 to 100",
        ),
        (
            {"earlySuccessCriteria": {"sourceServiceRevisionCleanup": "BLOCKING"}},
            "earlySuccessCriteria.healthyPercent",
            "is required",
        ),
        (
            {
                "minimumHealthyPercent": 80,
                "earlySuccessCriteria": {"healthyPercent": 70, "sourceServiceRevisionCleanup": "DEFERRED"},
            },
            "earlySuccessCriteria.healthyPercent",
            "at least minimumHealthyPercent; found 70 with 80",
        ),
        ({"lifecycleHooks": {"targetType": "PAUSE"}}, "lifecycleHooks", "must be a list; found a mapping"),
        (hook(lifecycleStages=[]), "lifecycleHooks[0].lifecycleStages", "is required"),
        (hook(lifecycleStages=["SCALE_UP"]), "lifecycleHooks[0].lifecycleStages[0]", "must be one of RECONCILE"),
        (
            hook(lifecycleStages=["PRE_SCALE_UP", "TEST_TRAFFIC_SHIFT"]),
            "lifecycleHooks[0].lifecycleStages[1]",
            "may not be TEST_TRAFFIC_SHIFT for a PAUSE",
        ),
        (hook(roleArn="arn:aws:iam::1:role/x"), "lifecycleHooks[0].roleArn", "a PAUSE calls nothing"),
        (hook(targetType="AWS_LAMBDA"), "lifecycleHooks[0].hookTargetArn", "for a pause say targetType: PAUSE"),
        (hook(targetType="SQS"), "lifecycleHooks[0].targetType", "AWS_LAMBDA or PAUSE"),
        (hook(stage="X"), "lifecycleHooks[0].stage", '"stage" is not a field of'),
        (
            hook(timeoutConfiguration={"timeoutInMinutes": 20161}),
            "lifecycleHooks[0].timeoutConfiguration.timeoutInMinutes",
            "from 1 to 20160",
        ),
        ({"timeout": 60}, "timeout", "ISO 8601"),
        ({"forceNewDeployment": "yes"}, "forceNewDeployment", "true or false"),
        ({"desiredCount": 4}, "desiredCount", "left to the service and its scaling"),
        ({"minHealthyPercent": 50}, "minHealthyPercent", "did you mean minimumHealthyPercent?"),
        ({"deploymentController": {}}, "deploymentController", "the service's own resource"),
        (
            {"circuitBreaker": {}, "DeploymentCircuitBreaker": {}},
            "circuitBreaker",
            "is given twice",
        ),
    ],
)  # fmt: skip
def test_a_fault_has_its_path_and_says_what_is_allowed(
    given: dict[str, Any], path: str, sentence: str
) -> None:
    """Each limit of the API, each rule between members, and names that are none."""
    found = faults(**given)
    assert list(found) == [f"{DEPLOYMENT}.{path}"]
    assert sentence in found[f"{DEPLOYMENT}.{path}"]


def test_all_faults_come_at_once() -> None:
    """A field, a rule between fields, a field of a block in a list, and a foreign name in one answer."""
    pasted = {
        "MaximumPercent": 50,
        "Strategy": "ROLLING",
        "BakeTimeInMinutes": 5,
        "LifecycleHooks": [{"LifecycleStages": ["PRE_SCALE_UP"], "TargetType": "x"}, {}],
        "Guard": "fast",
    }
    assert list(by_path(check_policy({"DeploymentConfiguration": pasted}).faults)) == [
        f"{DEPLOYMENT}.{each}"
        for each in (
            "bakeTimeInMinutes",
            "guard",
            "lifecycleHooks[0].targetType",
            "lifecycleHooks[1].hookTargetArn",
            "lifecycleHooks[1].lifecycleStages",
            "maximumPercent",
        )
    ]


@pytest.mark.parametrize(
    "field", sorted({*fields(RollingUpdate), *fields(InstanceRefresh)} - set(fields(EcsDeployment)))
)
def test_a_field_of_another_strategy_leads_to_what_stands_for_it(field: str) -> None:
    """Nothing of the neighbours is a mere unknown key: each has its counterpart, or what to do instead."""
    found = faults(**{field: 1})[f"{DEPLOYMENT}.{field}"]
    assert "is not a field" not in found or "did you mean" in found


def test_unknown_values_are_kept_and_not_judged() -> None:
    """No rule speaks where its value is not known yet, a whole hook in the list included."""
    unknown = Later()
    given = {
        "minimumHealthyPercent": unknown,
        "maximumPercent": 100,
        "strategy": unknown,
        "bakeTimeInMinutes": 5,
        "alarms": {"alarmNames": [unknown, unknown]},
        "circuitBreaker": {"thresholdConfiguration": {"type": unknown, "value": unknown}},
        "lifecycleHooks": [
            unknown,
            {"targetType": unknown, "lifecycleStages": [unknown]},
            {"hookTargetArn": unknown, "lifecycleStages": unknown},
        ],
    }
    checked = check_policy({"ecsDeployment": given}, later)
    assert (checked.normal["ecsDeployment"], checked.faults) == (given, ())
    assert check.unknowns(checked.normal, later)[-1] == "ecsDeployment.lifecycleHooks[2].lifecycleStages"
    marked = {"known": "later"}
    hooks = {"ecsDeployment": {"lifecycleHooks": [marked]}}
    assert check_policy(hooks, lambda value: value == marked).faults == (), (
        "an unknown may be a mapping itself"
    )


@pytest.mark.parametrize(
    ("given", "path", "sentence"),
    [
        ({}, "ecsService.service", "is required"),
        ({"service": "web"}, "ecsService.taskDefinition", "is required"),
        ({"service": "we b"}, "ecsService.service", "the name or the ARN of a service"),
        ({"service": f"{ARN}:cluster/web"}, "ecsService.service", "the ARN of a service"),
        ({"cluster": f"{ARN}:service/web"}, "ecsService.cluster", "the ARN of a cluster"),
        ({"taskDefinition": "web:latest"}, "ecsService.taskDefinition", "family:revision"),
        ({"taskDefinition": "web:0"}, "ecsService.taskDefinition", 'found "web:0"'),
        ({"name": "web"}, "ecsService.name", "did you mean service?"),
        ({"desiredCount": 3}, "ecsService.desiredCount", "left to the service"),
        ({"service": f"{ARN}:service/prod/web"}, "ecsService.cluster", "must be prod"),
        ({"endpoint": "localhost"}, "ecsService.endpoint", "must be a URL"),
    ],
)
def test_a_service_is_named_with_its_task_definition(given: dict[str, Any], path: str, sentence: str) -> None:
    """Names, ARNs, and what contradicts them."""
    found = by_path(check_inputs({"ecsService": given, "updatePolicy": {"ecsDeployment": {}}}).faults)
    assert sentence in found[path]


@pytest.mark.parametrize("definition", ["web", "web:7", f"{ARN}:task-definition/web:7"])
@pytest.mark.parametrize(
    ("service", "cluster"),
    [
        ("web", None),
        ("web", "prod"),
        (f"{ARN}:service/prod/web", "prod"),
        (f"{ARN}:service/prod/web", f"{ARN}:cluster/prod"),
        (f"{ARN}:service/web", "prod"),
    ],
)
def test_each_way_to_name_a_service_is_taken(service: str, cluster: str | None, definition: str) -> None:
    """By names, by ARNs of the long and of the former short form, and a family alone."""
    group = {"service": service, "cluster": cluster, "taskDefinition": definition}
    accepted = check_inputs({"ecsService": group, "updatePolicy": {"ecsDeployment": {}}}).accepted()
    assert dict(accepted)["ecs_service"].task_definition == definition


def test_without_any_group_each_kind_is_named() -> None:
    """One fault, at the first kind, that says what else may stand there."""
    found = by_path(check_inputs({"updatePolicy": {"ecsDeployment": {}}}).faults)
    assert found == {
        "autoScalingGroup": "is required: the Auto Scaling group to roll, or ecsService, the ECS service to roll."
    }
