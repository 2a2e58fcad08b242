"""The Auto Scaling group fleet against the lab: a group that boots, signals, fails and ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import boto3
import pytest
from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.model.member import Lifecycle, Revision, Signal, Sizes
from pulumi_rolling.core.replace.actions import PointAt, Resize, Resume, Suspend, Terminate
from pulumi_rolling.core.replace.observation import LaunchError
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.errors import GroupNotFoundError, PermanentFleetError
from pulumi_rolling.fleets.auto_scaling_group.fleet import AutoScalingGroupFleet
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.lab import Lab
from pulumi_rolling.signals.choose import choose
from pulumi_rolling.signals.hook import HookSignals
from pulumi_rolling.signals.tag import TagSignals

from tests.fleets.scripted_aws import wait_until
from tests.rollouts import changed, rollout_of


def once(work: Callable[[], Any]) -> Any:
    return work()


class Web:
    """A group of the lab at version 1 of a template that has three versions; the third equals the first."""

    def __init__(self) -> None:
        self.ec2, self.autoscaling = boto3.client("ec2"), boto3.client("autoscaling")
        contents = [
            {"ImageId": image, "InstanceType": "t3.small"} for image in ("ami-good", "ami-next", "ami-good")
        ]
        made = self.ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=contents[0])
        self.template = made["LaunchTemplate"]["LaunchTemplateId"]
        for data in contents[1:]:
            self.ec2.create_launch_template_version(LaunchTemplateId=self.template, LaunchTemplateData=data)

    def group(self, name: str = "web", size: int = 2, **more: Any) -> None:
        pointer = {"LaunchTemplate": {"LaunchTemplateId": self.template, "Version": "1"}}
        self.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=0,
            MaxSize=6,
            DesiredCapacity=size,
            AvailabilityZones=["us-east-1a"],
            **{**pointer, **more},
        )

    def fleet(self, name: str = "web", version: str = "2", signals: Any = None) -> AutoScalingGroupFleet:
        return AutoScalingGroupFleet(
            name,
            wanted=TemplateWanted(id=self.template, version=version),
            place=Place.of(),
            retry=once,
            signals=signals or TagSignals(),
        )


@pytest.fixture
def web(lab: Lab) -> Web:
    return Web()


def rollout(to: Revision, **more: Any) -> Rollout:
    return replace(
        rollout_of(
            id="r",
            to=to,
            came_from=None,
            found=Sizes(0, 6, 2),
            found_suspended=frozenset(),
            started_at=time.time(),
            watermark=0.0,
        ),
        **more,
    )


def settled(fleet: AutoScalingGroupFleet, towards: Rollout, count: int) -> Callable[[], bool]:
    """So many members are in service and nobody else is there."""

    def fact() -> bool:
        members = fleet.observe(towards).observation.members
        return [m.lifecycle for m in members] == [Lifecycle.IN_SERVICE] * count

    return fact


def test_a_member_is_followed_from_launch_to_its_signal(lab: Lab, web: Web) -> None:
    """The pointer moves, a new member appears with its launch time, signals by tag, and is in service."""
    web.group()
    fleet = web.fleet()
    target = fleet.target()
    towards = rollout(target)
    wait_until(settled(fleet, towards, 2))
    old = {m.id for m in fleet.observe(towards).observation.members}

    fleet.apply(Suspend(frozenset({"AZRebalance"})))
    fleet.apply(PointAt(target))
    fleet.apply(Resize(desired=3))
    wait_until(settled(fleet, towards, 3))
    seen = fleet.observe(towards).observation
    assert seen.pointer == target.address
    assert seen.suspended == {"AZRebalance"}
    (new,) = [m for m in seen.members if m.id not in old]
    assert new.revision == target
    assert new.launched_at is not None and abs(new.launched_at - time.time()) < 30
    wait_until(lambda: any(m.signal is Signal.SUCCESS for m in fleet.observe(towards).observation.members))

    fleet.apply(Terminate(min(old), relaunch=False))
    wait_until(settled(fleet, towards, 2))
    fleet.apply(Terminate(min(old), relaunch=False))
    fleet.apply(Resume(frozenset({"AZRebalance"})))
    seen = fleet.observe(towards).observation
    assert (seen.sizes.desired, seen.suspended) == (2, frozenset())


def test_a_reverted_program_matches_what_runs(web: Web) -> None:
    """Version 3 has the contents of version 1: members of 1 match the target by digest."""
    web.group()
    fleet = web.fleet(version="$Latest")
    glance = fleet.glance()
    assert glance.target.address == f"{web.template}:3"
    assert {m.revision.digest for m in glance.members} == {glance.target.digest}
    assert glance.pointer == f"{web.template}:1"


def test_a_refused_launch_appears_with_its_cause(lab: Lab, web: Web) -> None:
    """A launch that EC2 refuses for good is visible in the activities only, and is read from there."""
    lab.image("ami-next", launchError="InvalidAMIID.NotFound")
    web.group()
    fleet = web.fleet()
    target = fleet.target()
    towards = rollout(target)
    wait_until(settled(fleet, towards, 2))
    fleet.apply(PointAt(target))
    fleet.apply(Resize(desired=3))
    wait_until(lambda: bool(fleet.observe(towards).observation.launches))
    launch = fleet.observe(towards).observation.launches[0]
    assert (launch.error, launch.remedy) == (LaunchError.PERMANENT, Remedy.IMAGE)
    assert "does not exist" in launch.cause


def test_an_abandoned_member_is_a_loss_without_excuse(lab: Lab, web: Web) -> None:
    """FAILURE through a hook is ABANDON: the member leaves, and its end is nobody else's doing."""
    lab.image("ami-next", signal="FAILURE", shutdown=0.5)
    web.group()
    web.autoscaling.put_lifecycle_hook(
        AutoScalingGroupName="web",
        LifecycleHookName="ready",
        LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING",
        DefaultResult="ABANDON",
        HeartbeatTimeout=300,
    )
    fleet = web.fleet()
    facts = fleet.facts()
    source, warnings = choose(facts.hooks, True, 60.0)
    assert isinstance(source, HookSignals) and warnings == ()
    fleet.use_signals(source)
    target = fleet.target()
    towards = rollout(target)
    wait_until(settled(fleet, towards, 2))
    fleet.apply(PointAt(target))
    fleet.apply(Resize(desired=3))
    left: set[str] = set()

    def gone() -> bool:
        members = fleet.observe(towards).observation.members
        left.update(m.id for m in members if m.revision == target and m.lifecycle is Lifecycle.LEAVING)
        return bool(left)

    wait_until(gone)
    seen = fleet.observe(changed(towards, in_flight=frozenset(left))).observation
    assert {loss.member for loss in seen.losses} == left
    assert not any(loss.excused for loss in seen.losses)


