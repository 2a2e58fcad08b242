"""A group of the lab at version 1 of a template, and a resource that rolls it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from pulumi_rolling.handler import Context, RollingGroupHandler
from pulumi_rolling.lab import Lab

from tests.background import in_background
from tests.in_lab import client

URN = "urn:pulumi:dev::trial::pulumi-python:dynamic/rolling:RollingGroup::web"


class LabWeb:
    """``versions`` are images, from version 1 on; the group runs the first, unless ``group`` says otherwise."""

    def __init__(
        self, lab: Lab, *versions: str, size: int = 2, serving: int | None = None, **group: Any
    ) -> None:
        self.lab = lab
        self.ec2, self.asg = client("ec2"), client("autoscaling")
        self.said: list[str] = []
        self.warned: list[str] = []
        self.statuses: list[str] = []
        self.context = Context(
            urn=URN, say=self.said.append, warn=self.warned.append, status=self.statuses.append
        )
        self.handler = RollingGroupHandler()
        self.template = self.launch_template("web", *versions)
        pointer = {"LaunchTemplate": {"LaunchTemplateId": self.template, "Version": "1"}}
        made = {"MinSize": 1, "MaxSize": 6, "DesiredCapacity": size, "AvailabilityZones": ["us-east-1a"]}
        made |= {"AutoScalingGroupName": "web", **pointer, **group}
        self.asg.create_auto_scaling_group(**{key: value for key, value in made.items() if value is not None})
        while lab.group("web")["inService"] < (size if serving is None else serving):
            lab.groups()

    @classmethod
    def mixed(cls, lab: Lab, own: dict[str, Any], *versions: str) -> LabWeb:
        """A mixed instances policy whose only override launches from a template of its own."""
        ec2 = client("ec2")
        data = {"ImageId": versions[0], "InstanceType": "t3.small"}
        main = ec2.create_launch_template(LaunchTemplateName="main", LaunchTemplateData=data)[
            "LaunchTemplate"
        ]
        launch = {
            "LaunchTemplateSpecification": {"LaunchTemplateId": main["LaunchTemplateId"], "Version": "1"},
            "Overrides": [{"InstanceType": "m6g.large", "LaunchTemplateSpecification": own}],
        }
        web = cls(lab, *versions, LaunchTemplate=None, MixedInstancesPolicy={"LaunchTemplate": launch})
        for image in versions[1:]:
            web.ec2.create_launch_template_version(
                LaunchTemplateId=main["LaunchTemplateId"], LaunchTemplateData={**data, "ImageId": image}
            )
        web.template = main["LaunchTemplateId"]
        return web

    @classmethod
    def weighted(cls, lab: Lab, weight: int, *versions: str, instances: int) -> LabWeb:
        """A mixed instances policy whose instances count for ``weight`` units of Desired each."""
        ec2 = client("ec2")
        data = {"ImageId": versions[0], "InstanceType": "t3.small"}
        main = ec2.create_launch_template(LaunchTemplateName="heavy", LaunchTemplateData=data)
        ident = main["LaunchTemplate"]["LaunchTemplateId"]
        launch = {
            "LaunchTemplateSpecification": {"LaunchTemplateId": ident, "Version": "1"},
            "Overrides": [{"InstanceType": "m6g.large", "WeightedCapacity": str(weight)}],
        }
        web = cls(
            lab,
            *versions,
            size=weight * instances,
            serving=instances,
            LaunchTemplate=None,
            MaxSize=weight * (instances + 2),
            MixedInstancesPolicy={"LaunchTemplate": launch},
        )
        for image in versions[1:]:
            ec2.create_launch_template_version(
                LaunchTemplateId=ident, LaunchTemplateData={**data, "ImageId": image}
            )
        web.template = ident
        return web

    def launch_template(self, name: str, *images: str) -> str:
        data = [{"ImageId": image, "InstanceType": "t3.small"} for image in images]
        made = self.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data[0])
        ident: str = made["LaunchTemplate"]["LaunchTemplateId"]
        for more in data[1:]:
            self.ec2.create_launch_template_version(LaunchTemplateId=ident, LaunchTemplateData=more)
        return ident

    def news(self, version: str = "2", on: dict[str, Any] | None = None, **roll: Any) -> dict[str, Any]:
        made_from = on or {"launchTemplate": {"id": self.template, "version": version}}
        inputs = {
            "autoScalingGroup": {"name": "web", **made_from},
            "updatePolicy": {
                "rollingUpdate": {"maxBatchSize": 2, "suspendProcesses": ["AZRebalance"], **roll}
            },
        }
        normal, faults = self.handler.check(None, inputs, self.context)
        assert not faults, faults
        return normal

    def deploy(self, news: dict[str, Any]) -> dict[str, Any]:
        """What a first `pulumi up` leaves in state."""
        return self.handler.create(news, self.context)[1]

    def update(self, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        return self.handler.update(olds, news, self.context)

    def in_background(self, olds: dict[str, Any], news: dict[str, Any]) -> Future[dict[str, Any]]:
        return in_background(self.update, olds, news)

    @property
    def group(self) -> dict[str, Any]:
        return self.lab.group("web")

    def members(self, wanted: Callable[[dict[str, Any]], bool] = lambda member: True) -> list[str]:
        return [member["id"] for member in self.group["members"] if wanted(member)]

    def revisions(self) -> set[str]:
        """Of the members that count."""
        away = ("Terminating", "Standby")
        return {str(m["revision"]) for m in self.group["members"] if not m["lifecycle"].startswith(away)}
