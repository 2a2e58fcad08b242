"""Whole instance refreshes of ESS scaling groups through the handler, against Alibaba's lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_rolling.errors import DeadlineExceededError, TooManyFailuresError
from pulumi_rolling.fleets.alibaba.place import ECS
from pulumi_rolling.lab import AlibabaLab
from pulumi_rolling.report.course.course import Course

from tests.fleets.scripted_aws import wait_until
from tests.handler.ess_lab import paced_lab, running_lab
from tests.handler.ess_refreshed_web import BAD, EssRefreshedWeb

__all__ = ["paced_lab", "running_lab"]


@pytest.fixture
def lab(paced_lab: AlibabaLab) -> AlibabaLab:
    paced_lab.rules(week=604800.0, minute=60.0, resumeEndsCheckpoint=True, containerRefresh=False)
    return paced_lab


@pytest.fixture
def web(lab: AlibabaLab) -> EssRefreshedWeb:
    return EssRefreshedWeb(lab)


def unwrapped(text: str) -> str:
    return " ".join(text.split())


def test_a_group_is_refreshed_as_preview_says(lab: AlibabaLab) -> None:
    """The plan says what ESS keeps and who returns; the update follows to the end and leaves no mark."""
    web = EssRefreshedWeb(lab, size=3)
    lab.image("m-2", boot=0.1)
    news = web.wants(minHealthyPercentage=100)
    first, second = web.configurations[:2]
    plan = web.plan(news).split("\n")
    assert plan[:11] == [
        f"{web.id}: replacing 3 instances, {first} -> {second}, in cn-hangzhou",
        "  changes     ImageId: m-1 -> m-2",
        "  rolls       the service itself, 1 at a time",
        "  in service  at least 3, and 4 there at most",
        "  waits for   new instances in service and healthy by the group's checks",
        f"  on failure  the service is asked to return the group to {first}",
        f"              else another operation leads it back to {first}",
        f"              else this program rolls it back to {first} itself",
        "  duration    3 times a boot",
        "  API calls   at least 6",
        "  note        maxHealthyPercentage 120: the default of ESS where the policy gives none",
    ]
    assert 'with ignore_changes=["active"] the ess.ScalingConfiguration leaves it there' in plan[11]
    state = web.up(news)
    assert (web.versions(), web.points_at, web.keeps_no_mark()) == ({2}, 2, True)
    assert (state["status"], state["previousRevision"]) == ("stable", first)
    last = state["lastRollout"]
    assert (last["replaced"], last["lowestInService"], web.lowest()) == (3, 3, 3)
    assert [each["InstanceRefreshTaskId"] for each in web.described()] == [last["operation"]]
    assert any(" replaced, " in line and "the cloud replaces" in line for line in web.statuses), web.statuses
    assert web.plan(news) == ""


def test_an_image_that_never_launches_is_returned_by_ess_when_it_is_asked(
    lab: AlibabaLab, web: EssRefreshedWeb
) -> None:
    """ESS itself would try for a week: the policy's timeout ends that, and names where it is set."""
    lab.image("m-2", **BAD)
    told = web.fails(web.wants(timeout="PT1S"), DeadlineExceededError)
    assert "longer than its timeout of PT1S" in told and "updatePolicy.instanceRefresh.timeout" in told
    assert web.refreshes() == [(2, "RollbackSuccessful")]


def test_a_refresh_that_ess_gives_up_is_told_with_its_cause(
    lab: AlibabaLab, web: EssRefreshedWeb, last_course: Callable[[], Course]
) -> None:
    """After its week it is Failed, with ESS's sentence and that of the launch; the group is as it was."""
    lab.image("m-2", **BAD)
    lab.rules(week=1.0)
    told = web.fails(web.wants(), TooManyFailuresError)
    assert "exceeded its maximum run time" in told and "InvalidImageId.NotFound" in told, told
    assert "Name an image in " in told, told
    assert web.refreshes() == [(2, "Failed")]
    assert last_course().failed > 0


