"""A launch template's plan is not what its update makes: what a roll of its group does then, by the real engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.stage import Around
from tests.end_to_end.yaml_stage import YamlStage, yaml_stage


@pytest.fixture
def stage(tmp_path: Path, around: Around) -> Iterator[YamlStage]:
    with yaml_stage(tmp_path, around) as opened:
        yield opened


def declared(**told: Any) -> dict[str, Any]:
    """A group of two and its template, of which more is ``told``."""
    sizes = {"minSize": 1, "maxSize": 4, "desiredCapacity": 2, "availabilityZones": ["us-east-1a"]}
    return {
        "template": {
            "type": "aws:ec2:LaunchTemplate",
            "properties": {"imageId": "ami-v1", "instanceType": "t3.small", **told},
        },
        "group": {
            "type": "aws:autoscaling:Group",
            "properties": {
                "name": "web",
                "launchTemplate": {"id": "${template.id}", "version": "1"},
                **sizes,
            },
            "options": {"ignoreChanges": ["launchTemplate"]},
        },
    }


def test_tags_roll_nothing_and_a_description_moves_the_pointer_unannounced(stage: YamlStage) -> None:
    """Tags of a template are announced as a roll of all, with a note; its description is not announced at all."""
    pointer = {"id": "${template.id}", "version": "${template.latestVersion}"}
    stage.options["web"] = {"dependsOn": ["${group}"]}
    stage.declare(groups={"web": pointer}, others=declared(), policy={"rollingUpdate": {"maxBatchSize": 1}})
    assert (ran := stage.up()).code == 0, ran.output
    before = [member["id"] for member in stage.lab.group("web")["members"]]

    stage.declare(others=declared(tags={"team": "web"}))
    ran = stage.preview()
    assert "web: replacing up to 2 instances, version 1 -> a version known after apply" in ran.output
    assert "an instance that runs equal contents is not replaced" in ran.output

    stage.declare(others=declared(tags={"team": "web"}, description="the same, told otherwise"))
    assert (ran := stage.up()).code == 0, ran.output
    stage.declare(others=declared(tags={"team": "web"}, description="told once more"))
    ran = stage.preview()
    assert ran.code == 0 and "rolling:index:RollingGroup" not in ran.output, ran.output
    assert (ran := stage.up()).code == 0 and "rolling:index:RollingGroup" in ran.output, ran.output
    group = stage.lab.group("web")
    assert group["launchTemplate"]["Version"] == "3"
    assert [member["id"] for member in group["members"]] == before
