"""What AWS's own sentences about launches and ends mean."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.replace.observation import LaunchError
from pulumi_rolling.fleets.auto_scaling_group.activities import (
    ActivityLog,
    is_excused,
    read_activity,
)
from pulumi_rolling.fleets.aws.api import AwsApi

from tests.fleets.scripted_aws import Answer, ScriptedAws

ENDS = [
    # AWS re:Post, "Why did Amazon EC2 Auto Scaling terminate an instance?"; causes as shown in
    # aws-parallelcluster #1401, kube-aws-autoscaler #7 and the AWS CLI reference
    (
        "an instance was taken out of service in response to an ELB system health check failure, shrinking "
        "the capacity from 3 to 2.",
        False,
    ),
    (
        "an instance was taken out of service in response to a EC2 health check indicating it has been "
        "terminated or stopped.",
        False,
    ),
    ("an instance was taken out of service in response to an EC2 instance status checks failure.", False),
    ("an instance was taken out of service in response to an ELB system health check failure.", False),
    ("an instance was taken out of service in response to a user health-check.", False),
    ("instance i-1 was taken out of service in response to a user request.", False),
    ("an instance was terminated: its lifecycle action was abandoned", False),
    (
        "instance i-1 was taken out of service in response to a user request, shrinking the capacity from 1 "
        "to 0.",
        True,
    ),
    (
        "a user request explicitly set group desired capacity changing the desired capacity from 6 to 5.  At "
        "2017-02-11T15:35:09Z an instance was taken out of service in response to a difference between "
        "desired and "
        "actual capacity, shrinking the capacity from 6 to 5.",
        True,
    ),
    (
        "a monitor alarm low in state ALARM triggered policy in changing the desired capacity from 2 to 1.  "
        "At "
        "2024-12-05T21:48:52Z an instance was taken out of service in response to a difference between "
        "desired and "
        "actual capacity, shrinking the capacity from 2 to 1.",
        True,
    ),
    (
        "instances were launched to balance instances in zones us-east-1b with other zones resulting in "
        "more than "
        "desired number of instances in the group.",
        True,
    ),
    ("an instance was taken out of service in response to an EC2 instance rebalance recommendation.", True),
    ("instance i-1 was taken out of service in response to a spot instance interruption notice", True),
    ("an instance was taken out of service in response to the maximum instance lifetime.", True),
    ("an instance exceeded its max instance lifetime and is replaced", True),
    ("an instance of MaxInstanceLifetime failed an EC2 health check", False),
]


def activity(
    description: str,
    status: str = "Successful",
    *,
    cause: str = "",
    message: str = "",
    ident: str = "a1",
    at: int = 100,
) -> Answer:
    return {
        "ActivityId": ident,
        "AutoScalingGroupName": "web",
        "Description": description,
        "Cause": cause,
        "StatusCode": status,
        "StatusMessage": message,
        "StartTime": datetime.fromtimestamp(at, UTC),
    }


@pytest.mark.parametrize(("cause", "excused"), ENDS)
def test_an_end_is_excused_when_the_cloud_took_the_member_for_its_own_reasons(
    cause: str, excused: bool
) -> None:
    """Scaling, rebalancing and Spot are no fault of the member; health, hooks and a user's hand are."""
    assert is_excused(f"At 2026-01-01T00:00:00Z {cause}") is excused


def test_a_launch_that_the_warm_pool_lacks_is_no_refused_launch_of_the_group() -> None:
    """No slot waits for it; where the template is at fault, the group's own launches say so."""
    refused = activity(
        "Launching a new EC2 instance into warm pool.  Status Reason: no", "Failed", message="not authorized"
    )
    seen = read_activity(refused)
    assert seen.launch is None and seen.loss is None and seen.is_over


@pytest.mark.parametrize("status", ["Failed", "Cancelled"])
def test_a_launch_that_failed_before_there_was_an_instance_is_a_refused_launch(status: str) -> None:
    """An attempt that failed has the status Failed or Cancelled (StatusCode, API reference)."""
    seen = read_activity(
        activity(
            "Launching a new EC2 instance.  Status Reason: no", status, message="You are not\nauthorized"
        )
    )
    assert seen.loss is None and seen.launch is not None
    assert (seen.launch.id, seen.launch.at, seen.launch.error) == ("a1", 100.0, LaunchError.PERMANENT)
    assert seen.launch.cause == "You are not authorized"
    assert seen.launch.remedy is Remedy.PERMISSION and "ec2:RunInstances" in seen.launch.hint


