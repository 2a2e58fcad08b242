"""A refresh of a group that came from a launch configuration: this program returns what no refresh leads back to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from threading import Event
from typing import Any

import boto3
import pytest
from pulumi_rolling.core.machine import is_handed_over, is_taken_on
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.engine.record.pieces import LEASE, Journal, read_any
from pulumi_rolling.errors import (
    AbortedError,
    OrphanedError,
    RollbackFailedError,
    RolloutError,
    TooManyFailuresError,
)
from pulumi_rolling.handler import handover
from pulumi_rolling.handler.handover import assessed, overtaken, successor
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.conftest import opened
from tests.handler.followed_web import PATIENCE
from tests.handler.refreshed_web import RefreshedWeb
from tests.unit.cli.conftest import Ran, rolling

__all__ = ["rolling"]

Rolling = Callable[..., Ran]

OLD = "launch configuration old"


class ConfiguredWeb(RefreshedWeb):
    """The group launches from the configuration ``old``.

    ``former``: the rollingUpdate by which that was deployed; without it no resource has rolled the group before.
    """

    def __init__(self, lab: Lab, size: int = 3, former: dict[str, Any] | None = None, **group: Any) -> None:
        boto3.client("autoscaling").create_launch_configuration(
            LaunchConfigurationName="old", ImageId="ami-v0", InstanceType="t3.small"
        )
        self.former = former
        super().__init__(lab, size, LaunchTemplate=None, LaunchConfigurationName="old", **group)

    def deploy(self, news: dict[str, Any]) -> dict[str, Any]:
        if self.former is None:
            return {}
        made_from = {"launchConfiguration": "old"}
        policy = {"updatePolicy": {"rollingUpdate": self.former}}
        return super().deploy({"autoScalingGroup": {"name": "web", **made_from}, **policy})

    def up(self, news: dict[str, Any], **context: Any) -> dict[str, Any]:
        if self.state:
            return super().up(news, **context)
        self.state = self.handler.create(news, replace(self.context, **context))[1]
        return self.state

    def foreseen(self, news: dict[str, Any]) -> str:
        """What a preview says."""
        said: list[str] = []
        self.handler.foresee(self.state or None, news, replace(self.context, dry_run=True, say=said.append))
        return "\n".join(said)

    @property
    def record(self) -> Any:
        found = read_any(self.group["tags"])
        return None if found is None else found[1]

    def comes_back(self, update: Future[dict[str, Any]], error: type[RolloutError]) -> str:
        """The sentence of an update that fails and returns the group."""
        with pytest.raises(error) as caught:
            update.result(PATIENCE)
        told = str(caught.value)
        assert caught.value.returned and caught.value.left is None, told
        assert f"is back on {OLD}" in told and "sizes and suspended processes are as found" in told, told
        group = self.group
        assert (self.revisions(), group["launchConfiguration"], self.keeps_no_mark()) == (
            {"old"},
            "old",
            True,
        )
        return told

    def lowest(self, since: float) -> int:
        seen = [int(point["inService"]) for point in self.lab.history("web") if point["at"] >= since]
        return min(seen)


def fails_within_an_hour(lab: Lab) -> None:
    lab.image("ami-v2", inService=False)
    lab.refresh_rules(hour=0.5)


@pytest.mark.parametrize(
    ("former", "by", "percent", "floor"),
    [
        (None, "maxBatchSize 25%, standbyInstances Wait, scaleInProtectedInstances Wait;", 75, 3),
        (
            {"maxBatchSize": 2, "minInstancesInService": 2},
            "that of the last deployment with minInstancesInService 50% where that is more;",
            50,
            2,
        ),
    ],
)
def test_a_bad_image_comes_back_to_the_launch_configuration(
    lab: Lab, former: dict[str, Any] | None, by: str, percent: int, floor: int
) -> None:
    """The plan says by what policy; all are back, sizes and processes as found, and the floor held all the way."""
    web = ConfiguredWeb(lab, size=4, former=former, MaxSize=5)
    web.asg.suspend_processes(AutoScalingGroupName="web", ScalingProcesses=["AZRebalance"])
    news = web.wants(minHealthyPercentage=percent)
    plan = web.foreseen(news)
    assert f"on failure  this program rolls it back to {OLD} itself" in plan, plan
    assert (
        f"no instance refresh leads back to {OLD}: this program returns the group by a rolling update" in plan
    )
    assert f"{by} at least {floor} in service" in plan, plan
    fails_within_an_hour(lab)
    since = lab.history("web")[-1]["at"]
    told = web.comes_back(web.begun(news), TooManyFailuresError)
    assert "The instance refresh made no progress for one hour" in told, told
    group = web.group
    assert (group["minSize"], group["maxSize"], group["desired"], group["inService"]) == (1, 5, 4, 4)
    assert group["suspended"] == ["AZRebalance"] and web.refreshes() == [("2", "Failed")]
    assert web.lowest(since) >= floor
    assert any(line.startswith("back, 0/") for line in web.statuses), web.statuses


@pytest.mark.usefixtures("long_lease")
def test_a_refresh_that_was_half_done_comes_back(lab: Lab, rolling: Rolling) -> None:
    """An abort from a second shell stops it and rolls back what it had replaced; watch follows into the way back."""
    web = ConfiguredWeb(lab, size=3)
    lab.image("ami-v2", boot=0.3)
    lab.image("ami-v0", boot=0.5)
    update = web.begun(web.wants(instanceWarmup=1))
    wait_until(lambda: len(web.members(lambda m: m["revision"] == "2")) == 2, PATIENCE)
    assert rolling("abort", "web", "--wait").code == 0
    watched = rolling("watch", "web", "--interval", "0.1")
    assert "aborted on request" in web.comes_back(update, AbortedError)
    assert web.refreshes() == [("2", "Cancelled")]
    assert watched.code == 1 and f"web: back on {OLD} (aborted on request)." in watched.out, watched
    assert f"web: going back to {OLD}, " in watched.out and "/2 replaced" in watched.out, watched


class Death(BaseException):
    """The process is gone. Not an Exception: nothing may catch it."""


def dies(*_: object) -> None:
    raise Death


def _dies_at(patched: pytest.MonkeyPatch, place: str, *, at_once: bool) -> None:
    """From now on, or from the moment at which the other machine's record stands."""
    if at_once:
        patched.setattr(place, dies)
    written = Journal.write

    def write(journal: Journal, rollout: Any, extra: Any = None) -> None:
        written(journal, rollout, extra)
        if is_taken_on(rollout):
            patched.setattr(place, dies)

    patched.setattr(Journal, "write", write)


