"""`rolling up` from states that are out of the ordinary: locked, half-done, empty, failed more than once."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.stopped import until, working
from tests.end_to_end.things_stack import ROLLING, UP, Things

STACK = Path(__file__).resolve().parents[2] / "docs" / "stack.md"
GOOD: dict[str, Any] = {"a": {"fixed": "1", "value": "x"}, "b": {"value": "@a.id"}}
LATE = {"value": "@b.arn", "fails": True}


@pytest.fixture
def good(things: Things) -> Things:
    """Deployed by `rolling up`."""
    things.say(GOOD)
    ran = things.up()
    assert ran.code == 0, ran.output
    return things


def test_a_locked_stack_is_left_alone_and_a_half_done_one_is_no_good_deployment(good: Things) -> None:
    """While another update runs the answer is Pulumi's own; once that one was killed, a failure returns past it.

    The kill may have come while Pulumi wrote the state.
    """
    before = good.there()
    good.say({**GOOD, "more": {"value": "@b.id"}, "slow": {"value": "@more.arn", "takes": 600}})
    other = good.start("pulumi", "up", "--yes", "--skip-preview", "--non-interactive")
    until(working(good, "slow"), "the update of another")
    held = good.there()
    ran = good.up()
    assert ran.code not in (0, 20, 21, 22), ran.output
    assert "currently locked" in ran.output and "The way back" not in ran.output
    assert good.there() == held
    assert not list(good.project.glob(".rolling/*/journey.json")), "the refused one has none"
    os.killpg(other.pid, signal.SIGKILL)
    other.wait()
    empty_attributes_are_deleted(good)
    assert good.run("pulumi", "cancel", "--yes").code == 0
    good.say({**GOOD, "late": LATE})
    ran = good.up()
    assert ran.code == 21, ran.output
    assert "slow: an operation on it was cut off" in ran.output
    assert good.there() == before


def empty_attributes_are_deleted(things: Things) -> None:
    """What a kill while Pulumi writes the state leaves, and the remedy of docs/stack.md, by which nothing is lost."""
    state = things.state()
    backend = things.project.parent / "state" / "backend"
    stack = backend / ".pulumi" / "stacks" / "trial" / "dev.json.attrs"
    entry = next((backend / ".pulumi" / "history" / "trial" / "dev").glob("*.history.json.attrs"))
    assert stack.stat().st_size and entry.stat().st_size
    entry.write_bytes(b"")
    assert "EOF" in things.run("pulumi", "stack", "history").output
    stack.write_bytes(b"")
    for command in (("pulumi", "cancel", "--yes"), ("pulumi", "preview"), UP, (ROLLING, "rollback", "--yes")):
        ran = things.run(*command)
        assert ran.code != 0 and "failed to load checkpoint: EOF" in ran.output, ran.output
    [remedy] = re.findall(r"^find .*$", STACK.read_text(), re.MULTILINE)
    things.environment["BACKEND"] = str(backend)
    assert things.run("sh", "-c", remedy).code == 0
    assert things.state() == state
    assert not stack.exists() and not entry.exists()


def test_three_failed_updates_are_returned_from_at_once(good: Things) -> None:
    """A resource that one changed, the next replaced and the last replaced again, with `--target`, has its id again.

    A refresh between them makes no good deployment of what they left. The copy of the good one is found where it stood
    when folders had the stack's name alone.
    """
    before = good.there()
    [kept] = good.project.glob(".rolling/dev-*")
    (kept / "stack.json").unlink()
    kept.rename(kept.with_name("dev"))
    for fixed, value in (("1", "y"), ("2", "z")):
        good.say({**GOOD, "a": {"fixed": fixed, "value": value}, "late": LATE})
        assert good.run("pulumi", "up", "--yes", "--skip-preview").code != 0
    assert good.run("pulumi", "refresh", "--yes", "--skip-preview").code == 0
    good.say({**GOOD, "a": {"fixed": "3", "value": "z"}, "late": LATE})
    ran = good.up("--target", "**::a", "--target", "**::late", "--target-dependents")
    assert ran.code == 20, ran.output
    assert good.there() == before


def test_an_empty_deployment_is_one_to_return_to(things: Things) -> None:
    """A program without resources that was deployed is a good deployment like any other."""
    things.say({})
    assert things.up().code == 0
    things.say({"b": {"value": "1"}, "late": LATE})
    ran = things.up()
    assert ran.code == 20, ran.output
    assert things.there() == {}