def test_after_a_success_the_way_back_is_a_refresh_to_the_former(web: EssRefreshedWeb) -> None:
    """ESS returns nothing that has succeeded: the program of before is rolled as any other, by its own policy."""
    web.up(web.wants(2, minHealthyPercentage=0, maxHealthyPercentage=100))
    assert web.points_at == 2
    web.up(web.wants(1))
    assert (web.versions(), web.points_at) == ({1}, 1)
    assert web.refreshes() == [(1, "Successful"), (2, "Successful")]


def test_what_is_to_be_left_is_left(lab: AlibabaLab, web: EssRefreshedWeb) -> None:
    """With onFailure leave nobody returns the group; the next update goes on from there."""
    lab.image("m-2", **BAD)
    news = web.wants(2, {"onFailure": "leave"}, timeout="PT1S")
    assert "the service stops, and the group is left (onFailure: leave)" in web.plan(news)
    with pytest.raises(DeadlineExceededError, match="was left as it is"):
        web.up(news)
    assert (web.points_at, web.keeps_no_mark(), web.refreshes()) == (1, True, [(2, "Cancelled")])
    web.up(web.wants(3))
    assert (web.versions(), web.points_at) == ({3}, 3)


def test_triggers_replace_members_that_match(web: EssRefreshedWeb) -> None:
    """SkipMatching is off for them alone."""
    before = set(web.members())
    news = web.wants(1, {"triggers": ["again"]})
    assert f"replacing 2 instances, all of {web.configurations[0]} again" in web.plan(news)
    web.up(news)
    assert not before & set(web.members()) and web.versions() == {1}
    assert [each["SkipMatching"] for each in web.described()] == [False]


def test_a_configuration_edited_in_place_replaces_all(web: EssRefreshedWeb) -> None:
    """ESS compares ids, so that with SkipMatching nobody would go; the line that prevents the edit is given."""
    before = set(web.members())
    web.call("ModifyScalingConfiguration", ScalingConfigurationId=web.configurations[0], ImageId="m-9")
    news = web.wants(1)
    plan = unwrapped(web.plan(news))
    assert "was edited in place: 2 of its instances" in plan and 'replace_on_changes=["*"]' in plan
    assert "so all 2 are replaced" in plan
    web.up(news)
    assert not before & set(web.members()) and web.plan(news) == ""
    assert {m["image"] for m in web.group["members"] if m["lifecycle"] == "InService"} == {"m-9"}


def test_a_configuration_of_equal_contents_moves_the_pointer_alone(web: EssRefreshedWeb) -> None:
    """A refresh would replace everybody for another id."""
    before = set(web.members())
    web.configurations[1] = web.configuration("m-1", "again")
    news = web.wants(2)
    assert "nothing to replace, only the pointer moves" in web.plan(news)
    web.up(news)
    assert (set(web.members()), web.points_at, web.described()) == (before, 2, [])
    assert web.plan(news) == ""


def test_whom_ess_passes_by_is_named_and_stays(lab: AlibabaLab) -> None:
    """Protected instances and those in standby are no part of the refresh, and nobody waits for them."""
    web = EssRefreshedWeb(lab, size=4, MinSize=0)
    resting, protected, *others = web.members()
    lab.member(resting, do="standby")
    web.call(
        "SetInstancesProtection", ScalingGroupId=web.id, InstanceIds=[protected], ProtectedFromScaleIn=True
    )
    wait_until(lambda: {"Standby", "Protected"} <= {m["lifecycle"] for m in web.group["members"]})
    news = web.wants(2, minHealthyPercentage=0, maxHealthyPercentage=100)
    plan = unwrapped(web.plan(news))
    assert "replacing 2 instances" in plan and resting in plan and protected in plan
    assert "ESS passes them by, and they stay as they are" in plan
    web.up(news)
    there = set(web.members())
    assert {resting, protected} <= there and not there & set(others) and web.points_at == 2
    assert web.plan(news) == ""


