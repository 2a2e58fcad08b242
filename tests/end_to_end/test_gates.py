"""People at another terminal, and the real `pulumi up` that waits for them. Other gates: tests/plugin/test_gates.py."""

from __future__ import annotations

import re

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import ROLLING_COMMAND, Ran, Stage, command
from tests.end_to_end.terminal import Terminal
from tests.end_to_end.truth import Watched


def rolling(stage: Stage, *arguments: str) -> Ran:
    """The command line at another terminal."""
    return command([ROLLING_COMMAND, *arguments], stage.environment)


def of_image(stage: Stage, image: str, lifecycle: str = "InService") -> list[str]:
    members = stage.lab.group("web")["members"]
    return [m["id"] for m in members if m["image"] == image and m["lifecycle"] == lifecycle]


def _answered(stage: Stage, terminal: Terminal) -> str:
    """Verbs of somebody else while it waits; the member that was skipped."""
    status = rolling(stage, "status", "web")
    assert status.code == 0 and "approv" in status.output, status
    kept = of_image(stage, "ami-v1")[0]
    assert rolling(stage, "skip", "web", kept, "--wait").code == 0
    assert rolling(stage, "pause", "web", "--wait").code == 0
    assert rolling(stage, "approve", "web", "--wait").code == 0
    stage.wait_for(lambda: "rolling resume web" in terminal.screen(), "a paused rollout")
    assert len(of_image(stage, "ami-v2")) == 1, "approved, and still paused"
    assert rolling(stage, "resume", "web").code == 0
    return kept


def test_people_at_another_terminal(open_stage: Open) -> None:
    """A verb says so where nothing rolls; the screen asks for approval; approve, pause, resume, skip reach the roll."""
    stage = open_stage(names=[])
    stage.rolling(canary=1, approval=True)
    template = stage.deployed_group()
    said = rolling(stage, "pause", "web")
    assert said.code == 1 and "web" in said.output and "no rollout" in said.output, said

    watched = Watched(stage)
    stage.want(template, stage.new_version(template, "ami-v2"))
    with Terminal(stage, "up", "--yes", "--skip-preview", columns=170) as terminal:
        stage.wait_for(lambda: "waiting for approval" in terminal.screen(), "a rollout at its gate")
        assert len(of_image(stage, "ami-v2")) == 1
        for columns in (80, 120):
            terminal.resize(columns)
            stage.wait_for(lambda: "RollingGroup" in terminal.screen(), "a screen drawn anew")
            assert max(map(len, terminal.screen().splitlines())) <= columns
        assert "run 'rolling approve web'" in terminal.screen(), "on the row of the stack"
        kept = _answered(stage, terminal)
        assert terminal.ended() == 0, terminal.screen()
        asked = re.findall(r"^ +(run 'rolling \w+ web'[^,\n:]*)", terminal.screen(), re.MULTILINE)
    assert asked == ["run 'rolling approve web' or 'reject'", "run 'rolling resume web'"], "below the stack"
    assert of_image(stage, "ami-v1") == [kept] and len(of_image(stage, "ami-v2")) == 5
    watched.kept_between(5, 7)
    watched.is_as_found()
