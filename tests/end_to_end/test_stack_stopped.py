"""`rolling up` and its return killed and interrupted at each stage: `rolling rollback` goes on, and loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import Any

import pytest

from tests.end_to_end.stopped import Gates, Stops, interrupted, pulumi_of, unlocked, until
from tests.end_to_end.things_stack import ROLLING, Things

GOOD: dict[str, Any] = {
    "a": {"fixed": "1", "value": "x"},
    "b": {"value": "@a.id"},
    "slow": {"value": "1", "until": "good", "opts": {"depends_on": ["b"]}},
}
BAD: dict[str, Any] = {
    "a": {"fixed": "2", "value": "y"},
    "b": {"value": "@a.id"},
    "slow": {"value": "2", "opts": {"depends_on": ["b"]}},
    "late": {"value": "@b.arn", "fails": True, "opts": {"depends_on": ["slow"]}},
}
UP = ("up", "--yes", "--skip-preview", "--color=never")
BACK = ("rollback", "--yes")


@pytest.fixture
def good(stoppable_things: Things) -> Things:
    """Deployed by `rolling up`; a return of it waits at `slow` until `good` is opened."""
    stoppable_things.say(GOOD)
    Gates(stoppable_things).open("good")
    ran = stoppable_things.up()
    assert ran.code == 0, ran.output
    Gates(stoppable_things).close("good")
    return stoppable_things


def test_killed_at_each_stage_a_return_goes_on(good: Things) -> None:
    """One journey killed nine times, `rolling` alone, `pulumi` alone and both: the end is the last good deployment."""
    stops, before, gates = Stops(good), good.there(), Gates(good)
    gates.passed()
    good.say(BAD)
    stops.killed("before", "up *", *UP)
    assert good.there() == before
    stops.killed("before", "stack export *--show-secrets*", *UP)
    failed = good.there()
    assert failed.keys() > before.keys()
    stops.killed("before", "stack import *", *BACK)
    stops.killed("after", "stack import *", *BACK)
    assert good.there() == failed
    both = good.start(ROLLING, *BACK)
    gates.reached("the return")
    os.killpg(both.pid, signal.SIGKILL)
    both.wait()
    assert good.run("pulumi", "cancel", "--yes").code == 0
    rolling = good.start(ROLLING, *BACK)
    gates.reached("the return")
    rolling.kill()
    rolling.wait()
    gates.open("good")
    until(lambda: unlocked(good), "the end of a pulumi whose program is gone")
    assert before.keys() <= good.there().keys()
    gates.close("good")
    again = good.start(ROLLING, *UP)
    until(lambda: pulumi_of(again, "--continue-on-error"), "the return of a half-done state")
    gates.reached("the return of a half-done state")
    os.kill(pulumi_of(again, "--continue-on-error"), signal.SIGKILL)
    output, _ = again.communicate()
    assert again.returncode == 21, output
    assert "rolling rollback" in output
    assert good.run("pulumi", "cancel", "--yes").code == 0
    assert before.keys() <= good.there().keys()
    gates.open("good")
    stops.killed("after", "up *", *BACK)
    ran = good.back()
    assert ran.code == 0, ran.output
    assert good.there() == before
    good.say(GOOD)
    assert good.unchanged()


def test_ctrl_c_stops_what_runs_and_nothing_is_lost(good: Things) -> None:
    """In the update it is followed by the return; in the return it ends the return, and `rolling rollback` goes on.

    Pressed once, Pulumi finishes what it has begun; pressed twice, that is cut off and named.
    """
    before, gates = good.there(), Gates(good)
    gates.passed()

    def run(*line: str) -> subprocess.Popen[str]:
        return good.start(ROLLING, *line)

    def returning(process: subprocess.Popen[str]) -> None:
        until(lambda: pulumi_of(process, "--continue-on-error"), "the return")
        gates.reached("the return")

    good.say({**BAD, "slow": {**BAD["slow"], "until": "bad"}})
    update = run(*UP)
    gates.reached("the update")
    interrupted(update)
    gates.open("bad")
    returning(update)
    interrupted(update, times=2)
    output, _ = update.communicate()
    assert update.returncode == 21, output
    assert "rolling rollback" in output
    back = run(*BACK)
    returning(back)
    interrupted(back)
    gates.open("good")
    output, _ = back.communicate()
    assert back.returncode == 21, output
    assert before.keys() < good.there().keys()
    ran = good.back()
    assert ran.code == 0, ran.output
    assert good.there() == before
    gates.close("bad")
    update = run(*UP)
    gates.reached("the update")
    interrupted(update, times=2)
    output, _ = update.communicate()
    assert update.returncode == 21, output
    assert "slow: an operation on it was cut off" in output
    assert before.keys() == good.there().keys()
    good.say(GOOD)
    assert good.unchanged()
