"""Where an instance refresh waits: checkpoints, bake time, alarms, suspended processes, its clocks.

Sources: EC2 Auto Scaling API reference, RefreshPreferences; user guide, add checkpoints to an instance refresh,
suspend and resume processes, undo changes with a rollback.
"""

from __future__ import annotations

import pytest

from tests.lab.bench import Bench
from tests.lab.refreshed import HOUR, WEB, Refreshed, refreshed

FORTNIGHT = 14 * 24 * HOUR


def _reached(web: Refreshed) -> list[int]:
    """Checkpoints that the newest refresh has reached."""
    newest = web.bench.lab.group("web")["refreshes"][0]
    return [each["percentage"] for each in newest["checkpoints"]]


def test_a_checkpoint_is_a_pause_of_its_delay(bench: Bench) -> None:
    """InProgress all the time, an hour by default, which is shown; a hundred at the end is no pause."""
    web = refreshed(bench, 10)
    web.start(CheckpointPercentages=[20, 50, 100])
    assert web.shown()["Preferences"]["CheckpointDelay"] == 3600
    shown = web.after(HOUR - 10)
    assert (shown["Status"], shown["PercentageComplete"], shown["InstancesToUpdate"]) == ("InProgress", 20, 8)
    assert shown["StatusReason"].startswith("Waiting for checkpoint delay to finish before continuing.")
    assert _reached(web) == [20]
    shown = web.after(HOUR)
    assert (shown["PercentageComplete"], _reached(web)) == (50, [20, 50])
    assert web.after(HOUR)["Status"] == "Successful"
    assert _reached(web) == [20, 50, 100]


def test_of_checkpoints_passed_at_once_the_highest_is_announced(bench: Bench) -> None:
    """User guide: two instances with 10, 40 and 100 are told of 40 alone."""
    web = refreshed(bench, 2)
    web.start(CheckpointPercentages=[10, 40, 100], CheckpointDelay=60)
    shown = web.after(30)
    assert (shown["PercentageComplete"], _reached(web)) == (50, [40])
    assert web.after(60)["Status"] == "Successful"


def test_a_last_checkpoint_below_a_hundred_is_the_end_of_the_refresh(bench: Bench) -> None:
    """Successful, the pointer moved, old members left, no pause; surplus of launching first is gone."""
    web = refreshed(bench, 10)
    web.start(CheckpointPercentages=[10, 30], CheckpointDelay=60)
    shown = web.after(100)
    assert (shown["Status"], shown["PercentageComplete"], shown["InstancesToUpdate"]) == ("Successful", 30, 7)
    assert (web.stored(), web.versions()) == ("2", ["1"] * 7 + ["2"] * 3)
    web.start(CheckpointPercentages=[50], MinHealthyPercentage=100, MaxHealthyPercentage=120)
    bench.clock.jump(60)
    assert web.status == "Successful"
    assert len(bench.settled(10)) == 10


def test_launches_that_go_on_at_the_last_checkpoint_are_waited_for(bench: Bench) -> None:
    """Old members make room for them one by one, never a protected one, and none is missing from service."""
    bench.lab.image("ami-v2", boot=30, share=0.5)
    web = refreshed(bench, 10)
    first, *_ = bench.ids()
    bench.lab.member(first, do="protect")
    began = bench.lab.history("web")[-1]["at"]
    web.start(CheckpointPercentages=[10], MinHealthyPercentage=100, MaxHealthyPercentage=140)
    assert web.after(5)["Status"] == "InProgress"
    assert set(bench.states().values()) == {"InService", "Pending"}
    shown = web.after(40)
    assert (shown["Status"], shown["PercentageComplete"]) == ("Successful", 40)
    assert first in bench.settled(10)
    assert min(point["inService"] for point in web.since(began)) == 10


def test_a_scale_out_may_reach_a_checkpoint_again(bench: Bench) -> None:
    """User guide: the percentage falls with the new capacity, and rises over the checkpoint once more."""
    web = refreshed(bench, 4)
    web.start(CheckpointPercentages=[50, 100], CheckpointDelay=600, InstanceWarmup=10)
    bench.clock.jump(60)
    assert (web.shown()["PercentageComplete"], _reached(web)) == (50, [50])
    bench.asg.set_desired_capacity(DesiredCapacity=6, **WEB)
    assert web.shown()["PercentageComplete"] == 0
    bench.clock.jump(570)
    assert _reached(web) == [50, 50]
    assert web.after(700)["Status"] == "Successful"


