"""Whole rollouts of ESS groups without an expected number on Alibaba's lab; the floor by the lab's own history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.errors import AbortedError, OrphanedError, RolloutError, TooManyFailuresError
from pulumi_rolling.lab import AlibabaLab

from tests.fleets.scripted_aws import wait_until
from tests.handler.ess_lab import paced_lab, running_lab
from tests.handler.ess_web import EssWeb
from tests.unit.cli.conftest import Ran, rolling

__all__ = ["paced_lab", "rolling", "running_lab"]

PROCESSES = ["HealthCheck", "AlarmNotification", "ScheduledActions"]


@pytest.fixture
def lab(paced_lab: AlibabaLab) -> AlibabaLab:
    return paced_lab


def by_hand(lab: AlibabaLab, *images: str, size: int = 4, **group: Any) -> EssWeb:
    return EssWeb(lab, *images, size=size, DesiredCapacity=None, **group)


def is_as_found(web: EssWeb, least: int, most: int, version: int = 1) -> bool:
    """Pointer, members, sizes, processes; nothing of ours is left, and there is still no expected number."""
    wait_until(lambda: len(web.members()) == web.size)
    group = web.group
    return (
        web.versions() == {version}
        and (web.sizes, group["scalingConfiguration"])
        == ([least, most, None], web.configurations[version - 1])
        and (group["suspended"], group["tags"]) == ([], {})
    )


def adjustments(web: EssWeb) -> list[str]:
    return [
        each["Description"] for each in reversed(activities(web)) if each.get("ActivityMetadata") == "rolling"
    ]


def activities(web: EssWeb) -> list[dict[str, Any]]:
    told = web.call("DescribeScalingActivities", ScalingGroupId=web.id, PageSize=50)["ScalingActivities"]
    found: list[dict[str, Any]] = told
    return found


def test_a_group_is_planned_and_rolled_in_batches(lab: AlibabaLab) -> None:
    """Preview says who launches; each batch goes as one activity and is made up for by one; the floor holds."""
    web = by_hand(lab, "m-1", "m-2")
    state = web.deploy(web.news(1))
    assert not web.handler.diff(state, web.news(1), web.preview).changes
    news = web.news(2, minInstancesInService=2, suspendProcesses=PROCESSES)
    assert web.handler.diff(state, news, web.preview).changes
    plan = " ".join(web.said[-1].split())
    assert "has no expected number of instances" in plan and "replacing 4 instances" in plan
    state = web.update(state, news)
    assert is_as_found(web, 1, 6, version=2) and web.lowest() >= 2
    assert state["lastRollout"]["replaced"] == 4
    assert adjustments(web) == ['Add "2" ECS instance'] * 2
    removed = [len(ids) for each in activities(web) if (ids := each.get("DestroyedInstances"))]
    assert removed == [2, 2]


def test_a_floor_of_all_is_kept_by_launching_ahead(lab: AlibabaLab) -> None:
    """One more is launched first and goes at the end; MinSize, which forbids removals, is lowered and given back."""
    web = by_hand(lab, "m-1", "m-2", size=3, MinSize=3, MaxSize=4)
    state = web.deploy(web.news(1))
    web.update(state, web.news(2, minInstancesInService=3, maxBatchSize=1))
    assert is_as_found(web, 3, 4, version=2) and web.lowest() >= 3
    tight = by_hand(lab, "m-1", "m-2", size=3, MinSize=3, MaxSize=3, ScalingGroupName="tight")
    state = tight.deploy(tight.news(1))
    tight.update(state, tight.news(2, minInstancesInService=1))
    assert is_as_found(tight, 3, 3, version=2) and tight.lowest() >= 1


def test_an_image_that_does_not_exist_returns_the_group(lab: AlibabaLab) -> None:
    """The refused launch ends the way forward; what was removed is launched from the former configuration."""
    lab.image("m-2", launchError="InvalidImageId.NotFound")
    web = by_hand(lab, "m-1", "m-2")
    state = web.deploy(web.news(1))
    with pytest.raises(TooManyFailuresError, match=r"launch refused: InvalidImageId\.NotFound") as caught:
        web.update(state, web.news(2, minInstancesInService=2, suspendProcesses=PROCESSES))
    assert caught.value.returned and is_as_found(web, 1, 6) and web.lowest() >= 2


def test_an_image_that_never_serves_is_waited_for_until_ess_gives_it_up(lab: AlibabaLab) -> None:
    """Its launch excludes our removal of it, so that the way back goes on once ESS has ended that launch."""
    lab.image("m-2", inService=False)
    lab.rules(launchTimeout=4.0)
    web = by_hand(lab, "m-1", "m-2")
    state = web.deploy(web.news(1))
    rested: Any = {"suspendProcesses": ["HealthCheck"], "readiness": {"timeout": "PT1S"}}
    with pytest.raises(TooManyFailuresError, match="did not reach service") as caught:
        web.update(state, web.news(2, minInstancesInService=2, **rested))
    assert caught.value.returned and is_as_found(web, 1, 6) and web.lowest() >= 2


def test_a_killed_roll_goes_on_from_its_record(lab: AlibabaLab) -> None:
    """Fewer members than found are no wish of anybody: what the dead driver removed is launched."""
    lab.image("m-2", boot=30.0)
    web = by_hand(lab, "m-1", "m-2")
    state = web.deploy(web.news(1))
    dead = Event()
    web.context = replace(web.context, orphaned=dead.is_set)
    news = web.news(2, minInstancesInService=2, suspendProcesses=PROCESSES)
    rolled = web.in_background(state, news)
    wait_until(lambda: 1 in web.versions() and web.group["inService"] == 2)
    dead.set()
    with pytest.raises(OrphanedError):
        rolled.result(20)
    assert "rolling:record.0" in web.group["tags"] and max(map(len, web.group["tags"].values())) <= 128
    for member in web.members(lambda member: member["image"] == "m-2"):
        lab.member(member, do="terminate")
    lab.image("m-2", boot=0.05)
    dead.clear()
    read = web.handler.read(state)
    assert read is not None and read["status"] == "interrupted"
    web.update(
        read,
        web.news(2, minInstancesInService=2, suspendProcesses=PROCESSES, minSuccessfulInstancesPercent=0),
    )
    assert is_as_found(web, 1, 6, version=2) and web.lowest() >= 2


@pytest.mark.usefixtures("long_lease")
def test_a_roll_is_aborted_from_a_shell(
    lab: AlibabaLab, monkeypatch: pytest.MonkeyPatch, rolling: Callable[..., Ran]
) -> None:
    """The former configuration's members are back, as many as there were."""
    for name, value in {
        "ALICLOUD_ACCESS_KEY": "lab",
        "ALICLOUD_SECRET_KEY": "lab",
        **lab.environment,
    }.items():
        monkeypatch.setenv(name, value)
    web = by_hand(lab, "m-1", "m-2")
    state = web.deploy(web.news(1))
    rolled = web.in_background(state, web.news(2, minInstancesInService=2, canary={"size": 1}, approval=True))
    wait_until(lambda: web.versions() == {1, 2} and web.group["inService"] == 4)
    assert rolling("abort", web.id).code == 0
    with pytest.raises(AbortedError) as caught:
        rolled.result(60)
    assert caught.value.returned and is_as_found(web, 1, 6) and web.lowest() >= 2


