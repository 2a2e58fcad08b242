"""Programs with the attribute beyond one group: inline ones, components, two regions, targets, names, many groups."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_rolling as rolling
import pytest
from pulumi import automation

from tests.end_to_end.attribute_stage import attribute_stage
from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import Around, engine_environment
from tests.end_to_end.truth import Watched
from tests.in_lab import use_lab

ONE_BY_ONE: dict[str, Any] = {
    "maxBatchSize": 1,
    "minInstancesInService": 1,
    "suspendProcesses": ["AZRebalance"],
}
HERE, ELSEWHERE = "us-west-2", "eu-west-1"
"""The stack's region and that of the explicit provider. Nothing else says where they are: no variable of the shell."""
GROUP = "aws:autoscaling/group:Group"
MANY = 20
SLOW = 6.0
"""Seconds of a boot; no group is done before the last one has begun."""


class Fleet(pulumi.ComponentResource):
    """Group `web` in each region; ``wanted`` says what they are."""

    def __init__(self, wanted: dict[str, Any], opts: pulumi.ResourceOptions) -> None:
        super().__init__("trial:index:Fleet", "fleet", {}, opts)
        elsewhere = aws.Provider("elsewhere", region=ELSEWHERE, endpoints=[wanted["endpoints"]])
        for name, provider in ((wanted["name"], None), ("other", elsewhere)):
            below = pulumi.ResourceOptions(parent=self, provider=provider)
            template = aws.ec2.LaunchTemplate(
                name, image_id=wanted["image"], instance_type="t3.small", opts=below
            )
            aliases = [pulumi.Alias(name=each) for each in wanted["former"] if name == wanted["name"]]
            aws.autoscaling.Group(
                name,
                name="web",
                min_size=1,
                max_size=3,
                desired_capacity=2,
                availability_zones=[f"{ELSEWHERE if provider else HERE}a"],
                launch_template={"id": template.id, "version": template.latest_version},
                opts=pulumi.ResourceOptions.merge(below, pulumi.ResourceOptions(aliases=aliases)),
            )
        self.register_outputs({})


class Inline:
    """An inline program of the Automation API, in this process for all its runs."""

    def __init__(self, folder: Path, lab: LabProcess, environment: dict[str, str]) -> None:
        self.lab = lab
        endpoints = {"autoscaling": lab.endpoint, "ec2": lab.endpoint}
        self.wanted: dict[str, Any] = {"name": "web", "former": [], "image": "ami-v1", "endpoints": endpoints}
        options = automation.LocalWorkspaceOptions(env_vars=environment, work_dir=str(folder))
        self.stack = automation.create_or_select_stack("inline", "trial", self.program, opts=options)
        self.stack.set_config("aws:region", automation.ConfigValue(HERE))
        self.stack.set_config("aws:endpoints", automation.ConfigValue(json.dumps([endpoints])))

    def program(self) -> None:
        Fleet(self.wanted, rolling.update_policy({"rollingUpdate": ONE_BY_ONE}))

    def up(self, **options: Any) -> None:
        self.stack.up(**options)

    def resources(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (self.stack.export_stack().deployment or {})["resources"]
        return found

    def urn(self, name: str) -> str:
        found = self.resources()
        [urn] = [each["urn"] for each in found if each["type"] == GROUP and each["urn"].endswith(f"::{name}")]
        return str(urn)

    def images(self, region: str) -> set[str]:
        present = self.lab.group("web", region)["members"]
        return {m["image"] for m in present if not m["lifecycle"].startswith("Terminat")}

    def lowest(self, region: str) -> int:
        counts: list[int] = [point["inService"] for point in self.lab.history("web", region)]
        return min(counts[counts.index(2) :])


@pytest.fixture
def inline(tmp_path: Path, around: Around, monkeypatch: pytest.MonkeyPatch) -> Inline:
    around.lab.reset()
    place = {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"}
    lab = {key: value for key, value in around.lab.environment.items() if key not in place}
    use_lab(monkeypatch, lab, poll=0.3, settle=3)
    pace = {key: value for key, value in os.environ.items() if key.startswith("ROLLING_")}
    # Kept plugins are one process for both providers, which then know one region.
    environment = {**engine_environment(tmp_path / "state"), **lab, **pace}
    monkeypatch.setenv("PATH", environment["PATH"])
    return Inline(tmp_path, around.lab, environment)


def test_an_inline_program_with_a_component_in_two_regions(inline: Inline) -> None:
    """The component's policy holds for each of its groups, where its provider and the stack's configuration say.

    One run after the other in this process; a target rolls alone, and a renamed group keeps the policy.
    """
    inline.up()
    inline.wanted["image"] = "ami-v2"
    inline.up(
        target=[
            inline.urn("other"),
            inline.urn("other").replace(GROUP, "aws:ec2/launchTemplate:LaunchTemplate"),
        ]
    )
    assert (inline.images(ELSEWHERE), inline.images(HERE)) == ({"ami-v2"}, {"ami-v1"})
    inline.wanted |= {"name": "site", "former": ["web"], "image": "ami-v3"}
    inline.up()
    assert (inline.images(ELSEWHERE), inline.images(HERE)) == ({"ami-v3"}, {"ami-v3"})
    assert inline.lowest(HERE) >= 1 and inline.lowest(ELSEWHERE) >= 1
    assert len([each for each in inline.resources() if each["type"].endswith("UpdatePolicy")]) == 1
    assert inline.stack.up(expect_no_changes=True).summary.result == "succeeded"


def test_twenty_groups_roll_at_once(tmp_path: Path, around: Around) -> None:
    """All of them in one program at the same time, each above its floor; then nothing has a diff, nor is asked."""
    names = [f"web-{number}" for number in range(MANY)]
    sizes = {"min_size": 1, "max_size": 3, "desired_capacity": 2}
    with attribute_stage(
        tmp_path, around, names=names, group=sizes, policy={"rollingUpdate": ONE_BY_ONE}
    ) as stage:
        together = ("--parallel", str(2 * MANY))
        ran = stage.up(*together)
        assert ran.code == 0, ran.output
        groups = [Watched(stage, name) for name in names]
        stage.lab.image("ami-v2", boot=SLOW)
        stage.declare(image="ami-v2")
        process = stage.start("up", "--yes", "--skip-preview", *together)
        stage.wait_for(
            lambda: all("rolling:record.0" in stage.lab.group(name)["tags"] for name in names), "all to roll"
        )
        ran = stage.ended(process)
        assert ran.code == 0, ran.output
        for group in groups:
            group.runs("ami-v2", 2, "2")
            group.kept_between(1, 3)
            group.is_as_found()
        stage.lab.clear_calls()
        ran = stage.preview("--expect-no-changes")
        assert ran.code == 0 and not stage.lab.calls(), ran.output