def test_a_group_goes_by_the_numbers_of_a_launch_template(lab: AlibabaLab) -> None:
    """A version is sent as a number with the group's own types; the way back leads to the number before."""
    web = EssRefreshedWeb(lab)
    body = {"InstanceType": "ecs.g7.large", "LaunchTemplateName": "web"}
    made = web.api.call(ECS, "CreateLaunchTemplate", ImageId="m-1", **body)["LaunchTemplateId"]
    web.api.call(ECS, "CreateLaunchTemplateVersion", ImageId="m-2", **body)

    def news(version: int, **refresh: Any) -> dict[str, Any]:
        inputs = web.inputs(1, **refresh)
        group = inputs["essScalingGroup"]
        del group["scalingConfiguration"]
        group["launchTemplate"] = {"id": made, "version": version}
        normal, faults = web.handler.check(None, inputs, web.context)
        assert not faults, faults
        return normal

    state = web.up(news(1))
    assert state["revision"] == f"{made}:1"
    assert 'ignore_changes=["launchTemplateVersion"] the ess.ScalingGroup' in unwrapped(web.plan(news(2)))
    types = [{"InstanceType": "ecs.c7.large"}, {"InstanceType": "ecs.g7.large"}]
    web.call("ModifyScalingGroup", ScalingGroupId=web.id, LaunchTemplateOverrides=types)
    lab.image("m-2", **BAD)
    with pytest.raises(DeadlineExceededError, match="is back on version 1"):
        web.up(news(2, timeout="PT1S"))
    desired = [each["DesiredConfiguration"] for each in web.described()]
    assert [each["LaunchTemplateVersion"] for each in desired] == ["2", "1"]
    assert (web.group["launchTemplate"], web.group["launchTemplateVersion"]) == (made, "1")
    lab.image("m-2")
    web.up(news(2))
    (group,) = web.call("DescribeScalingGroups", ScalingGroupIds=[web.id])["ScalingGroups"]
    assert (group["LaunchTemplateVersion"], group["LaunchTemplateOverrides"]) == ("2", types)


def test_a_group_without_an_expected_number_is_refreshed(lab: AlibabaLab) -> None:
    """ESS rolls it by the instances that it has, and none is left over."""
    web = EssRefreshedWeb(lab, DesiredCapacity=None, MinSize=2)
    web.up(web.wants(2))
    wait_until(lambda: len(web.members()) == 2)
    assert (web.versions(), web.points_at) == ({2}, 2)


@pytest.mark.parametrize(
    ("group", "moved", "path"),
    [
        ({"MultiAZPolicy": "BALANCE"}, {}, "essScalingGroup.multiAzPolicy"),
        ({"ScalingPolicy": "recycle"}, {}, "essScalingGroup.scalingPolicy"),
        ({"GroupType": "ECI"}, {}, "essScalingGroup.id"),
        ({}, {"suspend": ["ScaleOut"]}, "essScalingGroup.suspendedProcesses"),
        ({}, {"systemSuspended": True}, "essScalingGroup.id"),
    ],
    ids=["not by priority", "stops instances", "containers", "suspended", "given up by ESS"],
)
def test_a_group_that_ess_does_not_refresh_is_refused_beforehand(
    lab: AlibabaLab, group: dict[str, Any], moved: dict[str, Any], path: str
) -> None:
    """With its path and what to do, and no refresh is begun."""
    web = EssRefreshedWeb(lab, deployed=False, **group)
    if moved:
        lab.move_group(web.id, **moved)
    assert [*web.faults(web.inputs())] == [path]
    assert web.described() == []


def test_container_instances_are_refreshed_where_the_policy_says_so(lab: AlibabaLab) -> None:
    """ESS documents groups of ECS instances alone, so its refusal is the update's."""
    web = EssRefreshedWeb(lab, deployed=False, GroupType="ECI")
    allowed: Any = {"allowContainerRefresh": True}
    web.state = web.deploy(web.wants(1, **allowed))
    lab.rules(containerRefresh=True)
    web.up(web.wants(2, **allowed))
    assert (web.versions(), web.points_at) == ({2}, 2)
    assert "essScalingGroup.id" in web.faults(web.inputs(3))


def test_a_checkpoint_without_approval_ends_by_its_time(lab: AlibabaLab) -> None:
    """The delay is sent in minutes, and nobody has to resume."""
    web = EssRefreshedWeb(lab)
    lab.rules(minute=0.01, resumeEndsCheckpoint=False)
    web.up(web.wants(2, checkpointPercentages=[50, 100], checkpointDelay="PT20M"))
    assert (web.versions(), web.points_at) == ({2}, 2)
    assert [each["CheckpointPauseTime"] for each in web.described()] == [20]
