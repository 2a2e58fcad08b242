"""A policy as an attribute of an ESS group's own resource: how it is read, what it refuses, and whole updates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi_rolling.errors import PolicyErrors, RollingError
from pulumi_rolling.fleets.alibaba.place import ECS
from pulumi_rolling.handler.ess_scaling_group_declared import ESS_SCALING_GROUP
from pulumi_rolling.host.engine_log import EngineLog
from pulumi_rolling.host.hook_call import Called, Given
from pulumi_rolling.host.hooked_groups import HookedGroups
from pulumi_rolling.lab import AlibabaLab

from tests.handler.ess_web import EssWeb

GROUP = "asg-bp1lu1lkr2baz8zku55k"
UNKNOWN = object()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[EssWeb]:
    monkeypatch.setenv("ROLLING_POLL_SECONDS", "0.05")
    monkeypatch.setenv("ROLLING_SETTLE_SECONDS", "0.5")
    with AlibabaLab(boot=0.05) as lab:
        yield EssWeb(lab, "m-0", size=2)


@pytest.fixture
def template(web: EssWeb) -> str:
    """Versions 1 and 2 for m-1 and m-2; the group is made from the first."""
    body = {"InstanceType": "ecs.g7.large", "LaunchTemplateName": "web"}
    made: str = web.api.call(ECS, "CreateLaunchTemplate", ImageId="m-1", **body)["LaunchTemplateId"]
    web.api.call(ECS, "CreateLaunchTemplateVersion", ImageId="m-2", **body)
    web.call("ModifyScalingGroup", ScalingGroupId=web.id, LaunchTemplateId=made, LaunchTemplateVersion="1")
    return made


def _hear(
    web: EssWeb, before: dict[str, Any], after: dict[str, Any], engine: EngineLog | None = None
) -> None:
    """As the hook does it where an explicit provider says region, keys and endpoints."""
    option = {
        "region": "cn-hangzhou",
        "accessKey": "lab",
        "secretKey": "lab",
        "endpoints": f'[{{"ess": "{web.lab.endpoint.removeprefix("http://")}"}}]',
    }
    called = Called("urn:web", "web", ESS_SCALING_GROUP.type, before, after, {**before, "id": web.id}, None)
    policy = {"rollingUpdate": {"minInstancesInService": 1}}
    given = Given(policy, None, option, {}, dry_run=False)
    HookedGroups(lambda name: None, engine or EngineLog.of_this_process()).hear(called, given)


def _at(template: str, version: str) -> dict[str, Any]:
    return {"launchTemplateId": template, "launchTemplateVersion": version, "maxSize": 6}


def test_a_group_as_its_resource_gives_it() -> None:
    """The id says which; only a template with the number of a version is a fixed revision."""
    given = {"id": GROUP, **_at("lt-1", "3")}
    block = {"id": GROUP, "launchTemplate": {"id": "lt-1", "version": 3}}
    assert ESS_SCALING_GROUP.block(given, given) == block
    assert (ESS_SCALING_GROUP.address(given), ESS_SCALING_GROUP.id(given)) == ("lt-1:3", GROUP)
    unknown = ESS_SCALING_GROUP.wanted({"launchTemplateId": "lt-1", "launchTemplateVersion": UNKNOWN})
    assert unknown == {"launchTemplate": {"id": "lt-1", "version": UNKNOWN}}
    assert ESS_SCALING_GROUP.address({"launchTemplateId": "lt-1", "launchTemplateVersion": "Latest"}) is None
    assert ESS_SCALING_GROUP.beside(_at("lt-1", "1"), {**_at("lt-1", "2"), "minSize": 1}) == ("minSize",)


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({}, "launchTemplateId"),
        ({"launchTemplateId": "lt-1"}, "launchTemplateVersion"),
        ({"launchTemplateId": "lt-1", "launchTemplateVersion": "Latest"}, "launchTemplateVersion"),
        ({"launchTemplateId": UNKNOWN, "launchTemplateVersion": UNKNOWN}, None),
        (_at("lt-1", "2"), None),
    ],
)
def test_a_group_without_a_fixed_version_is_refused(properties: dict[str, Any], path: str | None) -> None:
    """A scaling configuration is not named by its group, and Latest is no revision; what preview lacks may be one."""
    told = [fault.path for fault in ESS_SCALING_GROUP.conflicts(properties)]
    assert told == ([] if path is None else [path])


def test_its_provider_says_where_it_is() -> None:
    """Region, keys and the endpoint of ESS; a bare host of this machine is not encrypted."""
    said = {"region": "cn-beijing", "accessKey": "a", "secretKey": "s", "endpoints": [{"ecs": "x"}]}
    assert ESS_SCALING_GROUP.settings(said) == {"region": "cn-beijing", "accessKey": "a", "secretKey": "s"}
    for host, url in {
        "127.0.0.1:1": "http://127.0.0.1:1",
        "ess.example.com": "https://ess.example.com",
    }.items():
        assert ESS_SCALING_GROUP.settings({"endpoints": [{"ess": host}]}) == {"endpoint": url}


def test_a_group_is_rolled_before_its_own_update(web: EssWeb, template: str) -> None:
    """First from a configuration's members to the version, then from version to version; the own update finds it."""
    _hear(web, _at(template, "1"), {**_at(template, "1"), "maxSize": 5})
    _hear(web, _at(template, "1"), _at(template, "2"))
    group = web.group
    assert {each["image"] for each in group["members"] if each["lifecycle"] == "InService"} == {"m-2"}
    assert (group["launchTemplateVersion"], group["tags"], web.sizes) == ("2", {}, [1, 6, 2])


def test_a_failed_roll_keeps_the_own_update_from_being_made(web: EssWeb, template: str) -> None:
    """The group is back on the version before, and Latest fails before anything is touched."""
    _hear(web, _at(template, "1"), {**_at(template, "1"), "maxSize": 5})
    with pytest.raises(PolicyErrors, match="launchTemplateVersion: must be the number"):
        _hear(web, _at(template, "1"), _at(template, "Latest"))
    web.lab.image("m-2", launchError="InvalidImageId.NotFound")
    with pytest.raises(RollingError, match="is back on version 1"):
        _hear(web, _at(template, "1"), _at(template, "2"))
    assert web.group["launchTemplateVersion"] == "1" and web.sizes == [1, 6, 2]
