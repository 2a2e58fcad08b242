"""Whole instance refreshes through the handler, against the lab: every end that one can have, and what is true then."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest
from pulumi_rolling.lab import Lab

from tests.handler.lab_web import LabWeb

BAD = {"launchError": "InvalidAMIID.NotFound"}


class Refreshed(LabWeb):
    """The group of the lab under instanceRefresh, deployed at version 1."""

    def __init__(self, lab: Lab, size: int = 2, **group: Any) -> None:
        super().__init__(lab, "ami-v1", "ami-v2", "ami-v3", size=size, **group)
        self.state = self.deploy(self.wants("1"))

    def wants(
        self, version: str = "2", beside: dict[str, Any] | None = None, **refresh: Any
    ) -> dict[str, Any]:
        inputs = {
            "autoScalingGroup": {"name": "web", "launchTemplate": {"id": self.template, "version": version}},
            "updatePolicy": {"instanceRefresh": refresh},
            **(beside or {}),
        }
        normal, faults = self.handler.check(None, inputs, self.context)
        assert not faults, faults
        return normal

    def up(self, news: dict[str, Any]) -> dict[str, Any]:
        self.state = self.update(self.state, news)
        return self.state

    def begun(self, news: dict[str, Any]) -> Future[dict[str, Any]]:
        return self.in_background(self.state, news)

    def refreshes(self) -> list[tuple[str, str]]:
        """Version and status of each, the newest first."""
        found = self.asg.describe_instance_refreshes(AutoScalingGroupName="web")["InstanceRefreshes"]
        return [(each["DesiredConfiguration"]["LaunchTemplate"]["Version"], each["Status"]) for each in found]

    def is_mixed(self) -> bool:
        return len(self.revisions()) == 2

    @property
    def stored(self) -> str:
        return str(self.group["launchTemplate"]["Version"])

    def keeps_no_mark(self) -> bool:
        return not any(key.startswith("rolling:") for key in self.group["tags"])


@pytest.fixture
def web(lab: Lab) -> Refreshed:
    return Refreshed(lab)


def test_a_group_is_refreshed_and_state_names_the_refresh(web: Refreshed) -> None:
    news = web.wants("2")
    print(web.said)
    state = web.up(news)
    print(state, web.statuses, web.warned, web.said)
    assert not state
