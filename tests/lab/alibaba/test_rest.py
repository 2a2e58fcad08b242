"""Groups of both kinds under seeded storms of calls, deaths and bad images: they come to rest where they should."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

import pytest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

from tests.lab.alibaba.bench import AlibabaBench

REFUSALS = {
    "IncorrectCapacity.MinSize",
    "IncorrectCapacity.MaxSize",
    "IncorrectCapacity.NoChange",
    "IncorrectInstanceStatus",
    "IncorrectScalingGroupStatus",
    "InvalidInstance.NoInstanceNeedBeRefreshed",
    "InvalidInstanceId.NotFound",
    "OperationDenied",
    "ScalingActivityInProgress",
}
"""What the cloud may answer to a call at a wrong time."""


class Storm:
    """One thing after another, by chance, to one group."""

    def __init__(self, bench: AlibabaBench, group: str, source: Random) -> None:
        self.bench = bench
        self.group = group
        self.source = source
        self.configurations = [
            bench.configuration(group, image) for image in ("img-v2", "img-none", "img-fails")
        ]

    def blow(self) -> None:
        """One thing; a refusal is one of those that are allowed."""
        try:
            self.source.choice(
                [self._remove, self._adjust, self._move, self._point, self._refresh, self._kill]
            )()
        except AlibabaCloudException as refused:
            if refused.code not in REFUSALS:
                raise
        self.bench.clock.jump(self.source.choice([0.0, 0.05, 0.3]))

    def _call(self, action: str, **given: Any) -> None:
        self.bench.call(action, ScalingGroupId=self.group, **given)

    def _one(self) -> str:
        return self.source.choice([*self.bench.ids(self.group), "i-none"])

    def _remove(self) -> None:
        self._call(
            "RemoveInstances", InstanceIds=[self._one()], DecreaseDesiredCapacity=self.source.random() < 0.3
        )

    def _adjust(self) -> None:
        change = self.source.choice([-2, -1, 1, 2])
        self._call("ScaleWithAdjustment", AdjustmentType="QuantityChangeInCapacity", AdjustmentValue=change)

    def _move(self) -> None:
        action = self.source.choice(["EnterStandby", "ExitStandby"])
        self._call(action, InstanceIds=[self._one()], Async=True)

    def _point(self) -> None:
        self._call("ModifyScalingGroup", ActiveScalingConfigurationId=self.source.choice(self.configurations))

    def _refresh(self) -> None:
        desired = {"ScalingConfigurationId": self.source.choice(self.configurations)}
        self._call("StartInstanceRefresh", DesiredConfiguration=desired)

    def _kill(self) -> None:
        there = self.bench.ids(self.group)
        if there:
            self.bench.lab.member(
                self.source.choice(there), do=self.source.choice(["terminate", "unhealthy"])
            )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("expects", [True, False])
def test_a_group_comes_to_rest(bench: AlibabaBench, expects: bool, seed: int) -> None:
    """With images that launch, no activity and no refresh stays open, nobody waits, and the size is right."""
    bench.lab.rules(launchTimeout=3)
    bench.lab.image("img-none", launchError="OperationDenied.NoStock", share=0.5)
    bench.lab.image("img-fails", inService=False, share=0.5)
    size: dict[str, Any] = {"DesiredCapacity": 4} if expects else {}
    group = bench.group(MinSize=2, MaxSize=8, **size)
    bench.call(
        "CreateLifecycleHook", ScalingGroupId=group, LifecycleTransition="SCALE_IN", HeartbeatTimeout=30
    )
    storm = Storm(bench, group, Random(seed))
    for _ in range(25):
        storm.blow()
    for image in ("img-none", "img-fails"):
        bench.lab.image(image)
    bench.clock.jump(1200)
    truth = bench.lab.group(group)
    assert {each["status"] for each in truth["activities"]} & {"InProgress"} == set()
    assert {each["status"] for each in truth["refreshes"]} <= {"Successful"}
    assert {each["lifecycle"] for each in truth["members"]} <= {"InService", "Standby"}
    healthy = [
        each for each in truth["members"] if each["lifecycle"] == "Standby" or each["health"] == "Healthy"
    ]
    assert len(healthy) == len(truth["members"]) == truth["total"]
    if expects:
        assert truth["total"] == truth["desired"]
    else:
        assert truth["minSize"] <= truth["total"] <= truth["maxSize"]
    points = bench.lab.history(group)
    assert all(earlier["at"] < later["at"] for earlier, later in pairwise(points))
