"""What the handler does with tags that an earlier run left, and with a record that changes as it starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.lease import Lease, owner_of
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.engine.record.pieces import LEASE, REQUEST, pack, read
from pulumi_rolling.fleets.aws.tags import SHELF
from pulumi_rolling.handler import Context, RollingGroupHandler
from pulumi_rolling.lab import Lab

from tests.handler.conftest import assessed, opened
from tests.in_lab import client
from tests.rollouts import changed

URN = "urn:pulumi:dev::trial::pulumi-python:dynamic/rolling:RollingGroup::web"
CONTEXT = Context(urn=URN)


class Web:
    """Two members of version 1, deployed; ``news`` wants a version."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.ec2, self.asg = client("ec2"), client("autoscaling")
        data = {"ImageId": "ami-v1", "InstanceType": "t3.small"}
        made = self.ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
        self.template = made["LaunchTemplate"]["LaunchTemplateId"]
        self.ec2.create_launch_template_version(
            LaunchTemplateId=self.template, LaunchTemplateData={**data, "ImageId": "ami-v2"}
        )
        self.asg.create_auto_scaling_group(
            AutoScalingGroupName="web",
            MinSize=1,
            MaxSize=4,
            DesiredCapacity=2,
            AvailabilityZones=["us-east-1a"],
            LaunchTemplate={"LaunchTemplateId": self.template, "Version": "1"},
        )
        while lab.group("web")["inService"] < 2:
            lab.groups()
        self.handler = RollingGroupHandler()
        self.state = self.handler.create(self.news("1"), CONTEXT)[1]

    def news(self, version: str) -> dict[str, Any]:
        policy = {
            "rollingUpdate": {
                "maxBatchSize": 1,
                "minInstancesInService": 1,
                "suspendProcesses": ["AZRebalance"],
            }
        }
        group = {"name": "web", "launchTemplate": {"id": self.template, "version": version}}
        normal, faults = self.handler.check(
            None, {"autoScalingGroup": group, "updatePolicy": policy}, CONTEXT
        )
        assert not faults
        return normal

    def mark(self, marks: Mapping[str, str]) -> None:
        self.lab.move_group("web", tags=dict(marks))

    def tags(self) -> dict[str, str]:
        tags: dict[str, str] = self.lab.group("web")["tags"]
        return tags


@pytest.fixture
def web(lab: Lab) -> Web:
    return Web(lab)


@pytest.mark.parametrize(
    "left",
    [{LEASE: "dead 0123456789ab 12"}, {REQUEST: "abort:1"}, {"rolling:record.3": "7.5 piece"}],
    ids=["a lease", "a request", "a piece of a record"],
)
def test_what_an_earlier_run_left_is_no_difference_for_ever(web: Web, left: dict[str, str]) -> None:
    """Tags of ours without a record are a change once: the update removes them and touches nothing else."""
    web.mark({"team": "shop", **left})
    news = web.news("1")
    assert web.handler.diff(web.state, news, CONTEXT).changes
    members = {m["id"] for m in web.lab.group("web")["members"]}
    state = web.handler.update(web.state, news, CONTEXT)
    assert web.tags() == {"team": "shop"}
    assert {m["id"] for m in web.lab.group("web")["members"]} == members
    assert not web.handler.diff(state, news, CONTEXT).changes


def test_a_request_that_came_too_late_does_not_end_the_next_rollout(web: Web) -> None:
    """An abort that was put on the group as its rollout ended is not meant for the next one."""
    web.mark({REQUEST: "abort:1"})
    state = web.handler.update(web.state, web.news("2"), CONTEXT)
    assert state["revision"].endswith(":2") and not web.tags()


def test_a_record_that_changed_before_the_lease_was_ours_is_read_again(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An orphan that did one thing more while we waited for its lease: we go on from what it wrote last."""
    owner = owner_of(URN)
    fresh = _rollout(web)
    acquire = Lease.acquire

    def late(self: Lease) -> Mapping[str, str]:
        """The orphan suspends a process and raises Desired, as recorded, before it gives its lease back."""
        written = changed(
            fresh, id="orphan", suspended_by_us=frozenset({"AZRebalance"}), desired=3, desired_before=2
        )
        web.mark(pack(written, owner, 7, SHELF))
        web.lab.move_group("web", suspend=["AZRebalance"], desired=3)
        return acquire(self)

    monkeypatch.setattr(Lease, "acquire", late)
    state = web.handler.update(web.state, web.news("2"), CONTEXT)
    group = web.lab.group("web")
    assert state["lastRollout"]["id"] == "orphan"
    assert (group["minSize"], group["desired"], group["suspended"], group["tags"]) == (1, 2, [], {})


def test_a_kept_record_is_still_found(web: Web) -> None:
    """The marks of a record are ours and are never taken for left ones."""
    fresh = _rollout(web)
    web.mark(pack(fresh, owner_of(URN), 7, SHELF))
    assert journal.record_marks(web.tags()).keys() == journal.ours(web.tags()).keys()
    assert read(web.tags()) is not None
    state = web.handler.update(web.state, web.news("2"), CONTEXT)
    assert state["lastRollout"]["id"] == fresh.goal.id and not web.tags()


def _rollout(web: Web) -> Rollout:
    """The one that an update to version 2 would begin."""
    return assessed(opened(web.news("2"), web.state)).rollout
