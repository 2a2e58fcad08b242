"""A permission that is missing: its action is named with the cloud's own sentence, and state says what is true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.errors import (
    AbortedError,
    DeniedFleetError,
    FleetError,
    RefusedError,
    RollbackFailedError,
    RolloutError,
)
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.followed_web import PATIENCE
from tests.handler.lab_web import LabWeb
from tests.handler.refreshed_web import RefreshedWeb
from tests.handler.test_rolls_in_lab import target_group

TOUCHES = {
    "UpdateAutoScalingGroup",
    "SuspendProcesses",
    "TerminateInstanceInAutoScalingGroup",
    "CreateOrUpdateTags",
    "StartInstanceRefresh",
}
Policy = dict[str, Any]


def _rolled(**roll: Any) -> Policy:
    return {"rollingUpdate": {"maxBatchSize": 1, **roll}}


def _behind_targets(lab: Lab) -> tuple[LabWeb, Policy]:
    return LabWeb(lab, "ami-v1", "ami-v2", TargetGroupARNs=[target_group()]), _rolled()


def _behind_a_classic_balancer(lab: Lab) -> tuple[LabWeb, Policy]:
    boto3.client("elb").create_load_balancer(
        LoadBalancerName="old",
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}],
        AvailabilityZones=["us-east-1a"],
    )
    return LabWeb(lab, "ami-v1", "ami-v2", LoadBalancerNames=["old"]), _rolled()


def _with_status_checks(lab: Lab) -> tuple[LabWeb, Policy]:
    return LabWeb(lab, "ami-v1", "ami-v2"), _rolled(readiness={"statusChecks": True})


def _with_an_alarm(lab: Lab) -> tuple[LabWeb, Policy]:
    lab.alarm("errors", state="OK")
    return LabWeb(lab, "ami-v1", "ami-v2"), _rolled(alarms=["errors"])


def _with_a_warm_pool(lab: Lab) -> tuple[LabWeb, Policy]:
    web = LabWeb(lab, "ami-v1", "ami-v2")
    web.asg.put_warm_pool(AutoScalingGroupName="web", MinSize=1)
    return web, _rolled()


def _on_a_launch_configuration(lab: Lab) -> tuple[LabWeb, Policy]:
    boto3.client("autoscaling").create_launch_configuration(
        LaunchConfigurationName="lc-1", ImageId="ami-v1", InstanceType="t3.small"
    )
    return LabWeb(lab, "ami-v1", "ami-v2", LaunchTemplate=None, LaunchConfigurationName="lc-1"), _rolled()


def _refreshed(lab: Lab) -> tuple[LabWeb, Policy]:
    return LabWeb(lab, "ami-v1", "ami-v2"), {"instanceRefresh": {}}


def _refreshed_with_an_alarm(lab: Lab) -> tuple[LabWeb, Policy]:
    lab.alarm("errors", state="OK")
    return LabWeb(lab, "ami-v1", "ami-v2"), {"instanceRefresh": {"alarms": ["errors"]}}


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
        ("DescribeInstanceRefreshes", "autoscaling:DescribeInstanceRefreshes", _refreshed),
        ("DescribeAlarms", "cloudwatch:DescribeAlarms", _refreshed_with_an_alarm),
    ],
)
def test_a_missing_permission_is_a_fault_that_names_it(lab: Lab, call: str, action: str, made: Any) -> None:
    """What policy or group make us ask is asked in preview, before anything is done."""
    web, policy = made(lab)
    inputs = {
        "autoScalingGroup": {"name": "web", "launchTemplate": {"id": web.template, "version": "2"}},
        "updatePolicy": policy,
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


GATED: Policy = {"checkpointPercentages": [50, 100], "checkpointDelay": 1, "approval": True}
SLOW: Policy = {"instanceWarmup": 1}
Asked = list[Request]


def _abort(web: RefreshedWeb, asked: Asked) -> None:
    wait_until(web.is_mixed, PATIENCE)
    asked.append(Request("q1", "abort"))


def _approve(web: RefreshedWeb, asked: Asked) -> None:
    wait_until(web.is_held, PATIENCE)
    asked.append(Request("q1", "approve"))


def _nothing(web: RefreshedWeb, asked: Asked) -> None:
    """Nobody asks for anything."""


def _by_number(lab: Lab) -> RefreshedWeb:
    return RefreshedWeb(lab)


def _by_default(lab: Lab) -> RefreshedWeb:
    """A group that the service itself could not return."""
    web = RefreshedWeb(lab)
    pointer = {"LaunchTemplateId": web.template, "Version": "$Default"}
    web.asg.update_auto_scaling_group(AutoScalingGroupName="web", LaunchTemplate=pointer)
    return web


@pytest.mark.parametrize(
    ("call", "policy", "made", "then", "error", "returned"),
    [
        ("UpdateAutoScalingGroup", _rolled(), _by_number, _nothing, RefusedError, True),
        ("TerminateInstanceInAutoScalingGroup", _rolled(), _by_number, _nothing, RefusedError, True),
        (
            "SuspendProcesses",
            _rolled(suspendProcesses=["AZRebalance"]),
            _by_number,
            _nothing,
            RefusedError,
            True,
        ),
        ("StartInstanceRefresh", {"instanceRefresh": {}}, _by_number, _nothing, RefusedError, True),
        ("RollbackInstanceRefresh", {"instanceRefresh": SLOW}, _by_number, _abort, AbortedError, True),
        ("CancelInstanceRefresh", {"instanceRefresh": SLOW}, _by_default, _abort, RollbackFailedError, False),
        ("SuspendProcesses", {"instanceRefresh": GATED}, _by_number, _nothing, RefusedError, True),
        ("ResumeProcesses", {"instanceRefresh": GATED}, _by_number, _approve, RollbackFailedError, False),
    ],
)
def test_an_act_that_is_not_permitted_ends_the_rollout_with_its_name(
    lab: Lab,
    call: str,
    policy: Policy,
    made: Callable[[Lab], RefreshedWeb],
    then: Callable[[RefreshedWeb, Asked], None],
    error: type[RolloutError],
    returned: bool,
) -> None:
    """The group is returned where other acts can, and state as before; else the record stays, and state says so."""
    web, asked = made(lab), Asked()
    lab.image("ami-v2", boot=0.2)
    news = {**web.wants(), "updatePolicy": policy}
    lab.fault(call, error="AccessDenied")
    update = web.begun(news, requests=lambda: tuple(asked))
    then(web, asked)
    with pytest.raises(error) as caught:
        update.result(PATIENCE)
    told = str(caught.value)
    assert f"{call} was refused (AccessDenied): An error on order" in told, told
    assert f"Allow autoscaling:{call}" in told, told
    assert caught.value.returned is returned
    if returned:
        assert caught.value.left is None and (web.revisions(), web.keeps_no_mark()) == ({"1"}, True)
    else:
        assert caught.value.left is not None and caught.value.left["status"] == "interrupted"
        assert "The record is kept on the group" in told and not web.keeps_no_mark()


def test_a_refresh_that_may_not_be_described_any_more_is_left_to_go_on(lab: Lab) -> None:
    """The update ends there with the record kept, and the next one finds the refresh by its id."""
    web = RefreshedWeb(lab)
    lab.image("ami-v2", boot=0.3)
    news = web.wants(**SLOW)
    update = web.begun(news)
    wait_until(lambda: any("the cloud replaces" in line for line in web.statuses), PATIENCE)
    lab.fault("DescribeInstanceRefreshes", error="AccessDenied")
    with pytest.raises(DeniedFleetError, match="Allow autoscaling:DescribeInstanceRefreshes") as caught:
        update.result(PATIENCE)
    assert "goes on without us" in str(caught.value) and not web.keeps_no_mark()
    assert caught.value.left is not None and caught.value.left["status"] == "interrupted"
    lab.clear_fault()
    web.up(news)
    assert web.refreshes() == [("2", "Successful")] and web.revisions() == {"2"}
