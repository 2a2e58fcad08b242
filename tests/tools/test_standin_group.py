"""How the stand-in's group ends, waits, collects metrics and refreshes its instances, as the real one does."""

from __future__ import annotations

import uuid
from typing import Any

import boto3
import grpc
import pytest
from pulumi.runtime.proto import provider_pb2
from pulumi_rolling.lab import Lab
from standin.wire import Properties

from tests.tools.engine_side import FIRST, GROUP, Resource, live

NONE = provider_pb2.DiffResponse.DIFF_NONE


def refreshes(aws: boto3.session.Session, group: Resource) -> list[tuple[str, Properties]]:
    found = aws.client("autoscaling").describe_instance_refreshes(AutoScalingGroupName=group.id)
    return [(each["Status"], each["Preferences"]) for each in found["InstanceRefreshes"]]


def test_protected_members_end_with_their_group(group: Resource, aws: boto3.session.Session) -> None:
    """Their protection is taken before the wait for their end."""
    members = [each["InstanceId"] for each in live(aws, group)["Instances"]]
    aws.client("autoscaling").set_instance_protection(
        AutoScalingGroupName=group.id, InstanceIds=members[:2], ProtectedFromScaleIn=True
    )
    group.delete()
    assert not group.refresh()


def test_a_group_that_is_busy_is_deleted_later(group: Resource, lab: Lab) -> None:
    """Two answers of the cloud are no failure: the call is sent again."""
    for error in ("ResourceInUse", "ScalingActivityInProgress"):
        lab.fault("DeleteAutoScalingGroup", error=error, times=1)
    group.delete()
    assert not group.refresh() and lab.calls()["actions"]["DeleteAutoScalingGroup"] >= 2


def test_weights_are_the_capacity_that_is_waited_for(
    stub: Any, declared: Properties, aws: boto3.session.Session
) -> None:
    """Two members of weight 2 are the desired capacity 4."""
    specification = {"launchTemplateId": declared["launchTemplate"]["id"], "version": "1"}
    overrides = [{"instanceType": "t3.small", "weightedCapacity": "2"}]
    template = {"launchTemplateSpecification": specification, "overrides": overrides}
    mixed = {name: value for name, value in declared.items() if name != "launchTemplate"}
    mixed |= {"mixedInstancesPolicy": {"launchTemplate": template}, "desiredCapacity": 4}
    resource = Resource(stub, GROUP, f"g{uuid.uuid4().hex[:8]}")
    resource.create(mixed | {"waitForCapacityTimeout": "10s"})
    assert len(live(aws, resource)["Instances"]) == 2


def test_every_failed_launch_is_named(group: Resource, declared: Properties, lab: Lab) -> None:
    """A launch that is refused ends the wait, also where the capacity is right; `ignoreFailed...` looks away."""
    lab.image(FIRST, launchError="InsufficientInstanceCapacity")
    try:
        with pytest.raises(grpc.RpcError) as failed:
            group.update(declared | {"desiredCapacity": 5, "waitForCapacityTimeout": "10s"})
    finally:
        lab.image(FIRST)
    assert "capacity satisfied: scaling activity (" in failed.value.details()


def test_what_is_taken_back_has_the_real_one_s_word(
    group: Resource, declared: Properties, aws: boto3.session.Session
) -> None:
    """A warm-up that the program no longer declares is 0 then."""
    group.update(declared | {"defaultInstanceWarmup": 60})
    group.update(declared)
    assert live(aws, group)["DefaultInstanceWarmup"] == 0
    assert group.diff(declared).changes == NONE


def test_metrics_are_collected_one_more_and_one_less(
    group: Resource, declared: Properties, aws: boto3.session.Session
) -> None:
    """What is declared is collected, and no difference afterwards."""
    for metrics in (["GroupMinSize"], ["GroupMinSize", "GroupMaxSize"], ["GroupMaxSize"], []):
        news = declared | {"enabledMetrics": metrics}
        group.update(news)
        assert {each["Metric"] for each in live(aws, group)["EnabledMetrics"]} == set(metrics)
        group.refresh()
        assert group.diff(news).changes == NONE


def test_a_declared_trigger_starts_a_refresh_and_the_next_one_cancels_it(
    group: Resource, declared: Properties, aws: boto3.session.Session
) -> None:
    """The block alone starts nothing, and no update waits for the refresh that it starts."""
    block = {"strategy": "Rolling", "triggers": ["tag"], "preferences": {"instanceWarmup": "300"}}
    news = declared | {"instanceRefresh": block}
    group.update(news)
    assert refreshes(aws, group) == []
    for value in ("one", "two"):
        group.update(news | {"tags": [{"key": "app", "value": value, "propagateAtLaunch": True}]})
    (status, preferences), (former, _) = refreshes(aws, group)
    assert (status in ("Pending", "InProgress"), former) == (True, "Cancelled")
    assert (preferences["InstanceWarmup"], preferences["MinHealthyPercentage"]) == (300, 90)
    assert group.diff(group.inputs).changes == NONE


def test_a_pointer_that_moves_starts_a_refresh_unless_it_is_ignored(
    template: Resource, group: Resource, declared: Properties, aws: boto3.session.Session
) -> None:
    """`launchTemplate` triggers without being declared; a rollback needs its configuration and gets it."""
    template.update({"imageId": "ami-785db401", "instanceType": "t3.small"})
    pointed = {"launchTemplate": {"id": template.id, "version": "2"}}
    news = (
        declared
        | pointed
        | {"instanceRefresh": {"strategy": "Rolling", "preferences": {"autoRollback": True}}}
    )
    assert group.diff(news, ignored=["launchTemplate", "instanceRefresh"]).changes == NONE
    group.update(news)
    [(status, preferences)] = refreshes(aws, group)
    assert preferences["AutoRollback"] is True and status in ("Pending", "InProgress")


@pytest.mark.parametrize("trigger", ["tags", "launchTemplate", "nothing"])
def test_a_trigger_has_terraform_s_name(stub: Any, declared: Properties, trigger: str) -> None:
    """A property's own name is refused where Terraform has another, with the path and the real text."""
    block = {"strategy": "Rolling", "triggers": ["tag", trigger]}
    [refused] = Resource(stub, GROUP).check(declared | {"instanceRefresh": block}).failures
    assert refused.property == "instanceRefresh.triggers[1]"
    assert refused.reason == f"'{trigger}' is not a recognized parameter name for aws_autoscaling_group"


def test_a_hook_s_heartbeat_has_limits_and_its_group_is_no_reason_to_replace_it(
    stub: Any, group: Resource
) -> None:
    """From 30 to 7200 seconds, said in preview; another group gets the hook in an update."""
    hook = Resource(stub, "aws:autoscaling/lifecycleHook:LifecycleHook")
    wanted = {
        "autoscalingGroupName": group.id,
        "lifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
    }
    for heartbeat in (29, 7201):
        [refused] = hook.check(wanted | {"heartbeatTimeout": heartbeat}).failures
        assert refused.property == "heartbeatTimeout" and "(30 - 7200)" in refused.reason
    hook.create(wanted | {"heartbeatTimeout": 30})
    moved = hook.diff(wanted | {"autoscalingGroupName": "another", "heartbeatTimeout": 30})
    assert list(moved.diffs) == ["autoscalingGroupName"] and not moved.replaces
