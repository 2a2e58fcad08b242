"""The two kinds of group: with an expected number activities run side by side, without one they exclude each other.

Source: ESS user guide, "Expected number of instances"; API reference of each call.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.alibaba.bench import AlibabaBench

BUSY = (400, "ScalingActivityInProgress")
STATUS = (400, "IncorrectScalingGroupStatus")


def _without(bench: AlibabaBench, count: int = 3, **given: Any) -> str:
    """A group without an expected number, with members in service."""
    group = bench.group(**{"MinSize": 1, **given})
    bench.quiet(group)
    if count > 1:
        bench.call(
            "ScaleWithAdjustment", ScalingGroupId=group, AdjustmentType="TotalCapacity", AdjustmentValue=count
        )
    bench.quiet(group)
    return group


def _adjust(group: str, value: int, **given: Any) -> dict[str, Any]:
    return {
        "ScalingGroupId": group,
        "AdjustmentType": "QuantityChangeInCapacity",
        "AdjustmentValue": value,
        **given,
    }


def test_with_an_expected_number_removals_run_side_by_side_and_are_refilled(bench: AlibabaBench) -> None:
    """Two removals at once; the check launches what is lacking while they still run; decrement lowers the number."""
    group = bench.standing(3)
    ids = bench.ids(group)
    for member in ids[:2]:
        bench.call(
            "RemoveInstances", ScalingGroupId=group, InstanceIds=[member], DecreaseDesiredCapacity=False
        )
    truth = bench.lab.group(group)
    assert (len(bench.ids(group, "Removing")), truth["desired"], truth["total"]) == (2, 3, 1)
    bench.quiet(group)
    assert bench.lab.group(group)["inService"] == 3
    assert bench.ids(group)[0] == ids[2]
    bench.call("RemoveInstances", ScalingGroupId=group, InstanceIds=ids[2:])
    bench.quiet(group)
    assert (bench.lab.group(group)["desired"], bench.lab.group(group)["total"]) == (2, 2)


def test_the_switch_makes_a_removal_exclude_the_next_one(bench: AlibabaBench) -> None:
    """`parallel` false: the sentence of the API pages holds for groups with an expected number, too."""
    bench.lab.rules(parallel=False)
    group = bench.standing(3)
    ids = bench.ids(group)
    bench.call("RemoveInstances", ScalingGroupId=group, InstanceIds=ids[:1], DecreaseDesiredCapacity=False)
    assert bench.refusal("RemoveInstances", ScalingGroupId=group, InstanceIds=ids[1:2]) == BUSY
    bench.quiet(group)
    assert bench.lab.group(group)["inService"] == 3


def test_without_an_expected_number_any_activity_excludes_all_others(bench: AlibabaBench) -> None:
    """While one runs, the others are refused; Standby is refused by the group's status."""
    group = _without(bench)
    ids = bench.ids(group)
    bench.call("RemoveInstances", ScalingGroupId=group, InstanceIds=ids[:1])
    for action, given in (
        ("RemoveInstances", {"ScalingGroupId": group, "InstanceIds": ids[1:2]}),
        ("DetachInstances", {"ScalingGroupId": group, "InstanceIds": ids[1:2]}),
        ("ScaleWithAdjustment", _adjust(group, 1)),
    ):
        assert bench.refusal(action, **given) == BUSY, action
    assert bench.refusal("EnterStandby", ScalingGroupId=group, InstanceIds=ids[1:2]) == STATUS
    assert bench.refusal("DisableScalingGroup", ScalingGroupId=group) == BUSY


def test_a_waiting_hook_keeps_the_activity_open_that_excludes_others(bench: AlibabaBench) -> None:
    """The launch waits, and a removal is refused until the hook has run out."""
    group = _without(bench)
    bench.call(
        "CreateLifecycleHook", ScalingGroupId=group, LifecycleTransition="SCALE_OUT", HeartbeatTimeout=30
    )
    bench.lab.image("img-v1", signal=None)
    bench.call("ScaleWithAdjustment", **_adjust(group, 1))
    bench.clock.jump(1)
    assert len(bench.ids(group, "Pending:Wait")) == 1
    removal = {"ScalingGroupId": group, "InstanceIds": bench.ids(group)[:1]}
    assert bench.refusal("RemoveInstances", **removal) == BUSY
    bench.clock.jump(30)
    bench.call("RemoveInstances", **removal)