def test_a_hook_holds_the_next_act_and_its_failure_returns_the_group(lab: AlibabaLab) -> None:
    """While one waits at a hook ESS refuses everything else; one launch an activity makes its verdict one's own."""
    lab.image("m-1", signal="SUCCESS")
    lab.image("m-2", signal="SUCCESS")
    lab.image("m-3", signal="FAILURE")
    web = by_hand(lab, "m-1", "m-2", "m-3", size=2)
    state = web.deploy(web.news(1))
    web.call(
        "CreateLifecycleHook",
        ScalingGroupId=web.id,
        LifecycleHookName="ready",
        LifecycleTransition="SCALE_OUT",
        DefaultResult="ABANDON",
        HeartbeatTimeout=600,
    )
    waits: Any = {"waitOnResourceSignals": True, "maxBatchSize": 1, "minInstancesInService": 1}
    state = web.update(state, web.news(2, **waits))
    assert web.versions() == {2} and adjustments(web) == ['Add "1" ECS instance'] * 2
    with pytest.raises(RolloutError, match="vanished before it was ready: LifecycleHookAbandon") as caught:
        web.update(state, web.news(3, **waits))
    assert caught.value.returned and is_as_found(web, 1, 6, version=2) and web.lowest() >= 1


def test_others_rules_are_not_undone(lab: AlibabaLab) -> None:
    """An alarm's two more stay, and so does who was put into standby."""
    web = by_hand(lab, "m-1", "m-2", MaxSize=9)
    state = web.deploy(web.news(1))
    asked: list[str] = []
    said_yes = Event()
    approve = Request("yes", "approve")
    web.context = replace(
        web.context, ask=asked.append, requests=lambda: (approve,) if said_yes.is_set() else ()
    )
    rolled = web.in_background(state, web.news(2, canary={"size": 1}, approval=True, minInstancesInService=2))
    wait_until(lambda: bool(asked))
    lab.move_group(web.id, alarm=2)
    wait_until(lambda: web.group["inService"] == 6)
    resting = web.members(lambda member: member["revision"] == web.configurations[0])[0]
    lab.member(resting, do="standby")
    wait_until(lambda: web.group["inService"] == 5)
    lab.clear_calls()
    # A look that began before saw the member in service; the third from now on began after it.
    wait_until(lambda: lab.calls()["actions"].get("DescribeScalingInstances", 0) >= 3)
    said_yes.set()
    rolled.result(60)
    web.size = 6
    wait_until(lambda: len(web.members()) == 6)
    assert resting in web.members() and web.group["inService"] == 5


def test_a_window_is_refused_with_the_reason(lab: AlibabaLab) -> None:
    """Sliding and its guard, in the check; without a word on pacing it goes by batches."""
    web = by_hand(lab, "m-1", "m-2", size=1)
    _, faults = web.checked(2, pacing="sliding", guard="fast")
    roll = "updatePolicy.rollingUpdate"
    assert [fault.path for fault in faults] == [f"{roll}.pacing", f"{roll}.guard"]
    assert "one scaling activity at a time" in faults[0].message
    assert not web.checked(2)[1]