@pytest.mark.parametrize(
    ("place", "taken_on", "next_version"),
    [
        ("pulumi_rolling.handler.handover.take_on", False, "2"),
        ("pulumi_rolling.handler.driving.raise_faults", True, "2"),
        ("pulumi_rolling.engine.loop.Drive.run", True, "3"),
    ],
    ids=["before the other record", "after it, and before its situation", "before its drive"],
)
def test_a_death_at_the_handover_is_gone_on_from(
    lab: Lab, place: str, taken_on: bool, next_version: str
) -> None:
    """The next update under the same policy ends as this one would, with the error of the way forward."""
    # A floor that no rollingUpdate may have: nobody wrote it, so it keeps nobody from returning the group.
    web = ConfiguredWeb(lab, size=2, former={}, MaxSize=2)
    fails_within_an_hour(lab)
    with pytest.MonkeyPatch.context() as patched:
        _dies_at(patched, place, at_once=not taken_on)
        with pytest.raises(Death):
            web.up(web.wants(minHealthyPercentage=100))
    web.asg.delete_tags(Tags=[{"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": LEASE}])
    assert (is_taken_on if taken_on else is_handed_over)(web.record)
    read = web.handler.read(web.state)
    assert read is not None and read["status"] == "interrupted"
    again = web.wants(next_version, minHealthyPercentage=100)
    _is_seen_in_time(web, again, taken_on=taken_on)
    if taken_on:
        _is_assessed_anew(web, again)
    assert (
        "that rollout had turned back: this update returns the group and ends with its failure"
        in web.plan(again)
    )
    web.comes_back(web.begun(again), TooManyFailuresError)


def _is_seen_in_time(web: ConfiguredWeb, news: dict[str, Any], *, taken_on: bool) -> None:
    """A driver that looked before another handed the group over, or returned it, begins anew once it has the lease."""
    operation, marks = opened(news, web.state), web.group["tags"]
    assert (overtaken(operation, marks) is operation) is taken_on
    other, _ = assessed(operation)
    assert overtaken(other, marks) is None
    assert (overtaken(other, {}) is operation) is taken_on


