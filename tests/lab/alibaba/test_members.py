"""Members: Standby, protection, health, launches that fail, machines that come and go by hand.

Source: ESS API reference, EnterStandby, SetInstancesProtection, DetachInstances; user guide, "ECS instance lifecycle".
"""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from tests.lab.alibaba.bench import ECS, AlibabaBench

WRONG_STATE = (400, "IncorrectInstanceStatus")
BALANCED: dict[str, Any] = {"VServerGroups": [{"LoadBalancerId": "lb-1"}]}


def _member(bench: AlibabaBench, instance: str) -> dict[str, object]:
    (found,) = bench.call("DescribeScalingInstances", InstanceIds=[instance])["ScalingInstances"]
    return dict(found)


def test_standby_counts_as_a_member_and_is_not_replaced(bench: AlibabaBench) -> None:
    """The answer comes when the move is over; the expected number stays; the weight is 0, and 50 afterwards."""
    group = bench.standing(3, **BALANCED)
    first = bench.ids(group)[0]
    assert _member(bench, first)["LoadBalancerWeight"] == 50
    entered = bench.call("EnterStandby", ScalingGroupId=group, InstanceIds=[first])
    assert bench.activity(entered["ScalingActivityId"])["StatusCode"] == "Successful"
    shown = _member(bench, first)
    assert (shown["LifecycleState"], shown["LoadBalancerWeight"]) == ("Standby", 0)
    bench.quiet(group)
    truth = bench.lab.group(group)
    assert (truth["desired"], truth["total"], truth["inService"], truth["serving"]) == (3, 3, 2, 2)
    bench.call("ExitStandby", ScalingGroupId=group, InstanceIds=[first])
    shown = _member(bench, first)
    assert (shown["LifecycleState"], shown["LoadBalancerWeight"]) == ("InService", 50)
    assert bench.refusal("ExitStandby", ScalingGroupId=group, InstanceIds=[first]) == WRONG_STATE
    unknown = bench.refusal("EnterStandby", ScalingGroupId=group, InstanceIds=["i-none"])
    assert unknown == (404, "InvalidInstanceId.NotFound")


def test_a_load_balancer_bears_one_move_at_a_time(bench: AlibabaBench) -> None:
    """A second call meets the first one's move; `Async` answers before it is over; another call waits for its own."""
    group = bench.standing(3, **BALANCED)
    first, second, third = bench.ids(group)
    bench.call("EnterStandby", ScalingGroupId=group, InstanceIds=[first], Async=True)
    assert bench.ids(group, "Standby") == []
    busy = bench.refusal("EnterStandby", ScalingGroupId=group, InstanceIds=[second])
    assert busy == (400, "BackendServer.configuring")
    bench.quiet(group)
    with bench.clock.held() as until_one_waits:
        given = {"ScalingGroupId": group, "InstanceIds": [third]}
        waiting = Thread(target=bench.call, args=("EnterStandby",), kwargs=given, daemon=True)
        waiting.start()
        until_one_waits()
        assert bench.ids(group, "Standby") == [first]
    waiting.join()
    assert bench.ids(group, "Standby") == [first, third]


@pytest.mark.parametrize("taken", [False, True])
def test_a_protected_member_and_standby(bench: AlibabaBench, taken: bool) -> None:
    """EnterStandby refuses a protected member, or takes it where the switch says so."""
    bench.lab.rules(protectedToStandby=taken)
    group = bench.standing(2)
    first = bench.ids(group)[0]
    bench.call("SetInstancesProtection", ScalingGroupId=group, InstanceIds=[first], ProtectedFromScaleIn=True)
    assert _member(bench, first)["LifecycleState"] == "Protected"
    given = {"ScalingGroupId": group, "InstanceIds": [first]}
    if taken:
        bench.call("EnterStandby", **given)
        assert _member(bench, first)["LifecycleState"] == "Standby"
    else:
        assert bench.refusal("EnterStandby", **given) == WRONG_STATE
        bench.call("SetInstancesProtection", ProtectedFromScaleIn=False, **given)
        assert _member(bench, first)["LifecycleState"] == "InService"


