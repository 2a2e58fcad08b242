"""Sizes, and the choice at scale-in.

Sources: EC2 Auto Scaling API reference of each call, and the service's error texts.
"""

from __future__ import annotations

import pytest

from tests.lab.bench import Bench, refusal

WEB = {"AutoScalingGroupName": "web"}


@pytest.mark.parametrize(("desired", "says"), [(5, "above max value 4"), (1, "below min value 2")])
def test_a_desired_capacity_outside_the_bounds_is_refused(bench: Bench, desired: int, says: str) -> None:
    """SetDesiredCapacity outside MinSize and MaxSize is a ValidationError and changes nothing."""
    bench.start(desired=2, MinSize=2, MaxSize=4)
    code, text = refusal(bench.asg.set_desired_capacity, DesiredCapacity=desired, **WEB)
    assert code == "ValidationError"
    assert text == f"New SetDesiredCapacity value {desired} is {says} for the AutoScalingGroup."
    assert bench.group()["DesiredCapacity"] == 2


def test_an_update_outside_the_bounds_is_refused_as_a_whole(bench: Bench) -> None:
    """UpdateAutoScalingGroup with a desired capacity outside the new bounds changes nothing at all."""
    bench.start(desired=2, MinSize=2, MaxSize=4)
    code, text = refusal(bench.asg.update_auto_scaling_group, DesiredCapacity=9, MaxSize=8, **WEB)
    assert (code, text) == (
        "ValidationError",
        "Desired capacity:9 must be between the specified min size:2 and max size:8",
    )
    assert bench.group()["MaxSize"] == 4


def test_a_new_bound_moves_the_desired_capacity(bench: Bench) -> None:
    """Without DesiredCapacity, a MinSize above or a MaxSize below the desired capacity moves it there."""
    bench.start(desired=2, MinSize=1, MaxSize=4)
    bench.asg.update_auto_scaling_group(MinSize=3, **WEB)
    assert bench.group()["DesiredCapacity"] == 3
    bench.asg.update_auto_scaling_group(MinSize=0, MaxSize=1, **WEB)
    assert bench.group()["DesiredCapacity"] == 1
    bench.settled(1)


def test_a_termination_without_decrement_is_replaced_at_once(bench: Bench) -> None:
    """The desired capacity stays; the member is Terminating and its replacement Pending at the same moment."""
    bench.start(desired=2)
    first, second = bench.settled(2)
    activity = bench.terminate(first)["Activity"]
    assert activity["Description"] == f"Terminating EC2 instance: {first}"
    assert f"instance {first} was taken out of service in response to a user request." in activity["Cause"]
    states = bench.states()
    assert (states.pop(first), states.pop(second)) == ("Terminating", "InService")
    assert list(states.values()) == ["Pending"]
    assert bench.group()["DesiredCapacity"] == 2
    assert bench.machine(first)["State"]["Name"] == "shutting-down"
    bench.settled(2)
    assert bench.machine(first)["State"]["Name"] == "terminated"


def test_a_termination_with_decrement_is_not_replaced(bench: Bench) -> None:
    """The desired capacity falls with it; at MinSize the call is refused and the instance lives."""
    bench.start(desired=2, MinSize=1)
    first, second = bench.settled(2)
    cause = bench.terminate(first, decrement=True)["Activity"]["Cause"]
    assert cause.endswith("in response to a user request, shrinking the capacity from 2 to 1.")
    given = {"InstanceId": second, "ShouldDecrementDesiredCapacity": True}
    code, text = refusal(bench.asg.terminate_instance_in_auto_scaling_group, **given)
    assert code == "ValidationError"
    assert text.startswith("Currently, desiredSize equals minSize (1).")
    assert bench.settled(1) == [second]


def test_several_instances_can_be_terminated_in_one_call(bench: Bench) -> None:
    """InstanceIds with the group's name gives an activity each, or is refused as a whole below the minimum."""
    bench.start(desired=3, MinSize=1)
    ids = bench.settled(3)
    given = {"ShouldDecrementDesiredCapacity": True, **WEB}
    code, _ = refusal(bench.asg.terminate_instance_in_auto_scaling_group, InstanceIds=ids, **given)
    assert code == "ValidationError"
    assert set(bench.states().values()) == {"InService"}
    answer = bench.asg.terminate_instance_in_auto_scaling_group(InstanceIds=ids[:2], **given)
    assert len(answer["Activities"]) == 2
    assert bench.settled(1) == [ids[2]]


