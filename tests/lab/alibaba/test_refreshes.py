"""Instance refreshes of ESS. Source: ESS API reference, StartInstanceRefresh and its siblings; user guide."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.alibaba.bench import ECS, OLDER, AlibabaBench

DENIED = (400, "OperationDenied")
NOTHING = (400, "InvalidInstance.NoInstanceNeedBeRefreshed")
WRONG = (400, "InvalidParameter")


def _start(bench: AlibabaBench, group: str, **given: Any) -> str:
    return str(bench.call("StartInstanceRefresh", ScalingGroupId=group, **given)["InstanceRefreshTaskId"])


def _task(bench: AlibabaBench, task: str) -> dict[str, Any]:
    (shown,) = bench.call("DescribeInstanceRefreshes", InstanceRefreshTaskIds=[task])["InstanceRefreshTasks"]
    return dict(shown)


def _to(bench: AlibabaBench, group: str, image: str = "img-v2") -> dict[str, Any]:
    return {"DesiredConfiguration": {"ScalingConfigurationId": bench.configuration(group, image)}}


def _images(bench: AlibabaBench, group: str) -> set[str]:
    return {each["image"] for each in bench.lab.group(group)["members"]}


def _ended(bench: AlibabaBench, task: str) -> str:
    ends = ("Successful", "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed")
    bench.eventually(lambda: _task(bench, task)["Status"] in ends)
    return str(_task(bench, task)["Status"])


@pytest.mark.parametrize(
    ("minimum", "maximum", "lowest", "highest"),
    [(80, 120, 10, 12), (90, 100, 9, 10), (100, 100, 10, 11), (0, 100, 0, 10), (50, 150, 10, 15)],
)
def test_the_bounds_are_kept_and_the_pointer_moves_at_the_end(
    bench: AlibabaBench, minimum: int, maximum: int, lowest: int, highest: int
) -> None:
    """The history never leaves them; where there is room the new come first; 100/100 is one by one."""
    group = bench.standing(10, MaxSize=20)
    desired = _to(bench, group)
    begun = len(bench.lab.history(group))
    task = _start(bench, group, MinHealthyPercentage=minimum, MaxHealthyPercentage=maximum, **desired)
    bench.clock.jump(0.12)
    shown = _task(bench, task)
    assert (shown["Status"], shown["TotalNeedUpdateCapacity"]) == ("InProgress", 10)
    assert (
        bench.lab.group(group)["scalingConfiguration"]
        != desired["DesiredConfiguration"]["ScalingConfigurationId"]
    )
    assert _ended(bench, task) == "Successful"
    points = bench.lab.history(group)[begun:]
    low, high = min(each["inService"] for each in points), max(each["total"] for each in points)
    assert (low, high) == (lowest, highest)
    assert _task(bench, task)["FinishedUpdateCapacity"] == 10
    assert (
        bench.lab.group(group)["scalingConfiguration"]
        == desired["DesiredConfiguration"]["ScalingConfigurationId"]
    )
    assert _images(bench, group) == {"img-v2"}
    shown = bench.call("DescribeScalingActivities", ScalingGroupId=group, InstanceRefreshTaskId=task)
    assert shown["TotalCount"] > 1


@pytest.mark.parametrize(("down", "lowest"), [(True, 2), (False, 3)])
def test_rounding_is_a_switch(bench: AlibabaBench, down: bool, lowest: int) -> None:
    """80 per cent of three stay: three by default, two where the switch rounds down."""
    bench.lab.rules(floorMinimum=down)
    group = bench.standing(3)
    begun = len(bench.lab.history(group))
    task = _start(bench, group, MaxHealthyPercentage=100, **_to(bench, group))
    assert _ended(bench, task) == "Successful"
    assert min(each["inService"] for each in bench.lab.history(group)[begun:]) == lowest


def test_what_matches_by_the_id_is_left_alone(bench: AlibabaBench) -> None:
    """An in-place edit leaves nothing to refresh; without SkipMatching all go; a refused start changes nothing."""
    group = bench.standing(2)
    configuration = bench.lab.group(group)["scalingConfiguration"]
    bench.call("ModifyScalingConfiguration", ScalingConfigurationId=configuration, ImageId="img-v2")
    assert bench.refusal("StartInstanceRefresh", ScalingGroupId=group) == NOTHING
    assert bench.call("DescribeInstanceRefreshes", ScalingGroupId=group)["TotalCount"] == 0
    task = _start(bench, group, SkipMatching=False)
    assert _ended(bench, task) == "Successful"
    assert _images(bench, group) == {"img-v2"}


@pytest.mark.parametrize("compared", [True, False])
def test_an_image_is_matched_by_itself_or_by_the_configurations_id(
    bench: AlibabaBench, compared: bool
) -> None:
    """The active configuration has the image afterwards; by the id alone there would be nothing to do."""
    bench.lab.rules(imageCompared=compared)
    group = bench.standing(2)
    given = {"DesiredConfiguration": {"ImageId": "img-v2"}}
    if not compared:
        assert bench.refusal("StartInstanceRefresh", ScalingGroupId=group, **given) == NOTHING
        return
    task = _start(bench, group, **given)
    assert _ended(bench, task) == "Successful"
    (shown,) = bench.call("DescribeScalingConfigurations", ScalingGroupId=group)["ScalingConfigurations"]
    assert (_images(bench, group), shown["ImageId"]) == ({"img-v2"}, "img-v2")


def test_attached_standby_and_protected_members_are_passed_by(bench: AlibabaBench) -> None:
    """Three of five stay as they were, and the refresh is successful."""
    group = bench.standing(5)
    standby, protected, attached, *_ = bench.ids(group)
    bench.call("DetachInstances", ScalingGroupId=group, InstanceIds=[attached], DecreaseDesiredCapacity=True)
    bench.quiet(group)
    bench.call("AttachInstances", ScalingGroupId=group, InstanceIds=[attached])
    bench.quiet(group)
    bench.call("EnterStandby", ScalingGroupId=group, InstanceIds=[standby])
    bench.call(
        "SetInstancesProtection", ScalingGroupId=group, InstanceIds=[protected], ProtectedFromScaleIn=True
    )
    task = _start(bench, group, MinHealthyPercentage=50, **_to(bench, group))
    assert _task(bench, task)["TotalNeedUpdateCapacity"] == 2
    assert _ended(bench, task) == "Successful"
    assert {standby, protected, attached} <= set(bench.ids(group))


@pytest.mark.parametrize("early", [True, False])
def test_a_checkpoint_pauses_and_ends_by_itself_or_by_a_resume(bench: AlibabaBench, early: bool) -> None:
    """At 50 per cent five of ten are new; Resume goes on where the switch says so; the pause ends after its minutes."""
    bench.lab.rules(resumeEndsCheckpoint=early)
    group = bench.standing(10)
    checkpoints = [{"Percentage": 50}, {"Percentage": 100}]
    task = _start(bench, group, Checkpoints=checkpoints, CheckpointPauseTime=10, **_to(bench, group))
    bench.eventually(lambda: _task(bench, task)["Status"] == "CheckpointPause")
    bench.clock.jump(60)
    shown = _task(bench, task)
    assert (shown["FinishedUpdateCapacity"], shown["CheckpointPauseTime"]) == (5, 10)
    assert len([each for each in bench.lab.group(group)["members"] if each["image"] == "img-v2"]) == 5
    given = {"ScalingGroupId": group, "InstanceRefreshTaskId": task}
    if early:
        bench.call("ResumeInstanceRefresh", **given)
    else:
        assert bench.refusal("ResumeInstanceRefresh", **given) == DENIED
        bench.clock.jump(480)
        assert _task(bench, task)["Status"] == "CheckpointPause"
        bench.clock.jump(120)
    assert _ended(bench, task) == "Successful"


def test_a_suspended_refresh_goes_on_when_it_is_resumed(bench: AlibabaBench) -> None:
    """Nothing is replaced meanwhile, scaling goes on from the desired configuration, a second suspend is refused."""
    group = bench.standing(4)
    task = _start(bench, group, MaxHealthyPercentage=125, **_to(bench, group))
    bench.clock.jump(0.3)
    given = {"ScalingGroupId": group, "InstanceRefreshTaskId": task}
    bench.call("SuspendInstanceRefresh", **given)
    assert bench.refusal("SuspendInstanceRefresh", **given) == DENIED
    bench.quiet(group)
    old = [each for each in bench.lab.group(group)["members"] if each["image"] == "img-v1"]
    bench.clock.jump(100)
    bench.call("ModifyScalingGroup", ScalingGroupId=group, DesiredCapacity=7)
    bench.quiet(group)
    members = bench.lab.group(group)["members"]
    assert [each for each in members if each["image"] == "img-v1"] == old
    assert len([each for each in members if each["image"] == "img-v2"]) >= 3
    assert _task(bench, task)["Status"] == "Paused"
    bench.call("ResumeInstanceRefresh", **given)
    assert _ended(bench, task) == "Successful"
    assert bench.lab.group(group)["total"] == 7


def test_a_cancelled_refresh_keeps_what_was_replaced(bench: AlibabaBench) -> None:
    """What has begun ends first; the group points where it did; what is launched later comes from there."""
    group = bench.standing(4)
    task = _start(bench, group, **_to(bench, group))
    bench.eventually(lambda: _task(bench, task)["FinishedUpdateCapacity"] == 1)
    bench.call("CancelInstanceRefresh", ScalingGroupId=group, InstanceRefreshTaskId=task)
    assert _task(bench, task)["Status"] == "Cancelling"
    assert _ended(bench, task) == "Cancelled"
    bench.quiet(group)
    assert (_images(bench, group), bench.lab.group(group)["total"]) == ({"img-v1", "img-v2"}, 4)
    again = bench.refusal("CancelInstanceRefresh", ScalingGroupId=group, InstanceRefreshTaskId=task)
    assert again == DENIED


def test_a_rollback_makes_all_from_what_the_group_points_at(bench: AlibabaBench) -> None:
    """Suspend and cancel are refused meanwhile; after success there is nothing to roll back."""
    group = bench.standing(4)
    task = _start(bench, group, **_to(bench, group))
    bench.eventually(lambda: _task(bench, task)["FinishedUpdateCapacity"] == 2)
    given = {"ScalingGroupId": group, "InstanceRefreshTaskId": task}
    bench.call("RollbackInstanceRefresh", **given)
    assert _task(bench, task)["Status"] == "RollbackInProgress"
    for action in ("SuspendInstanceRefresh", "CancelInstanceRefresh"):
        assert bench.refusal(action, **given) == DENIED
    assert _ended(bench, task) == "RollbackSuccessful"
    assert (_images(bench, group), bench.lab.group(group)["inService"]) == ({"img-v1"}, 4)
    after = _start(bench, group, **_to(bench, group, "img-v3"))
    assert _ended(bench, after) == "Successful"
    given = {"ScalingGroupId": group, "InstanceRefreshTaskId": after}
    assert bench.refusal("RollbackInstanceRefresh", **given) == DENIED


def test_a_refresh_that_cannot_launch_fails_after_its_week(bench: AlibabaBench) -> None:
    """Launches fail without end until then, and the detail says so; the rollback has its own end."""
    bench.lab.rules(week=60)
    bench.lab.image("img-none", launchError="InvalidImageId.NotFound")
    group = bench.standing(2)
    task = _start(bench, group, **_to(bench, group, "img-none"))
    bench.clock.jump(50)
    assert (_task(bench, task)["Status"], bench.lab.group(group)["inService"]) == ("InProgress", 2)
    bench.clock.jump(20)
    shown = _task(bench, task)
    assert (shown["Status"], "maximum run time" in shown["Detail"]) == ("Failed", True)
    assert _images(bench, group) == {"img-v1"}


def test_a_refresh_to_a_template(bench: AlibabaBench) -> None:
    """The group's template and version move; the default or the latest version cannot be rolled back."""
    group = bench.standing(2)
    made = bench.call("CreateLaunchTemplate", ECS, LaunchTemplateName="web", ImageId="img-v2")
    template = made["LaunchTemplateId"]
    desired = {"LaunchTemplateId": template, "LaunchTemplateVersion": "Latest"}
    task = _start(bench, group, DesiredConfiguration=desired)
    given = {"ScalingGroupId": group, "InstanceRefreshTaskId": task}
    assert bench.refusal("RollbackInstanceRefresh", **given) == DENIED
    assert _ended(bench, task) == "Successful"
    truth = bench.lab.group(group)
    assert (truth["launchTemplate"], truth["launchTemplateVersion"], _images(bench, group)) == (
        template,
        "Latest",
        {"img-v2"},
    )
    with_image = {"DesiredConfiguration": {"ImageId": "img-v3"}}
    refused = bench.refusal("StartInstanceRefresh", ScalingGroupId=group, **with_image)
    assert refused == (400, "InvalidParameter.Conflict")


