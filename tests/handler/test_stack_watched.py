"""`rolling watch` of a stack on the lab: one call a look for all groups, the floor from the record, and the end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.cli.main import main
from pulumi_rolling.cli.stack_groups import StackGroup
from pulumi_rolling.cli.watch_stack import JsonLines, StackRolls
from pulumi_rolling.handler.context import Defaults
from pulumi_rolling.lab import Lab
from pulumi_rolling.report.stack_watch import WatchedGroup, asks

from tests.fleets.scripted_aws import wait_until
from tests.handler.followed_web import PATIENCE
from tests.handler.lab_web import LabWeb
from tests.in_lab import client

STILL = ("shop", "api")
"""Groups that do not roll."""


@pytest.fixture
def web(lab: Lab) -> LabWeb:
    web = LabWeb(lab, "ami-v1", "ami-v2", size=3)
    for name in STILL:
        client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName=name, MinSize=0, MaxSize=2, DesiredCapacity=0,
            AvailabilityZones=["us-east-1a"],
            LaunchTemplate={"LaunchTemplateId": web.template, "Version": "1"},
        )  # fmt: skip
    return web


def test_a_look_at_a_stack_is_one_call_and_tells_the_floor_of_what_rolls(lab: Lab, web: LabWeb) -> None:
    """Of three groups the one that waits is told, with the floor of its policy, and then how it ended."""
    where = Defaults(region="us-east-1")
    rolls = StackRolls({where: [StackGroup(f"res-{n}", n, where) for n in ("web", *STILL)]})
    assert rolls.look() == []
    olds = web.deploy(web.news("1"))
    rolled = web.in_background(
        olds, web.news("2", minInstancesInService=2, maxBatchSize=1, canary=1, approval=True)
    )
    wait_until(lambda: any("approve" in line for line in web.statuses), PATIENCE)
    wait_until(lambda: "approval" in web.group["tags"].get("rolling:said", ""), PATIENCE)
    before = len(calls(lab))
    (found,) = rolls.look()
    assert "DescribeAutoScalingInstances" not in calls(lab)[before:]
    assert (found.name, found.resource, found.floor) == ("web", "res-web", 2)
    approve()
    rolled.result(PATIENCE)
    assert rolls.look() == []
    assert rolls.end_of(found).words == "web: done, 3 instances on version 2."


def test_a_stack_is_watched_from_the_command_line(
    lab: Lab, web: LabWeb, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON lines until the last group has ended; where nothing rolls, or a group is named beside, a line says so."""
    groups = [StackGroup("res-web", "web", Defaults()), StackGroup("?", "", Defaults())]
    asked: list[tuple[Path, str]] = []

    def groups_of(folder: Path, stack: str) -> list[StackGroup]:
        asked.append((folder, stack))
        return groups

    monkeypatch.setattr("pulumi_rolling.cli.stack_groups.groups_of", groups_of)

    def watched(*arguments: str) -> int:
        with pytest.raises(SystemExit) as ended:
            main(["watch", *arguments])
        return int(ended.value.code or 0)

    assert watched("--stack", "prod") == 1
    assert "No group of prod rolls." in capsys.readouterr().err
    assert watched("web", "--stack", "prod") == 2
    assert "--stack: is for all groups of a stack, without GROUP." in capsys.readouterr().err
    olds = web.deploy(web.news("1"))
    write, approved = JsonLines.__call__, list[str]()

    def written(self: JsonLines, groups: Sequence[WatchedGroup]) -> None:
        """The roll waits until it has been seen."""
        write(self, groups)
        if any(map(asks, groups)) and not approved:
            approved.append("once")
            approve()

    monkeypatch.setattr(JsonLines, "__call__", written)
    careful: dict[str, Any] = {"minInstancesInService": 2, "maxBatchSize": 1, "canary": 1, "approval": True}
    rolled = web.in_background(olds, web.news("2", **careful))
    assert watched("--wait-for-start", "--interval", "0.1", "--format", "json") == 0
    rolled.result(PATIENCE)
    lines: list[dict[str, Any]] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["group"] == "web" and lines[0]["floor"] == 2
    assert (lines[-2]["state"], lines[-2]["succeeded"]) == ("ended", True)
    ended: dict[str, Any] = {
        "version": 1,
        "stack": None,
        "state": "ended",
        "succeeded": True,
        "failed": [],
        "failedGroups": [],
    }
    assert lines[-1] == ended
    assert asked[-1] == (Path(), "")
    assert watched("--wait-for-start", "--timeout", "0", "--stack", "prod") == 124
    assert "prod: no longer watched; its rollouts go on." in capsys.readouterr().out


def calls(lab: Lab) -> list[str]:
    return [call["action"] for call in lab.calls(log=True)["log"]]


def approve() -> None:
    tag = {
        "ResourceId": "web",
        "ResourceType": "auto-scaling-group",
        "Key": "rolling:request.1a",
        "Value": "approve",
        "PropagateAtLaunch": False,
    }
    client("autoscaling").create_or_update_tags(Tags=[tag])
