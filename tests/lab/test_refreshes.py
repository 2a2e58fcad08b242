"""Instance refreshes: how they go, and how they end.

Sources: EC2 Auto Scaling API reference, StartInstanceRefresh, DescribeInstanceRefreshes, CancelInstanceRefresh,
RollbackInstanceRefresh and InstanceRefresh; user guide, how an instance refresh works, undo changes with a rollback.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.lab.bench import Bench, refusal
from tests.lab.refreshed import HOUR, WEB, Refreshed, refreshed

FIXED = (
    "An active instance refresh with a desired configuration exists. All configuration options derived from the "
    "desired configuration are not available for update while the instance refresh is active."
)
MOMENT = timedelta(milliseconds=1)
BLOCKED = "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh."


def test_a_refresh_replaces_all_and_moves_the_pointer_at_its_end_alone(bench: Bench) -> None:
    """Members are launched from the desired configuration, and the group's own changes on Successful only."""
    web = refreshed(bench, 4)
    began = bench.now()
    begun = web.start(MinHealthyPercentage=75)
    shown = web.shown()
    assert (shown["InstanceRefreshId"], shown["Status"]) == (begun, "InProgress")
    assert abs(shown["StartTime"] - began) < MOMENT
    assert (shown["PercentageComplete"], shown["InstancesToUpdate"], shown["Strategy"]) == (0, 3, "Rolling")
    assert shown["DesiredConfiguration"]["LaunchTemplate"]["Version"] == "2"
    assert shown["Preferences"] == {
        "MinHealthyPercentage": 75,
        "SkipMatching": False,
        "AutoRollback": False,
        "AlarmSpecification": {},
    }
    assert "EndTime" not in shown and "RollbackDetails" not in shown and "ProgressDetails" not in shown
    bench.eventually(lambda: web.shown()["PercentageComplete"] == 75)
    assert (web.stored(), web.versions()) == ("1", ["1", "2", "2", "2"]) or web.shown()[
        "InstancesToUpdate"
    ] == 0
    ended = web.became("Successful")
    assert (ended["PercentageComplete"], ended["InstancesToUpdate"]) == (100, 0)
    assert (web.stored(), web.versions()) == ("2", ["2"] * 4)
    assert ended["EndTime"] > began


def test_activities_name_the_refresh(bench: Bench) -> None:
    """The causes are those of live groups."""
    web = refreshed(bench, 1)
    [old] = bench.ids()
    web.start()
    web.became("Successful")
    [new] = bench.ids()
    ends, launches = bench.about(old)["Cause"], bench.about(new)["Cause"]
    assert "an instance was taken out of service in response to an instance refresh.  At " in ends
    assert ends.endswith(f"instance {old} was selected for termination.")
    assert launches.endswith("an instance was launched in response to an instance refresh.")


def test_a_replacement_is_done_when_it_is_warm(bench: Bench) -> None:
    """The warm-up counts from InService; one that warms up is neither done nor to be updated any more."""
    web = refreshed(bench, 4)
    web.start(MinHealthyPercentage=75, InstanceWarmup=100)
    shown = web.after(50)
    [new] = [each["InstanceId"] for each in bench.members() if each["LaunchTemplate"]["Version"] == "2"]
    assert (shown["PercentageComplete"], shown["InstancesToUpdate"]) == (0, 3)
    assert shown["StatusReason"] == (
        f"Waiting for instances to warm up before continuing. For example: {new} is warming up."
    )
    assert web.versions() == ["1", "1", "1", "2"]
    shown = web.after(100)
    assert (shown["PercentageComplete"], shown["InstancesToUpdate"]) == (25, 2)
    assert web.after(300)["Status"] == "Successful"


@pytest.mark.parametrize(("group", "warmup"), [({"DefaultInstanceWarmup": 40}, 40), ({}, 70)])
def test_the_warmup_is_the_groups_own_by_default(bench: Bench, group: dict[str, Any], warmup: int) -> None:
    """DefaultInstanceWarmup where it is set, and the health check grace period otherwise."""
    web = refreshed(bench, 1, HealthCheckGracePeriod=70, **group)
    bench.clock.jump(100)
    web.start()
    assert web.after(warmup - 1)["Status"] == "InProgress"
    assert web.after(2)["Status"] == "Successful"


