"""Whole rollouts of ESS scaling groups by the handler on Alibaba's lab; the floor by the lab's own history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from pulumi_rolling.errors import (
    AbortedError,
    OrphanedError,
    PolicyErrors,
    RolloutError,
    TooManyFailuresError,
)
from pulumi_rolling.fleets.alibaba.place import ECS
from pulumi_rolling.lab import AlibabaLab

from tests.fleets.scripted_aws import wait_until
from tests.handler.ess_lab import paced_lab, running_lab
from tests.handler.ess_web import EssWeb
from tests.unit.cli.conftest import Ran, rolling

__all__ = ["paced_lab", "rolling", "running_lab"]

PROCESSES = ["HealthCheck", "AlarmNotification", "ScheduledActions"]


@pytest.fixture
def lab(paced_lab: AlibabaLab) -> AlibabaLab:
    paced_lab.rules(parallel=True)
    return paced_lab


def is_as_found(web: EssWeb, sizes: list[int], version: int = 1, suspended: tuple[str, ...] = ()) -> bool:
    """Pointer, members, sizes, processes; and nothing of ours is left on the group."""
    group = web.group
    pointer = web.configurations[version - 1]
    return (
        web.versions() == {version}
        and (web.sizes, group["scalingConfiguration"]) == (sizes, pointer)
        and (group["suspended"], group["tags"]) == (list(suspended), {})
    )


def test_a_group_is_planned_and_rolled(lab: AlibabaLab) -> None:
    """Preview says what will happen; all members are replaced, the floor holds, and a diff finds nothing left."""
    web = EssWeb(lab, "m-1", "m-2", size=3)
    state = web.deploy(web.news(1))
    assert not web.handler.diff(state, web.news(1), web.preview).changes
    news = web.news(2, minInstancesInService=2, suspendProcesses=PROCESSES)
    assert web.handler.diff(state, news, web.preview).changes
    plan = web.said[-1]
    assert f"replacing 3 instances, {web.configurations[0]} -> {web.configurations[1]}" in plan
    assert "ImageId: m-1 -> m-2" in plan and "at least 2" in plan and "in cn-hangzhou" in plan
    state = web.update(state, news)
    assert is_as_found(web, [1, 6, 3], version=2) and web.lowest() >= 2
    assert (state["revision"], state["previousRevision"]) == (web.configurations[1], web.configurations[0])
    assert state["lastRollout"]["replaced"] == 3 and state["status"] == "stable"
    assert not web.handler.diff(state, news, web.preview).changes


@pytest.mark.parametrize("parallel", [True, False], ids=["side by side", "one at a time"])
def test_a_group_that_may_not_grow_keeps_its_floor(lab: AlibabaLab, parallel: bool) -> None:
    """MinSize forbids removals, so it is lowered and given back; activities that exclude each other are waited for."""
    lab.rules(parallel=parallel)
    web = EssWeb(lab, "m-1", "m-2", size=3, MinSize=3, MaxSize=3)
    state = web.deploy(web.news(1))
    web.update(state, web.news(2, pacing="lockStep", minInstancesInService=1))
    assert is_as_found(web, [3, 3, 3], version=2) and web.lowest() >= 1


def test_an_image_that_does_not_exist_returns_the_group(lab: AlibabaLab) -> None:
    """The refused launch is read from the activities; sizes, processes and pointer are as found."""
    lab.image("m-2", launchError="InvalidImageId.NotFound")
    web = EssWeb(lab, "m-1", "m-2", size=3)
    state = web.deploy(web.news(1))
    lab.move_group(web.id, suspend=["AlarmNotification"])
    with pytest.raises(TooManyFailuresError, match=r"launch refused: InvalidImageId\.NotFound") as caught:
        web.update(state, web.news(2, minInstancesInService=2, suspendProcesses=PROCESSES))
    assert caught.value.returned and "Name an image in the scaling configuration" in str(caught.value)
    assert is_as_found(web, [1, 6, 3], suspended=("AlarmNotification",)) and web.lowest() >= 2


def test_an_image_that_never_serves_returns_the_group(lab: AlibabaLab) -> None:
    """With HealthCheck suspended ECS is asked whether machines live."""
    lab.image("m-2", inService=False)
    web = EssWeb(lab, "m-1", "m-2", size=3)
    state = web.deploy(web.news(1))
    rested: Any = {"suspendProcesses": ["HealthCheck"], "readiness": {"timeout": "PT2S"}}
    with pytest.raises(TooManyFailuresError, match="did not reach service") as caught:
        web.update(state, web.news(2, minInstancesInService=2, **rested))
    assert caught.value.returned and is_as_found(web, [1, 6, 3]) and web.lowest() >= 2


def test_a_killed_roll_goes_on_from_its_record(lab: AlibabaLab) -> None:
    """The record stands in tags that ESS takes; the next update ends at the sizes as found."""
    # The first new one never serves, so that the roll lasts until its driver is dead.
    lab.image("m-2", inService=False)
    web = EssWeb(lab, "m-1", "m-2", size=4)
    state = web.deploy(web.news(1))
    dead = Event()
    web.context = replace(web.context, orphaned=dead.is_set)
    news = web.news(2, minInstancesInService=4, maxBatchSize=1, suspendProcesses=PROCESSES)
    rolled = web.in_background(state, news)
    wait_until(lambda: web.versions() == {1, 2})
    dead.set()
    with pytest.raises(OrphanedError):
        rolled.result(20)
    tags = web.group["tags"]
    assert "rolling:record.0" in tags and max(map(len, tags.values())) <= 128 and web.sizes[2] == 5
    assert web.group["suspended"] == ["AlarmNotification", "HealthCheck", "ScheduledAction"]
    dead.clear()
    read = web.handler.read(state)
    assert read is not None and read["status"] == "interrupted"
    lab.image("m-2")
    for member in web.members(lambda member: member["lifecycle"] == "Pending"):
        lab.member(member, do="terminate")
    web.update(read, news)
    assert is_as_found(web, [1, 6, 4], version=2) and web.lowest() >= 4


@pytest.mark.usefixtures("long_lease")
def test_a_roll_is_watched_and_aborted_from_a_shell(
    lab: AlibabaLab, monkeypatch: pytest.MonkeyPatch, rolling: Callable[..., Ran]
) -> None:
    """By the group's id alone, and credentials of the environment; the former configuration's members are back."""
    for name, value in {
        "ALICLOUD_ACCESS_KEY": "lab",
        "ALICLOUD_SECRET_KEY": "lab",
        **lab.environment,
    }.items():
        monkeypatch.setenv(name, value)
    lab.image("m-2", inService=False)
    web = EssWeb(lab, "m-1", "m-2", size=4)
    state = web.deploy(web.news(1))
    rolled = web.in_background(state, web.news(2, minInstancesInService=3, maxBatchSize=1))
    wait_until(lambda: web.versions() == {1, 2})
    status = rolling("status", web.id)
    assert f"to {web.configurations[1]}" in status.out, status
    assert rolling("abort", web.id).code == 0
    with pytest.raises(AbortedError) as caught:
        rolled.result(30)
    assert caught.value.returned and is_as_found(web, [1, 6, 4]) and web.lowest() >= 3
    plan = rolling(
        "plan", "--group", web.id, "--to", web.configurations[1], "--policy", '{"rollingUpdate": {}}'
    )
    assert "replacing 4 instances" in plan.out, plan


def test_a_member_in_standby_counts_and_is_left_alone_unless_the_policy_says_otherwise(
    lab: AlibabaLab,
) -> None:
    """Sizes end as found with it; replaced, the expected number is one less."""
    web = EssWeb(lab, "m-1", "m-2", size=3, MinSize=2)
    state = web.deploy(web.news(1))
    resting = web.members()[0]
    lab.member(resting, do="standby")
    wait_until(lambda: "Standby" in [m["lifecycle"] for m in web.group["members"]])
    state = web.update(state, web.news(2))
    assert resting in web.members() and web.versions() == {1, 2} and web.sizes == [2, 6, 3]
    web.update(state, web.news(2, standbyInstances="Replace"))
    wait_until(lambda: resting not in web.members())
    assert web.versions() == {2} and web.sizes == [2, 6, 2]


def test_signals_come_by_tag_or_by_a_hook_for_one_instance_at_a_time(lab: AlibabaLab) -> None:
    """A FAILURE returns the group; with several at once the hook's token says nothing of one of them."""
    lab.image("m-2", signal="SUCCESS")
    lab.image("m-3", signal="FAILURE")
    web = EssWeb(lab, "m-1", "m-2", "m-3", size=2)
    state = web.deploy(web.news(1))
    waits: Any = {"waitOnResourceSignals": True}
    state = web.update(state, web.news(2, **waits))
    with pytest.raises(RolloutError, match="sent FAILURE") as caught:
        web.update(state, web.news(3, **waits))
    assert caught.value.returned and web.versions() == {2}
    web.call(
        "CreateLifecycleHook",
        ScalingGroupId=web.id,
        LifecycleHookName="ready",
        LifecycleTransition="SCALE_OUT",
        DefaultResult="ABANDON",
        HeartbeatTimeout=600,
    )
    web.handler.diff(state, web.news(1, **waits), web.preview)
    assert "one token of the launch hook 'ready' for all instances of an activity" in web.said[-1]
    with pytest.raises(RolloutError, match="vanished before it was ready: LifecycleHookAbandon") as caught:
        web.update(state, web.news(3, maxBatchSize=1, **waits))
    assert caught.value.returned and is_as_found(web, [1, 6, 2], version=2)


