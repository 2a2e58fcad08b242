"""Our requests beside those that Alibaba's own SDK makes of the same calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi_rolling.core.delegate.actions import Act, Begin, Continue, Pause, RollBack, Stop
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.replace.actions import PointAt, Remove, Resize, Resume, Suspend, Terminate
from pulumi_rolling.fleets.ess_scaling_group.fleet import EssScalingGroupFleet
from pulumi_rolling.fleets.ess_scaling_group.refresh import RefreshFleet

from tests.fleets.ess_stage import GROUP, NEW, TO, EssStage, group, once
from tests.fleets.scripted_alibaba import KEYS, Answer, ScriptedAlibaba

PROCESSES = frozenset({"HealthCheck", "ScheduledAction"})
Ask = Callable[[EssScalingGroupFleet], object]
REQUESTS: dict[str, tuple[Ask, Answer]] = {
    "DescribeScalingGroups": (lambda fleet: fleet.marks(), {"ScalingGroupIds": [GROUP]}),
    "DescribeScalingInstances": (
        lambda fleet: fleet.facts(),
        {"ScalingGroupId": GROUP, "PageNumber": 1, "PageSize": 100},
    ),
    "DescribeScalingConfigurations": (
        lambda fleet: fleet.target(),
        {"ScalingGroupId": GROUP, "PageNumber": 1, "PageSize": 50},
    ),
    "DescribeScalingActivities": (
        lambda fleet: fleet.facts(),
        {"ScalingGroupId": GROUP, "PageNumber": 1, "PageSize": 50},
    ),
    "DescribeLifecycleHooks": (lambda fleet: fleet.facts(), {"ScalingGroupId": GROUP, "PageSize": 50}),
    "DescribeInstanceRefreshes": (lambda fleet: fleet.facts(), {"ScalingGroupId": GROUP, "MaxResults": 10}),
    "SuspendProcesses": (
        lambda fleet: fleet.apply(Suspend(PROCESSES)),
        {"ScalingGroupId": GROUP, "Processes": sorted(PROCESSES)},
    ),
    "ResumeProcesses": (
        lambda fleet: fleet.apply(Resume(PROCESSES)),
        {"ScalingGroupId": GROUP, "Processes": sorted(PROCESSES)},
    ),
    "RemoveInstances": (
        lambda fleet: fleet.apply(Terminate("i-1", True)),
        {
            "ScalingGroupId": GROUP,
            "InstanceIds": ["i-1"],
            "DecreaseDesiredCapacity": False,
            "RemovePolicy": "release",
        },
    ),
    "TagResources": (
        lambda fleet: fleet.write_marks({"rolling:said": "a b+ü"}),
        {
            "ResourceType": "scalinggroup",
            "ResourceIds": [GROUP],
            "Tags": [{"Key": "rolling:said", "Value": "a b+ü", "Propagate": False}],
        },
    ),
    "UntagResources": (
        lambda fleet: fleet.remove_marks(["rolling:said"]),
        {"ResourceType": "scalinggroup", "ResourceIds": [GROUP], "TagKeys": ["rolling:said"]},
    ),
}
"""By operation: what makes us ask, and the parameters as the SDK takes them, but for the region."""
REFRESHES: dict[str, tuple[Act, Answer]] = {
    "StartInstanceRefresh": (
        Begin(
            TO,
            "r1-0",
            {
                "MinHealthyPercentage": 50,
                "MaxHealthyPercentage": 150,
                "SkipMatching": False,
                "Checkpoints": [{"Percentage": 20}, {"Percentage": 100}],
                "CheckpointPauseTime": 30,
            },
        ),
        {
            "MinHealthyPercentage": 50,
            "MaxHealthyPercentage": 150,
            "SkipMatching": False,
            "Checkpoints": [{"Percentage": 20}, {"Percentage": 100}],
            "CheckpointPauseTime": 30,
            "DesiredConfiguration": {"ScalingConfigurationId": NEW},
        },
    ),
    "SuspendInstanceRefresh": (Pause("ir-1"), {"InstanceRefreshTaskId": "ir-1"}),
    "ResumeInstanceRefresh": (Continue("ir-1"), {"InstanceRefreshTaskId": "ir-1"}),
    "CancelInstanceRefresh": (Stop("ir-1"), {"InstanceRefreshTaskId": "ir-1"}),
    "RollbackInstanceRefresh": (RollBack("ir-1", TO), {"InstanceRefreshTaskId": "ir-1"}),
}
"""Acts of the delegate machine by their operation."""
SIZES: tuple[tuple[Ask, Answer], ...] = (
    (lambda fleet: fleet.apply(PointAt(TO)), {"ActiveScalingConfigurationId": NEW}),
    (lambda fleet: fleet.apply(Resize(1, 4)), {"MinSize": 1, "DesiredCapacity": 4}),
)


@pytest.fixture(scope="module")
def alibaba() -> Iterator[ScriptedAlibaba]:
    scripted = ScriptedAlibaba()
    yield scripted
    assert scripted.unsigned == []
    scripted.close()


@pytest.fixture(scope="module")
def sdk(alibaba: ScriptedAlibaba) -> Any:
    client = pytest.importorskip("alibabacloud_ess20220222.client")
    models = pytest.importorskip("alibabacloud_tea_openapi.utils_models")
    config = models.Config(
        access_key_id=KEYS.id,
        access_key_secret=KEYS.secret,
        endpoint=alibaba.url.removeprefix("http://"),
        protocol="http",
    )
    return client.Client(config)


def asked_by_sdk(sdk: Any, alibaba: ScriptedAlibaba, operation: str, parameters: Answer) -> Answer:
    models = pytest.importorskip("alibabacloud_ess20220222.models")
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation)[1:]
    alibaba.calls.clear()
    getattr(sdk, snake)(getattr(models, f"{operation}Request")().from_map(parameters))
    ((asked, sent),) = alibaba.calls
    assert asked == operation
    return sent


@pytest.mark.parametrize("operation", REQUESTS)
def test_parameters_are_those_of_alibabas_own_sdk(alibaba: ScriptedAlibaba, sdk: Any, operation: str) -> None:
    """Name by name and value by value; both signatures are right."""
    ask, parameters = REQUESTS[operation]
    fleet = EssStage(alibaba).fleet()
    alibaba.calls.clear()
    ask(fleet)
    ours = {key: value for key, value in alibaba.sent(operation)[0].items() if key != "ClientToken"}
    if "PageNumber" not in parameters:
        ours.pop("PageNumber", None)
    theirs = asked_by_sdk(sdk, alibaba, operation, {"RegionId": "cn-hangzhou", **parameters})
    assert ours == theirs


@pytest.mark.parametrize("place", range(len(SIZES)), ids=["pointer", "sizes"])
def test_a_group_is_modified_as_by_alibabas_own_sdk(alibaba: ScriptedAlibaba, sdk: Any, place: int) -> None:
    """The one call that has no region."""
    ask, parameters = SIZES[place]
    fleet = EssStage(alibaba).fleet()
    alibaba.calls.clear()
    ask(fleet)
    (ours,) = alibaba.sent("ModifyScalingGroup")
    assert ours == asked_by_sdk(sdk, alibaba, "ModifyScalingGroup", {"ScalingGroupId": GROUP, **parameters})


@pytest.mark.parametrize("operation", REFRESHES)
def test_a_refresh_is_asked_for_as_by_alibabas_own_sdk(
    alibaba: ScriptedAlibaba, sdk: Any, operation: str
) -> None:
    """All parameters of the start, nested and listed, and each step by the id of the refresh."""
    act, parameters = REFRESHES[operation]
    stage = EssStage(alibaba)
    alibaba.answer(operation, {"InstanceRefreshTaskId": "ir-1"})
    fleet = RefreshFleet(GROUP, wanted=stage.wanted, place=alibaba.place, retry=once)
    alibaba.calls.clear()
    fleet.apply(act)
    (ours,) = alibaba.sent(operation)
    told = {"RegionId": "cn-hangzhou", "ScalingGroupId": GROUP, **parameters}
    if "ClientToken" in ours:
        told["ClientToken"] = ours["ClientToken"]
    assert ours == asked_by_sdk(sdk, alibaba, operation, told)


def test_a_version_is_sent_as_its_number(alibaba: ScriptedAlibaba, sdk: Any) -> None:
    """Of a launch template, nested in the desired configuration, with the instance types that the group has."""
    stage = EssStage(alibaba)
    types = [{"InstanceType": "ecs.c7.large"}, {"InstanceType": "ecs.g7.large"}]
    stage.shows(group(LaunchTemplateOverrides=types))
    alibaba.answer("StartInstanceRefresh", {"InstanceRefreshTaskId": "ir-1"})
    fleet = RefreshFleet(GROUP, wanted=stage.wanted, place=alibaba.place, retry=once)
    fleet.facts()
    alibaba.calls.clear()
    fleet.apply(Begin(Revision("lt-1:3", "d", "version 3"), "r1-0", {"SkipMatching": True}))
    (ours,) = alibaba.sent("StartInstanceRefresh")
    told: Answer = {
        "RegionId": "cn-hangzhou",
        "ScalingGroupId": GROUP,
        "SkipMatching": True,
        "ClientToken": ours["ClientToken"],
        "DesiredConfiguration": {
            "LaunchTemplateId": "lt-1",
            "LaunchTemplateVersion": "3",
            "LaunchTemplateOverrides": types,
        },
    }
    assert ours == asked_by_sdk(sdk, alibaba, "StartInstanceRefresh", told)


def test_a_removal_from_standby_is_one_that_lowers_the_number(alibaba: ScriptedAlibaba, sdk: Any) -> None:
    """As the SDK spells it."""
    fleet = EssStage(alibaba).fleet()
    alibaba.calls.clear()
    fleet.apply(Remove("i-1"))
    (ours,) = alibaba.sent("RemoveInstances")
    told: Answer = {
        "RegionId": "cn-hangzhou",
        "ScalingGroupId": GROUP,
        "InstanceIds": ["i-1"],
        "RemovePolicy": "release",
    }
    told |= {"DecreaseDesiredCapacity": True, "ClientToken": ours["ClientToken"]}
    assert ours == asked_by_sdk(sdk, alibaba, "RemoveInstances", told)
