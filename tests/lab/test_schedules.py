"""Scheduled actions. Source: EC2 Auto Scaling user guide, scheduled scaling; API reference of each call."""

from __future__ import annotations

from datetime import timedelta

from tests.lab.bench import Bench

WEB = {"AutoScalingGroupName": "web"}


def test_a_scheduled_action_takes_place_at_its_time(bench: Bench) -> None:
    """It is listed until then, changes the sizes, and names itself in the cause."""
    bench.start(desired=1)
    start = bench.now() + timedelta(seconds=0.3)
    given = {"ScheduledActionName": "more", "DesiredCapacity": 3}
    bench.asg.put_scheduled_update_group_action(StartTime=start, **given, **WEB)
    [listed] = bench.asg.describe_scheduled_actions(**WEB)["ScheduledUpdateGroupActions"]
    assert listed["DesiredCapacity"] == 3
    bench.settled(3)
    assert "a scheduled action update" in bench.activities()[0]["Cause"]
    assert bench.asg.describe_scheduled_actions(**WEB)["ScheduledUpdateGroupActions"] == []


def test_a_scheduled_action_is_skipped_while_suspended(bench: Bench) -> None:
    """User guide, suspend and resume processes: what comes due meanwhile does not take place."""
    bench.start(desired=1)
    bench.suspend("ScheduledActions")
    bench.lab.move_group("web", scheduledActions=[{"name": "more", "in": 0.2, "desired": 3}])
    bench.eventually(lambda: not bench.lab.group("web")["scheduledActions"])
    bench.resume("ScheduledActions")
    assert bench.group()["DesiredCapacity"] == 1


def test_a_scheduled_action_that_the_bounds_forbid_is_skipped(bench: Bench) -> None:
    """Sizes that are refused when the action comes due alter nothing, and no other call is answered for it."""
    bench.start(desired=1)
    bench.lab.move_group("web", scheduledActions=[{"name": "more", "in": 0.2, "desired": 9}])
    bench.asg.update_auto_scaling_group(MaxSize=4, **WEB)
    bench.clock.jump(0.3)
    group = bench.group()
    assert (group["DesiredCapacity"], group["MaxSize"]) == (1, 4)
    assert bench.lab.group("web")["scheduledActions"] == []


def test_a_recurring_action_is_kept(bench: Bench) -> None:
    """It can be seen and deleted, and never comes due in the lab."""
    bench.start(desired=1)
    given = {"ScheduledActionName": "nightly", "Recurrence": "0 3 * * *", "MinSize": 0}
    bench.asg.put_scheduled_update_group_action(**given, **WEB)
    assert len(bench.asg.describe_scheduled_actions(**WEB)["ScheduledUpdateGroupActions"]) == 1
    bench.asg.delete_scheduled_action(ScheduledActionName="nightly", **WEB)
    assert bench.asg.describe_scheduled_actions(**WEB)["ScheduledUpdateGroupActions"] == []