@pytest.mark.parametrize(
    ("attribute", "value"), [("MultiAZPolicy", "BALANCE"), ("ScalingPolicy", "recycle"), ("GroupType", "ECI")]
)
def test_groups_that_cannot_be_refreshed(bench: AlibabaBench, attribute: str, value: str) -> None:
    """Another scale-out policy, economical mode, and containers, of which a switch makes an exception."""
    group = bench.standing(1, **{attribute: value})
    given = {"ScalingGroupId": group, **_to(bench, group)}
    assert bench.refusal("StartInstanceRefresh", **given) == DENIED
    bench.lab.rules(containerRefresh=True)
    if value == "ECI":
        bench.call("StartInstanceRefresh", **given)
    else:
        assert bench.refusal("StartInstanceRefresh", **given) == DENIED


def test_parameters_have_ranges_and_one_task_runs_at_a_time(bench: AlibabaBench) -> None:
    """Each wrong value is refused before anything begins; a token starts one refresh; both versions show it."""
    group = bench.standing(2)
    desired = _to(bench, group)
    for given in (
        {"MinHealthyPercentage": 101},
        {"MaxHealthyPercentage": 99},
        {"CheckpointPauseTime": 2881},
        {"Checkpoints": [{"Percentage": 50}]},
        {"Checkpoints": [{"Percentage": 60}, {"Percentage": 50}, {"Percentage": 100}]},
    ):
        assert bench.refusal("StartInstanceRefresh", ScalingGroupId=group, **given, **desired) == WRONG, given
    two = {"DesiredConfiguration": {**desired["DesiredConfiguration"], "ImageId": "img-v3"}}
    conflict = bench.refusal("StartInstanceRefresh", ScalingGroupId=group, **two)
    assert conflict == (400, "InvalidParameter.Conflict")
    token = {"ClientToken": "once", **desired}
    task = _start(bench, group, **token)
    assert _start(bench, group, **token) == task
    assert bench.refusal("StartInstanceRefresh", ScalingGroupId=group, **desired) == DENIED
    assert bench.refusal("DescribeInstanceRefreshes") == (400, "MissingParameter")
    framed = bench.older("DescribeInstanceRefreshes", ScalingGroupId=group)["InstanceRefreshTasks"]
    assert [each["InstanceRefreshTaskId"] for each in framed["InstanceRefreshTask"]] == [task]
    missing = bench.refusal("SuspendInstanceRefresh", ScalingGroupId=group)
    assert missing == (400, "MissingParameter")
    bench.call("CancelInstanceRefresh", OLDER, ScalingGroupId=group)
    assert _ended(bench, task) == "Cancelled"


def test_a_group_without_an_expected_number_is_refreshed_too(bench: AlibabaBench) -> None:
    """Its activities exclude each other, so that one follows the other; the size is as it was."""
    group = bench.group(MinSize=4)
    bench.quiet(group)
    task = _start(bench, group, MinHealthyPercentage=75, **_to(bench, group))
    assert _ended(bench, task) == "Successful"
    assert (_images(bench, group), bench.lab.group(group)["total"]) == ({"img-v2"}, 4)