def test_a_removal_refills_nothing_without_an_expected_number(bench: AlibabaBench) -> None:
    """A flag to keep the number has no effect; an adjustment refills, and below MinSize the check does."""
    group = _without(bench)
    first = bench.ids(group)[:1]
    bench.call("RemoveInstances", ScalingGroupId=group, InstanceIds=first, DecreaseDesiredCapacity=False)
    bench.quiet(group)
    assert (bench.lab.group(group)["desired"], bench.lab.group(group)["total"]) == (None, 2)
    refilled = bench.call("ScaleWithAdjustment", **_adjust(group, 1))
    assert "ActivityType" not in refilled
    assert bench.over(refilled["ScalingActivityId"])["StatusCode"] == "Successful"
    assert bench.lab.group(group)["total"] == 3
    bench.call("ModifyScalingGroup", ScalingGroupId=group, MinSize=5)
    bench.quiet(group)
    assert bench.lab.group(group)["total"] == 5
    bench.call("ModifyScalingGroup", ScalingGroupId=group, MinSize=1, MaxSize=2)
    bench.quiet(group)
    assert bench.lab.group(group)["total"] == 2


def test_a_rule_counts_from_the_stable_members_and_not_from_the_expected_number(bench: AlibabaBench) -> None:
    """Three stable, three more and at once one more: four are expected, as in the documented example."""
    group = bench.standing(3)
    answered = bench.call("ScaleWithAdjustment", **_adjust(group, 3))
    assert answered["ActivityType"] == "CapacityChange"
    assert bench.lab.group(group)["desired"] == 6
    bench.call("ScaleWithAdjustment", **_adjust(group, 1))
    assert bench.lab.group(group)["desired"] == 4
    bench.quiet(group)
    assert bench.lab.group(group)["inService"] == 4
    at_once = bench.call("ScaleWithAdjustment", **_adjust(group, 2, SyncActivity=True))
    assert bench.activity(at_once["ScalingActivityId"])["StatusCode"] == "InProgress"
    bench.quiet(group)
    assert bench.lab.group(group)["inService"] == 6


def test_an_adjustment_keeps_the_bounds(bench: AlibabaBench) -> None:
    """Too much is cut at MaxSize, and no change at all is refused; a plan alone does nothing."""
    group = _without(bench, MaxSize=4)
    planned = bench.call("ScaleWithAdjustment", **_adjust(group, 1, ExecutionMode="PlanOnly"))
    assert ("ScalingActivityId" in planned, bench.lab.group(group)["total"]) == (False, 3)
    bench.call("ScaleWithAdjustment", **_adjust(group, 100))
    bench.quiet(group)
    assert bench.lab.group(group)["total"] == 4
    assert bench.refusal("ScaleWithAdjustment", **_adjust(group, 1)) == (400, "IncorrectCapacity.NoChange")
    assert bench.refusal("ScaleWithAdjustment", **_adjust(group, 1001)) == (400, "InvalidParameter")


def test_an_alarms_activity_excludes_all_others_with_an_expected_number(bench: AlibabaBench) -> None:
    """While it runs a removal is refused, and while anything else runs the alarm's is Rejected."""
    group = bench.standing(3)
    bench.lab.move_group(group, alarm=1)
    assert bench.refusal("RemoveInstances", ScalingGroupId=group, InstanceIds=bench.ids(group)[:1]) == BUSY
    bench.quiet(group)
    assert bench.lab.group(group)["inService"] == 4
    bench.call("RemoveInstances", ScalingGroupId=group, InstanceIds=bench.ids(group)[:1])
    bench.lab.move_group(group, alarm=1)
    shown = bench.call("DescribeScalingActivities", ScalingGroupId=group, StatusCode="Rejected")
    assert [each["TriggerSourceType"] for each in shown["ScalingActivities"]] == ["Cms"]
    before = bench.lab.group(group)["desired"]
    bench.call("SuspendProcesses", ScalingGroupId=group, Processes=["AlarmNotification", "ScheduledAction"])
    bench.quiet(group)
    bench.lab.move_group(group, alarm=1, schedule=2)
    assert bench.lab.group(group)["desired"] == before
    bench.call("ResumeProcesses", ScalingGroupId=group, Processes=["ScheduledAction"])
    bench.lab.move_group(group, schedule=2)
    assert bench.lab.group(group)["desired"] == before + 2


def test_sizes_are_refused_beyond_each_other_and_changed_in_one_call(bench: AlibabaBench) -> None:
    """MaxSize below the expected number is refused; both in one call are not."""
    group = bench.standing(3)
    bench.lab.image("img-v1", boot=60)
    wrong = (400, "InvalidParameter")
    assert bench.refusal("ModifyScalingGroup", ScalingGroupId=group, MaxSize=2) == wrong
    assert bench.refusal("ModifyScalingGroup", ScalingGroupId=group, DesiredCapacity=11) == wrong
    bench.call("ModifyScalingGroup", ScalingGroupId=group, MaxSize=12, DesiredCapacity=11)
    assert bench.refusal("ModifyScalingGroup", ScalingGroupId=group, MinSize=12) == wrong
    bench.clock.jump(1)
    assert bench.refusal("ModifyScalingGroup", ScalingGroupId=group, DisableDesiredCapacity=True) == BUSY
    bench.clock.jump(60)
    bench.quiet(group)
    bench.call("ModifyScalingGroup", ScalingGroupId=group, DisableDesiredCapacity=True)
    assert bench.lab.group(group)["desired"] is None


