"""What an update with nothing to do costs."""

from __future__ import annotations

import threading

import boto3
import pytest
from pulumi.runtime.proto import provider_pb2
from pulumi_rolling.fleets.auto_scaling_group import poll as group_poll
from pulumi_rolling.fleets.aws import launch_templates
from pulumi_rolling.lab import Lab

from tests.plugin.engine_side import Plugged, Resource, Web

GROUPS = 50


def test_fifty_groups_cost_one_describe(lab: Lab, plugged: Plugged, monkeypatch: pytest.MonkeyPatch) -> None:
    """Diffs of all groups of a stack, one after the other, share one request for groups."""
    web = Web(lab, plugged, members=1)
    for number in range(1, GROUPS):
        boto3.client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName=f"web-{number}",
            MinSize=0,
            MaxSize=1,
            AvailabilityZones=["us-east-1a"],
            LaunchTemplate={"LaunchTemplateId": web.template, "Version": "1"},
        )
    resources = [web.resource]
    for number in range(1, GROUPS):
        resource = Resource(plugged, f"web-{number}", f"web-{number}")
        found = resource.read()
        resource.inputs, resource.state = found.inputs, found.properties
        resources.append(resource)
    assert _calls_of_nothing(lab, plugged, resources, monkeypatch)["DescribeAutoScalingGroups"] == 1


def test_groups_of_a_template_each_cost_no_read_of_templates(
    lab: Lab, plugged: Plugged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every member and the pointer carry the number that state knows: ten templates are no call at all."""
    webs = [Web(lab, plugged, f"web-{number}", members=1) for number in range(10)]
    calls = _calls_of_nothing(lab, plugged, [web.resource for web in webs], monkeypatch)
    assert calls == {"DescribeAutoScalingGroups": 1}


def _calls_of_nothing(
    lab: Lab, plugged: Plugged, resources: list[Resource], monkeypatch: pytest.MonkeyPatch
) -> dict[str, int]:
    """Calls of diffs without a change, as a process makes them that begins anew."""
    monkeypatch.setattr(launch_templates, "_all", {})
    monkeypatch.setattr(group_poll, "_polls", {})
    monkeypatch.setattr(group_poll, "_many", threading.Event())
    group_poll.expect_many()
    lab.clear_calls()
    for resource in resources:
        same = provider_pb2.DiffRequest(**resource._change(resource.inputs))
        assert plugged.stub.Diff(same).changes == provider_pb2.DiffResponse.DIFF_NONE
    actions: dict[str, int] = lab.calls()["actions"]
    return actions
