"""Switches of instance refreshes, each in both positions, and what other parties do to a refresh.

The first position is the lab's default. AWS's documents are silent about each of them, or say "in progress" without
saying what that holds.
"""

from __future__ import annotations

import pytest

from tests.lab.bench import Bench, refusal
from tests.lab.refreshed import HOUR, WEB, refreshed


@pytest.mark.parametrize("blocks", [True, False])
def test_a_second_start_while_one_is_cancelling(bench: Bench, blocks: bool) -> None:
    """`cancellingBlocks`: InstanceRefreshInProgress, or the first is Cancelled at once."""
    bench.lab.refresh_rules(cancellingBlocks=blocks)
    bench.lab.image("ami-v2", boot=100)
    web = refreshed(bench, 2)
    web.start()
    bench.clock.jump(1)
    bench.asg.cancel_instance_refresh(**WEB)
    if blocks:
        assert refusal(bench.asg.start_instance_refresh, **WEB)[0] == "InstanceRefreshInProgress"
    else:
        web.start("1")
        listed = bench.asg.describe_instance_refreshes(**WEB)["InstanceRefreshes"]
        assert [each["Status"] for each in listed] == ["InProgress", "Cancelled"]


@pytest.mark.parametrize("blocks", [True, False])
def test_a_second_start_while_one_is_baking(bench: Bench, blocks: bool) -> None:
    """`bakingBlocks`: InstanceRefreshInProgress, or the first is Successful at once."""
    bench.lab.refresh_rules(bakingBlocks=blocks)
    web = refreshed(bench, 1)
    web.start(BakeTime=600)
    bench.clock.jump(60)
    if blocks:
        assert refusal(bench.asg.start_instance_refresh, **WEB)[0] == "InstanceRefreshInProgress"
    else:
        web.start("1")
        listed = bench.asg.describe_instance_refreshes(**WEB)["InstanceRefreshes"]
        assert [each["Status"] for each in listed] == ["InProgress", "Successful"]
        assert web.stored() == "2"


@pytest.mark.parametrize("goes", [True, False])
def test_a_rollback_while_one_is_baking(bench: Bench, goes: bool) -> None:
    """`bakingRollsBack`: carried out, or ActiveInstanceRefreshNotFound."""
    bench.lab.refresh_rules(bakingRollsBack=goes)
    web = refreshed(bench, 1)
    web.start(BakeTime=600)
    bench.clock.jump(60)
    if goes:
        bench.asg.rollback_instance_refresh(**WEB)
        web.became("RollbackSuccessful")
    else:
        assert refusal(bench.asg.rollback_instance_refresh, **WEB)[0] == "ActiveInstanceRefreshNotFound"
        assert web.status == "Baking"


@pytest.mark.parametrize(("up", "most"), [(False, 5), (True, 6)])
def test_the_maximum_is_rounded(bench: Bench, up: bool, most: int) -> None:
    """`maximumRoundsUp`: four with 130 % are five, or six."""
    bench.lab.refresh_rules(maximumRoundsUp=up)
    web = refreshed(bench, 4)
    web.start(MinHealthyPercentage=100, MaxHealthyPercentage=130)
    web.became("Successful")
    assert max(point["total"] for point in bench.lab.history("web")) == most


@pytest.mark.parametrize(("nearest", "percent"), [(False, 66), (True, 67)])
def test_the_percentage_is_rounded(bench: Bench, nearest: bool, percent: int) -> None:
    """`percentRounds`: two of three are 66, or 67."""
    bench.lab.refresh_rules(percentRounds=nearest)
    web = refreshed(bench, 3)
    web.start(InstanceWarmup=10)
    assert web.after(25)["PercentageComplete"] == percent


@pytest.mark.parametrize(("counts", "left"), [(False, 2), (True, 3)])
def test_a_replacement_that_has_begun_is_counted(bench: Bench, counts: bool, left: int) -> None:
    """`begunCounts`: live answers leave it out of InstancesToUpdate; the reference can be read either way."""
    bench.lab.refresh_rules(begunCounts=counts)
    web = refreshed(bench, 3)
    web.start(InstanceWarmup=10)
    assert web.after(5)["InstancesToUpdate"] == left


@pytest.mark.parametrize(("in_time", "status"), [(True, "Successful"), (False, "Failed")])
def test_a_warmup_longer_than_the_hour(bench: Bench, in_time: bool, status: str) -> None:
    """`warmingInTime`: a healthy member that warms up is no blockage, or its warm-up uses up the hour."""
    bench.lab.refresh_rules(warmingInTime=in_time)
    web = refreshed(bench, 1)
    web.start(InstanceWarmup=int(1.5 * HOUR))
    assert web.after(2 * HOUR)["Status"] == status


def test_members_that_die_while_they_warm_up_are_no_progress(bench: Bench) -> None:
    """One warm-up is waited for after the hour, and not each of them."""
    bench.lab.image("ami-v2", diesAfter=300)
    web = refreshed(bench, 2)
    web.start(InstanceWarmup=600)
    assert web.after(HOUR + 700)["Status"] == "Failed"


@pytest.mark.parametrize(("counts", "status"), [(False, "Successful"), (True, "Failed")])
def test_checkpoint_delays_and_the_fourteen_days(bench: Bench, counts: bool, status: str) -> None:
    """`delayCounts`: delays are no part of the longest time, or are."""
    bench.lab.refresh_rules(delayCounts=counts, longest=2 * HOUR)
    web = refreshed(bench, 2)
    web.start(CheckpointPercentages=[50, 100], CheckpointDelay=int(3 * HOUR))
    assert web.after(4 * HOUR)["Status"] == status


