"""`pulumi` killed or interrupted while a group rolls: who stops by itself, and how the next run ends.

Killing `pulumi` leaves the dynamic provider's process alive (it is in a process group of its own), so two things are
tried: only the CLI dies, and the provider must notice; both die, and the lease must run out.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import Stage
from tests.end_to_end.truth import Watched

ACTS = {
    "SuspendProcesses",
    "ResumeProcesses",
    "UpdateAutoScalingGroup",
    "TerminateInstanceInAutoScalingGroup",
    "CreateOrUpdateTags",
}
FEW_LOOKS = 6
"""Describes from the death of `pulumi` until the provider has stopped: two looks that find it gone, and their reads."""


def tags(stage: Stage) -> dict[str, str]:
    found: dict[str, str] = stage.lab.group("web")["tags"]
    return found


def pointer(stage: Stage) -> str:
    version: str = stage.lab.group("web")["launchTemplate"]["Version"]
    return version


def of_revision(stage: Stage, revision: str) -> int:
    present = stage.lab.group("web")["members"]
    return sum(m["revision"] == revision and m["lifecycle"] == "InService" for m in present)


class Rolling:
    """A group at version 1 of its template whose `up` to version 2 is on its way."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        template = stage.deployed_group()
        self.watched = Watched(stage)
        stage.want(template, stage.new_version(template, "ami-v2"))

    def start(self) -> subprocess.Popen[bytes]:
        return self.stage.start_up()

    def until_begun(self) -> None:
        """The lease stands, and nothing has been done yet."""
        self.stage.wait_for(lambda: "rolling:lease" in tags(self.stage), "the lease")
        assert pointer(self.stage) == "1"

    def until_forward(self) -> None:
        self.stage.wait_for(lambda: of_revision(self.stage, "2") >= 2, "two new members in service")

    def until_back(self) -> None:
        self.stage.wait_for(lambda: pointer(self.stage) == "2", "the pointer to move")
        self.stage.wait_for(lambda: pointer(self.stage) == "1", "the pointer to return")
        assert tags(self.stage), "the way back is not over"

    def goes_on(self, *, returns: bool) -> None:
        """`pulumi cancel` and `pulumi up` end it, and the floor and the ceiling held from the first moment on."""
        stage = self.stage
        assert stage.cancel().code == 0
        ran = stage.up()
        if returns:
            assert ran.code != 0 and "Group web is back on version 1" in ran.error, ran.output
            self.watched.runs("ami-v1", 6, "1")
            self.watched.is_as_found()
            stage.lab.image("ami-v2")
            ran = stage.up()
        assert ran.code == 0, ran.output
        self.watched.runs("ami-v2", 6, "2")
        self.watched.is_as_found()
        self.watched.kept_between(5, 7)
        state = stage.state()
        assert state is not None and state["status"] == "stable" and state["revision"].endswith(":2")


MOMENTS: dict[str, Callable[[Rolling], None]] = {
    "before the first act": Rolling.until_begun,
    "on the way forward": Rolling.until_forward,
    "on the way back": Rolling.until_back,
}


@pytest.fixture(params=MOMENTS, ids=str)
def killed(request: pytest.FixtureRequest, open_stage: Open) -> tuple[Rolling, subprocess.Popen[bytes], bool]:
    """A roll at the moment of the kill: its `pulumi`, and whether it was going back."""
    back = request.param == "on the way back"
    rolling = Rolling(open_stage(names=[]))
    if back:
        rolling.stage.lab.image("ami-v2", signal="FAILURE")
        rolling.stage.lab.image("ami-v1", boot=3.0)
    else:
        rolling.stage.lab.image("ami-v2", boot=1.5)
    process = rolling.start()
    MOMENTS[request.param](rolling)
    return rolling, process, back