@pytest.mark.parametrize("action", ["RemoveInstances", "DetachInstances"])
def test_members_are_not_taken_out_below_min_size(bench: AlibabaBench, action: str) -> None:
    """The refusal comes before anything changes."""
    group = bench.standing(3, MinSize=2)
    given = {"ScalingGroupId": group, "InstanceIds": bench.ids(group)[:2]}
    assert bench.refusal(action, **given) == (400, "IncorrectCapacity.MinSize")
    assert bench.lab.group(group)["inService"] == 3


def test_suspended_scaling_refuses_removals_and_is_made_up_for(bench: AlibabaBench) -> None:
    """ScaleIn refuses a removal, ScaleOut leaves the group short until the resume, unknown names are refused."""
    group = bench.standing(3)
    bench.call("SuspendProcesses", ScalingGroupId=group, Processes=["ScaleIn", "ScaleOut", "ScaleIn"])
    removal = {"ScalingGroupId": group, "InstanceIds": bench.ids(group)[:1], "DecreaseDesiredCapacity": False}
    assert bench.refusal("RemoveInstances", **removal) == STATUS
    bench.call("ResumeProcesses", ScalingGroupId=group, Processes=["ScaleIn"])
    bench.call("RemoveInstances", **removal)
    bench.quiet(group)
    assert (bench.lab.group(group)["total"], bench.lab.group(group)["suspended"]) == (2, ["ScaleOut"])
    bench.call("ResumeProcesses", ScalingGroupId=group, Processes=["ScaleOut", "HealthCheck"])
    bench.quiet(group)
    assert bench.lab.group(group)["inService"] == 3
    (shown,) = bench.call("DescribeScalingGroups")["ScalingGroups"]
    assert "SuspendedProcesses" not in shown
    unknown = bench.refusal("SuspendProcesses", ScalingGroupId=group, Processes=["Launch"])
    assert unknown == (400, "InvalidParameter")


def test_an_inactive_group_is_edited_and_not_scaled(bench: AlibabaBench) -> None:
    """Nothing is launched before it is enabled; afterwards it is; a group without configuration cannot be enabled."""
    group = bench.group(enable=False, DesiredCapacity=2)
    bench.call("ModifyScalingGroup", ScalingGroupId=group, DesiredCapacity=1)
    bench.quiet(group)
    assert bench.lab.group(group)["total"] == 0
    assert bench.refusal("ScaleWithAdjustment", **_adjust(group, 1)) == STATUS
    assert bench.refusal("EnableScalingGroup", ScalingGroupId=group)[0] == 400
    configuration = bench.configuration(group, "img-v1")
    bench.call("EnableScalingGroup", ScalingGroupId=group, ActiveScalingConfigurationId=configuration)
    bench.quiet(group)
    assert bench.lab.group(group)["inService"] == 1
    assert bench.refusal("EnableScalingGroup", ScalingGroupId=group) == STATUS
    bench.call("DisableScalingGroup", ScalingGroupId=group)
    assert bench.lab.group(group)["state"] == "Inactive"


def test_scale_in_takes_the_oldest_configuration_and_never_the_protected(bench: AlibabaBench) -> None:
    """A protected and a standby member stay, though they are the oldest; then the oldest configuration goes."""
    group = bench.standing(4)
    ids = bench.ids(group)
    bench.call("SetInstancesProtection", ScalingGroupId=group, InstanceIds=ids[:1], ProtectedFromScaleIn=True)
    bench.call("EnterStandby", ScalingGroupId=group, InstanceIds=ids[1:2])
    bench.call("ModifyScalingGroup", ScalingGroupId=group, DesiredCapacity=2)
    bench.quiet(group)
    assert bench.ids(group) == ids[:2]


def test_a_deleted_group_lets_its_members_go(bench: AlibabaBench) -> None:
    """Without force a group with members is refused; protection from deletion refuses both; its history stays."""
    group = bench.standing(2)
    assert bench.refusal("DeleteScalingGroup", ScalingGroupId=group) == (400, "InstanceInUse")
    bench.call("SetGroupDeletionProtection", ScalingGroupId=group, GroupDeletionProtection=True)
    assert bench.refusal("DeleteScalingGroup", ScalingGroupId=group, ForceDelete=True)[0] == 400
    bench.call("SetGroupDeletionProtection", ScalingGroupId=group, GroupDeletionProtection=False)
    bench.call("DeleteScalingGroup", ScalingGroupId=group, ForceDelete=True)
    assert bench.lab.group(group)["state"] == "Deleting"
    bench.clock.jump(1)
    assert bench.call("DescribeScalingGroups")["TotalCount"] == 0
    assert bench.lab.history("web")[-1]["total"] == 0