def test_a_health_source_needs_its_time_and_the_reason_says_so(bench: Bench) -> None:
    """The control `insufficient` is the delay that live groups show, 60 to 90 seconds there, and none here."""
    bench.lab.refresh_rules(insufficient=60)
    web = refreshed(bench, 1)
    bench.clock.jump(100)
    web.start()
    shown = web.after(30)
    [new] = bench.ids()
    assert shown["StatusReason"] == (
        f"Waiting for remaining instances to be available. For example: {new} has insufficient data to evaluate "
        "its health with Amazon EC2."
    )
    assert shown["PercentageComplete"] == 0
    assert web.after(40)["Status"] == "Successful"


def test_members_of_which_nothing_is_known_yet_are_not_taken_for_spare(bench: Bench) -> None:
    """A refresh right after the group's first launches begins when those are known to be healthy."""
    bench.lab.refresh_rules(insufficient=60)
    web = refreshed(bench, 4)
    web.start(MinHealthyPercentage=75)
    assert web.after(30)["StatusReason"].endswith("its health with Amazon EC2.")
    assert web.versions() == ["1"] * 4
    bench.clock.jump(300)
    assert (web.status, web.versions()) == ("Successful", ["2"] * 4)
    assert min(point["inService"] for point in web.since(0.06)) == 3


def test_a_replacement_must_be_a_healthy_target_where_the_group_goes_by_that(bench: Bench) -> None:
    """HealthCheckType ELB: a registered target is not enough; with EC2 it is not asked for."""
    bench.lab.image("ami-v2", targetAfter=50)
    for check, done in (("ELB", False), ("EC2", True)):
        bench.lab.reset(seed=1)
        bench.lab.image("ami-v2", targetAfter=50)
        web = refreshed(bench, 1, TargetGroupARNs=[bench.target_group()], HealthCheckType=check)
        bench.clock.jump(1)
        web.start()
        shown = web.after(10)
        assert (shown["Status"] == "Successful") is done
        if not done:
            assert shown["StatusReason"].endswith("to evaluate its health with Elastic Load Balancing.")
            assert web.after(50)["Status"] == "Successful"


def test_a_second_start_is_refused_and_refreshes_are_listed_newest_first(bench: Bench) -> None:
    """InstanceRefreshInProgress while one is active; InstanceRefreshIds and pages pick from the list."""
    web = refreshed(bench, 1)
    first = web.start()
    assert refusal(bench.asg.start_instance_refresh, **WEB) == ("InstanceRefreshInProgress", BLOCKED)
    web.became("Successful")
    second = web.start("1")
    describe = bench.asg.describe_instance_refreshes
    assert [each["InstanceRefreshId"] for each in describe(**WEB)["InstanceRefreshes"]] == [second, first]
    [picked] = describe(InstanceRefreshIds=[first], **WEB)["InstanceRefreshes"]
    assert picked["Status"] == "Successful"
    page = describe(MaxRecords=1, **WEB)
    assert page["InstanceRefreshes"][0]["InstanceRefreshId"] == second
    [rest] = describe(NextToken=page["NextToken"], **WEB)["InstanceRefreshes"]
    assert rest["InstanceRefreshId"] == first
    bench.clock.jump(42 * 24 * HOUR + 1)
    assert describe(InstanceRefreshIds=[first], **WEB)["InstanceRefreshes"] == []


