"""Two real processes on one group: the first is stopped for longer than its lease, the second takes over (property 15).

The second stands still, too, while the first wakes up, so that each call of that time is the first one's.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from pulumi_rolling.lab import Lab

from tests.end_to_end.truth import Watched
from tests.fleets.scripted_aws import wait_until
from tests.handler.driver_process import start
from tests.handler.lab_web import URN, LabWeb

READS = ("Describe", "Get")
QUIET = 20
"""Looks at the lab's log in a row that find no other call."""


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """It lives no longer than the test, whatever happens."""
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def stop(process: subprocess.Popen[str], lab: Lab) -> None:
    """The process stands still, and what it had sent has arrived."""
    os.kill(process.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)
    until_quiet(lab)


def until_quiet(lab: Lab) -> None:
    """Nobody asks the lab for anything any more."""
    lengths: list[int] = []

    def is_quiet() -> bool:
        lengths.append(len(log(lab)))
        return len(lengths) > QUIET and len(set(lengths[-QUIET:])) == 1

    wait_until(is_quiet)


def log(lab: Lab) -> list[str]:
    return [call["action"] for call in lab.calls(log=True)["log"]]


def holder(web: LabWeb) -> str:
    lease: str = web.group["tags"].get("rolling:lease", "")
    return lease.partition(" ")[0]


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="a process cannot be stopped here")
def test_a_process_that_was_stopped_while_another_took_over_writes_nothing_and_does_nothing(lab: Lab) -> None:
    """It wakes up in the middle of its successor's roll, sees whose lease stands there, and ends; the floor held."""
    web = LabWeb(lab, "ami-v1", "ami-v2", size=6, MinSize=4, MaxSize=8)
    lab.image("ami-v2", boot=0.5)
    state = web.deploy(web.news("1", minInstancesInService=5))
    watched = Watched(web)
    news = web.news("2", minInstancesInService=5)
    with ExitStack() as processes:
        first = processes.enter_context(ended(start(URN, state, news)))
        wait_until(lambda: "2" in web.revisions(), 30.0)
        stop(first, lab)
        before, past = holder(web), len(log(lab))
        assert before
        second = processes.enter_context(ended(start(URN, state, news)))
        wait_until(lambda: "TerminateInstanceInAutoScalingGroup" in log(lab)[past:], 60.0)
        stop(second, lab)
        assert holder(web) not in ("", before) and web.revisions() == {"1", "2"}, "in its middle"
        past = len(log(lab))
        os.kill(first.pid, signal.SIGCONT)
        said, _ = first.communicate(timeout=30)
        assert first.returncode == 1 and said.startswith("LeaseLostError another driver took over"), said
        since = log(lab)[past:]
        assert since and all(action.startswith(READS) for action in since), since
        os.kill(second.pid, signal.SIGCONT)
        said, _ = second.communicate(timeout=60)
        assert second.returncode == 0, said
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    watched.kept_between(5, 7)