def test_a_new_member_that_falls_ill_is_not_done_any_more(bench: Bench) -> None:
    """The percentage falls as soon as the group knows, and a checkpoint is not reached anew for it."""
    web = refreshed(bench, 2)
    bench.suspend("ReplaceUnhealthy")
    web.start(CheckpointPercentages=[50, 100], CheckpointDelay=100)
    assert web.after(10)["PercentageComplete"] == 50
    new = next(each["InstanceId"] for each in bench.members() if each["LaunchTemplate"]["Version"] == "2")
    bench.lab.member(new, do="unhealthy")
    assert web.after(0.11)["PercentageComplete"] == 0
    bench.resume("ReplaceUnhealthy")
    assert web.after(10)["PercentageComplete"] == 50
    assert _reached(web) == [50]


def test_what_is_paused_is_rolled_back_at_once(bench: Bench) -> None:
    """A rollback has no checkpoints and no bake time, and no alarm ends it."""
    web = refreshed(bench, 4)
    bench.lab.alarm("errors", state="OK")
    watched = {"Alarms": ["errors"]}
    web.start(CheckpointPercentages=[50, 100], BakeTime=600, AlarmSpecification=watched)
    bench.clock.jump(60)
    bench.asg.rollback_instance_refresh(**WEB)
    bench.lab.alarm("errors", state="ALARM")
    shown = web.after(20)
    assert (shown["Status"], shown["RollbackDetails"]["PercentageCompleteOnRollback"]) == (
        "RollbackSuccessful",
        50,
    )
    assert web.versions() == ["1"] * 4


def test_a_bake_time_passes_at_the_end(bench: Bench) -> None:
    """Baking at a hundred per cent with the former pointer; Successful when it is over."""
    web = refreshed(bench, 2)
    web.start(BakeTime=300)
    shown = web.after(100)
    assert (shown["Status"], shown["PercentageComplete"], web.stored()) == ("Baking", 100, "1")
    assert shown["StatusReason"].startswith("Waiting for bake time to finish before continuing. There are ")
    assert web.after(150)["Status"] == "Baking"
    assert web.after(60)["Status"] == "Successful"
    assert web.stored() == "2"


def test_a_bake_time_ends_only_with_the_whole_capacity(bench: Bench) -> None:
    """A member lost at the end of the bake time is waited for."""
    web = refreshed(bench, 2)
    web.start(BakeTime=300)
    bench.clock.jump(250)
    bench.lab.image("ami-v2", boot=100)
    bench.lab.member(bench.ids()[0], do="terminate")
    assert web.after(100)["Status"] == "Baking"
    assert web.after(60)["Status"] == "Successful"


def test_a_hundred_per_cent_are_not_the_end(bench: Bench) -> None:
    """Old members that drain keep a refresh InProgress."""
    bench.lab.image("ami-v1", drain=60)
    web = refreshed(bench, 2, TargetGroupARNs=[bench.target_group()])
    bench.clock.jump(1)
    web.start(MinHealthyPercentage=100, MaxHealthyPercentage=200)
    shown = web.after(30)
    assert (shown["Status"], shown["PercentageComplete"]) == ("InProgress", 100)
    assert web.after(60)["Status"] == "Successful"


