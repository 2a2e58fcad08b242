"""`rolling up` on a YAML program: groups through the plugin, with templates, hooks and tags of another provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.stage import ROLLING as POLICY
from tests.end_to_end.stage import Around
from tests.end_to_end.two_groups import NAMES, return_of_the_second
from tests.end_to_end.yaml_stage import YamlStage, yaml_stage


@pytest.fixture
def stage(tmp_path: Path, around: Around) -> Iterator[YamlStage]:
    with yaml_stage(tmp_path, around) as opened:
        yield opened


def others(images: Mapping[str, str], spare: str, timeout: int, **more: Any) -> dict[str, Any]:
    """Two groups with their templates, a template whose name replaces it, and a hook that can be updated."""
    found: dict[str, Any] = {
        "spare": {
            "type": "aws:ec2:LaunchTemplate",
            "properties": {"name": spare, "imageId": "ami-v1", "instanceType": "t3.small"},
        },
        "hook": {
            "type": "aws:autoscaling:LifecycleHook",
            "properties": {
                "name": "drain",
                "autoscalingGroupName": "${web-group.name}",
                "lifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
                "heartbeatTimeout": timeout,
            },
        },
        **more,
    }
    for name in NAMES:
        found[f"{name}-template"] = {
            "type": "aws:ec2:LaunchTemplate",
            "properties": {"imageId": images[name], "instanceType": "t3.small"},
        }
        found[f"{name}-group"] = {
            "type": "aws:autoscaling:Group",
            "properties": {
                "name": name,
                "minSize": 2,
                "maxSize": 4,
                "desiredCapacity": 3,
                "availabilityZones": ["us-east-1a"],
                "launchTemplate": {"id": f"${{{name}-template.id}}", "version": "1"},
            },
            "options": {"ignoreChanges": ["launchTemplate"]},
        }
    return found


TAG = {
    "type": "aws:autoscaling:Tag",
    "properties": {
        "autoscalingGroupName": "${api-group.name}",
        "tag": {"key": "owner", "value": "shop", "propagateAtLaunch": False},
    },
}


def test_two_groups_of_which_the_second_fails_return_with_all_beside_them(stage: YamlStage) -> None:
    """The first rolls back by its own policy, the second does not roll twice, and every input and id is as before."""
    policy = {**POLICY, "maxBatchSize": 1, "minInstancesInService": 2, "suspendProcesses": None}
    stage.rolling(**policy)
    for name in NAMES:
        first = ["${web}"] if name == "api" else []
        stage.options[name] = {"dependsOn": [f"${{{name}-group}}", *first]}
    stage.declare(
        groups={
            name: {"id": f"${{{name}-template.id}}", "version": f"${{{name}-template.latestVersion}}"}
            for name in NAMES
        }
    )

    def say(images: Mapping[str, str], spare: str, timeout: int) -> None:
        # The failed update takes the tag away.
        more = {} if spare == "two" else {"tag": TAG}
        stage.declare(others=others(images, spare, timeout, **more))

    return_of_the_second(stage, say)
