"""Whole rollouts by the handler on the lab: what the policy watches beside the group decides them."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from pulumi_rolling.errors import AlarmError, InterferenceError, RolloutError, TooManyFailuresError
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.lab_web import LabWeb


def queued(url: str) -> int:
    counts = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(counts["ApproximateNumberOfMessages"]) + int(counts["ApproximateNumberOfMessagesNotVisible"])


def test_signals_by_queue_carry_a_rollout(lab: Lab) -> None:
    """Verdicts come by the queue and stand in the tags; ours are deleted, a foreign message stays."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="signals")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody='{"group": "other", "instanceId": "i-0", "status": "FAILURE"}')
    lab.image("ami-v2", queue=url)
    web = LabWeb(lab, "ami-v1", "ami-v2")
    by_queue: Any = {"waitOnResourceSignals": True, "readiness": {"signalQueue": url}}
    state = web.deploy(web.news("1"))
    state = web.update(state, web.news("2", **by_queue))
    assert web.revisions() == {"2"} and state["revision"].endswith(":2")
    tags = web.ec2.describe_tags(Filters=[{"Name": "key", "Values": ["rolling:signal"]}])["Tags"]
    assert {tag["ResourceId"] for tag in tags} >= set(web.members(lambda m: m["revision"] == 2))
    wait_until(lambda: queued(url) == 1)


def test_a_failure_by_queue_returns_the_group(lab: Lab) -> None:
    """FAILURE in a message is what FAILURE in the tag is."""
    url = boto3.client("sqs").create_queue(QueueName="signals")["QueueUrl"]
    lab.image("ami-v2", queue=url, signal="FAILURE")
    web = LabWeb(lab, "ami-v1", "ami-v2")
    state = web.deploy(web.news("1"))
    by_queue: Any = {"waitOnResourceSignals": True, "readiness": {"signalQueue": url}}
    with pytest.raises(RolloutError, match="sent FAILURE") as caught:
        web.update(state, web.news("2", **by_queue))
    assert caught.value.returned and web.revisions() == {"1"}


def described(web: LabWeb) -> dict[str, Any]:
    group: dict[str, Any] = web.asg.describe_auto_scaling_groups(AutoScalingGroupNames=["web"])[
        "AutoScalingGroups"
    ][0]
    return group


def sizes(web: LabWeb) -> list[int]:
    return [described(web)[key] for key in ("MinSize", "MaxSize", "DesiredCapacity")]


def target_group() -> str:
    """An application needs a listener; the lab does not."""
    vpc = boto3.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    made = boto3.client("elbv2").create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)
    arn: str = made["TargetGroups"][0]["TargetGroupArn"]
    return arn


def test_a_build_that_is_unhealthy_only_behind_the_load_balancer_returns_the_group(lab: Lab) -> None:
    """EC2 and the group call it healthy; readiness.targetHealth does not."""
    lab.image("ami-v2", targetHealthy=False)
    web = LabWeb(lab, "ami-v1", "ami-v2", TargetGroupARNs=[target_group()])
    state = web.deploy(web.news("1"))
    behind: Any = {"readiness": {"targetHealth": True, "timeout": "PT2S"}}
    with pytest.raises(RolloutError, match="did not become healthy in every target group") as caught:
        web.update(state, web.news("2", **behind))
    assert caught.value.returned and web.revisions() == {"1"}


def test_an_alarm_while_it_bakes_returns_the_group(lab: Lab) -> None:
    """All members are replaced and ready; the alarm that rings after that takes everything back."""
    lab.alarm("errors", state="OK")
    web = LabWeb(lab, "ami-v1", "ami-v2")
    state = web.deploy(web.news("1"))
    rolled = web.in_background(state, web.news("2", alarms=["errors"], bakeTime="PT1H"))
    wait_until(lambda: any("all are ready" in status for status in web.statuses), 20.0)
    lab.alarm("errors", state="ALARM")
    with pytest.raises(AlarmError, match="alarm errors went into ALARM") as caught:
        rolled.result(30)
    assert caught.value.returned and web.revisions() == {"1"}