def _is_assessed_anew(web: ConfiguredWeb, news: dict[str, Any]) -> None:
    """Where another driver has returned the group between the looks of the two fleets, the first one looks again."""
    operation, tags = opened(news, web.state), web.group["tags"]
    marks = [{"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": key} for key in tags]

    def returned_meanwhile(*given: Any) -> Any:
        web.asg.delete_tags(Tags=marks)
        return successor(*given)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(handover, "successor", returned_meanwhile)
        ours, situation = assessed(operation)
    assert ours is operation and situation.interrupted is None
    web.asg.create_or_update_tags(
        Tags=[{**mark, "Value": tags[mark["Key"]], "PropagateAtLaunch": False} for mark in marks]
    )


def test_a_way_back_that_is_under_way_is_gone_on_with(lab: Lab, rolling: Rolling) -> None:
    """Killed in its midst it ends with sizes as found, the floor held; a program with rollingUpdate goes on as well."""
    web = ConfiguredWeb(lab, size=3, former={"minInstancesInService": 3})
    lab.image("ami-v2", boot=0.3)
    lab.image("ami-v0", boot=1.0)
    asked: list[Request] = []
    news = web.wants(minHealthyPercentage=100, maxHealthyPercentage=134, instanceWarmup=1)

    def is_way_back_under_way() -> bool:
        if len(web.members(lambda m: m["revision"] == "2")) > 1:
            asked.append(Request("q1", "abort"))
        return is_taken_on(web.record) and web.group["desired"] > 3

    dead = Event()
    update = web.begun(news, orphaned=dead.is_set, requests=lambda: tuple(asked[:1]))
    wait_until(is_way_back_under_way, PATIENCE)
    dead.set()
    with pytest.raises(OrphanedError):
        update.result(PATIENCE)
    status = rolling("status", "web").out
    assert f"stopped while going back to {OLD}" in status and "aborted on request" in status, status
    since = lab.history("web")[-1]["at"]
    rolled = web.news("2", minInstancesInService=3)
    web.comes_back(web.begun(rolled), AbortedError)
    assert web.group["desired"] == 3 and web.lowest(since) >= 3


def test_a_way_back_that_cannot_begin_or_end_keeps_the_record(lab: Lab) -> None:
    """What stands in its way is told with the failure of the way forward; mended, the next update goes on."""
    web = ConfiguredWeb(lab, size=2)
    fails_within_an_hour(lab)
    update = web.begun(web.wants())
    wait_until(lambda: web.record is not None and bool(web.record.way.operation), PATIENCE)
    web.asg.suspend_processes(AutoScalingGroupName="web", ScalingProcesses=["Launch"])
    with pytest.raises(
        RollbackFailedError, match=f"then the way back to {OLD} could not begin: .*Launch"
    ) as caught:
        update.result(PATIENCE)
    assert "the cloud gave up" in str(caught.value) and "The record is kept on the group" in str(caught.value)
    assert caught.value.left is not None and caught.value.left["status"] == "interrupted"
    web.state = caught.value.left
    web.asg.resume_processes(AutoScalingGroupName="web", ScalingProcesses=["Launch"])
    lab.fault("TerminateInstanceInAutoScalingGroup", error="AccessDenied")
    with pytest.raises(RollbackFailedError, match=r"failed as well: .*Allow autoscaling:Terminate") as caught:
        web.up(web.wants())
    assert caught.value.left is not None and caught.value.left["status"] == "interrupted"
    lab.clear_fault()
    web.comes_back(web.begun(web.wants()), TooManyFailuresError)


def test_a_refresh_back_that_is_refused_is_no_end_of_the_way_back(lab: Lab) -> None:
    """The service would not return this group itself, and begins no other refresh: this program returns it."""
    web = RefreshedWeb(lab, size=3)
    pointer = {"LaunchTemplateId": web.template, "Version": "$Default"}
    web.asg.update_auto_scaling_group(AutoScalingGroupName="web", LaunchTemplate=pointer)
    lab.image("ami-v2", boot=0.3)
    asked: list[Request] = []
    update = web.begun(web.wants(instanceWarmup=1), requests=lambda: tuple(asked))
    wait_until(web.is_mixed, PATIENCE)
    lab.fault("StartInstanceRefresh", error="ValidationError")
    asked.append(Request("q1", "abort"))
    assert "aborted on request" in web.failed(update, AbortedError)
    assert web.refreshes() == [("2", "Cancelled")] and (web.group["minSize"], web.group["desired"]) == (1, 3)
