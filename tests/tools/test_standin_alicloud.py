"""The stand-in alicloud provider behaves as the real one where a rollout can tell the difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2
from pulumi_rolling.lab import AlibabaLab
from standin.wire import UNKNOWN, Properties, encode
from standin_alicloud.provider import ALICLOUD

from tests.tools.conftest import serving
from tests.tools.engine_side import Resource

GROUP = "alicloud:ess/scalingGroup:ScalingGroup"
CONFIGURATION = "alicloud:ess/scalingConfiguration:ScalingConfiguration"
TEMPLATE = "alicloud:ecs/ecsLaunchTemplate:EcsLaunchTemplate"
SIZES = {"scalingGroupName": "web", "minSize": 1, "maxSize": 4, "desiredCapacity": 2, "vswitchIds": ["vsw-1"]}
NONE = provider_pb2.DiffResponse.DIFF_NONE


@pytest.fixture(scope="module")
def lab() -> Iterator[AlibabaLab]:
    with AlibabaLab(boot=0.02) as running:
        yield running


@pytest.fixture(scope="module")
def alicloud() -> Iterator[Any]:
    with serving(ALICLOUD) as stub:
        yield stub


@pytest.fixture
def stub(alicloud: Any, lab: AlibabaLab) -> Any:
    """Configured as by an explicit provider."""
    lab.reset()
    address = lab.endpoint.removeprefix("http://")
    given = {"region": "cn-hangzhou", "accessKey": "lab", "secretKey": "lab"}
    endpoints = f'[{{"ess": "{address}", "ecs": "{address}"}}]'
    alicloud.Configure(provider_pb2.ConfigureRequest(args=encode({**given, "endpoints": endpoints})))
    return alicloud


def made_from(group: Resource, image: str = "m-1", **more: Any) -> Properties:
    body = {
        "imageId": image,
        "instanceType": "ecs.g7.large",
        "securityGroupId": "sg-1",
        "userData": "#!/bin/sh",
    }
    return {"scalingGroupId": group.id, **body, **more}


@pytest.fixture
def group(stub: Any) -> Resource:
    resource = Resource(stub, GROUP)
    resource.create(SIZES)
    return resource


@pytest.fixture
def configuration(stub: Any, group: Resource) -> Resource:
    resource = Resource(stub, CONFIGURATION)
    resource.create(made_from(group, active=True, enable=True))
    return resource


def test_a_configuration_enables_its_group(lab: AlibabaLab, group: Resource, configuration: Resource) -> None:
    """Without a launch template a group waits for a configuration that is active and enables it."""
    truth = lab.group(group.id)
    assert (truth["state"], truth["scalingConfiguration"]) == ("Active", configuration.id)
    assert configuration.diff(made_from(group, active=True, enable=True)).changes == NONE
    assert group.diff(SIZES).changes == NONE


def test_an_edit_of_a_configuration_is_in_place(group: Resource, configuration: Resource) -> None:
    """Another image is an update that keeps the id; of another group it is another configuration."""
    news = made_from(group, "m-2", active=True, enable=True)
    diff = configuration.diff(news)
    assert list(diff.diffs) == ["imageId"] and not diff.replaces
    before = configuration.id
    configuration.update(news)
    assert configuration.refresh() and configuration.id == before
    assert configuration.state["imageId"] == "m-2" and configuration.state["userData"] == "#!/bin/sh"
    assert list(configuration.diff({**news, "scalingGroupId": "asg-other"}).replaces) == ["scalingGroupId"]


def test_a_configuration_that_is_made_active_moves_the_pointer(
    lab: AlibabaLab, stub: Any, group: Resource, configuration: Resource
) -> None:
    """The former one is inactive after a refresh, no difference where that is ignored, and can be deleted."""
    second = Resource(stub, CONFIGURATION, "second")
    second.create(made_from(group, "m-2", active=True))
    assert lab.group(group.id)["scalingConfiguration"] == second.id
    configuration.refresh()
    declared = made_from(group, active=True, enable=True)
    assert list(configuration.diff(declared).diffs) == ["active"]
    assert configuration.diff(declared, ["active"]).changes == NONE
    configuration.delete()
    assert not configuration.refresh()


@pytest.mark.parametrize("force", [False, True])
def test_the_last_configuration_goes_by_force_with_its_group(
    lab: AlibabaLab, stub: Any, group: Resource, force: bool
) -> None:
    """Without force its deletion fails; by force nothing is left."""
    last = Resource(stub, CONFIGURATION)
    last.create(made_from(group, active=True, enable=True, forceDelete=force))
    if force:
        last.delete()
        assert not group.refresh() or lab.group(group.id)["state"] == "Deleting"
    else:
        with pytest.raises(grpc.RpcError, match="it is the last configuration of the scaling group"):
            last.delete()
        assert group.refresh()


def test_tags_of_others_are_state_and_removed_by_an_update(lab: AlibabaLab, group: Resource) -> None:
    """The record of a roll among them, unless the program ignores tags."""
    lab.move_group(group.id, tags={"rolling:record.0": "x"})
    assert group.diff(SIZES).changes == NONE
    group.refresh()
    assert group.state["tags"] == {"rolling:record.0": "x"}
    assert list(group.diff(SIZES).diffs) == ["tags"] and group.diff(SIZES, ["tags"]).changes == NONE
    group.update({**SIZES, "maxSize": 5, "desiredCapacity": 3})
    truth = lab.group(group.id)
    assert (truth["tags"], truth["maxSize"], truth["desired"]) == ({}, 5, 3)


def test_a_template_s_next_version_is_not_known_yet(lab: AlibabaLab, stub: Any) -> None:
    """Preview shows the latest version as unknown; a group that has the template is enabled at once."""
    template = Resource(stub, TEMPLATE)
    body = {"launchTemplateName": "web", "imageId": "m-1", "instanceType": "ecs.g7.large"}
    template.create(body)
    made = Resource(stub, GROUP)
    made.create({**SIZES, "launchTemplateId": template.id, "launchTemplateVersion": "1", "tags": {"a": "b"}})
    assert lab.group(made.id)["state"] == "Active" and lab.group(made.id)["tags"] == {"a": "b"}
    news = {**body, "imageId": "m-2"}
    assert template.update(news, preview=True)["latestVersionNumber"] == UNKNOWN
    assert template.update(news)["latestVersionNumber"] == 2
    made.update({**SIZES, "launchTemplateId": template.id, "launchTemplateVersion": "2"})
    assert lab.group(made.id)["launchTemplateVersion"] == "2" and lab.group(made.id)["tags"] == {}
    made.delete()
    template.delete()
    assert not template.refresh() and not made.refresh()


def test_a_name_is_changed_in_place_and_missed_where_the_program_has_none(stub: Any, group: Resource) -> None:
    """Without a name of its own a group has its id for one, which each plan wants to take away."""
    other = {**SIZES, "scalingGroupName": "other"}
    assert list(group.diff(other).diffs) == ["scalingGroupName"] and not group.diff(other).replaces
    group.update(other)
    assert group.diff(other).changes == NONE
    nameless = Resource(stub, GROUP)
    given = {key: value for key, value in SIZES.items() if key != "scalingGroupName"}
    nameless.create(given)
    assert list(nameless.diff(given).diffs) == ["scalingGroupName"]
    nameless.update(given)
    assert list(nameless.diff(given).diffs) == ["scalingGroupName"]


def test_what_it_cannot_do_is_refused_by_path(stub: Any, group: Resource) -> None:
    """Settings, properties and types that it does not play are named, and what the real one wants is wanted."""
    assert [f.property for f in group.check({**SIZES, "lifecycleHooks": []}).failures] == ["lifecycleHooks"]
    lacking = {"scalingGroupId": group.id, "instanceType": "ecs.g7.large"}
    assert [f.property for f in Resource(stub, CONFIGURATION).check(lacking).failures] == ["securityGroupId"]
    request = provider_pb2.CheckRequest(news=encode({"region": "cn-hangzhou", "assumeRole": "x"}))
    assert [f.property for f in stub.CheckConfig(request).failures] == ["assumeRole"]
    with pytest.raises(
        grpc.RpcError, match="the stand-in alicloud provider has no resource type alicloud:vpc"
    ):
        Resource(stub, "alicloud:vpc/network:Network").check({})


def test_an_error_of_the_cloud_is_one_line(stub: Any, group: Resource) -> None:
    """Alibaba's code comes first, after what was being done."""
    with pytest.raises(grpc.RpcError) as failed:
        group.update({**SIZES, "minSize": 9})
    said = failed.value.details()
    assert (
        said.startswith(f"updating ESS scaling group ({group.id}): InvalidParameter: ") and "\n" not in said
    )