@pytest.mark.parametrize("early", [False, True])
def test_an_end_time_while_in_progress(bench: Bench, early: bool) -> None:
    """`earlyEnd`: samples of the user guide show EndTime beside InProgress."""
    bench.lab.refresh_rules(earlyEnd=early)
    web = refreshed(bench, 1)
    web.start(InstanceWarmup=60)
    shown = web.after(10)
    assert (shown["Status"], "EndTime" in shown) == ("InProgress", early)


@pytest.mark.parametrize("starts", [False, True])
def test_auto_rollback_where_there_is_no_way_back(bench: Bench, starts: bool) -> None:
    """`irreversibleStarts`: refused at the start, or accepted, and then Failed without a rollback."""
    bench.lab.refresh_rules(irreversibleStarts=starts)
    bench.lab.image("ami-v2", inService=False)
    web = refreshed(bench, 1, version="$Default")
    if starts:
        web.start(AutoRollback=True)
        shown = web.after(HOUR + 1)
        assert (shown["Status"], "RollbackDetails" in shown) == ("Failed", False)
    else:
        desired = {"LaunchTemplate": web.pointer()}
        start = bench.asg.start_instance_refresh
        code, text = refusal(start, DesiredConfiguration=desired, Preferences={"AutoRollback": True}, **WEB)
        assert (code, "$Default" in text) == ("ValidationError", True)


def test_a_refresh_may_be_pending_for_a_while(bench: Bench) -> None:
    """`pending`: nothing is replaced and there is no StartTime; it can be cancelled and rolled back."""
    bench.lab.refresh_rules(pending=30)
    web = refreshed(bench, 1)
    web.start()
    shown = web.after(20)
    assert (shown["Status"], shown["InstancesToUpdate"], "StartTime" in shown) == ("Pending", 0, False)
    assert web.versions() == ["1"]
    assert refusal(bench.asg.start_instance_refresh, **WEB)[0] == "InstanceRefreshInProgress"
    bench.lab.image("ami-v1", boot=5)
    bench.asg.set_desired_capacity(DesiredCapacity=2, **WEB)
    bench.asg.cancel_instance_refresh(**WEB)
    assert web.status == "Cancelled"
    web.start()
    bench.asg.rollback_instance_refresh(**WEB)
    web.became("RollbackSuccessful")
    web.start()
    assert web.after(40)["Status"] == "Successful"


def test_rules_are_set_over_http(bench: Bench) -> None:
    """PUT /lab/refreshes keeps what is not named; what is wrong changes nothing; a reset takes all back."""
    assert bench.http("PUT", "refreshes", {"hour": 5})[1]["hour"] == 5
    assert bench.http("PUT", "refreshes", {"hour": 6, "minute": 1})[0] == 400
    assert bench.http("PUT", "refreshes", {"earlyEnd": 1})[0] == 400
    assert bench.http("PUT", "refreshes", {"hour": True})[0] == 400
    assert bench.http("PUT", "refreshes", {"earlyEnd": True})[0] == 200
    status, rules = bench.http("GET", "refreshes")
    assert (status, rules["hour"], rules["earlyEnd"]) == (200, 5, True)
    bench.lab.reset(seed=1)
    assert bench.lab.refresh_rules()["hour"] == HOUR


def test_another_party_starts_cancels_and_rolls_back(bench: Bench) -> None:
    """PUT /lab/groups/{name} with `refresh`: start, cancel, rollback, and a failure by itself."""
    web = refreshed(bench, 2)

    def move(**order: object) -> int:
        return bench.http("PUT", "groups/web", {"refresh": order})[0]

    preferences = {"InstanceWarmup": 100}
    for what, status in (("cancel", "Cancelled"), ("rollback", "RollbackSuccessful"), ("fail", "Failed")):
        assert move(do="start", launchTemplate=web.pointer(), preferences=preferences) == 200
        assert move(do="start") == 400
        bench.clock.jump(1)
        assert move(do=what) == 200
        bench.clock.jump(300)
        assert web.status == status
    assert web.shown()["StatusReason"] == "Failed on the lab's order."
    assert [move(do=what) for what in ("cancel", "rollback", "fail", "wait")] == [400] * 4
    assert move(do="start", launchTemplate=web.pointer("7")) == 400
    assert move(do="start", preferences={"BakeTime": -1}) == 400
    newest, *_ = bench.lab.group("web")["refreshes"]
    assert (newest["status"], newest["percentage"], newest["toUpdate"]) == ("Failed", 0, 1)


def test_faults_strike_the_calls_of_refreshes(bench: Bench) -> None:
    """A start whose answer is lost has begun all the same; ResourceContention has its own status."""
    web = refreshed(bench, 1)
    bench.lab.fault("StartInstanceRefresh", error="lost", times=1)
    with pytest.raises(Exception, match="Connection was closed"):
        web.start()
    assert refusal(bench.asg.start_instance_refresh, **WEB)[0] == "InstanceRefreshInProgress"
    bench.lab.fault("DescribeInstanceRefreshes", error="ResourceContention", times=1)
    assert refusal(bench.asg.describe_instance_refreshes, **WEB)[0] == "ResourceContention"
    web.became("Successful")