def test_a_group_goes_from_a_launch_configuration_to_a_template_and_back(lab: Lab) -> None:
    """Failed builds return it to its launch configuration, and blame the right thing; a good one stays."""
    lab.image("ami-v1", signal="FAILURE")
    asg = boto3.client("autoscaling")
    asg.create_launch_configuration(
        LaunchConfigurationName="web-1", ImageId="ami-old", InstanceType="t3.small"
    )
    web = LabWeb(lab, "ami-v1", "ami-v2", LaunchTemplate=None, LaunchConfigurationName="web-1")
    state = web.deploy(web.news(on={"launchConfiguration": "web-1"}))
    assert state["revision"] == "lc:web-1"
    with pytest.raises(RolloutError, match="sent FAILURE") as caught:
        web.update(state, web.news("1", waitOnResourceSignals=True))
    assert caught.value.returned
    assert web.group["launchConfiguration"] == "web-1" and web.revisions() == {"web-1"}
    asg.create_launch_configuration(
        LaunchConfigurationName="web-2", ImageId="ami-gone", InstanceType="t3.small"
    )
    lab.image("ami-gone", launchError="InvalidAMIID.NotFound")
    with pytest.raises(TooManyFailuresError, match="Name an image in the launch configuration that exists"):
        web.update(state, web.news(on={"launchConfiguration": "web-2"}, waitOnResourceSignals=True))
    state = web.update(state, web.news("2", waitOnResourceSignals=True))
    assert web.group["launchTemplate"]["Version"] == "2" and web.revisions() == {"2"}
    assert state["previousRevision"] == "lc:web-1"


def test_what_stands_outside_desired_is_replaced_where_the_policy_says_so(lab: Lab) -> None:
    """A member in standby ends; the warm pool is made anew; Desired is as it was."""
    web = LabWeb(lab, "ami-v1", "ami-v2", size=3)
    web.asg.put_warm_pool(AutoScalingGroupName="web", MinSize=2, MaxGroupPreparedCapacity=2)
    wait_until(lambda: [m["lifecycle"] for m in web.group["warm"]] == ["Warmed:Stopped"] * 2)
    resting = web.members()[0]
    lab.member(resting, do="standby")
    assert web.group["desired"] == 2
    state = web.deploy(web.news("1"))
    state = web.update(state, web.news("2", standbyInstances="Replace"))
    wait_until(lambda: resting not in web.members())
    assert web.group["desired"] == 2 and web.revisions() == {"2"}
    wait_until(lambda: {str(m["revision"]) for m in web.group["warm"]} == {"2"})
    assert not web.handler.diff(state, web.news("2", standbyInstances="Replace"), web.context).changes


def test_members_of_an_overrides_own_template_are_replaced_once(lab: Lab) -> None:
    """Those before its newest version are; the new ones match, although the main pointer is another template."""
    ec2 = boto3.client("ec2")
    data = {"ImageId": "ami-arm", "InstanceType": "m6g.large"}
    made = ec2.create_launch_template(LaunchTemplateName="arm", LaunchTemplateData=data)
    own = {"LaunchTemplateId": made["LaunchTemplate"]["LaunchTemplateId"], "Version": "$Latest"}
    web = LabWeb.mixed(lab, own, "ami-v1", "ami-v2")
    before = set(web.members())
    state = web.deploy(web.news("1"))
    ec2.create_launch_template_version(
        LaunchTemplateId=own["LaunchTemplateId"], LaunchTemplateData={**data, "ImageId": "ami-arm-2"}
    )
    state = web.update(state, web.news("2"))
    after = web.members(lambda m: not m["lifecycle"].startswith("Terminating"))
    assert len(after) == 2 and not before & set(after)
    assert {m["image"] for m in web.group["members"] if m["id"] in after} == {"ami-arm-2"}
    assert state["lastRollout"]["replaced"] == 2
    assert not web.handler.diff(state, web.news("2"), web.context).changes


def test_weights_are_units_of_desired_and_the_policy_counts_instances(lab: Lab) -> None:
    """Four instances of three units each: batch and floor are instances, Desired goes up and back in units."""
    web = LabWeb.weighted(lab, 3, "ami-v1", "ami-v2", instances=4)
    state = web.deploy(web.news("1"))
    began = len(lab.history("web"))
    state = web.update(state, web.news("2", maxBatchSize=2, minInstancesInService=3))
    points = lab.history("web")[began:]
    assert min(p["inService"] for p in points) >= 3 and max(p["total"] for p in points) <= 5
    assert max(p["desired"] for p in points) == 15 and web.group["desired"] == 12
    assert web.revisions() == {"2"} and state["lastRollout"]["replaced"] == 4
    preview = web.handler.check(state, web.news("1"), web.context)
    assert preview[1] == []


