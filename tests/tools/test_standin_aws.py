"""The stand-in aws provider behaves as the real one where a rollout can tell the difference."""

from __future__ import annotations

import tomllib
import uuid
from pathlib import Path
from typing import Any

import boto3
import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2
from standin.kind import wait
from standin.provider import Provider
from standin.wire import UNKNOWN, Properties, encode
from standin_aws import FOLLOWS
from standin_aws.provider import AWS

from tests.tools.engine_side import FIRST, GROUP, SECOND, TEMPLATE, Resource, live

SOME = provider_pb2.DiffResponse.DIFF_SOME
NONE = provider_pb2.DiffResponse.DIFF_NONE


def move_behind_its_back(aws: boto3.session.Session, group: Resource) -> None:
    client = aws.client("autoscaling")
    client.update_auto_scaling_group(AutoScalingGroupName=group.id, MinSize=1, MaxSize=9, DesiredCapacity=5)
    client.resume_processes(AutoScalingGroupName=group.id, ScalingProcesses=["AZRebalance"])
    client.suspend_processes(AutoScalingGroupName=group.id, ScalingProcesses=["AlarmNotification"])
    tag = {"ResourceId": group.id, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
    client.create_or_update_tags(Tags=[tag | {"Key": "rolling:lease", "Value": "x"}])


def test_version_is_the_one_that_the_sdk_names(stub: Any) -> None:
    """The stand-in has the version that the installed SDK asks for."""
    assert stub.GetPluginInfo(provider_pb2.google_dot_protobuf_dot_empty__pb2.Empty()).version == "7.51.1"


def test_a_name_is_chosen_once_and_kept(template: Resource) -> None:
    """A name is the logical one with seven characters by chance; another image keeps it."""
    logical, _, random = template.state["name"].rpartition("-")
    assert logical == template.name
    assert len(random) == 7
    again = template.check({"imageId": SECOND, "instanceType": "t3.small"})
    assert again.inputs["name"] == template.state["name"]


def test_the_same_program_makes_no_difference(
    template: Resource, group: Resource, declared: Properties
) -> None:
    """Template and group, declared again as they are, have no changes."""
    assert template.diff({"imageId": FIRST, "instanceType": "t3.small"}).changes == NONE
    assert group.diff(declared).changes == NONE


def test_preview_does_not_know_the_next_version(template: Resource) -> None:
    """In preview the next version is unknown, and the default version is not."""
    news = {"imageId": SECOND, "instanceType": "t3.small"}
    assert set(template.diff(news).detailedDiff) == {"imageId", "latestVersion"}
    planned = template.update(news, preview=True)
    assert planned["latestVersion"] == UNKNOWN
    assert planned["defaultVersion"] == 1


def test_going_back_to_older_data_makes_a_new_version(template: Resource) -> None:
    """The old contents come back as version 3, not as version 1."""
    template.update({"imageId": SECOND, "instanceType": "t3.small"})
    assert template.state["latestVersion"] == 2
    template.update({"imageId": FIRST, "instanceType": "t3.small"})
    assert template.state["latestVersion"] == 3
    assert template.state["imageId"] == FIRST
    assert template.state["defaultVersion"] == 1


def test_the_default_version_follows_when_asked(template: Resource) -> None:
    """With `updateDefaultVersion` the default is the newest version, unknown in preview."""
    news = {"imageId": SECOND, "instanceType": "t3.small", "updateDefaultVersion": True}
    assert template.update(news, preview=True)["defaultVersion"] == UNKNOWN
    assert template.update(news)["defaultVersion"] == 2


def test_nested_data_reaches_the_api_in_its_own_types(stub: Any, aws: boto3.session.Session) -> None:
    """A flag given as text reaches the API as a flag, and the state shows no difference afterwards."""
    resource = Resource(stub, TEMPLATE, f"t{uuid.uuid4().hex[:8]}")
    news = {
        "imageId": FIRST,
        "blockDeviceMappings": [
            {"deviceName": "/dev/sda1", "ebs": {"volumeSize": 10, "deleteOnTermination": "true"}}
        ],
        "tagSpecifications": [{"resourceType": "instance", "tags": {"a": "b"}}],
        "metadataOptions": {"httpTokens": "required"},
    }
    resource.create(news)
    found = aws.client("ec2").describe_launch_template_versions(LaunchTemplateId=resource.id, Versions=["1"])
    data = found["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    assert data["UserData"] == ""
    assert data["BlockDeviceMappings"][0]["Ebs"] == {"VolumeSize": 10, "DeleteOnTermination": True}
    assert resource.diff(news).changes == NONE


def test_a_group_is_created_as_declared(group: Resource, aws: boto3.session.Session) -> None:
    """Sizes, suspended processes and members are those of the declaration."""
    found = live(aws, group)
    assert (found["MinSize"], found["MaxSize"], found["DesiredCapacity"]) == (2, 5, 3)
    assert [entry["ProcessName"] for entry in found["SuspendedProcesses"]] == ["AZRebalance"]
    assert len(found["Instances"]) == 3


def test_a_refresh_sees_what_others_did_and_an_update_puts_it_back(
    group: Resource, declared: Properties, aws: boto3.session.Session
) -> None:
    """A change by others is no difference before a refresh, one after it, and gone after an update."""
    move_behind_its_back(aws, group)
    assert group.diff(declared).changes == NONE
    group.refresh()
    assert group.inputs["maxSize"] == 9
    assert group.inputs["suspendedProcesses"] == []
    assert group.state["suspendedProcesses"] == ["AlarmNotification"]
    assert [tag["key"] for tag in group.inputs["tags"]] == ["app"]
    changed = group.diff(declared)
    assert set(changed.diffs) == {"minSize", "maxSize", "desiredCapacity", "suspendedProcesses", "tags"}
    group.update(declared)
    found = live(aws, group)
    assert (found["MinSize"], found["MaxSize"], found["DesiredCapacity"]) == (2, 5, 3)
    assert [entry["ProcessName"] for entry in found["SuspendedProcesses"]] == ["AZRebalance"]
    assert [tag["Key"] for tag in found["Tags"]] == ["app"]
    assert group.diff(declared).changes == NONE


def test_ignored_tags_survive_refresh_and_update(
    stub: Any, group: Resource, declared: Properties, aws: boto3.session.Session
) -> None:
    """Tags under an ignored prefix are neither a difference nor removed."""
    ignored = '{"keyPrefixes": ["rolling:"]}'
    stub.Configure(provider_pb2.ConfigureRequest(args=encode({"ignoreTags": ignored})))
    move_behind_its_back(aws, group)
    group.refresh()
    assert "tags" not in group.diff(declared).diffs
    group.update(declared | {"tags": [{"key": "app", "value": "api", "propagateAtLaunch": True}]})
    assert {tag["Key"] for tag in live(aws, group)["Tags"]} == {"app", "rolling:lease"}
    stub.Configure(provider_pb2.ConfigureRequest())


def test_undeclared_capacity_is_the_clouds(
    group: Resource, declared: Properties, aws: boto3.session.Session
) -> None:
    """What is Optional and Computed in the real schema (Desired) is no difference; what is only Optional is one."""
    without = {name: value for name, value in declared.items() if name != "desiredCapacity"}
    move_behind_its_back(aws, group)
    group.refresh()
    assert "desiredCapacity" not in group.diff(without).diffs
    del without["suspendedProcesses"]
    assert "suspendedProcesses" in group.diff(without).diffs


def test_the_pointer_is_left_alone_unless_its_input_changed(
    template: Resource, group: Resource, declared: Properties, aws: boto3.session.Session
) -> None:
    """A pointer that others moved survives an update of something else; after a refresh it is a difference."""
    template.update({"imageId": SECOND, "instanceType": "t3.small"})
    pointed = {"LaunchTemplateId": template.id, "Version": "2"}
    aws.client("autoscaling").update_auto_scaling_group(AutoScalingGroupName=group.id, LaunchTemplate=pointed)
    group.update(declared | {"maxSize": 6})
    assert live(aws, group)["LaunchTemplate"]["Version"] == "2"
    group.refresh()
    assert group.inputs["launchTemplate"]["version"] == "2"
    assert group.diff(declared | {"maxSize": 6}, ignored=["launchTemplate"]).changes == NONE
    assert list(group.diff(declared | {"maxSize": 6}).diffs) == ["launchTemplate"]


def test_an_unknown_version_is_a_difference_and_stays_unknown(group: Resource, declared: Properties) -> None:
    """A version that preview does not know is shown as a change to something unknown."""
    news = declared | {"launchTemplate": {"id": declared["launchTemplate"]["id"], "version": UNKNOWN}}
    assert list(group.diff(news).diffs) == ["launchTemplate"]
    assert group.update(news, preview=True)["launchTemplate"]["version"] == UNKNOWN


def test_another_name_replaces(group: Resource, declared: Properties) -> None:
    """A group with another name is another group."""
    assert list(group.diff(declared | {"name": "other"}).replaces) == ["name"]


def test_deleting_takes_the_instances_along(template: Resource, group: Resource) -> None:
    """A deleted group and a deleted template are not found any more."""
    group.delete()
    assert not group.refresh()
    template.delete()
    assert not template.refresh()


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"warmPool": {"minSize": 1}}, "warmPool"),
        ({"mixedInstancesPolicy": {}}, "launchTemplate"),
        ({"vpcZoneIdentifiers": ["subnet-1"]}, "availabilityZones"),
        ({"waitForCapacityTimeout": "soon"}, "waitForCapacityTimeout"),
    ],
)
def test_what_it_cannot_do_is_refused_by_path(
    stub: Any, declared: Properties, more: Properties, path: str
) -> None:
    """An argument that the stand-in does not play is a failure of Check at that argument."""
    refused = Resource(stub, GROUP).check(declared | more).failures
    assert [failure.property for failure in refused] == [path]