def test_what_a_refresh_launches_from_is_nobodys_to_alter(bench: Bench) -> None:
    """UpdateAutoScalingGroup is refused with the service's text; sizes may change, and grow from the new version.

    Without a desired configuration the pointer may move. PutWarmPool is refused with InstanceRefreshInProgress.
    """
    web = refreshed(bench, 2)
    web.start(MinHealthyPercentage=50, InstanceWarmup=1000)
    update = bench.asg.update_auto_scaling_group
    assert refusal(update, LaunchTemplate=web.pointer("1"), **WEB) == ("ValidationError", FIXED)
    assert refusal(bench.asg.put_warm_pool, **WEB)[0] == "InstanceRefreshInProgress"
    update(DesiredCapacity=3, **WEB)
    bench.settled(3)
    assert web.versions() == ["1", "2", "2"]
    bench.asg.cancel_instance_refresh(**WEB)
    web.became("Cancelled")
    web.start(None)
    update(LaunchTemplate=web.pointer("2"), **WEB)
    web.became("Successful")
    assert (web.stored(), web.versions()) == ("2", ["1", "2", "2"])


def test_a_cancel_returns_nothing_and_waits_for_what_has_begun(bench: Bench) -> None:
    """Cancelling until launches in flight are over, then Cancelled, mixed; a second cancel is answered as the first."""
    bench.lab.image("ami-v2", boot=30)
    web = refreshed(bench, 2)
    begun = web.start(MinHealthyPercentage=50)
    bench.clock.jump(10)
    cancel = bench.asg.cancel_instance_refresh
    assert cancel(**WEB)["InstanceRefreshId"] == begun
    assert web.status == "Cancelling"
    assert cancel(**WEB)["InstanceRefreshId"] == begun
    assert refusal(bench.asg.start_instance_refresh, **WEB)[0] == "InstanceRefreshInProgress"
    shown = web.after(30)
    assert (shown["Status"], shown["StatusReason"]) == ("Cancelled", "Cancelled due to user request.")
    assert (web.stored(), web.versions()) == ("1", ["1", "2"])
    code, text = refusal(cancel, **WEB)
    assert (code, text) == (
        "ActiveInstanceRefreshNotFound",
        "No in progress or pending Instance Refresh found for Auto Scaling group web",
    )


def test_a_cancel_need_not_wait(bench: Bench) -> None:
    """WaitForTransitioningInstances false: Cancelled at once, and what was launched comes into service."""
    bench.lab.image("ami-v2", boot=30)
    web = refreshed(bench, 2)
    web.start(MinHealthyPercentage=50)
    bench.clock.jump(10)
    bench.asg.cancel_instance_refresh(WaitForTransitioningInstances=False, **WEB)
    assert web.shown()["Status"] == "Cancelled"
    bench.clock.jump(30)
    bench.settled(2)
    assert web.versions() == ["1", "2"]


def _mid_way(bench: Bench, **preferences: Any) -> Refreshed:
    """Ten members: two are replaced, and the replacement of a third warms up."""
    web = refreshed(bench, 10)
    bench.clock.jump(200)
    web.start(InstanceWarmup=100, **preferences)
    bench.clock.jump(250)
    assert web.versions() == ["1"] * 7 + ["2"] * 3
    return web


def test_a_rollback_counts_back_to_zero_and_keeps_what_it_was(bench: Bench) -> None:
    """The percentage falls, InstancesToUpdate rises, RollbackDetails holds both as they were at the turn."""
    web = _mid_way(bench)
    began = bench.lab.history("web")[-1]["at"]
    begun = bench.now()
    bench.asg.rollback_instance_refresh(**WEB)
    shown = web.shown()
    details = shown["RollbackDetails"]
    assert (shown["Status"], shown["PercentageComplete"], shown["InstancesToUpdate"]) == (
        "RollbackInProgress",
        20,
        8,
    )
    assert (details["PercentageCompleteOnRollback"], details["InstancesToUpdateOnRollback"]) == (20, 7)
    assert abs(details["RollbackStartTime"] - begun) < MOMENT
    assert details["RollbackReason"] == "The rollback was started by a user request."
    assert refusal(bench.asg.rollback_instance_refresh, **WEB)[0] == "ActiveInstanceRefreshNotFound"
    percents = [shown["PercentageComplete"]]
    while web.shown()["Status"] == "RollbackInProgress":
        percents.append(web.after(20)["PercentageComplete"])
    assert percents == sorted(percents, reverse=True) and percents[-1] == 0 and 10 in percents
    ended = web.shown()
    assert (ended["Status"], ended["InstancesToUpdate"]) == ("RollbackSuccessful", 10)
    assert (web.stored(), web.versions()) == ("1", ["1"] * 10)
    assert min(point["inService"] for point in web.since(began)) == 9


