"""A fleet of one ESS scaling group on scripted Alibaba Cloud, and the few lines that tests say again and again."""

from __future__ import annotations

import json
from typing import Any

from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.fleets.contents import digest_of
from pulumi_rolling.fleets.ess_scaling_group.fleet import EssScalingGroupFleet
from pulumi_rolling.fleets.ess_scaling_group.revisions import Wanted
from pulumi_rolling.fleets.replace import Fleet
from pulumi_rolling.signals.choose import NoSignals

from tests.fleets.scripted_alibaba import Answer, ScriptedAlibaba
from tests.rollouts import rollout_of

GROUP = "asg-1"
OLD, NEW = "asc-old", "asc-new"
IMAGES = {OLD: "m-old", NEW: "m-new"}
FROM, TO = (
    Revision(ident, digest_of({"ImageId": IMAGES[ident], "InstanceTypes": ["ecs.g7.large"]}), ident)
    for ident in (OLD, NEW)
)
STARTED = 1_780_000_000.0
ROLLOUT = rollout_of(id="r1", to=TO, came_from=FROM, found=Sizes(1, 6, 3), started_at=STARTED)


def once(work: Any) -> Any:
    return work()


def instance(ident: str, configuration: str = OLD, state: str = "InService", **more: Any) -> Answer:
    return {
        "InstanceId": ident,
        "LifecycleState": state,
        "HealthStatus": "Healthy",
        "CreationType": "AutoCreated",
        "ScalingConfigurationId": configuration,
        "CreatedTime": "2026-05-28T20:26:40Z",
        "ZoneId": "cn-hangzhou-a",
        "WeightedCapacity": 1,
        **more,
    }


def group(**more: Any) -> Answer:
    return {
        "ScalingGroupId": GROUP,
        "GroupType": "ECS",
        "LifecycleState": "Active",
        "MinSize": 1,
        "MaxSize": 6,
        "DesiredCapacity": 3,
        "EnableDesiredCapacity": True,
        "ActiveScalingConfigurationId": OLD,
        "SuspendedProcesses": None,
        "SystemSuspended": False,
        "ScalingPolicy": "release",
        "Tags": [],
        **more,
    }


def configuration(ident: str, **more: Any) -> Answer:
    return {
        "ScalingConfigurationId": ident,
        "ScalingConfigurationName": f"name of {ident}",
        "ScalingGroupId": GROUP,
        "CreationTime": "2026-01-01T00:00Z",
        "LifecycleState": "Active",
        "ImageId": IMAGES[ident],
        "InstanceTypes": ["ecs.g7.large"],
        "UserData": None,
        **more,
    }


def activity(ident: str, status: str = "Failed", start: str = "2026-05-28T20:27Z", **more: Any) -> Answer:
    return {"ScalingActivityId": ident, "StatusCode": status, "StartTime": start, "Cause": "check", **more}


class EssStage:
    """``machines``: what ECS knows, by id; each id is asked for by DescribeInstances."""

    def __init__(self, alibaba: ScriptedAlibaba) -> None:
        self.alibaba = alibaba
        self.wanted = Wanted(configuration=NEW)
        self.machines: dict[str, Answer] = {}
        self.shows(group(), instance("i-1"), instance("i-2"), instance("i-3"))
        self.configurations(configuration(OLD), configuration(NEW))
        self.activities()
        alibaba.answer("DescribeInstances", self._ecs)
        alibaba.answer("DescribeInstanceRefreshes", {"InstanceRefreshTasks": []})
        alibaba.answer("DescribeLifecycleHooks", {"LifecycleHooks": []})
        for operation in (
            "ModifyScalingGroup",
            "SuspendProcesses",
            "ResumeProcesses",
            "TagResources",
            "UntagResources",
        ):
            alibaba.answer(operation, {"RequestId": "r"})
        alibaba.answer("RemoveInstances", {"ScalingActivityId": "asa-1"})

    def shows(self, described: Answer, *instances: Answer) -> None:
        self.alibaba.answer("DescribeScalingGroups", {"ScalingGroups": [described], "TotalCount": 1})
        found = {"ScalingInstances": list(instances), "TotalCount": len(instances)}
        self.alibaba.answer("DescribeScalingInstances", found)

    def configurations(self, *told: Answer) -> None:
        answer = {"ScalingConfigurations": list(told), "TotalCount": len(told)}
        self.alibaba.answer("DescribeScalingConfigurations", answer)

    def activities(self, *told: Answer) -> None:
        answer = {"ScalingActivities": list(told), "TotalCount": len(told)}
        self.alibaba.answer("DescribeScalingActivities", answer)

    def fleet(self, signals: Any = None, retry: Any = once) -> EssScalingGroupFleet:
        fleet = EssScalingGroupFleet(
            GROUP, wanted=self.wanted, place=self.alibaba.place, retry=retry, signals=signals or NoSignals()
        )
        checked: Fleet = fleet
        assert checked.name == GROUP
        return fleet

    def _ecs(self, parameters: Answer) -> Answer:
        known = [
            self.machines[each] for each in json.loads(parameters["InstanceIds"]) if each in self.machines
        ]
        return {"Instances": {"Instance": known}, "TotalCount": len(known)}


def machine(ident: str, image: str = "m-old", status: str = "Running", **tags: str) -> Answer:
    told = [{"TagKey": key.replace("_", ":"), "TagValue": value} for key, value in tags.items()]
    return {"InstanceId": ident, "ImageId": image, "Status": status, "Tags": {"Tag": told}}
