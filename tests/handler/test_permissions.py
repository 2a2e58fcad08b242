"""A permission that is missing: its action is named in preview, and nothing has been touched."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from pulumi_rolling.errors import FleetError
from pulumi_rolling.lab import Lab

from tests.handler.lab_web import LabWeb
from tests.handler.test_rolls_in_lab import target_group

TOUCHES = {
    "UpdateAutoScalingGroup",
    "SuspendProcesses",
    "TerminateInstanceInAutoScalingGroup",
    "CreateOrUpdateTags",
}


def _behind_targets(lab: Lab) -> tuple[LabWeb, dict[str, Any]]:
    return LabWeb(lab, "ami-v1", "ami-v2", TargetGroupARNs=[target_group()]), {}


def _behind_a_classic_balancer(lab: Lab) -> tuple[LabWeb, dict[str, Any]]:
    boto3.client("elb").create_load_balancer(
        LoadBalancerName="old",
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}],
        AvailabilityZones=["us-east-1a"],
    )
    return LabWeb(lab, "ami-v1", "ami-v2", LoadBalancerNames=["old"]), {}


def _with_status_checks(lab: Lab) -> tuple[LabWeb, dict[str, Any]]:
    return LabWeb(lab, "ami-v1", "ami-v2"), {"readiness": {"statusChecks": True}}


def _with_an_alarm(lab: Lab) -> tuple[LabWeb, dict[str, Any]]:
    lab.alarm("errors", state="OK")
    return LabWeb(lab, "ami-v1", "ami-v2"), {"alarms": ["errors"]}


def _with_a_warm_pool(lab: Lab) -> tuple[LabWeb, dict[str, Any]]:
    web = LabWeb(lab, "ami-v1", "ami-v2")
    web.asg.put_warm_pool(AutoScalingGroupName="web", MinSize=1)
    return web, {}


def _on_a_launch_configuration(lab: Lab) -> tuple[LabWeb, dict[str, Any]]:
    boto3.client("autoscaling").create_launch_configuration(
        LaunchConfigurationName="lc-1", ImageId="ami-v1", InstanceType="t3.small"
    )
    return LabWeb(lab, "ami-v1", "ami-v2", LaunchTemplate=None, LaunchConfigurationName="lc-1"), {}


@pytest.mark.parametrize(
    ("call", "action", "made"),
    [
        ("DescribeTargetHealth", "elasticloadbalancing:DescribeTargetHealth", _behind_targets),
        ("DescribeInstanceHealth", "elasticloadbalancing:DescribeInstanceHealth", _behind_a_classic_balancer),
        ("DescribeInstanceStatus", "ec2:DescribeInstanceStatus", _with_status_checks),
        ("DescribeAlarms", "cloudwatch:DescribeAlarms", _with_an_alarm),
        ("DescribeWarmPool", "autoscaling:DescribeWarmPool", _with_a_warm_pool),
        (
            "DescribeLaunchConfigurations",
            "autoscaling:DescribeLaunchConfigurations",
            _on_a_launch_configuration,
        ),
    ],
)
def test_a_missing_permission_is_a_fault_that_names_it(lab: Lab, call: str, action: str, made: Any) -> None:
    """What policy or group make us ask is asked in preview, before anything is done."""
    web, roll = made(lab)
    inputs = {
        "autoScalingGroup": {"name": "web", "launchTemplate": {"id": web.template, "version": "2"}},
        "updatePolicy": {"rollingUpdate": {"maxBatchSize": 1, **roll}},
    }
    lab.fault(call, error="AccessDenied")
    lab.clear_calls()
    told = ""
    try:
        _, faults = web.handler.check(None, inputs, web.context)
        told = "; ".join(map(str, faults))
        if not faults:
            web.deploy(inputs)
    except FleetError as refused:
        told = str(refused)
    assert f"Allow {action}." in told
    assert TOUCHES.isdisjoint(lab.calls()["actions"])