def test_a_dead_member_is_removed_and_replaced(bench: AlibabaBench) -> None:
    """Not while HealthCheck is suspended, never in Standby or protected, and below MinSize all the same."""
    group = bench.standing(4, MinSize=4)
    dead, standby, protected, stopped = bench.ids(group)
    bench.call("EnterStandby", ScalingGroupId=group, InstanceIds=[standby])
    bench.call(
        "SetInstancesProtection", ScalingGroupId=group, InstanceIds=[protected], ProtectedFromScaleIn=True
    )
    bench.call("SuspendProcesses", ScalingGroupId=group, Processes=["HealthCheck"])
    for instance in (dead, standby, protected):
        bench.lab.member(instance, do="terminate")
    bench.call("StopInstance", ECS, InstanceId=stopped)
    bench.quiet(group)
    assert bench.ids(group) == [dead, standby, protected, stopped]
    assert _member(bench, dead)["HealthStatus"] == "Healthy"
    assert bench.lab.group(group)["inService"] == 0
    bench.call("ResumeProcesses", ScalingGroupId=group, Processes=["HealthCheck"])
    bench.quiet(group)
    there = bench.ids(group)
    assert (there[:2], len(there), len(bench.ids(group, "InService"))) == ([standby, protected], 4, 2)


def test_a_mark_by_hand_is_acted_on(bench: AlibabaBench) -> None:
    """SetInstanceHealth removes at the next check, and answers 400 for an unknown instance."""
    group = bench.standing(2)
    first = bench.ids(group)[0]
    bench.call("SetInstanceHealth", InstanceId=first, HealthStatus="Unhealthy")
    bench.quiet(group)
    assert first not in bench.ids(group)
    unknown = bench.refusal("SetInstanceHealth", InstanceId="i-none", HealthStatus="Unhealthy")
    assert unknown == (400, "InvalidInstanceId.NotFound")


def test_a_refused_launch_is_a_failed_activity_and_is_tried_again(bench: AlibabaBench) -> None:
    """The activity carries code and text; a group that points at another image fills itself."""
    bench.lab.image("img-none", launchError="OperationDenied.NoStock")
    group = bench.group("img-none", DesiredCapacity=2)
    bench.clock.jump(3)
    shown = bench.call("DescribeScalingActivities", ScalingGroupId=group)["ScalingActivities"]
    assert {(each["StatusCode"], each["ErrorCode"]) for each in shown} == {
        ("Failed", "OperationDenied.NoStock")
    }
    assert 2 < len(shown) < 8
    second = bench.configuration(group, "img-v1")
    bench.call("ModifyScalingGroup", ScalingGroupId=group, ActiveScalingConfigurationId=second)
    bench.clock.jump(3)
    assert bench.lab.group(group)["inService"] == 2


def test_part_of_an_activity_that_fails_is_a_warning(bench: AlibabaBench) -> None:
    """Those that never come into service are released alone, after the lab's time for it."""
    bench.lab.rules(launchTimeout=5)
    bench.lab.image("img-bad", inService=False, share=0.5)
    group = bench.group("img-bad", DesiredCapacity=6)
    bench.clock.jump(4)
    stuck = len(bench.ids(group, "Pending"))
    assert 0 < stuck < 6
    bench.lab.image("img-bad")
    bench.clock.jump(2)
    first = bench.call("DescribeScalingActivities", ScalingGroupId=group)["ScalingActivities"][-1]
    assert (first["StatusCode"], first["ErrorCode"]) == ("Warning", "LaunchTimeout")
    assert len(first["ErrorMessages"][0]["FailedInstanceIds"]) == stuck
    bench.eventually(lambda: bench.lab.group(group)["inService"] == 6)


@pytest.mark.parametrize("removable", [True, False])
def test_a_member_that_is_not_in_service_yet(bench: AlibabaBench, removable: bool) -> None:
    """RemoveInstances ends its launch, or refuses it where the switch says so."""
    bench.lab.rules(pendingRemovable=removable)
    bench.lab.image("img-bad", inService=False)
    group = bench.group("img-bad", DesiredCapacity=1)
    bench.clock.jump(0.5)
    (pending,) = bench.ids(group, "Pending")
    given = {"ScalingGroupId": group, "InstanceIds": [pending]}
    if not removable:
        assert bench.refusal("RemoveInstances", **given) == WRONG_STATE
        return
    bench.call("RemoveInstances", **given)
    bench.quiet(group)
    assert bench.lab.group(group)["total"] == 0


def test_detached_machines_run_on_and_can_be_attached(bench: AlibabaBench) -> None:
    """The machine keeps running; attached and not entrusted it is left running when it is removed."""
    group = bench.standing(2)
    first = bench.ids(group)[0]
    bench.call("DetachInstances", ScalingGroupId=group, InstanceIds=[first])
    bench.quiet(group)
    assert bench.lab.group(group)["total"] == 1
    attached = bench.call("AttachInstances", ScalingGroupId=group, InstanceIds=[first])
    assert bench.over(attached["ScalingActivityId"])["StatusCode"] == "Successful"
    shown = _member(bench, first)
    assert (shown["LifecycleState"], shown["CreationType"]) == ("InService", "Attached")
    assert bench.lab.group(group)["desired"] == 2
    assert bench.refusal("AttachInstances", ScalingGroupId=group, InstanceIds=[first])[0] == 400
    bench.call("RemoveInstances", ScalingGroupId=group, InstanceIds=[first])
    bench.quiet(group)
    machines = bench.call("DescribeInstances", ECS)["Instances"]["Instance"]
    assert {each["InstanceId"]: each["Status"] for each in machines}[first] == "Running"