@pytest.mark.parametrize(
    ("message", "remedy"), [("Nobody has seen this.", Remedy.OBJECTION), (" ", Remedy.ACTIVITIES)]
)
def test_what_is_not_recognised_is_left_for_people_to_read(message: str, remedy: Remedy) -> None:
    """A new sentence tells by itself; where there is none, the group's activities are the place to look at."""
    launch = read_activity(activity("Launching a new EC2 instance.", "Failed", message=message)).launch
    assert launch is not None and (launch.error, launch.remedy) == (LaunchError.CAPACITY, remedy)


def test_a_machine_that_could_not_start_says_what_mends_it() -> None:
    """There was an instance, so it is a loss; the key of its volumes is to be allowed all the same."""
    message = (
        "Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: "
        "Client.InternalError: Client error on launch"
    )
    loss = read_activity(
        activity(f"Launching a new EC2 instance: i-0a01. Status Reason: {message}", "Failed", message=message)
    ).loss
    assert loss is not None and loss.remedy is Remedy.PERMISSION and "kms:CreateGrant" in loss.hint


def test_an_abandoned_launch_is_the_loss_of_its_member() -> None:
    """The instance existed, so it is judged as a member and not counted as a refused launch as well."""
    message = (
        "Instance failed to complete user's Lifecycle Action: Lifecycle Action with token a054c99b was "
        "abandoned: "
        "Lifecycle Action Completed with ABANDON Result"
    )
    seen = read_activity(
        activity(
            f"Launching a new EC2 instance: i-0a01. Status Reason: {message}", "Cancelled", message=message
        )
    )
    assert seen.launch is None and seen.loss is not None
    assert (seen.loss.member, seen.loss.excused, seen.loss.cause) == ("i-0a01", False, message)
    assert seen.loss.remedy is None and seen.loss.hint == ""


@pytest.mark.parametrize("status", ["Successful", "InProgress", "PreInService", "WaitingForInstanceId"])
def test_a_launch_that_succeeds_or_goes_on_is_no_news(status: str) -> None:
    """Only failed and cancelled launches are reported."""
    seen = read_activity(activity("Launching a new EC2 instance: i-1", status))
    assert seen.launch is None and seen.loss is None


def test_standby_is_no_loss() -> None:
    """A member moved to standby is still the group's."""
    assert read_activity(activity("Moving EC2 instance to Standby: i-1")).loss is None


def once(work: Callable[[], Any]) -> Any:
    return work()


def test_activities_are_asked_for_from_the_start_of_the_rollout(aws: ScriptedAws) -> None:
    """The bound is an ISO 8601 time in whole seconds, and older ones in the answer are left out."""
    aws.answer(
        "DescribeScalingActivities",
        {
            "Activities": [
                activity("Terminating EC2 instance: i-2", at=150, ident="new"),
                activity("Terminating EC2 instance: i-1", at=50, ident="old"),
            ],
            "NextToken": "older",
        },
    )
    seen = ActivityLog("web").read(AwsApi(aws.place, once), 100.9)
    assert [each.id for each in seen] == ["new"]
    assert len(aws.calls) == 1
    assert aws.calls[0][1]["Filters"] == [{"Name": "StartTimeLowerBound", "Values": ["1970-01-01T00:01:40Z"]}]


def test_pages_of_finished_activities_are_not_read_again(aws: ScriptedAws) -> None:
    """A roll of a thousand members leaves twenty pages; a later look reads one of them."""
    done = [activity("Launching a new EC2 instance: i-1", ident=f"a{n}", at=200 - n) for n in range(4)]
    first: dict[str, object] = {"Activities": done[:2], "NextToken": "2"}
    aws.answer("DescribeScalingActivities", first, {"Activities": done[2:]}, first)
    log, api = ActivityLog("web"), AwsApi(aws.place, once)
    assert len(log.read(api, 100.0)) == 4
    assert len(log.read(api, 100.0)) == 4
    assert api.count() == 3


def test_an_unfinished_activity_on_an_older_page_is_read_again(aws: ScriptedAws) -> None:
    """A launch that goes on may still fail, so reading goes as far back as it."""
    done = activity("Launching a new EC2 instance: i-1", ident="done", at=200)
    slow = activity("Launching a new EC2 instance.", "InProgress", ident="slow", at=150)
    failed = activity("Launching a new EC2 instance.", "Failed", ident="slow", at=150, message="x")
    first = {"Activities": [done], "NextToken": "2"}
    aws.answer("DescribeScalingActivities", first, {"Activities": [slow]}, first, {"Activities": [failed]})
    log, api = ActivityLog("web"), AwsApi(aws.place, once)
    assert [each.launch for each in log.read(api, 100.0)] == [None, None]
    assert [each.launch is not None for each in log.read(api, 100.0)] == [False, True]
