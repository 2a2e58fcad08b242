"""The stand-in for alicloud beside the real provider: one program in one lab, planned and carried out by both.

Runs where ROLLING_ALICLOUD_PLUGIN names the program of a real one, `pulumi-resource-alicloud`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import Around
from tests.end_to_end.yaml_stage import YamlStage, yaml_stage

REAL = os.environ.get("ROLLING_ALICLOUD_PLUGIN")
Seen = list[tuple[str, object]]
ALWAYS = {"minSize": 1, "maxSize": 6, "desiredCapacity": 2, "vswitchIds": ["vsw-1"]}


def _program(image: str, replaced: bool = False, **group: Any) -> dict[str, Any]:
    """A group on a configuration, `web`, and one on a launch template, `api`."""
    machine = {"imageId": image, "instanceType": "ecs.g7.large", "securityGroupId": "sg-1"}
    options = {"replaceOnChanges": ["*"], "ignoreChanges": ["active"]} if replaced else {}
    return {
        "web": {
            "type": "alicloud:ess:ScalingGroup",
            "properties": {"scalingGroupName": "web", **ALWAYS, **group},
        },
        "configuration": {
            "type": "alicloud:ess:ScalingConfiguration",
            "properties": {"scalingGroupId": "${web.id}", **machine, "active": True, "enable": True},
            "options": {**options, "deletedWith": "${web}"},
        },
        "template": {
            "type": "alicloud:ecs:EcsLaunchTemplate",
            "properties": {"launchTemplateName": "api", **machine},
        },
        "api": {
            "type": "alicloud:ess:ScalingGroup",
            "properties": {
                "scalingGroupName": "api",
                **ALWAYS,
                "launchTemplateId": "${template.id}",
                "launchTemplateVersion": "${template.latestVersionNumber}",
            },
        },
    }


MORE = {"desiredCapacity": 3, "maxSize": 7}
STEPS = {
    "made": _program("m-1"),
    "as it is": _program("m-1"),
    "an edit in place": _program("m-2"),
    "an edit that replaces": _program("m-3", replaced=True),
    "other sizes and a tag": _program("m-3", replaced=True, **MORE, tags={"a": "b"}),
    "another name": _program("m-3", replaced=True, **MORE, tags={"a": "b"}, scalingGroupName="other"),
    "no name": _program("m-3", replaced=True, **MORE, scalingGroupName=None),
    "still no name": _program("m-3", replaced=True, **MORE, scalingGroupName=None),
}


def _plan(stage: YamlStage) -> object:
    """Each resource of the provider's with what is done to it, and because of which properties."""
    ran = stage.run("preview", "--json")
    assert ran.code == 0, ran.output
    steps = json.loads(ran.output[ran.output.index("{") :])["steps"]
    return sorted(
        (step["urn"].rpartition("::")[2], step["op"], sorted(step.get("diffReasons") or []))
        for step in steps
        if "alicloud:" in step["urn"] and "providers" not in step["urn"]
    )


def _truth(lab: LabProcess) -> object:
    kept = ("name", "minSize", "maxSize", "desired", "tags")
    return sorted(str([(key, lab.group(each)[key]) for key in kept]) for each in lab.groups())


def _run(folder: Path, plugin: str | None) -> Seen:
    folder.mkdir()
    seen: Seen = []
    with LabProcess(boot=0.2, cloud="alibaba") as lab, yaml_stage(folder, Around(lab)) as stage:
        if plugin is not None:
            [link] = (folder / "state" / "home" / "plugins").glob("*/pulumi-resource-alicloud")
            link.unlink()
            link.symlink_to(Path(plugin).resolve())
        # What the provider reads of the environment besides the endpoints.
        stage.environment |= {
            "ALICLOUD_ACCESS_KEY": "lab",
            "ALICLOUD_SECRET_KEY": "lab",
            "ALICLOUD_REGION": "cn-hangzhou",
        }
        stage.run("config", "set", "alicloud:protocol", "HTTP")
        for name, program in STEPS.items():
            given = {
                key: {**each, "properties": {k: v for k, v in each["properties"].items() if v is not None}}
                for key, each in program.items()
            }
            stage.declare(others=given)
            seen.append((name, _plan(stage)))
            made = stage.run("up", "--yes", "--skip-preview")
            assert made.code == 0, made.output
            seen.append((f"{name}, done", _truth(lab)))
        ended = stage.run("destroy", "--yes", "--skip-preview")
        assert ended.code == 0, ended.output
        seen.append(("destroyed", lab.groups()))
    return seen


@pytest.mark.skipif(REAL is None, reason="ROLLING_ALICLOUD_PLUGIN names no real provider")
def test_the_stand_in_plans_and_leaves_what_the_real_provider_does(tmp_path: Path) -> None:
    """Every step has the same plan by both, with the same reasons, and leaves the same groups."""
    assert _run(tmp_path / "real", REAL) == _run(tmp_path / "stand-in", None)