def test_a_recycled_member_stays_stopped(bench: AlibabaBench) -> None:
    """In economical mode a removal by that policy leaves a Stopped member; elsewhere the policy releases."""
    group = bench.standing(2, ScalingPolicy="recycle")
    first = bench.ids(group)[0]
    bench.call("RemoveInstances", ScalingGroupId=group, InstanceIds=[first], RemovePolicy="recycle")
    bench.quiet(group)
    assert _member(bench, first)["LifecycleState"] == "Stopped"
    (shown,) = bench.call("DescribeScalingGroups")["ScalingGroups"]
    assert (shown["StoppedCapacity"], shown["ScalingPolicy"]) == (1, "recycle")


def test_instances_signal_by_a_tag_and_fall_ill_as_their_image_says(bench: AlibabaBench) -> None:
    """Without a hook the signal is the instance's own tag; an unhealthy image is replaced again and again."""
    bench.lab.image("img-fails", signal="FAILURE", signalAfter=0.2)
    group = bench.standing(1, image="img-fails")
    bench.clock.jump(0.3)
    (instance,) = bench.ids(group)
    (shown,) = bench.call("DescribeInstances", ECS, InstanceIds=f'["{instance}"]')["Instances"]["Instance"]
    assert shown["Tags"]["Tag"] == [{"TagKey": "rolling:signal", "TagValue": "FAILURE"}]
    assert (shown["ImageId"], shown["Status"]) == ("img-fails", "Running")
    bench.lab.image("img-ill", healthy=False)
    second = bench.configuration(group, "img-ill")
    bench.call("ModifyScalingGroup", ScalingGroupId=group, ActiveScalingConfigurationId=second)
    bench.lab.member(instance, do="unhealthy")
    bench.clock.jump(3)
    activities = bench.call("DescribeScalingActivities", ScalingGroupId=group, PageSize=50)
    assert activities["TotalCount"] > 5


def test_what_is_not_there_may_be_ignored(bench: AlibabaBench) -> None:
    """An unknown id refuses the whole removal, or is told in the answer; members are found by each filter."""
    group = bench.standing(2)
    first, second = bench.ids(group)
    given = {"ScalingGroupId": group, "InstanceIds": [first, "i-none"]}
    assert bench.refusal("RemoveInstances", **given) == (404, "InvalidInstanceId.NotFound")
    removed = bench.call("RemoveInstances", IgnoreInvalidInstance=True, **given)
    assert [each["InstanceId"] for each in removed["IgnoredInstances"]] == ["i-none"]
    configuration = bench.lab.group(group)["scalingConfiguration"]
    for filters, found in (
        ({"LifecycleStates": ["Removing", "Standby"]}, [first]),
        ({"LifecycleState": "InService", "HealthStatus": "Healthy"}, [second]),
        ({"CreationTypes": ["Attached"]}, []),
        ({"ScalingConfigurationId": configuration}, [first, second]),
        ({"ScalingGroupId": "asg-none"}, []),
    ):
        shown = bench.call("DescribeScalingInstances", **filters)["ScalingInstances"]
        assert [each["InstanceId"] for each in shown] == found, filters


def test_an_attachment_keeps_max_size_and_suspended_processes(bench: AlibabaBench) -> None:
    """Above MaxSize it is refused, with ScaleOut suspended too, and an unknown machine is not found."""
    group = bench.standing(2, MaxSize=2)
    first = bench.ids(group)[0]
    bench.call("DetachInstances", ScalingGroupId=group, InstanceIds=[first], DecreaseDesiredCapacity=False)
    bench.quiet(group)
    given = {"ScalingGroupId": group, "InstanceIds": [first]}
    assert bench.refusal("AttachInstances", **given) == (400, "IncorrectCapacity.MaxSize")
    bench.call("SuspendProcesses", ScalingGroupId=group, Processes=["ScaleOut"])
    assert bench.refusal("AttachInstances", **given) == (400, "IncorrectScalingGroupStatus")
    bench.call("ResumeProcesses", ScalingGroupId=group, Processes=["ScaleOut"])
    unknown = bench.refusal("AttachInstances", ScalingGroupId=group, InstanceIds=["i-none"])
    assert unknown == (404, "InvalidInstanceId.NotFound")
