"""People at another terminal, and the real `pulumi up` that waits for them. Other gates: tests/plugin/test_gates.py."""

from __future__ import annotations

import re

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import ROLLING_COMMAND, Ran, Stage, command
from tests.end_to_end.truth import Watched


def rolling(stage: Stage, *arguments: str) -> Ran:
    """The command line at another terminal."""
    return command([ROLLING_COMMAND, *arguments], stage.environment)


def of_image(stage: Stage, image: str, lifecycle: str = "InService") -> list[str]:
    members = stage.lab.group("web")["members"]
    return [m["id"] for m in members if m["image"] == image and m["lifecycle"] == lifecycle]


def test_people_at_another_terminal(open_stage: Open) -> None:
    """A verb says so where nothing rolls; approval, pause, resume and skip reach a waiting `pulumi up`."""
    stage = open_stage(names=[])
    stage.rolling(canary=1, approval=True)
    template = stage.deployed_group()
    said = rolling(stage, "pause", "web")
    assert said.code == 1 and "web" in said.output and "no rollout" in said.output, said

    watched = Watched(stage)
    stage.want(template, stage.new_version(template, "ami-v2"))
    process = stage.start_up()
    stage.wait_for(lambda: "waiting for approval" in stage.output_of(process), "a rollout at its gate")
    assert len(of_image(stage, "ami-v2")) == 1
    status = rolling(stage, "status", "web")
    assert status.code == 0 and "approv" in status.output, status
    kept = of_image(stage, "ami-v1")[0]
    assert rolling(stage, "skip", "web", kept, "--wait").code == 0
    assert rolling(stage, "pause", "web", "--wait").code == 0
    assert rolling(stage, "approve", "web", "--wait").code == 0
    stage.wait_for(lambda: "paused" in stage.output_of(process), "a paused rollout")
    assert len(of_image(stage, "ami-v2")) == 1, "approved, and still paused"
    assert rolling(stage, "resume", "web").code == 0
    ran = stage.ended(process)
    assert ran.code == 0, ran.output
    asked = re.findall(r"run 'rolling \w+ web'[^,\n]*", ran.diagnostics)
    assert [line.partition(":")[0] for line in asked] == [
        "run 'rolling approve web' or 'reject'",
        "run 'rolling resume web'",
    ], "each stays once, below the stack"
    assert of_image(stage, "ami-v1") == [kept] and len(of_image(stage, "ami-v2")) == 5
    watched.kept_between(5, 7)
    watched.is_as_found()