def test_an_unknown_instance_is_a_validation_error(bench: Bench) -> None:
    """Not an internal error; the text says that no managed instance has this id."""
    bench.start(desired=0)
    given = {"InstanceId": "i-0123456789abcdef0", "ShouldDecrementDesiredCapacity": False}
    code, text = refusal(bench.asg.terminate_instance_in_auto_scaling_group, **given)
    assert code == "ValidationError"
    assert text == "Instance Id not found - No managed instance found for instance ID: i-0123456789abcdef0"


def test_a_terminating_instance_cannot_be_terminated_again(bench: Bench) -> None:
    """The second call meets ScalingActivityInProgress and does not lower the desired capacity once more."""
    bench.lab.image("ami-v1", shutdown=5)
    bench.start(desired=3)
    first, *_ = bench.settled(3)
    bench.terminate(first, decrement=True)
    given = {"InstanceId": first, "ShouldDecrementDesiredCapacity": True}
    code, _ = refusal(bench.asg.terminate_instance_in_auto_scaling_group, **given)
    assert code == "ScalingActivityInProgress"
    assert bench.group()["DesiredCapacity"] == 2


def test_scale_in_takes_the_fullest_zone_then_the_oldest_version_then_the_oldest(bench: Bench) -> None:
    """User guide, default termination policy."""
    zones = ["us-east-1a", "us-east-1b"]
    template = bench.start(
        bench.template("ami-v1", "ami-v2"), version="2", desired=2, AvailabilityZones=zones
    )
    two_a, two_b = bench.settled(2)
    bench.point(template, "1")
    bench.asg.set_desired_capacity(DesiredCapacity=5, **WEB)
    bench.settled(5)
    launched = [member["id"] for member in bench.lab.group("web")["members"]]
    assert launched[:2] == [two_a, two_b]
    one_a, one_b, last_a = launched[2:]
    bench.asg.set_desired_capacity(DesiredCapacity=4, **WEB)
    assert set(bench.settled(4)) == {two_a, two_b, one_b, last_a}
    assert one_a not in bench.ids()
    assert f"instance {one_a} was selected for termination." in bench.about(one_a, "Terminating")["Cause"]
    bench.asg.set_desired_capacity(DesiredCapacity=2, **WEB)
    assert set(bench.settled(2)) == {two_a, two_b}


def test_scale_in_spares_the_protected(bench: Bench) -> None:
    """Scale-in never takes a protected member; a termination by request does (user guide, protection)."""
    bench.start(desired=3)
    first, second, third = bench.settled(3)
    bench.asg.set_instance_protection(InstanceIds=[first, second], ProtectedFromScaleIn=True, **WEB)
    bench.asg.set_desired_capacity(DesiredCapacity=0, **WEB)
    assert bench.settled(2) == [first, second]
    assert third not in bench.ids()
    bench.terminate(first)
    assert bench.settled(1) == [second]


def test_members_that_lose_their_protection_are_scaled_in(bench: Bench) -> None:
    """A group above its desired capacity takes them as soon as their protection is taken, with no other call."""
    bench.start(desired=3)
    kept = bench.settled(3)[:2]
    protection = {"AutoScalingGroupName": "web", "InstanceIds": kept}
    bench.asg.set_instance_protection(ProtectedFromScaleIn=True, **protection)
    bench.asg.update_auto_scaling_group(AutoScalingGroupName="web", MinSize=0, MaxSize=0, DesiredCapacity=0)
    assert sorted(bench.settled(2)) == sorted(kept)
    bench.asg.set_instance_protection(ProtectedFromScaleIn=False, **protection)
    bench.eventually(lambda: not bench.members())


def test_metrics_are_added_and_taken_one_by_one(bench: Bench) -> None:
    """EnableMetricsCollection adds to those that are collected, and names all when it names none."""
    bench.start(desired=0)

    def collected() -> set[str]:
        return {each["Metric"] for each in bench.group()["EnabledMetrics"]}

    web = {"AutoScalingGroupName": "web"}
    for metric in ("GroupMinSize", "GroupMaxSize"):
        bench.asg.enable_metrics_collection(Granularity="1Minute", Metrics=[metric], **web)
    assert collected() == {"GroupMinSize", "GroupMaxSize"}
    bench.asg.disable_metrics_collection(Metrics=["GroupMinSize"], **web)
    assert collected() == {"GroupMaxSize"}
    bench.asg.enable_metrics_collection(Granularity="1Minute", **web)
    assert len(collected()) == 20
    bench.asg.disable_metrics_collection(**web)
    assert not collected()