def test_other_types_and_functions_are_refused_by_name(stub: Any) -> None:
    """A type or a function that the stand-in does not play is named in the error."""
    with pytest.raises(grpc.RpcError, match=r"no resource type aws:s3/bucket:Bucket"):
        Resource(stub, "aws:s3/bucket:Bucket").check({})
    with pytest.raises(grpc.RpcError, match=r"no function aws:ec2/getAmi:getAmi"):
        stub.Invoke(provider_pb2.InvokeRequest(tok="aws:ec2/getAmi:getAmi"))


def test_an_error_of_the_cloud_is_one_line(stub: Any, declared: Properties) -> None:
    """A refusal of the cloud is told in one line, with the operation and the group."""
    missing = declared | {"launchTemplate": {"id": "lt-00000000000000000", "version": "1"}}
    with pytest.raises(grpc.RpcError) as failed:
        Resource(stub, GROUP).create(missing)
    assert failed.value.details().startswith("creating Auto Scaling Group (web): ")
    assert "\n" not in failed.value.details()
    assert failed.value.code() == grpc.StatusCode.FAILED_PRECONDITION


def test_hook_and_tag_follow_their_group(stub: Any, group: Resource) -> None:
    """A hook and a tag are made, read and deleted as resources of their own."""
    hook = Resource(stub, "aws:autoscaling/lifecycleHook:LifecycleHook")
    wanted = {
        "autoscalingGroupName": group.id,
        "lifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
        "defaultResult": "ABANDON",
        "heartbeatTimeout": 60,
    }
    hook.create(wanted)
    assert hook.refresh()
    assert hook.diff(wanted).changes == NONE
    hook.delete()
    assert not hook.refresh()
    tag = Resource(stub, "aws:autoscaling/tag:Tag")
    tag.create(
        {"autoscalingGroupName": group.id, "tag": {"key": "k", "value": "v", "propagateAtLaunch": False}}
    )
    assert tag.id == f"{group.id},k"
    assert tag.refresh()


def test_an_engine_that_comes_after_a_cancelled_one_is_served(stub: Any) -> None:
    """Cancel ends the waits of one run; the next attaches, configures, and waits again for what comes late."""
    provider = Provider(AWS)
    provider.Cancel(empty_pb2.Empty(), None)
    assert not wait(provider.cloud, iter([False, True]).__next__, 30.0)
    stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:7"))
    provider.Configure(provider_pb2.ConfigureRequest(), None)
    assert wait(provider.cloud, iter([False, True]).__next__, 30.0)


def test_the_sdk_is_of_the_version_that_is_followed() -> None:
    """The engine would warn of another one in every run of the tests."""
    project = Path(__file__).parents[2].joinpath("pyproject.toml").read_text()
    extras = tomllib.loads(project)["project"]["optional-dependencies"]
    assert f"pulumi-aws=={FOLLOWS}" in extras["end-to-end"]