def test_a_pointer_that_somebody_else_moves_ends_the_roll_there(lab: Lab) -> None:
    """The pointer and the members are left alone, all else is as found, and the error says who is on what."""
    lab.image("ami-v2", boot=2.0)
    web = LabWeb(lab, "ami-v1", "ami-v2", size=4)
    state = web.deploy(web.news("1"))
    found = sizes(web)
    rolled = web.in_background(state, web.news("2", maxBatchSize=1))
    wait_until(lambda: bool(web.members(lambda m: m["revision"] == "2")), 20.0)
    elsewhere = {"LaunchTemplateId": web.template, "Version": "1"}
    web.asg.update_auto_scaling_group(AutoScalingGroupName="web", LaunchTemplate=elsewhere)
    killed = lab.calls().get("TerminateInstanceInAutoScalingGroup", 0)
    with pytest.raises(InterferenceError, match="somebody else pointed the group at version 1; ") as caught:
        rolled.result(60)
    assert not caught.value.returned
    assert lab.calls().get("TerminateInstanceInAutoScalingGroup", 0) <= killed + 1
    assert sizes(web) == found
    group = described(web)
    assert group["LaunchTemplate"]["Version"] == "1" and not group["SuspendedProcesses"]


def test_a_canary_that_dies_after_it_was_ready_ends_the_roll(lab: Lab) -> None:
    """Ready is provisional: while the canary is watched its loss is fatal, and one instance was touched."""
    lab.image("ami-v2", diesAfter=1.0)
    web = LabWeb(lab, "ami-v1", "ami-v2", size=4)
    state = web.deploy(web.news("1"))
    watched: Any = {"canary": {"size": 1, "soak": "PT10S"}}
    with pytest.raises(
        TooManyFailuresError, match=r"the canary failed .* was lost after it was ready"
    ) as caught:
        web.update(state, web.news("2", **watched))
    assert caught.value.returned and "1 instance touched" in str(caught.value)
    assert web.revisions() == {"1"}


def test_a_type_without_capacity_ends_with_the_clouds_own_sentence(lab: Lab) -> None:
    """It stands on the row while the launch is awaited, and in the error when the slot's clock has run out."""
    lab.image("ami-v2", launchError="InsufficientInstanceCapacity")
    web = LabWeb(lab, "ami-v1", "ami-v2", size=3)
    state = web.deploy(web.news("1"))
    with pytest.raises(TooManyFailuresError, match=r"never appeared within PT3S: .*capacity") as caught:
        web.update(state, web.news("2", readiness={"timeout": "PT3S"}))
    assert caught.value.returned and web.revisions() == {"1"}
    assert any("to launch: " in status and "capacity" in status for status in web.statuses)


def test_an_instance_refresh_that_somebody_starts_in_mid_roll_is_named_and_let_be(lab: Lab) -> None:
    """Two rollers would replace each other's members: ours ends, gives back what it took, and cancels nothing."""
    lab.image("ami-v2", boot=0.5)
    web = LabWeb(lab, "ami-v1", "ami-v2", size=4)
    state = web.deploy(web.news("1"))
    rolled = web.in_background(state, web.news("2", maxBatchSize=1, minInstancesInService=4, bakeTime="PT1H"))
    wait_until(lambda: "2" in web.revisions(), 20.0)
    begun = web.asg.start_instance_refresh(AutoScalingGroupName="web")["InstanceRefreshId"]
    with pytest.raises(
        RolloutError, match=f"somebody else began instance refresh {begun}, which is"
    ) as caught:
        rolled.result(30)
    assert not caught.value.returned
    (refresh,) = web.asg.describe_instance_refreshes(AutoScalingGroupName="web")["InstanceRefreshes"]
    assert refresh["Status"] == "InProgress"
    assert (web.group["minSize"], web.group["desired"], web.group["suspended"]) == (1, 4, [])
    assert web.group["launchTemplate"]["Version"] == "2"
