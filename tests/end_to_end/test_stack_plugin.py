"""`rolling up` on a YAML program: groups through the plugin, with templates, hooks and tags of another provider."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.stage import ROLLING as POLICY
from tests.end_to_end.stage import Around
from tests.end_to_end.test_stack_groups import rolling_up
from tests.end_to_end.truth import Watched
from tests.end_to_end.yaml_stage import YamlStage, yaml_stage

NAMES = ("web", "api")


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


def exported(stage: YamlStage) -> dict[str, tuple[str, Any]]:
    """Id and inputs by name, of what is not marked as replaced."""
    resources = json.loads(stage.run("stack", "export").output)["deployment"]["resources"]
    return {
        each["urn"].rpartition("::")[2]: (each.get("id"), each.get("inputs"))
        for each in resources
        if not each.get("delete")
    }


def test_two_groups_of_which_the_second_fails_return_with_all_beside_them(stage: YamlStage) -> None:
    """The first rolls back by its own policy, the second does not roll twice, and every input and id is as before."""
    policy = {**POLICY, "maxBatchSize": 1, "minInstancesInService": 2, "suspendProcesses": None}
    stage.rolling(**policy)
    for name in NAMES:
        first = ["${web}"] if name == "api" else []
        stage.options[name] = {"dependsOn": [f"${{{name}-group}}", *first]}
    groups = {
        name: {"id": f"${{{name}-template.id}}", "version": f"${{{name}-template.latestVersion}}"}
        for name in NAMES
    }
    for image in ("ami-v2", "ami-v3"):
        stage.lab.image(image)
    stage.lab.image("ami-failing", signal="FAILURE")
    stage.declare(groups=groups, others=others(dict.fromkeys(NAMES, "ami-v1"), "one", 45, tag=TAG))
    assert (ran := rolling_up(stage)).code == 0, ran.output
    second = others({"web": "ami-v2", "api": "ami-v1"}, "one", 30, tag=TAG)
    stage.declare(others=second)
    assert (ran := rolling_up(stage)).code == 0, ran.output
    good = exported(stage)
    web, api = Watched(stage, "web"), Watched(stage, "api")

    stage.declare(others=others({"web": "ami-v3", "api": "ami-failing"}, "two", 60))
    ran = rolling_up(stage)
    assert ran.code == 20, ran.output
    assert exported(stage) == good
    for watched, image in ((web, "ami-v2"), (api, "ami-v1")):
        watched.kept_between(2, 4)
        watched.is_as_found()
        assert watched.images() == {image}
    assert len(api.launched()) == 1, "the failed group has returned already"
    templates = stage.lab.client("ec2").describe_launch_templates()["LaunchTemplates"]
    assert {"one", "two"} & {each["LaunchTemplateName"] for each in templates} == {"one"}

    stage.declare(others=second)
    steps = json.loads(stage.run("preview", "--json").output)["steps"]
    changed = {step["urn"].rpartition("::")[2] for step in steps if step["op"] != "same"}
    assert changed <= {*NAMES, "trial-dev"}, changed
