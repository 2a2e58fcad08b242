"""An ESS group of the lab under instanceRefresh, and the drives of its resource."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest
from pulumi_rolling.errors import RolloutError
from pulumi_rolling.lab import AlibabaLab

from tests.handler.ess_web import EssWeb
from tests.handler.followed_web import PATIENCE, FollowedWeb

BAD = {"launchError": "InvalidImageId.NotFound"}
HALF: dict[str, Any] = {"checkpointPercentages": [50, 100]}
"""Stands an hour in the middle, so that a test has time there."""


class EssRefreshedWeb(FollowedWeb, EssWeb):
    """Images m-1 to m-3 are configurations 1 to 3; the first is deployed."""

    def __init__(self, lab: AlibabaLab, size: int = 2, deployed: bool = True, **group: Any) -> None:
        super().__init__(lab, "m-1", "m-2", "m-3", size=size, **group)
        self.state = self.deploy(self.wants(1)) if deployed else {}

    def inputs(
        self, version: int = 2, beside: dict[str, Any] | None = None, **refresh: Any
    ) -> dict[str, Any]:
        """``beside``: inputs beside group and policy."""
        return {
            "essScalingGroup": self.block(version),
            "updatePolicy": {"instanceRefresh": refresh},
            **(beside or {}),
        }

    def wants(self, version: int = 2, beside: dict[str, Any] | None = None, **refresh: Any) -> dict[str, Any]:
        normal, faults = self.handler.check(None, self.inputs(version, beside, **refresh), self.context)
        assert not faults, faults
        return normal

    def failed(self, future: Future[dict[str, Any]], error: type[RolloutError]) -> str:
        before = dict(self.state)
        with pytest.raises(error) as caught:
            future.result(PATIENCE)
        assert caught.value.returned, str(caught.value)
        assert (self.versions(), self.points_at, self.keeps_no_mark()) == ({1}, 1, True)
        assert self.state == before and caught.value.left is None
        told = str(caught.value)
        assert f"is back on {self.configurations[0]}" in told, told
        return told

    def refreshes(self) -> list[tuple[int, str]]:
        """Configuration and status of each, the newest first."""
        told = self.described()
        wanted = [each["DesiredConfiguration"]["ScalingConfigurationId"] for each in told]
        return [
            (self.configurations.index(one) + 1, each["Status"])
            for one, each in zip(wanted, told, strict=True)
        ]

    def described(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call(
            "DescribeInstanceRefreshes", ScalingGroupId=self.id, MaxResults=10
        )["InstanceRefreshTasks"]
        return found

    def others(self, version: int, **parameters: Any) -> str:
        """Somebody else begins a refresh; its id."""
        desired = {"ScalingConfigurationId": self.configurations[version - 1]}
        begun = self.call(
            "StartInstanceRefresh", ScalingGroupId=self.id, DesiredConfiguration=desired, **parameters
        )
        return str(begun["InstanceRefreshTaskId"])

    def move(self, operation: str, ident: str) -> None:
        """Somebody else suspends, resumes, cancels or rolls back a refresh."""
        self.call(f"{operation}InstanceRefresh", ScalingGroupId=self.id, InstanceRefreshTaskId=ident)

    def is_mixed(self) -> bool:
        return len(self.versions()) == 2

    def is_at(self, status: str) -> bool:
        return [each["Status"] for each in self.described()][:1] == [status]

    def is_at_checkpoint(self) -> bool:
        return self.is_at("CheckpointPause")

    def is_paused(self) -> bool:
        return self.is_at("Paused")

    @property
    def points_at(self) -> int:
        return self.configurations.index(self.group["scalingConfiguration"]) + 1

    def keeps_no_mark(self) -> bool:
        return not any(key.startswith("rolling:") for key in self.group["tags"])