def test_a_dead_member_is_seen_without_health_checks(lab: Lab, web: Web) -> None:
    """With HealthCheck suspended the group goes on calling it in service; EC2 says that it is not."""
    web.group()
    fleet = web.fleet()
    towards = rollout(fleet.target())
    wait_until(settled(fleet, towards, 2))
    fleet.apply(Suspend(frozenset({"HealthCheck"})))
    victim = fleet.observe(towards).observation.members[0].id
    lab.member(victim, do="terminate")
    wait_until(lambda: any(not m.alive for m in fleet.observe(towards).observation.members))
    dead = [m for m in fleet.observe(towards).observation.members if not m.alive]
    assert [(m.id, m.lifecycle) for m in dead] == [(victim, Lifecycle.IN_SERVICE)]


def test_marks_come_and_go(web: Web) -> None:
    """What is written is read back by the next look, and only our own prefix is shown."""
    web.group(size=0, Tags=[{"Key": "Name", "Value": "web", "PropagateAtLaunch": True}])
    fleet = web.fleet()
    assert fleet.marks() == {}
    fleet.write_marks({"rolling:a": "1", "rolling:b": "x" * 256})
    assert fleet.marks() == {"rolling:a": "1", "rolling:b": "x" * 256}
    fleet.remove_marks(["rolling:b"])
    assert fleet.marks() == {"rolling:a": "1"}
    assert fleet.facts().tags == {"Name": "web", "rolling:a": "1"}


def test_ten_diffs_without_news_cost_few_describes(lab: Lab, web: Web) -> None:
    """Ten groups looked at in parallel need one to three describes and as few reads of versions."""
    for number in range(10):
        web.group(f"web-{number}", size=1)
    fleets = [web.fleet(f"web-{number}", version="1") for number in range(10)]
    lab.clear_calls()
    with ThreadPoolExecutor(10) as threads:
        glances = list(threads.map(lambda fleet: fleet.glance(), fleets))
    assert {glance.target.digest for glance in glances} == {glances[0].current.digest}
    calls = lab.calls()["actions"]
    assert 1 <= calls["DescribeAutoScalingGroups"] <= 3
    assert sum(fleet.api_calls() for fleet in fleets) == lab.calls()["total"]


def test_a_group_that_does_not_exist_is_named(web: Web) -> None:
    """The error has the group's name and the region."""
    with pytest.raises(GroupNotFoundError, match="'nowhere' in us-east-1"):
        web.fleet("nowhere").facts()


def test_a_version_that_does_not_exist_is_named(web: Web) -> None:
    """A target is checked before anything is touched."""
    web.group(size=0)
    with pytest.raises(PermanentFleetError, match="with version 9"):
        web.fleet(version="9").glance()
    with pytest.raises(PermanentFleetError, match="with version 9"):
        web.fleet(version="9").target()
