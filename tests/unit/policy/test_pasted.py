"""What people cut out of a template, and how it is told: one sentence each, with the path and what to give instead."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.handler.kinds import inputs_model
from pulumi_rolling.policy.check import check_inputs, check_policy

ROLL = {"AutoScalingRollingUpdate": {"MaxBatchSize": 2}}
GROUP = {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {"MinSize": 1}}
SERVICE = {"Type": "AWS::ECS::Service", "Properties": {"DeploymentConfiguration": {"MaximumPercent": 150}}}
CREATION = {"CreationPolicy": {"ResourceSignal": {"Count": 2}}}
INPUTS = {"autoScalingGroup": {"name": "web", "launchTemplate": {"id": "lt-1", "version": "1"}}}
CHOSEN = {"Fn::If": ["many", ROLL, {"Ref": "AWS::NoValue"}]}

WHOLE = "is a whole resource of CloudFormation; give what stands under its UpdatePolicy alone."
FUNCTION = "must be a mapping of fields; found the CloudFormation function Fn::If, which only CloudFormation resolves"


@pytest.mark.parametrize(
    ("policy", "path", "said"),
    [
        ({**GROUP, "UpdatePolicy": ROLL}, "updatePolicy", WHOLE),
        ({"Web": {**GROUP, "UpdatePolicy": ROLL}}, "updatePolicy", WHOLE),
        ({**GROUP, **CREATION, "UpdatePolicy": ROLL}, "updatePolicy", f"{WHOLE} CreationPolicy has no counterpart"),
        ({"Web": SERVICE}, "updatePolicy", "give what stands under its DeploymentConfiguration alone."),
        ({"Resources": {"Web": GROUP}}, "updatePolicy", "is a whole template of CloudFormation"),
        ({"UpdatePolicy": ROLL, **CREATION}, "updatePolicy", "may not hold a CreationPolicy; remove it."),
        (CREATION, "updatePolicy", "may not hold a CreationPolicy; remove it."),
        (CHOSEN, "updatePolicy", FUNCTION),
        ({"UpdatePolicy": CHOSEN}, "updatePolicy", FUNCTION),
        ({"AutoScalingRollingUpdate": CHOSEN}, "updatePolicy.rollingUpdate", FUNCTION),
        ({"maxBatchSize": 2}, "updatePolicy.maxBatchSize", "belongs at updatePolicy.rollingUpdate.maxBatchSize."),
        ({"AutoScalingRollingUpdates": {}}, "updatePolicy.autoScalingRollingUpdates", "did you mean rollingUpdate?"),
        ({"InstanceRefreshes": {}}, "updatePolicy.instanceRefreshes", "did you mean instanceRefresh?"),
        (
            {"AutoScalingReplacingUpdate": {"WillReplace": False}},
            "updatePolicy",
            "autoScalingReplacingUpdate alone rolls nothing; use rollingUpdate, instanceRefresh or ecsDeployment.",
        ),
        (
            {"AutoScalingReplacingUpdate": {"WillReplace": True}},
            "updatePolicy.autoScalingReplacingUpdate.willReplace",
            'rollingUpdate: {maxBatchSize: "100%", minInstancesInService: the group\'s Desired}',
        ),
        ({}, "updatePolicy", "needs exactly one strategy, and has none"),
        (
            {"UpdatePolicy": ROLL, "DeletionPolicy": "Retain"},
            "updatePolicy",
            "may not hold DeletionPolicy, which stands beside a resource's UpdatePolicy; remove it.",
        ),
        ("!Ref Policy", "updatePolicy", "found the CloudFormation function !Ref as a text, which only"),
        ('{"AutoScalingRollingUpdate": {}}', "updatePolicy", "Give the mapping itself in place of its text."),
        (
            {"AutoScalingRollingUpdate": {"MaxBatchSize": "!Ref Batch"}},
            "updatePolicy.rollingUpdate.maxBatchSize",
            "found the CloudFormation function !Ref as a text",
        ),
    ],
)  # fmt: skip
def test_each_has_one_fault(policy: Any, path: str, said: str) -> None:
    """The same one where the policy is planned alone and where it is a resource's input."""
    alone = check_policy(policy).faults
    assert [fault.path for fault in alone] == [path]
    assert said in alone[0].message
    assert check_inputs(inputs_model(), {**INPUTS, "updatePolicy": policy}).faults == alone


def test_faults_beside_the_policy_stay() -> None:
    """What was pasted hides no fault of another input."""
    faults = check_inputs(inputs_model(), {"updatePolicy": GROUP, "onFailure": "sing"}).faults
    assert [fault.path for fault in faults] == ["autoScalingGroup", "onFailure", "updatePolicy"]


@pytest.mark.parametrize(
    ("key", "value", "path", "said"),
    [
        ("AutoScalingRollingUpdate", {}, "autoScalingRollingUpdate", "it belongs at updatePolicy.rollingUpdate."),
        ("rollingUpdate", {}, "rollingUpdate", "it belongs at updatePolicy.rollingUpdate."),
        ("MaxBatchSize", 2, "maxBatchSize", "it belongs at updatePolicy.rollingUpdate.maxBatchSize."),
        ("launchTemplate", {}, "launchTemplate", "it belongs at autoScalingGroup.launchTemplate."),
        ("policy", {}, "policy", "did you mean updatePolicy?"),
        ("group", {}, "group", "did you mean autoScalingGroup, ecsService or essScalingGroup?"),
        ("auto_scaling_group_name", "web", "autoScalingGroupName", "did you mean autoScalingGroup.name?"),
        ("UpdatePolicies", {}, "updatePolicies", "did you mean updatePolicy?"),
        ("CreationPolicy", {}, "creationPolicy", "may not be given; remove it. CreationPolicy has no counterpart"),
    ],
)  # fmt: skip
def test_a_key_beside_the_policy_has_the_right_guess(key: str, value: Any, path: str, said: str) -> None:
    """Where the key has a home below, that is named before one that is merely spelled alike."""
    faults = check_inputs(inputs_model(), {**INPUTS, "updatePolicy": ROLL, key: value}).faults
    assert [fault.path for fault in faults] == [path]
    assert said in faults[0].message


def test_a_whole_resource_in_the_group_s_place_has_one_fault() -> None:
    """In place of one for each of its keys and each that is missing."""
    (fault,) = check_inputs(inputs_model(), {"autoScalingGroup": GROUP, "updatePolicy": ROLL}).faults
    assert fault.path == "autoScalingGroup"
    assert "give the name and what the members are made from alone" in fault.message