def test_a_rollback_can_be_cancelled(bench: Bench) -> None:
    """What is new by then stays; the status is Cancelled."""
    web = _mid_way(bench)
    bench.asg.rollback_instance_refresh(**WEB)
    bench.asg.cancel_instance_refresh(**WEB)
    web.became("Cancelled")
    assert (web.stored(), web.versions()) == ("1", ["1"] * 8 + ["2"] * 2)


def test_only_a_refresh_at_work_is_rolled_back(bench: Bench) -> None:
    """Before, after and while it is being cancelled nothing is found."""
    web = refreshed(bench, 1)
    roll_back = bench.asg.rollback_instance_refresh
    assert refusal(roll_back, **WEB)[0] == "ActiveInstanceRefreshNotFound"
    web.start()
    web.became("Successful")
    assert refusal(roll_back, **WEB)[0] == "ActiveInstanceRefreshNotFound"


@pytest.mark.parametrize("version", ["$Latest", "$Default", "1"])
def test_a_refresh_that_cannot_go_back_says_why(bench: Bench, version: str) -> None:
    """IrreversibleInstanceRefresh: no desired configuration, a dynamic version stored, an image by parameter."""
    template = bench.template("resolve:ssm:/web/ami" if version == "1" else "ami-v1", "ami-v2")
    bench.start(template, version)
    bench.settled(2)
    web = Refreshed(bench, template)
    web.start("2", InstanceWarmup=1000)
    code, text = refusal(bench.asg.rollback_instance_refresh, **WEB)
    assert code == "IrreversibleInstanceRefresh"
    assert ("Systems Manager parameter" if version == "1" else version) in text
    bench.asg.cancel_instance_refresh(WaitForTransitioningInstances=False, **WEB)
    auto = {"Preferences": {"AutoRollback": True}, "DesiredConfiguration": {"LaunchTemplate": web.pointer()}}
    assert refusal(bench.asg.start_instance_refresh, **auto, **WEB)[0] == "ValidationError"
    web.start(None)
    code, text = refusal(bench.asg.rollback_instance_refresh, **WEB)
    assert (code, "no desired configuration" in text) == ("IrreversibleInstanceRefresh", True)