def test_a_newest_instance_policy_takes_the_newest(bench: Bench) -> None:
    """With NewestInstance the youngest goes first (API reference, TerminationPolicies)."""
    bench.start(desired=1, TerminationPolicies=["NewestInstance"])
    [old] = bench.settled(1)
    bench.asg.set_desired_capacity(DesiredCapacity=2, **WEB)
    bench.settled(2)
    bench.asg.set_desired_capacity(DesiredCapacity=1, **WEB)
    assert bench.settled(1) == [old]


def test_a_group_is_deleted_by_force_with_its_instances(bench: Bench) -> None:
    """DeleteAutoScalingGroup: refused with instances, by force the group is gone when they are."""
    bench.start(desired=2)
    ids = bench.settled(2)
    assert refusal(bench.asg.delete_auto_scaling_group, **WEB)[0] == "ResourceInUse"
    bench.asg.delete_auto_scaling_group(ForceDelete=True, **WEB)
    assert bench.group()["Status"] == "Delete in progress"
    bench.eventually(lambda: not bench.group())
    assert [bench.machine(each)["State"]["Name"] for each in ids] == ["terminated"] * 2


def test_a_deletion_by_force_waits_for_no_hook(bench: Bench) -> None:
    """API reference, DeleteAutoScalingGroup.ForceDelete: outstanding lifecycle actions are ended."""
    bench.start(desired=2)
    first, _ = bench.settled(2)
    bench.hook("drain", "TERMINATING")
    bench.terminate(first)
    assert bench.states()[first] == "Terminating:Wait"
    bench.asg.delete_auto_scaling_group(ForceDelete=True, **WEB)
    bench.eventually(lambda: not bench.group())


def test_groups_are_paged_and_filtered_by_tag(bench: Bench) -> None:
    """DescribeAutoScalingGroups pages by NextToken, joins Filters by AND, and may leave the instances out."""
    template = bench.template("ami-v1")
    for name in ("a", "b", "c"):
        bench.start(template, desired=1, AutoScalingGroupName=name, Tags=[{"Key": "name", "Value": name}])
    page = bench.asg.describe_auto_scaling_groups(MaxRecords=2)
    names = [group["AutoScalingGroupName"] for group in page["AutoScalingGroups"]]
    page = bench.asg.describe_auto_scaling_groups(MaxRecords=2, NextToken=page["NextToken"])
    names += [group["AutoScalingGroupName"] for group in page["AutoScalingGroups"]]
    assert names == ["a", "b", "c"]
    assert "NextToken" not in page
    filters = [{"Name": "tag:name", "Values": ["b", "c"]}, {"Name": "tag-value", "Values": ["c"]}]
    found = bench.asg.describe_auto_scaling_groups(Filters=filters, IncludeInstances=False)[
        "AutoScalingGroups"
    ]
    assert [(group["AutoScalingGroupName"], group["Instances"]) for group in found] == [("c", [])]


def test_a_tag_value_has_at_most_256_characters_and_a_group_50_tags(bench: Bench) -> None:
    """A longer value and one tag more are refused (API reference, Tag)."""
    bench.start(desired=0)
    tag = {"ResourceId": "web", "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
    too_long = tag | {"Key": "k", "Value": "x" * 257}
    assert refusal(bench.asg.create_or_update_tags, Tags=[too_long])[0] == "ValidationError"
    bench.asg.create_or_update_tags(Tags=[tag | {"Key": f"k{n}", "Value": "x" * 256} for n in range(50)])
    assert (
        refusal(bench.asg.create_or_update_tags, Tags=[tag | {"Key": "one", "Value": ""}])[0]
        == "LimitExceeded"
    )
    bench.asg.delete_tags(Tags=[tag | {"Key": "k0"}])
    filters = [{"Name": "auto-scaling-group", "Values": ["web"]}]
    assert len(bench.asg.describe_tags(Filters=filters)["Tags"]) == 49
