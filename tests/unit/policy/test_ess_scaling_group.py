"""The ESS scaling group in the inputs: its fields, what is wrong between them, and its processes."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from pulumi_rolling.policy import check
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup
from pulumi_rolling.policy.groups.ess_scaling_group import EssScalingGroup
from pulumi_rolling.policy.inputs import inputs_with

from .conftest import by_path

check_inputs = partial(check.check_inputs, inputs_with(AutoScalingGroup, EssScalingGroup))


def faults_of(group: dict[str, Any], **roll: Any) -> dict[str, str]:
    inputs = {"essScalingGroup": group, "updatePolicy": {"rollingUpdate": roll}}
    return by_path(check_inputs(inputs).faults)


GOOD: dict[str, Any] = {"id": "asg-1", "scalingConfiguration": "asc-1"}


def test_a_group_has_an_id_and_what_it_is_made_from() -> None:
    """By a scaling configuration, or by a numbered version of a launch template, in any spelling."""
    assert faults_of(GOOD) == {}
    assert faults_of({"id": "asg-1", "launchTemplate": {"id": "lt-1", "version": "3"}}) == {}
    pasted = {"scaling_group_id": "asg-1", "ScalingConfigurationId": "asc-1", "region": "cn-hangzhou"}
    normal = check_inputs({"essScalingGroup": pasted, "updatePolicy": {"rollingUpdate": {}}}).normal
    assert normal["essScalingGroup"] == {**GOOD, "region": "cn-hangzhou"}


@pytest.mark.parametrize(
    ("group", "path", "words"),
    [
        ({}, "id", "is required"),
        ({"id": "web", "scalingConfiguration": "asc-1"}, "id", "must be the id of an ESS scaling group"),
        ({"id": "asg-1"}, "scalingConfiguration", "is required"),
        ({**GOOD, "scalingConfiguration": "lt-1"}, "scalingConfiguration", "must be the id of a scaling"),
        ({**GOOD, "launchTemplate": {"id": "lt-1", "version": 1}}, "scalingConfiguration", "may not stand"),
        ({"id": "asg-1", "launchTemplate": {"id": "lt-1"}}, "launchTemplate.version", "is required"),
        ({"id": "asg-1", "launchTemplate": {"id": "x", "version": 1}}, "launchTemplate.id", "must be the id"),
        (
            {"id": "asg-1", "launchTemplate": {"id": "lt-1", "version": "Latest"}},
            "launchTemplate.version",
            "must be the number of a version",
        ),
        ({**GOOD, "accessKey": "a"}, "secretKey", "given together"),
        ({**GOOD, "secretKey": "s"}, "accessKey", "given together"),
        ({**GOOD, "securityToken": "t"}, "securityToken", "needs accessKey"),
        ({**GOOD, "endpoint": "localhost"}, "endpoint", "must be a URL"),
        ({"id": "asg-1", "image": "m-2"}, "imageId", "make another scaling configuration with it"),
        ({**GOOD, "containers": [{}]}, "containers", "nothing could return to what that was"),
        ({**GOOD, "LaunchTemplateOverrides": []}, "launchTemplateOverrides", "are the group's own"),
        (
            {"id": "asg-1", "launchTemplate": {"id": "lt-1", "version": 1, "overrides": []}},
            "launchTemplate.overrides",
            "are the group's own",
        ),
    ],
)
def test_each_fault_has_its_path(group: dict[str, Any], path: str, words: str) -> None:
    """And a sentence with what to do."""
    found = faults_of(group)
    assert words in found[f"essScalingGroup.{path}"]


def test_processes_are_named_as_ess_has_them_or_as_cloudformation_has() -> None:
    """One spelling is kept; the two that the roll itself needs may not rest."""
    roll = {"suspendProcesses": ["ScheduledAction", "healthcheck", "AlarmNotification"]}
    normal = check_inputs({"essScalingGroup": GOOD, "updatePolicy": {"rollingUpdate": roll}}).normal
    assert normal["updatePolicy"]["rollingUpdate"]["suspendProcesses"] == [
        "ScheduledActions",
        "HealthCheck",
        "AlarmNotification",
    ]
    found = faults_of(GOOD, suspendProcesses=["ScaleIn", "ScaleOut"])
    path = "updatePolicy.rollingUpdate.suspendProcesses"
    assert {each: "refuses the acts of the roll" in text for each, text in found.items()} == {
        f"{path}[0]": True,
        f"{path}[1]": True,
    }