@pytest.mark.parametrize("baking", [False, True])
@pytest.mark.parametrize(("auto", "status"), [(False, "Failed"), (True, "RollbackSuccessful")])
def test_an_alarm_ends_a_refresh(bench: Bench, baking: bool, auto: bool, status: str) -> None:
    """A listed alarm in ALARM fails it, InProgress or Baking, and rolls it back where it was told to."""
    for name in ("errors", "others"):
        bench.lab.alarm(name, state="OK")
    web = refreshed(bench, 2)
    watched = {"Alarms": ["errors", "slow"]}
    web.start(
        AlarmSpecification=watched, AutoRollback=auto, BakeTime=600, InstanceWarmup=0 if baking else 500
    )
    bench.clock.jump(100)
    assert web.status == ("Baking" if baking else "InProgress")
    assert web.shown()["Preferences"]["AlarmSpecification"] == watched
    bench.lab.alarm("others", state="ALARM")
    assert web.status == ("Baking" if baking else "InProgress")
    bench.cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="a test")
    if auto:
        assert web.status == "RollbackInProgress"
        bench.clock.jump(2 * 500)
    shown = web.shown()
    assert shown["Status"] == status
    reason = shown["RollbackDetails"]["RollbackReason"] if auto else shown["StatusReason"]
    assert reason == "CloudWatch alarm errors is in ALARM state."
    assert web.stored() == "1"


def test_an_alarm_set_by_control_ends_a_refresh_too(bench: Bench) -> None:
    """A composite alarm that follows its child does so as well."""
    bench.lab.alarm("errors", state="OK")
    bench.cloudwatch.put_composite_alarm(AlarmName="service", AlarmRule="ALARM(errors)")
    web = refreshed(bench, 2)
    web.start(AlarmSpecification={"Alarms": ["service"]}, InstanceWarmup=1000)
    assert web.status == "InProgress"
    bench.lab.alarm("errors", state="ALARM")
    assert bench.lab.group("web")["refreshes"][0]["status"] == "Failed"


def test_with_instance_refresh_suspended_it_stands_still_and_does_not_fail(bench: Bench) -> None:
    """The hour begins anew when the process is resumed."""
    bench.lab.image("ami-v2", boot=20)
    web = refreshed(bench, 3)
    web.start()
    bench.clock.jump(10)
    bench.suspend("InstanceRefresh")
    shown = web.after(3 * HOUR)
    assert (shown["Status"], shown["PercentageComplete"]) == ("InProgress", 33)
    assert "InstanceRefresh" in shown["StatusReason"]
    bench.resume("InstanceRefresh")
    assert web.after(30)["PercentageComplete"] == 66
    assert web.after(30)["Status"] == "Successful"


@pytest.mark.parametrize("process", ["Launch", "Terminate"])
def test_with_another_process_suspended_it_fails_after_the_hour(bench: Bench, process: str) -> None:
    """Launch and Terminate block replacements; nothing is terminated meanwhile."""
    web = refreshed(bench, 2)
    began = bench.lab.history("web")[-1]["at"]
    bench.suspend(process)
    web.start()
    shown = web.after(HOUR - 10)
    assert (shown["Status"], shown["StatusReason"]) == (
        "InProgress",
        f"Waiting for the suspended process {process} to be resumed.",
    )
    assert web.after(20)["Status"] == "Failed"
    assert min(point["inService"] for point in web.since(began)) == 2


def test_each_replacement_gives_another_hour(bench: Bench) -> None:
    """Six that take fifty minutes each end well."""
    bench.lab.image("ami-v2", boot=3000)
    web = refreshed(bench, 6)
    web.start()
    assert web.after(6 * 3000 + 10)["Status"] == "Successful"


def test_pauses_use_up_no_time(bench: Bench) -> None:
    """A delay of two days is longer than the hour, and bake time too."""
    web = refreshed(bench, 2)
    web.start(CheckpointPercentages=[50, 100], CheckpointDelay=172800, BakeTime=172800)
    assert web.after(2 * 172800)["Status"] == "Baking"
    assert web.after(100)["Status"] == "Successful"


def test_a_refresh_lasts_fourteen_days_at_most(bench: Bench) -> None:
    """Progress every half hour does not help it then."""
    bench.lab.refresh_rules(longest=4 * HOUR)
    bench.lab.image("ami-v2", boot=HOUR / 2)
    web = refreshed(bench, 10)
    web.start()
    assert web.after(4 * HOUR - 10)["Status"] == "InProgress"
    shown = web.after(20)
    assert (shown["Status"], "longer than 14 days" in shown["StatusReason"]) == ("Failed", True)
    bench.lab.reset(seed=1)
    assert bench.lab.refresh_rules()["longest"] == FORTNIGHT
