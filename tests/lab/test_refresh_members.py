"""Which members an instance refresh replaces: those that match, stand by, are protected, or stand in the warm pool.

Sources: EC2 Auto Scaling API reference, RefreshPreferences (SkipMatching, ScaleInProtectedInstances, StandbyInstances)
and InstanceRefresh (ProgressDetails); user guide, use an instance refresh with skip matching, how an instance refresh
works (live instances before the pool).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab.bench import Bench, refusal
from tests.lab.refreshed import HOUR, WEB, refreshed


def test_with_skip_matching_only_what_differs_is_replaced(bench: Bench) -> None:
    """Percentages are of those that differ; the others stay."""
    web = refreshed(bench, 4)
    web.start(CheckpointPercentages=[50])
    web.became("Successful")
    kept = {each["InstanceId"] for each in bench.members() if each["LaunchTemplate"]["Version"] == "2"}
    web.start(SkipMatching=True, InstanceWarmup=100)
    assert web.shown()["InstancesToUpdate"] == 1
    assert web.after(150)["PercentageComplete"] == 50
    assert web.after(100)["Status"] == "Successful"
    assert kept < set(bench.ids()) and web.versions() == ["2"] * 4


def test_where_all_matches_the_refresh_is_over_at_once_and_the_pointer_moves(bench: Bench) -> None:
    """Members of version 2 in a group that still points at 1: nothing is replaced, the group points at 2."""
    web = refreshed(bench, 2)
    web.start(InstanceWarmup=0)
    bench.clock.jump(1)
    bench.point(web.template, "1")
    before = bench.ids()
    web.start(SkipMatching=True)
    shown = web.shown()
    assert (shown["Status"], shown["PercentageComplete"], shown["InstancesToUpdate"]) == (
        "Successful",
        100,
        0,
    )
    assert (bench.ids(), web.stored()) == (before, "2")


def test_without_skip_matching_all_are_replaced(bench: Bench) -> None:
    """Members that match go as well, also where no configuration is desired."""
    web = refreshed(bench, 2)
    before = set(bench.ids())
    web.start("1")
    web.became("Successful")
    web.start(None)
    web.became("Successful")
    assert not before & set(bench.ids()) and web.versions() == ["1", "1"]


def test_a_version_that_moves_on_in_between_is_followed(bench: Bench) -> None:
    """`$Latest` is resolved for each replacement, and what skip matching has replaced may be replaced again."""
    web = refreshed(bench, 4)
    web.start("$Latest", SkipMatching=True, CheckpointPercentages=[50, 100], CheckpointDelay=60)
    bench.clock.jump(30)
    assert web.versions() == ["1", "1", "2", "2"]
    bench.version(web.template, "ami-v3")
    bench.clock.jump(120)
    assert (web.status, web.versions()) == ("Successful", ["3"] * 4)
    assert web.stored() == "$Latest"


def test_another_type_of_a_mixed_policy_does_not_match(bench: Bench) -> None:
    """Skip matching looks at template, version and, with a mixed instances policy, the types."""
    specification = {"LaunchTemplateId": bench.template("ami-v1"), "Version": "1"}

    def policy(instance_type: str) -> dict[str, Any]:
        overrides = [{"InstanceType": instance_type}]
        return {"LaunchTemplate": {"LaunchTemplateSpecification": specification, "Overrides": overrides}}

    bench.start(MixedInstancesPolicy=policy("t3.small"))
    before = bench.settled(2)
    for instance_type, same in (("t3.small", True), ("t3.large", False)):
        bench.asg.start_instance_refresh(
            DesiredConfiguration={"MixedInstancesPolicy": policy(instance_type)},
            Preferences={"SkipMatching": True},
            **WEB,
        )
        bench.clock.jump(10)
        assert bench.lab.group("web")["refreshes"][0]["status"] == "Successful"
        assert (bench.ids() == before) is same


def test_skip_matching_needs_a_launch_template(bench: Bench) -> None:
    """User guide: it cannot be used with a launch configuration; a refresh without it can."""
    bench.asg.create_launch_configuration(
        LaunchConfigurationName="old", ImageId="ami-v1", InstanceType="t3.small"
    )
    bench.start(LaunchConfigurationName="old")
    [first, second] = bench.settled(2)
    given = {"Preferences": {"SkipMatching": True}}
    assert refusal(bench.asg.start_instance_refresh, **given, **WEB)[0] == "ValidationError"
    bench.asg.start_instance_refresh(**WEB)
    bench.eventually(lambda: bench.lab.group("web")["refreshes"][0]["status"] == "Successful")
    assert not {first, second} & set(bench.ids())


def test_protected_members_are_waited_for_by_default(bench: Bench) -> None:
    """The others are replaced; the reason names one; an hour later it fails, or goes on once protection is taken."""
    web = refreshed(bench, 3)
    first, second, _ = bench.ids()
    for member in (first, second):
        bench.lab.member(member, do="protect")
    web.start()
    shown = web.after(HOUR - 100)
    assert (shown["PercentageComplete"], shown["InstancesToUpdate"]) == (33, 2)
    assert shown["StatusReason"] == (
        f"Waiting for remaining instances to be available. For example: {first} is protected. "
        "Remove instance scale-in protection to continue."
    )
    bench.asg.set_instance_protection(InstanceIds=[first], ProtectedFromScaleIn=False, **WEB)
    assert web.after(HOUR - 100)["PercentageComplete"] == 66
    assert web.after(200)["Status"] == "Failed"
    assert second in bench.ids()


@pytest.mark.parametrize(("choice", "versions"), [("Ignore", ["1", "2"]), ("Refresh", ["2", "2"])])
def test_protected_members_are_ignored_or_replaced_on_demand(
    bench: Bench, choice: str, versions: list[str]
) -> None:
    """Ignored ones are in no count."""
    web = refreshed(bench, 2)
    bench.lab.member(bench.ids()[0], do="protect")
    web.start(ScaleInProtectedInstances=choice, InstanceWarmup=50)
    assert web.shown()["InstancesToUpdate"] == len(versions) - versions.count("1") - 1
    bench.clock.jump(200)
    assert (web.status, web.versions()) == ("Successful", versions)


@pytest.mark.parametrize(
    ("choice", "status", "states"),
    [
        ("Wait", "Failed", ["InService", "InService", "Standby"]),
        ("Ignore", "Successful", ["InService", "InService", "Standby"]),
        ("Terminate", "Successful", ["InService", "InService"]),
    ],
)
def test_members_in_standby_are_waited_for_ignored_or_terminated(
    bench: Bench, choice: str, status: str, states: list[str]
) -> None:
    """A terminated one is not replaced, since it did not count; one that is waited for fails the refresh."""
    web = refreshed(bench, 3)
    bench.lab.member(bench.ids()[0], do="standby")
    web.start(StandbyInstances=choice)
    shown = web.after(HOUR + 10)
    assert shown["Status"] == status
    assert sorted(bench.states().values()) == states
    assert web.versions().count("2") == 2
    if choice == "Wait":
        assert "is in standby" in shown["StatusReason"]


def test_one_that_returns_from_standby_in_time_is_replaced(bench: Bench) -> None:
    """Wait: the refresh goes on when the member is in service again."""
    web = refreshed(bench, 2)
    first, _ = bench.ids()
    bench.lab.member(first, do="standby")
    web.start()
    assert web.after(600)["InstancesToUpdate"] == 1
    bench.lab.member(first, do="return")
    bench.clock.jump(30)
    assert (web.status, web.versions()) == ("Successful", ["2", "2"])


def test_the_pool_is_refreshed_after_the_members(bench: Bench) -> None:
    """Progress of both apart; members come from no old machine of the pool; all are new at the end."""
    bench.lab.image("ami-v2", boot=5)
    web = refreshed(bench, 2)
    bench.asg.put_warm_pool(MaxGroupPreparedCapacity=4, **WEB)
    bench.clock.jump(10)
    web.start(InstanceWarmup=50)
    shown = web.after(70)
    assert (shown["PercentageComplete"], shown["InstancesToUpdate"]) == (25, 2)
    assert shown["ProgressDetails"] == {
        "LivePoolProgress": {"PercentageComplete": 50, "InstancesToUpdate": 0},
        "WarmPoolProgress": {"PercentageComplete": 0, "InstancesToUpdate": 2},
    }
    bench.clock.jump(60)
    assert (web.status, web.versions()) == ("Successful", ["2", "2"])
    listed = bench.asg.describe_warm_pool(**WEB)["Instances"]
    assert [each["LaunchTemplate"]["Version"] for each in listed] == ["2", "2"]
    details = web.shown()["ProgressDetails"]["WarmPoolProgress"]
    assert details == {"PercentageComplete": 100, "InstancesToUpdate": 0}


def test_a_pool_is_rolled_back_with_the_members(bench: Bench) -> None:
    """Machines prepared from the new version go, and RollbackDetails tells of both."""
    web = refreshed(bench, 1)
    bench.asg.put_warm_pool(MaxGroupPreparedCapacity=2, **WEB)
    bench.clock.jump(10)
    web.start(BakeTime=1000)
    bench.clock.jump(100)
    assert web.status == "Baking"
    bench.asg.rollback_instance_refresh(**WEB)
    shown = web.after(100)
    assert shown["Status"] == "RollbackSuccessful"
    assert (
        shown["RollbackDetails"]["ProgressDetailsOnRollback"]["WarmPoolProgress"]["PercentageComplete"] == 100
    )
    [warm] = bench.asg.describe_warm_pool(**WEB)["Instances"]
    assert (warm["LaunchTemplate"]["Version"], web.versions()) == ("1", ["1"])


def test_pending_members_of_the_old_version_do_not_block(bench: Bench) -> None:
    """A group whose version never comes into service is mended by a refresh to another one."""
    bench.lab.image("ami-v1", inService=False)
    template = bench.start(bench.template("ami-v1", "ami-v2"), desired=3)
    bench.clock.jump(10)
    bench.asg.start_instance_refresh(
        DesiredConfiguration={"LaunchTemplate": {"LaunchTemplateId": template, "Version": "2"}}, **WEB
    )
    bench.settled(3)
    assert bench.lab.group("web")["refreshes"][0]["status"] == "Successful"
    assert bench.lab.history("web")[-1]["revisions"] == {"2": 3}
