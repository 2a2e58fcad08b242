"""Which groups a stack rolls and where they are, by its state: one resource of each kind, and groups of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.cli.stack_groups import StackGroup, groups_of
from pulumi_rolling.handler.context import Defaults
from pulumi_rolling.stack.command import Pulumi

STACK = "urn:pulumi:dev::trial"
ASG = "asg-bp1lu1lkr2baz8zku55k"


def entry(resource_type: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"urn": f"{STACK}::{resource_type}::{name}", "type": resource_type, "custom": True, **fields}


def provider(package: str, **inputs: str) -> dict[str, Any]:
    return entry(f"pulumi:providers:{package}", "mine", id="1", inputs=inputs)


def of(package: str) -> str:
    return f"{STACK}::pulumi:providers:{package}::mine::1"


def rolled(name: str, **inputs: Any) -> dict[str, Any]:
    return entry("rolling:index:RollingGroup", name, inputs=inputs, provider=of("rolling"))


def declared(resource_type: str, called: str, package: str, **outputs: str) -> dict[str, Any]:
    hooks = {"BeforeUpdate": ["own"]}
    return entry(resource_type, called, outputs=outputs, provider=of(package), resourceHooks=hooks)


RESOURCES = [
    provider("rolling", region="eu-west-1"),
    provider("aws", region="eu-west-2"),
    provider("alicloud", region="cn-shanghai", endpoints='[{"ess": "127.0.0.1:1"}]'),
    rolled("instances", autoScalingGroup={"name": "web"}),
    rolled("tasks", ecsService={"cluster": "prod", "service": "api"}),
    rolled("ess", essScalingGroup={"id": ASG}),
    rolled("ess there", essScalingGroup={"id": ASG, "region": "cn-beijing"}),
    entry("rolling:index:UpdatePolicy", "own", inputs={"hook": "own", "policy": {}}),
    declared("aws:autoscaling/group:Group", "own instances", "aws", name="shop"),
    declared("aws:ecs/service:Service", "own tasks", "aws", cluster="prod", name="shop"),
    declared("alicloud:ess/scalingGroup:ScalingGroup", "own ess", "alicloud", id=ASG),
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: yaml\n")
    export = json.dumps({"version": 3, "deployment": {"resources": RESOURCES}})
    monkeypatch.setattr(Pulumi, "asked", lambda *arguments, **given: export)
    return tmp_path


def test_a_group_of_each_kind_is_named_as_people_name_it_and_where_its_cloud_is(project: Path) -> None:
    """What a provider says of AWS says nothing of a group of ESS, whose own provider does."""
    found = {each.resource: each for each in groups_of(project, "dev")}
    ours, theirs = Defaults("eu-west-1"), Defaults("eu-west-2")
    assert found == {
        each.resource: each
        for each in (
            StackGroup("instances", "web", ours, "autoScalingGroup"),
            StackGroup("tasks", "prod/api", ours, "ecsService"),
            StackGroup("ess", ASG, Defaults(), "essScalingGroup"),
            StackGroup("ess there", ASG, Defaults("cn-beijing"), "essScalingGroup"),
            StackGroup("own instances", "shop", theirs, "autoScalingGroup"),
            StackGroup("own tasks", "prod/shop", theirs, "ecsService"),
            StackGroup("own ess", ASG, Defaults("cn-shanghai", "http://127.0.0.1:1"), "essScalingGroup"),
        )
    }