BAD = {
    "never in service": {"inService": False},
    "unhealthy": {"healthy": False},
    "no capacity": {"launchError": "InsufficientInstanceCapacity"},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_an_hour_without_progress_fails_and_leaves_things_as_they_are(
    bench: Bench, bad: dict[str, Any]
) -> None:
    """Failed: the group's pointer is the former one, its old members stay, and what comes next is launched from it."""
    bench.lab.image("ami-v2", shutdown=5, boot=5, **bad)
    web = refreshed(bench, 10)
    began = bench.lab.history("web")[-1]["at"]
    web.start()
    assert web.after(HOUR - 10)["Status"] == "InProgress"
    shown = web.after(20)
    assert (shown["Status"], shown["PercentageComplete"]) == ("Failed", 0)
    assert shown["StatusReason"].startswith("The instance refresh made no progress for one hour.")
    assert web.stored() == "1"
    assert min(point["inService"] for point in web.since(began)) == 9
    bench.clock.jump(60)
    if "inService" not in bad:
        assert web.versions() == ["1"] * 10


def test_a_failure_rolls_back_by_itself_if_it_was_told_to(bench: Bench) -> None:
    """AutoRollback: after the hour the members come back to the stored version, and the reason is kept."""
    bench.lab.image("ami-v2", inService=False)
    web = refreshed(bench, 4)
    web.start(AutoRollback=True, MinHealthyPercentage=75)
    shown = web.after(HOUR + 10)
    assert shown["Status"] == "RollbackSuccessful"
    assert "no progress for one hour" in shown["RollbackDetails"]["RollbackReason"]
    assert (web.stored(), web.versions()) == ("1", ["1"] * 4)


def test_a_rollback_that_makes_no_progress_fails(bench: Bench) -> None:
    """The old version cannot be launched either: RollbackFailed after another hour."""
    web = refreshed(bench, 2)
    web.start(MinHealthyPercentage=50, InstanceWarmup=30)
    bench.clock.jump(10)
    bench.lab.image("ami-v1", boot=5, launchError="InvalidAMIID.NotFound")
    bench.asg.rollback_instance_refresh(**WEB)
    assert web.after(HOUR - 100)["Status"] == "RollbackInProgress"
    assert web.after(200)["Status"] == "RollbackFailed"
    assert web.stored() == "1"


def test_a_launch_that_was_ahead_is_given_up_before_anything_in_service(bench: Bench) -> None:
    """A refresh that launches first fails on a bad version: the desired capacity is in service all the time."""
    bench.lab.image("ami-v2", inService=False)
    web = refreshed(bench, 4)
    began = bench.lab.history("web")[-1]["at"]
    web.start(MinHealthyPercentage=100, MaxHealthyPercentage=125)
    assert web.after(HOUR + 1)["Status"] == "Failed"
    bench.settled(4)
    assert web.versions() == ["1"] * 4
    assert min(point["inService"] for point in web.since(began)) == 4


def test_one_that_fails_its_checks_is_replaced_from_the_desired_configuration(bench: Bench) -> None:
    """A misfortune of a new member is made up for, and the refresh goes on."""
    web = refreshed(bench, 2)
    web.start(MinHealthyPercentage=50, InstanceWarmup=100)
    bench.clock.jump(10)
    [new] = [each["InstanceId"] for each in bench.members() if each["LaunchTemplate"]["Version"] == "2"]
    bench.lab.member(new, do="unhealthy")
    bench.clock.jump(10)
    assert new not in bench.ids() and web.versions() == ["1", "2"]
    bench.clock.jump(250)
    assert (web.status, web.versions()) == ("Successful", ["2", "2"])


def test_a_scale_in_does_not_stop_a_refresh(bench: Bench) -> None:
    """Old members that go for other reasons are done with; the refresh ends at the smaller size."""
    web = refreshed(bench, 6)
    web.start(InstanceWarmup=50)
    bench.clock.jump(60)
    bench.asg.set_desired_capacity(DesiredCapacity=3, **WEB)
    bench.clock.jump(400)
    assert (web.shown()["Status"], web.versions()) == ("Successful", ["2"] * 3)


def test_a_deleted_group_ends_its_refresh(bench: Bench) -> None:
    """DeleteAutoScalingGroup with ForceDelete is not held up, and a new group of that name has no refreshes."""
    web = refreshed(bench, 2)
    web.start(InstanceWarmup=1000)
    bench.asg.delete_auto_scaling_group(ForceDelete=True, **WEB)
    bench.eventually(lambda: not bench.group())
    bench.start(web.template)
    assert bench.asg.describe_instance_refreshes(**WEB)["InstanceRefreshes"] == []


def test_reads_may_be_late(bench: Bench) -> None:
    """With `stale` DescribeInstanceRefreshes shows a refresh as it stood, and none before it began."""
    web = refreshed(bench, 1)
    bench.lab.fault("DescribeInstanceRefreshes", stale=5.0)
    web.start()
    assert bench.asg.describe_instance_refreshes(**WEB)["InstanceRefreshes"] == []
    bench.clock.jump(5.01)
    assert web.status == "InProgress"
    assert web.after(5)["Status"] == "Successful"


def test_two_runs_of_one_seed_are_the_same(bench: Bench) -> None:
    """The same calls at the same moments give the same ids, of instances and of refreshes."""
    seen = []
    for _ in range(2):
        bench.lab.reset(seed=7)
        web = refreshed(bench, 3)
        begun = web.start()
        bench.clock.jump(30)
        assert web.status == "Successful"
        seen.append((begun, bench.ids()))
    assert seen[0] == seen[1]
