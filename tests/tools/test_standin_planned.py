"""The stand-in aws provider shows what was planned, as the real one does, and not what comes true.

The real provider was compared with it on the lab; docs/lab.md has the table of what was found.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

import boto3
import grpc
import pytest
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2
from pulumi_rolling.lab import Lab
from standin.wire import UNKNOWN, Properties, decode, encode

from tests.tools.engine_side import FIRST, GROUP, SECOND, Resource, live

NONE = provider_pb2.DiffResponse.DIFF_NONE
CONTENTS = {"imageId": FIRST, "instanceType": "t3.small"}


@pytest.mark.parametrize(
    ("more", "unknown", "number"),
    [
        ({"imageId": SECOND}, {"latestVersion"}, 2),
        ({"imageId": SECOND, "updateDefaultVersion": True}, {"latestVersion", "defaultVersion"}, 2),
        ({"description": "another"}, set(), 2),
        ({"tags": {"app": "web"}}, {"latestVersion", "tagsAll"}, 1),
        ({"maintenanceOptions": {"autoRecovery": "disabled"}}, {"latestVersion"}, 1),
        ({"updateDefaultVersion": True}, {"latestVersion", "defaultVersion"}, 1),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_what_a_template_s_preview_shows_as_unknown_and_what_the_update_makes(
    template: Resource, more: Properties, unknown: set[str], number: int
) -> None:
    """A description makes a version unannounced; tags, other options and the default announce one and make none."""
    news = CONTENTS | more
    assert set(template.diff(news).detailedDiff) == more.keys() | unknown
    planned = template.update(news, preview=True)
    assert {name for name, value in planned.items() if value == UNKNOWN} == unknown
    template.update(news)
    assert template.state["latestVersion"] == number


def test_tags_of_a_template_are_no_difference_afterwards(template: Resource) -> None:
    """They are read back as they are by now, and the setting that made no version is lost."""
    template.update(CONTENTS | {"tags": {"app": "web"}})
    assert template.diff(CONTENTS | {"tags": {"app": "web"}}).changes == NONE
    options = CONTENTS | {"maintenanceOptions": {"autoRecovery": "disabled"}}
    template.update(options)
    assert "maintenanceOptions" in template.diff(options).diffs


def failed_with(call: Any) -> tuple[str, Properties]:
    """What the engine is told of a resource that exists and is not as wanted, and the state that it keeps."""
    with pytest.raises(grpc.RpcError) as failed:
        call()
    assert failed.value.code() == grpc.StatusCode.UNKNOWN
    status = status_pb2.Status.FromString(dict(failed.value.trailing_metadata())["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    return failed.value.details(), decode(detail.properties)


def test_a_wait_that_fails_leaves_the_planned_state_and_forgets_what_comes_after_it(
    group: Resource, declared: Properties, aws: boto3.session.Session
) -> None:
    """State says 5 of them and two processes suspended; the cloud has one; the next update calls nothing."""
    client = aws.client("autoscaling")
    client.suspend_processes(AutoScalingGroupName=group.id, ScalingProcesses=["Launch"])
    processes = ["AZRebalance", "ScheduledActions"]
    news = declared | {
        "desiredCapacity": 5,
        "suspendedProcesses": processes,
        "waitForCapacityTimeout": "50ms",
    }
    said, kept = failed_with(lambda: group.update(news))
    assert said == (
        f"waiting for Auto Scaling Group ({group.id}) capacity satisfied: timeout while waiting for state to become "
        "'ok' (last state: 'want exactly 5 healthy instance(s) in Auto Scaling Group, have 3', timeout: 50ms)"
    )
    assert (kept["desiredCapacity"], kept["suspendedProcesses"]) == (5, processes)
    suspended = {each["ProcessName"] for each in live(aws, group)["SuspendedProcesses"]}
    assert suspended == {"AZRebalance", "Launch"}
    group.state, group.inputs = kept, decode(group.check(news).inputs)
    assert group.diff(news).changes == NONE
    group.update(news)
    assert (
        group.state == kept
        and {each["ProcessName"] for each in live(aws, group)["SuspendedProcesses"]} == suspended
    )
    group.refresh()
    assert "suspendedProcesses" in group.diff(news).diffs


def test_a_creation_that_fails_leaves_the_planned_state(
    stub: Any, lab: Lab, template: Resource, declared: Properties, aws: boto3.session.Session
) -> None:
    """The group is there and its processes run on, although the state has one as suspended."""
    lab.image("ami-slow", boot=3600)
    template.update(CONTENTS | {"imageId": "ami-slow"})
    resource = Resource(stub, GROUP, f"g{uuid.uuid4().hex[:8]}")
    resource.id = resource.name
    slow = {"id": template.id, "version": "2"}
    news = declared | {
        "name": resource.name,
        "maxSize": 3,
        "launchTemplate": slow,
        "waitForCapacityTimeout": "1ms",
    }
    said, kept = failed_with(lambda: resource.create(news))
    assert "want at least 3 healthy instance(s) in Auto Scaling Group, have 0" in said
    assert (kept["id"], kept["suspendedProcesses"]) == (resource.name, ["AZRebalance"])
    assert live(aws, resource)["SuspendedProcesses"] == []
    resource.state, resource.inputs = kept, decode(resource.check(news).inputs)
    assert resource.diff(news).changes == NONE


def test_an_update_that_the_cloud_refuses_leaves_the_planned_state(
    group: Resource, declared: Properties, aws: boto3.session.Session
) -> None:
    """One line says what was refused, and nothing differs afterwards unless somebody refreshes."""
    news = declared | {"launchTemplate": {"id": declared["launchTemplate"]["id"], "version": "7"}}
    said, kept = failed_with(lambda: group.update(news))
    assert said.startswith(f"updating Auto Scaling Group ({group.id}): ") and "\n" not in said
    assert kept["launchTemplate"]["version"] == "7"
    assert live(aws, group)["LaunchTemplate"]["Version"] == "1"


def test_tags_that_are_ignored_once_they_are_in_state_are_deleted(
    stub: Any, group: Resource, declared: Properties, aws: boto3.session.Session
) -> None:
    """Ignoring that begins after a refresh, and before the next one, removes what it should protect."""
    tag = {"ResourceId": group.id, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
    aws.client("autoscaling").create_or_update_tags(Tags=[tag | {"Key": "rolling:lease", "Value": "x"}])
    group.refresh()
    ignoring = {"ignoreTags": json.dumps({"keyPrefixes": ["rolling:"]})}
    stub.Configure(provider_pb2.ConfigureRequest(args=encode(ignoring)))
    try:
        assert list(group.diff(declared).diffs) == ["tags"]
        group.update(declared)
    finally:
        stub.Configure(provider_pb2.ConfigureRequest())
    assert [tag["Key"] for tag in live(aws, group)["Tags"]] == ["app"]


def test_a_template_s_name_is_kept_by_a_failed_update(template: Resource) -> None:
    """What preview does not know stays as it was."""
    template.delete()
    _, kept = failed_with(lambda: template.update(CONTENTS | {"imageId": SECOND}))
    assert (kept["imageId"], kept["latestVersion"]) == (SECOND, 1)
