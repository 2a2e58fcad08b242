"""`rolling up` from states that are out of the ordinary: locked, half-done, empty, failed more than once."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from tests.end_to_end.stopped import until, working
from tests.end_to_end.things_stack import Things

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
    """While another update runs the answer is Pulumi's own; once that one was killed, a failure returns past it."""
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
    assert good.run("pulumi", "cancel", "--yes").code == 0
    good.say({**GOOD, "late": LATE})
    ran = good.up()
    assert ran.code == 21, ran.output
    assert "slow: an operation on it was cut off" in ran.output
    assert good.there() == before


def test_three_failed_updates_are_returned_from_at_once(good: Things) -> None:
    """A resource that one changed, the next replaced and the last replaced again, with `--target`, has its id again.

    A refresh between them makes no good deployment of what they left.
    """
    before = good.there()
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