def test_a_killed_cli_leaves_a_provider_that_stops_by_itself(
    killed: tuple[Rolling, subprocess.Popen[bytes], bool],
) -> None:
    """The orphan gives its lease back after two looks without the engine, then nothing more is done; `up` goes on.

    `pulumi` ends by SIGHUP, which says no more to anybody than `kill -9` does.
    """
    rolling, process, back = killed
    stage = rolling.stage
    orphans = stage.providers()
    assert orphans, "the provider's process"
    stage.lab.clear_calls()
    # The terminal is closed: its signal reaches `pulumi` alone.
    process.send_signal(signal.SIGHUP)
    process.wait()
    stage.wait_for(lambda: "rolling:lease" not in tags(stage), "the orphan to give its lease back")
    looks = stage.lab.calls().get("DescribeAutoScalingGroups", 0)
    assert looks <= FEW_LOOKS
    after = len(stage.lab.log())
    _let_the_lab_go_on(stage, seconds=3.0)
    late = [call["action"] for call in stage.lab.log()[after:] if call["action"] in ACTS]
    assert not late, late
    stage.wait_for(lambda: not stage.providers(), "the orphan to end by itself")
    rolling.goes_on(returns=back)


def _let_the_lab_go_on(stage: Stage, seconds: float) -> None:
    """Until the lab's own clock says so, told by calls of ours that are no acts."""
    ec2 = stage.lab.client("ec2")

    def clock() -> float:
        ec2.describe_regions()
        at: float = stage.lab.log()[-1]["at"]
        return at

    began = clock()
    stage.wait_for(lambda: clock() >= began + seconds, "the lab's clock")


def test_a_killed_cli_and_provider_leave_a_group_that_the_next_up_goes_on_with(
    killed: tuple[Rolling, subprocess.Popen[bytes], bool],
) -> None:
    """Nobody is left to give the lease back: the next `up` waits for it to run out, and goes on from the record."""
    rolling, process, back = killed
    for pid in (process.pid, *rolling.stage.providers()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()
    assert "rolling:lease" in tags(rolling.stage)
    rolling.goes_on(returns=back)


def test_an_interrupt_waits_for_the_roll_to_end(open_stage: Open) -> None:
    """After Ctrl-C the engine starts nothing new and waits: the dynamic provider is not told, and the roll ends."""
    rolling = Rolling(open_stage(names=[]))
    process = rolling.start()
    rolling.until_forward()
    process.send_signal(signal.SIGINT)
    ran = rolling.stage.ended(process)
    assert ran.code in (0, 1, 255) and "panic" not in ran.output and "Traceback" not in ran.output, ran.output
    rolling.watched.runs("ami-v2", 6, "2")
    rolling.watched.is_as_found()
    rolling.watched.kept_between(5, 7)
    ran = rolling.stage.up()
    assert ran.code == 0, ran.output
    rolling.watched.runs("ami-v2", 6, "2")


def test_an_abort_from_a_second_shell_returns_the_group(open_stage: Open) -> None:
    """`rolling abort` during an `up` brings the group back, and the `up` says so in one line; the next one rolls."""
    rolling = Rolling(open_stage(names=[]))
    stage = rolling.stage
    # Long enough that the roll is not over before the second shell's command has started.
    stage.lab.image("ami-v2", boot=6.0)
    process = rolling.start()
    rolling.until_forward()
    command = [str(Path(sys.executable).parent / "rolling"), "abort", "web"]
    asked = subprocess.run(command, env=stage.environment, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    ran = stage.ended(process)
    assert ran.code != 0
    assert ran.error.startswith("RollAborted: aborted on request. Group web is back on version 1"), ran.error
    rolling.watched.runs("ami-v1", 6, "1")
    rolling.watched.is_as_found()
    rolling.watched.kept_between(5, 7)
    stage.lab.image("ami-v2")
    ran = stage.up()
    assert ran.code == 0, ran.output
    rolling.watched.runs("ami-v2", 6, "2")
    rolling.watched.is_as_found()
