"""A group of the lab under instanceRefresh, and the drives of its resource."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pulumi_rolling.errors import RolloutError
from pulumi_rolling.lab import Lab

from tests.handler.followed_web import PATIENCE, FollowedWeb
from tests.handler.lab_web import LabWeb

GATE = {"AutoScalingGroupName": "web", "LifecycleHookName": "gate"}
BAD = {"launchError": "InvalidAMIID.NotFound"}


class RefreshedWeb(FollowedWeb, LabWeb):
    """Images ami-v1 to ami-v3 are versions 1 to 3; version 1 is deployed."""

    def __init__(self, lab: Lab, size: int = 2, **group: Any) -> None:
        super().__init__(lab, "ami-v1", "ami-v2", "ami-v3", size=size, **group)
        self.state = self.deploy(self.wants("1"))

    def inputs(
        self, version: str = "2", beside: dict[str, Any] | None = None, **refresh: Any
    ) -> dict[str, Any]:
        """``beside``: inputs beside group and policy."""
        return {
            "autoScalingGroup": {"name": "web", "launchTemplate": {"id": self.template, "version": version}},
            "updatePolicy": {"instanceRefresh": refresh},
            **(beside or {}),
        }

    def wants(
        self, version: str = "2", beside: dict[str, Any] | None = None, **refresh: Any
    ) -> dict[str, Any]:
        normal, faults = self.handler.check(None, self.inputs(version, beside, **refresh), self.context)
        assert not faults, faults
        return normal

    def failed(self, future: Future[dict[str, Any]], error: type[RolloutError]) -> str:
        before = dict(self.state)
        with pytest.raises(error) as caught:
            future.result(PATIENCE)
        assert caught.value.returned, str(caught.value)
        assert (self.revisions(), self.stored, self.keeps_no_mark()) == ({"1"}, "1", True)
        assert self.state == before and caught.value.left is None
        told = str(caught.value)
        assert "is back on version 1" in told, told
        return told

    def refreshes(self) -> list[tuple[str, str]]:
        """Version and status of each, the newest first."""
        found = self.asg.describe_instance_refreshes(AutoScalingGroupName="web")["InstanceRefreshes"]
        return [(each["DesiredConfiguration"]["LaunchTemplate"]["Version"], each["Status"]) for each in found]

    def others(self, version: str, **preferences: Any) -> str:
        """Somebody else begins a refresh; its id."""
        begun: str = self.asg.start_instance_refresh(
            AutoScalingGroupName="web",
            DesiredConfiguration={"LaunchTemplate": {"LaunchTemplateId": self.template, "Version": version}},
            Preferences=preferences,
        )["InstanceRefreshId"]
        return begun

    def is_mixed(self) -> bool:
        return len(self.revisions()) == 2

    def is_held(self) -> bool:
        return "InstanceRefresh" in self.group["suspended"]

    def bar(self, image: str) -> None:
        """New members of that image wait before service until they are let in."""
        self.lab.image(image, signal=None)
        self.asg.put_lifecycle_hook(
            **GATE, LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING", HeartbeatTimeout=3600
        )

    def barred(self) -> list[str]:
        return self.members(lambda member: bool(member["waitingFor"]))

    def let_in(self) -> None:
        for member in self.barred():
            with suppress(ClientError):
                self.asg.complete_lifecycle_action(
                    **GATE, InstanceId=member, LifecycleActionResult="CONTINUE"
                )

    @property
    def stored(self) -> str:
        return str(self.group["launchTemplate"]["Version"])

    def keeps_no_mark(self) -> bool:
        return not any(key.startswith("rolling:") for key in self.group["tags"])
