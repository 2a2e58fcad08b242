"""An ESS group of the lab on one of its scaling configurations, and a resource that rolls it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from pulumi_rolling.errors import TemporaryFleetError
from pulumi_rolling.fleets.alibaba.api import AlibabaApi
from pulumi_rolling.fleets.alibaba.place import ECS, ESS, Place
from pulumi_rolling.fleets.credentials import Keys
from pulumi_rolling.handler import Context, RollingGroupHandler
from pulumi_rolling.lab import AlibabaLab
from pulumi_rolling.signals.tag import SIGNAL_TAG

from tests.background import in_background
from tests.fleets.scripted_aws import wait_until
from tests.handler.held_ess import HeldEss

URN = "urn:pulumi:dev::trial::pulumi-python:dynamic/rolling:RollingGroup::web"
KEYS = Keys("lab", "lab")


def signals(api: AlibabaApi, instance: str) -> None:
    """An instance says that it has started well."""
    tag = {"Key": SIGNAL_TAG, "Value": "SUCCESS"}
    api.call(ECS, "TagResources", ResourceType="instance", ResourceId=[instance], Tag=[tag])


class EssWeb:
    """``images``: one scaling configuration each; the group runs the first.

    Without an expected number (``DesiredCapacity=None``) somebody launches the first members.
    """

    def __init__(self, lab: AlibabaLab | HeldEss, *images: str, size: int = 2, **group: Any) -> None:
        self.lab = lab
        self.api = AlibabaApi(Place.of("cn-hangzhou", lab.endpoint, KEYS), lambda work: work())
        self.said: list[str] = []
        self.warned: list[str] = []
        self.statuses: list[str] = []
        self.context = Context(
            urn=URN, say=self.said.append, warn=self.warned.append, status=self.statuses.append
        )
        self.preview = Context(urn=URN, dry_run=True, say=self.said.append, warn=self.warned.append)
        self.handler = RollingGroupHandler()
        made = {"ScalingGroupName": "web", "MinSize": 1, "MaxSize": 6, "DesiredCapacity": size, **group}
        given = {key: value for key, value in made.items() if value is not None}
        self.id: str = self.call("CreateScalingGroup", **given)["ScalingGroupId"]
        self.configurations = [self.configuration(image) for image in images]
        self.call(
            "EnableScalingGroup", ActiveScalingConfigurationId=self.configurations[0], ScalingGroupId=self.id
        )
        self.size = size
        if made["DesiredCapacity"] is None:
            wait_until(lambda: self.group["inService"] >= made["MinSize"])
            if size > made["MinSize"]:
                self.adjust(size - made["MinSize"])
        while self.group["inService"] < size:
            lab.groups()

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        return self.api.call(ESS, operation, **parameters)

    def adjust(self, change: int) -> None:
        """Somebody scales by hand, which ESS may only take when nothing else is under way."""

        def taken() -> bool:
            try:
                self.call(
                    "ScaleWithAdjustment",
                    ScalingGroupId=self.id,
                    AdjustmentType="QuantityChangeInCapacity",
                    AdjustmentValue=change,
                )
            except TemporaryFleetError:
                return False
            return True

        wait_until(taken)

    def configuration(self, image: str, name: str = "web") -> str:
        made = self.call(
            "CreateScalingConfiguration",
            ScalingGroupId=self.id,
            ScalingConfigurationName=f"{name}-{image}",
            ImageId=image,
            InstanceType="ecs.g7.large",
        )
        ident: str = made["ScalingConfigurationId"]
        return ident

    def news(self, version: int = 2, **roll: Any) -> dict[str, Any]:
        """Checked inputs that want the configuration of that number."""
        normal, faults = self.checked(version, **roll)
        assert not faults, faults
        return normal

    def checked(self, version: int = 2, **roll: Any) -> tuple[dict[str, Any], list[Any]]:
        inputs = {
            "essScalingGroup": self.block(version),
            "updatePolicy": {"rollingUpdate": {"maxBatchSize": 2, **roll}},
        }
        return self.handler.check(None, inputs, self.context)

    def block(self, version: int) -> dict[str, Any]:
        """The group in the inputs, on the configuration of that number."""
        return {
            "id": self.id,
            "region": "cn-hangzhou",
            "endpoint": self.lab.endpoint,
            "accessKey": KEYS.id,
            "secretKey": KEYS.secret,
            "scalingConfiguration": self.configurations[version - 1],
        }

    def deploy(self, news: dict[str, Any]) -> dict[str, Any]:
        """What a first `pulumi up` leaves in state."""
        return self.handler.create(news, self.context)[1]

    def update(self, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        return self.handler.update(olds, news, self.context)

    def in_background(self, olds: dict[str, Any], news: dict[str, Any]) -> Future[dict[str, Any]]:
        return in_background(self.update, olds, news)

    @property
    def group(self) -> dict[str, Any]:
        return self.lab.group(self.id)

    def members(self, wanted: Callable[[dict[str, Any]], bool] = lambda member: True) -> list[str]:
        return [member["id"] for member in self.group["members"] if wanted(member)]

    def versions(self) -> set[int]:
        """Of the members that stay."""
        there = [m for m in self.group["members"] if not m["lifecycle"].startswith("Removing")]
        return {self.configurations.index(m["revision"]) + 1 for m in there}

    def lowest(self) -> int:
        """The fewest in service at any moment since the group was whole, as an observer of the truth has it."""
        points = self.lab.history(self.id)
        whole = next(n for n, point in enumerate(points) if point["inService"] >= self.size)
        return min(int(point["inService"]) for point in points[whole:])

    @property
    def sizes(self) -> list[int]:
        group = self.group
        return [group["minSize"], group["maxSize"], group["desired"]]
