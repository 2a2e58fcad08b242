"""A fleet of one group on scripted AWS, and the few lines that tests say again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pulumi_rolling.core.model.member import Member, Revision, Sizes
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.errors import TemporaryFleetError
from pulumi_rolling.fleets.auto_scaling_group.fleet import AutoScalingGroupFleet
from pulumi_rolling.fleets.auto_scaling_group.wanted import Wanted
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted
from pulumi_rolling.fleets.contents import digest_of
from pulumi_rolling.fleets.replace import Fleet
from pulumi_rolling.signals.choose import NoSignals

from tests.fleets.scripted_aws import Answer, ScriptedAws
from tests.rollouts import rollout_of

WEB = "lt-0abc"
DATA = {1: {"ImageId": "ami-a"}, 2: {"ImageId": "ami-b"}}
V1, V2 = (Revision(f"{WEB}:{n}", digest_of(DATA[n]), f"version {n}") for n in (1, 2))
STARTED = 1000.0
POINTER = {"LaunchTemplateId": WEB, "LaunchTemplateName": "web", "Version": "1"}


def once(work: Callable[[], Any]) -> Any:
    return work()


def instance(ident: str, version: int = 1, state: str = "InService", **more: Any) -> Answer:
    return {
        "InstanceId": ident,
        "AvailabilityZone": "us-east-1a",
        "LifecycleState": state,
        "HealthStatus": "Healthy",
        "ProtectedFromScaleIn": False,
        "LaunchTemplate": {**POINTER, "Version": str(version)},
        **more,
    }


def group(*instances: Answer, **more: Any) -> Answer:
    return {
        "AutoScalingGroupName": "web",
        "AutoScalingGroupARN": "arn:web",
        "MinSize": 1,
        "MaxSize": 6,
        "DesiredCapacity": len(instances),
        "LaunchTemplate": POINTER,
        "Instances": list(instances),
        "SuspendedProcesses": [],
        "Tags": [],
        **more,
    }


def machine(
    ident: str, launched: float = 500.0, state: str = "running", reason: str = "", **tags: str
) -> Answer:
    return {
        "InstanceId": ident,
        "LaunchTime": datetime.fromtimestamp(launched, UTC),
        "State": {"Name": state},
        "StateReason": {"Code": reason},
        "Tags": [{"Key": key.replace("_", ":"), "Value": value} for key, value in tags.items()],
    }


def versions(parameters: Answer) -> Answer:
    asked = {{"$Latest": 2, "$Default": 1}.get(v) or int(v) for v in parameters["Versions"]}
    return {
        "LaunchTemplateVersions": [
            {
                "LaunchTemplateId": WEB,
                "LaunchTemplateName": "web",
                "VersionNumber": number,
                "DefaultVersion": number == 1,
                "LaunchTemplateData": DATA[number],
            }
            for number in sorted(asked)
        ]
    }


class Stage:
    """A fleet of one group, and the few lines that tests say again and again."""

    def __init__(self, aws: ScriptedAws) -> None:
        self.aws = aws
        self.wanted: Wanted = TemplateWanted(id=WEB, version="2")
        self.machines: dict[str, Answer] = {}
        aws.answer("DescribeLaunchTemplateVersions", versions)
        aws.answer("DescribeInstances", self._ec2)
        aws.answer("DescribeScalingActivities", {"Activities": []})
        for operation in (
            "SuspendProcesses",
            "ResumeProcesses",
            "UpdateAutoScalingGroup",
            "CreateOrUpdateTags",
        ):
            aws.answer(operation, {})
        aws.answer("DescribeLifecycleHooks", {"LifecycleHooks": []})
        aws.answer("DescribeScheduledActions", {"ScheduledUpdateGroupActions": []})
        aws.answer("DescribeInstanceRefreshes", {"InstanceRefreshes": []})

    def shows(self, *descriptions: Answer) -> None:
        self.aws.answer(
            "DescribeAutoScalingGroups", *({"AutoScalingGroups": [each]} for each in descriptions)
        )

    def fleet(self, signals: Any = None, retry: Any = once) -> AutoScalingGroupFleet:
        fleet = AutoScalingGroupFleet(
            "web", wanted=self.wanted, place=self.aws.place, retry=retry, signals=signals or NoSignals()
        )
        checked: Fleet = fleet
        assert checked.name == "web"
        return fleet

    def _ec2(self, parameters: Answer) -> Answer:
        asked = parameters["Filters"][0]["Values"]
        return {"Reservations": [{"Instances": [self.machines[i] for i in asked if i in self.machines]}]}


ROLLOUT = rollout_of(
    id="r1",
    to=V2,
    came_from=V1,
    found=Sizes(1, 6, 2),
    found_suspended=frozenset(),
    started_at=STARTED,
    watermark=900.0,
)


def member(fleet: AutoScalingGroupFleet, rollout: Rollout, ident: str) -> Member:
    return next(m for m in fleet.observe(rollout).observation.members if m.id == ident)


def twice(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except TemporaryFleetError:
        return work()
