"""Two resources of one program that name one group, whichever its kind."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.handler.context import Defaults
from pulumi_rolling.handler.existence import Claims
from pulumi_rolling.handler.kinds import inputs_model, kind_in
from pulumi_rolling.handler.operation import Reach
from pulumi_rolling.policy.check import check_inputs

ARN = "arn:aws:ecs:us-east-1:123456789012:service/prod/web"
REACH = Reach(Defaults(), lambda work: work())


def claimed(claims: Claims, group: dict[str, Any], urn: str) -> list[str]:
    """Paths of what is refused."""
    [(key, block)] = group.items()
    policy: dict[str, Any] = {"ecsDeployment": {}} if key == "ecsService" else {"rollingUpdate": {}}
    checked = check_inputs(inputs_model(), {key: block, "updatePolicy": policy})
    kind = kind_in(checked.normal)
    assert kind is not None
    return [fault.path for fault in claims.claim(kind, checked.accepted(), REACH, urn)]


def asg(name: str, version: str, **more: str) -> dict[str, Any]:
    return {"autoScalingGroup": {"name": name, "launchTemplate": {"id": "lt-1", "version": version}, **more}}


def ecs(definition: str, **named: str) -> dict[str, Any]:
    return {"ecsService": {**named, "taskDefinition": definition}}


def ess(name: str, configuration: str) -> dict[str, Any]:
    return {"essScalingGroup": {"id": name, "scalingConfiguration": configuration}}


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        (asg("web", "1"), asg("web", "2", region="us-east-1"), "autoScalingGroup.name"),
        (asg("web", "1"), asg("web", "1", region="eu-west-1"), None),
        (
            ecs("web:1", cluster="prod", service="web"),
            ecs("web:2", cluster="prod", service=ARN),
            "ecsService.service",
        ),
        (ecs("web:1", cluster="prod", service="web"), ecs("web:1", cluster="test", service="web"), None),
        (ess("asg-1", "asc-1"), ess("asg-1", "asc-2"), "essScalingGroup.id"),
        (ess("asg-1", "asc-1"), ess("asg-2", "asc-1"), None),
    ],
)
def test_a_group_has_one_resource(
    first: dict[str, Any], second: dict[str, Any], path: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wanted of a group makes it no other one; another region or cluster does, of the same name."""
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    claims = Claims()
    assert claimed(claims, first, "urn:one") == []
    assert claimed(claims, first, "urn:one") == [], "the same resource, checked again"
    assert claimed(claims, second, "urn:two") == ([] if path is None else [path])