def test_a_group_goes_from_a_configuration_to_a_template_and_back_to_its_version(lab: AlibabaLab) -> None:
    """A version by its number is the revision; a bad one returns the group to the version before it."""
    web = EssWeb(lab, "m-0", size=2)
    body = {"InstanceType": "ecs.g7.large", "LaunchTemplateName": "web"}
    made = web.api.call(ECS, "CreateLaunchTemplate", ImageId="m-1", **body)["LaunchTemplateId"]
    web.api.call(ECS, "CreateLaunchTemplateVersion", ImageId="m-2", **body)
    state = web.deploy(web.news(1))

    def news(version: int) -> dict[str, Any]:
        given = web.news(1)
        group = {
            key: value for key, value in given["essScalingGroup"].items() if key != "scalingConfiguration"
        }
        return {**given, "essScalingGroup": {**group, "launchTemplate": {"id": made, "version": version}}}

    state = web.update(state, news(1))
    assert (state["revision"], state["previousRevision"]) == (f"{made}:1", web.configurations[0])
    lab.image("m-2", launchError="QuotaExceed.Instance")
    with pytest.raises(TooManyFailuresError, match="is back on version 1") as caught:
        web.update(state, news(2))
    assert caught.value.returned and "higher quota" in str(caught.value)
    group = web.group
    assert (group["launchTemplate"], group["launchTemplateVersion"]) == (made, "1")
    there = {m["revision"] for m in group["members"] if not m["lifecycle"].startswith("Removing")}
    assert there == {f"{made}:1"} and web.sizes == [1, 6, 2]


