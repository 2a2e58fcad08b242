"""`pulumi` interrupted or killed while a group rolls by its attribute: one stack's life under the real engine."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.end_to_end.attribute_stage import AttributeStage, attribute_stage
from tests.end_to_end.stage import ROLLING_COMMAND, Around, Ran, command
from tests.end_to_end.truth import Watched

BOOT = 2.0
PROGRAM = "pulumi-language-python-exec"


class Life:
    """Group `web` with the attribute; each `up` brings the next image and is stopped."""

    def __init__(self, stage: AttributeStage) -> None:
        self.stage = stage
        self.watched = Watched(stage)
        self.version = 1

    def starts(self, boot: float = BOOT) -> subprocess.Popen[bytes]:
        """An `up` to the next image, from the moment on when one of its members is in service."""
        self.version += 1
        image = f"ami-v{self.version}"
        self.stage.lab.image(image, signal="SUCCESS", boot=boot)
        self.stage.declare(image=image)
        process = self.stage.start_up()
        self.stage.wait_for(lambda: self._serving(str(self.version)) >= 1, "a new member in service")
        return process

    def _serving(self, revision: str) -> int:
        members = self.stage.lab.group("web")["members"]
        return sum(m["revision"] == revision and m["lifecycle"] == "InService" for m in members)

    def kill(self, mark: str) -> None:
        """`kill -9` of the one process whose command line has the mark."""
        [process] = [pid for pid, line in self.stage.processes().items() if mark in line]
        os.kill(process, signal.SIGKILL)

    def is_left(self) -> None:
        """Every process ended by itself, nothing more is done, and the record is there; then the lease runs out."""
        self.stage.wait_for(lambda: not self.stage.processes(), "every process to end")
        tags = self.stage.lab.group("web")["tags"]
        assert {"rolling:record.0", "rolling:policy.0"} <= tags.keys()
        lease = {"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": "rolling:lease"}
        self.stage.lab.client("autoscaling").delete_tags(Tags=[lease])
        self.stage.cancel()

    def says(self, verb: str) -> Ran:
        return command([ROLLING_COMMAND, verb, "web"], self.stage.environment)

    def is_on(self, version: int) -> None:
        self.watched.runs(f"ami-v{version}", 6, str(version))
        self.watched.is_as_found()
        self.watched.kept_between(5, 7)


@pytest.fixture
def life(tmp_path: Path, around: Around) -> Iterator[Life]:
    """Its language host and its provider are its own, so that they may die."""
    with attribute_stage(tmp_path, replace(around, variables={})) as stage:
        stage.lab.image("ami-v1", signal="SUCCESS")
        ran = stage.up()
        assert ran.code == 0, ran.output
        yield Life(stage)


def test_a_stopped_roll_is_gone_on_with_or_taken_back(life: Life) -> None:
    """CLI or program killed, Ctrl-C twice: nothing is left running, and the shell or `up` ends the roll.

    After one Ctrl-C the engine waits and tells no hook, as the group's row says; `rolling abort` ends the roll.
    """
    stage = life.stage
    process = life.starts()
    process.kill()
    assert stage.ended(process).code == -signal.SIGKILL
    life.is_left()
    ran = life.says("finish")
    assert ran.code == 0, ran.output
    life.is_on(2)
    launched = len(life.watched.launched())
    ran = stage.up()
    assert ran.code == 0 and len(life.watched.launched()) == launched, ran.output

    process = life.starts()
    process.send_signal(signal.SIGINT)
    stage.wait_for(lambda: "^C received; cancelling" in stage.output_of(process), "the first one to be heard")
    process.send_signal(signal.SIGINT)
    assert stage.ended(process).code != 0
    life.is_left()
    ran = life.says("return")
    assert ran.code == 0, ran.output
    life.is_on(2)

    process = life.starts()
    life.kill(PROGRAM)
    ran = stage.ended(process)
    assert ran.code != 0 and any("failed: rpc error" in each for each in ran.errors), ran.output
    assert "aws:autoscaling:Group (web):" in ran.diagnostics
    life.is_left()
    ran = stage.up()
    assert ran.code == 0, ran.output
    life.is_on(4)

    process = life.starts(boot=8.0)
    process.send_signal(signal.SIGINT)
    stage.wait_for(lambda: "^C received; cancelling" in stage.output_of(process), "it to be heard")
    told = "web: 'rolling abort web' ends this roll; Ctrl-C waits for it"
    assert told in stage.output_of(process)
    assert life.says("abort").code == 0
    ran = stage.ended(process)
    assert ran.code != 0 and "aborted on request. Group web is back on version 4" in ran.output, ran.output
    life.is_on(4)