def test_a_configuration_edited_in_place_is_found_in_preview(lab: AlibabaLab) -> None:
    """Its id is the same; members of the former image are replaced, and the line that prevents it is given."""
    web = EssWeb(lab, "m-1", size=2)
    state = web.deploy(web.news(1))
    web.call("ModifyScalingConfiguration", ScalingConfigurationId=web.configurations[0], ImageId="m-2")
    assert web.handler.diff(state, web.news(1), web.preview).changes
    said = " ".join(web.said[-1].split())
    assert "was edited in place: 2 of its instances" in said and 'replace_on_changes=["*"]' in said
    web.update(state, web.news(1))
    assert {m["image"] for m in web.group["members"] if m["lifecycle"] == "InService"} == {"m-2"}


def test_what_ess_has_no_answer_to_is_refused_with_its_path(lab: AlibabaLab) -> None:
    """Policy, group and record's room, all in the check."""
    web = EssWeb(lab, "m-1", "m-2", size=2)
    roll = "updatePolicy.rollingUpdate"
    asked: Any = {
        "suspendProcesses": ["HealthCheck", "AZRebalance"],
        "alarms": ["errors"],
        "readiness": {"statusChecks": True, "targetHealth": True},
    }
    _, faults = web.checked(2, **asked)
    assert [fault.path for fault in faults] == [
        f"{roll}.suspendProcesses[1]",
        f"{roll}.alarms",
        f"{roll}.readiness.targetHealth",
        f"{roll}.readiness.statusChecks",
    ]
    lab.move_group(web.id, suspend=["ScaleIn"], tags={f"theirs-{n}": "x" for n in range(17)})
    _, faults = web.checked(2)
    assert [fault.path for fault in faults] == ["essScalingGroup.suspendedProcesses", f"{roll}.maxBatchSize"]
    assert "has 17 of 20" in faults[1].message


def test_a_strangers_record_is_refused_at_the_groups_id(lab: AlibabaLab) -> None:
    """One group has one policy, of one resource."""
    lab.image("m-2", inService=False)
    web = EssWeb(lab, "m-1", "m-2", size=2)
    state = web.deploy(web.news(1))
    dead = Event()
    web.context = replace(web.context, orphaned=dead.is_set)
    rolled = web.in_background(state, web.news(2))
    wait_until(lambda: "rolling:record.0" in web.group["tags"])
    dead.set()
    with pytest.raises(OrphanedError):
        rolled.result(20)
    with pytest.raises(PolicyErrors) as caught:
        web.handler.update(state, web.news(2), replace(web.preview, urn="urn:other"))
    assert {fault.path for fault in caught.value.faults} == {"essScalingGroup.id"}
    web.handler.delete(state, replace(web.context, orphaned=lambda: False))
    assert web.group["tags"] == {}


def test_a_policy_without_room_beside_the_record_is_said_in_preview(lab: AlibabaLab) -> None:
    """The roll is carried out all the same, and the owner's tags stay; with one tag more it is refused."""
    web = EssWeb(lab, "m-1", "m-2", size=2)
    state = web.deploy(web.news(1))
    news = web.news(2, maxBatchSize=1)
    keys = [f"t{number}" for number in range(15)]
    of_the_group: Any = {"ResourceType": "scalinggroup", "ResourceIds": [web.id]}
    web.call("TagResources", **of_the_group, Tags=[{"Key": key, "Value": "x"} for key in keys])
    with pytest.raises(PolicyErrors, match="and the group has 15 of 20; lower maxBatchSize") as caught:
        web.update(state, news)
    needed = int(str(caught.value).partition("needs up to ")[2].split()[0])
    web.call("UntagResources", **of_the_group, TagKeys=keys[20 - needed :])
    web.handler.diff(state, news, web.preview)
    plan = " ".join(web.said[-1].split())
    assert "leave no room for the policy beside the record" in plan, plan
    web.update(state, news)
    assert web.versions() == {2} and len(web.group["tags"]) == 20 - needed
    web.call("UntagResources", **of_the_group, TagKeys=keys)
    web.handler.diff(state, web.news(1, maxBatchSize=1), web.preview)
    assert "leave no room" not in web.said[-1]
