"""`rolling up` and `rolling rollback` under the real engine, on things whose cloud is a folder."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import Any

import pytest

from tests.end_to_end.things_stack import ROLLING, Things

GOOD: dict[str, Any] = {
    "a": {"fixed": "1", "value": "x"},
    "part": {"component": True},
    "b": {"value": "@a.id", "secret": "!hush", "opts": {"parent": "part"}},
    "gone": {"value": "1"},
    "of-gone": {"value": "@gone.id"},
    "old": {"value": "k"},
}
LATE = {"value": "@b.arn", "fails": True}
"""Made after `b`, and never to be had."""


@pytest.fixture
def good(things: Things) -> Things:
    """Deployed by `rolling up`."""
    things.say(GOOD, first="@a.id", hidden="!sec")
    ran = things.up()
    assert ran.code == 0, ran.output
    return things


def changed(**things: Any) -> dict[str, Any]:
    """The good program with these things; None takes one away."""
    merged = {**GOOD, **things}
    return {name: thing for name, thing in merged.items() if thing is not None}


def test_a_failed_update_is_taken_back_resource_by_resource(good: Things) -> None:
    """Replaced ones live again under their ids, renamed ones stay, changed ones go back and new ones are deleted."""
    before = good.there()
    renamed = {"name": "old", "value": "k", "opts": {"aliases": [{"name": "old"}]}}
    good.say(
        changed(
            **{"a": {"fixed": "2", "value": "x"}, "of-gone": {"value": "2"}, "new": {"value": "n"}},
            gone=None,
            old=None,
            fresh=renamed,
            late=LATE,
        ),
        first="@new.id",
    )
    ran = good.up()
    assert ran.code == 20, ran.output
    assert "a lives again under its old id" in ran.output
    assert "stack dev has returned to the" in ran.output and "late is not to be had" in ran.output
    assert good.there() == before
    good.say(GOOD, first="@a.id", hidden="!sec")
    assert good.unchanged()


def test_what_was_deleted_is_made_again_and_named(good: Things) -> None:
    """A resource that is gone comes back under a new id, what depended on its id follows, and the report says so."""
    before = good.there()
    good.say(changed(**{"of-gone": {"value": "2"}}, gone=None, old={"value": "k", "stays": True}))
    assert good.up().code == 0
    good.say(changed(old=None, gone=None, **{"of-gone": {"value": "3"}}))
    deployments = good.run(ROLLING, "deployments").output.split()
    ran = good.back("--to", deployments[-1])
    assert ran.code == 21, ran.output
    assert "To go on" not in ran.output
    assert "gone: it was deleted since; it is made again, empty, under a new id" in ran.output
    now = good.there()
    assert sorted(thing["name"] for thing in now.values()) == sorted(
        thing["name"] for thing in before.values()
    )
    fresh = next(id_ for id_, thing in now.items() if thing["name"] == "gone")
    assert fresh not in before
    assert next(thing for thing in now.values() if thing["name"] == "of-gone")["value"] == fresh


def test_a_protected_new_resource_stays_and_is_named(good: Things) -> None:
    """The return takes no protection away: it answers 21 and says what is left."""
    good.say(
        changed(
            kept={"value": "1", "opts": {"protect": True}}, late={**LATE, "opts": {"depends_on": ["kept"]}}
        )
    )
    ran = good.up()
    assert ran.code == 21, ran.output
    assert "kept: the failed update made it protected" in ran.output
    assert any(id_.startswith("kept-") for id_ in good.there())


def test_a_first_deployment_has_nothing_to_return_to(things: Things) -> None:
    """The shell hears 22, and the user has read beforehand that no good deployment is known."""
    things.say(changed(late=LATE))
    ran = things.up()
    assert ran.code == 22, ran.output
    assert ran.output.strip().startswith("no earlier deployment of this stack is known to be good")


def test_a_failure_before_any_change_is_pulumis_own(good: Things) -> None:
    """Nothing is returned where nothing was changed, and Pulumi's exit code stands."""
    before = good.there()
    good.say(changed(broken={"value": "@nobody.id"}))
    ran = good.up()
    assert ran.code not in (0, 20, 21, 22), ran.output
    assert "way back" not in ran.output
    assert good.there() == before


def test_a_dry_run_shows_the_way_and_changes_nothing(good: Things) -> None:
    """`--rollback=never` leaves the failed update as it is; `rollback --dry-run` tells what a return would do."""
    good.say(changed(a={"fixed": "2", "value": "x"}, late=LATE), first="@a.id", hidden="!sec")
    assert good.up("--rollback=never").code == 22
    failed = good.there()
    ran = good.back("--dry-run")
    assert ran.code == 0, ran.output
    assert "lives again under its old id" in ran.output
    assert good.there() == failed
    assert good.back().code == 0
    good.say(GOOD, first="@a.id", hidden="!sec")
    assert good.unchanged()


def test_a_killed_update_is_returned_from_later(good: Things) -> None:
    """After kill -9 of everything and `pulumi cancel` `rolling rollback` knows where to go, and what was cut off."""
    before = good.there()
    good.say(
        changed(a={"fixed": "1", "value": "y"}, slow={"value": "@a.arn", "takes": 30}),
        first="@a.id",
        hidden="!sec",
    )
    process = good.start(ROLLING, "up", "--yes", "--skip-preview")
    until = time.monotonic() + 60
    while "::slow" not in good.state():
        assert time.monotonic() < until
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    locked = good.back()
    assert locked.code == 21, locked.output
    assert "lock" in locked.output
    assert good.run("pulumi", "cancel", "--yes").code == 0
    ran = good.back()
    assert ran.code == 21, ran.output
    assert "slow: an operation on it was cut off" in ran.output and "pulumi refresh" in ran.output
    assert good.there() == before


def test_a_return_brings_its_configuration(good: Things) -> None:
    """The former configuration is that of the good deployment; the project's file is not touched."""
    assert good.run("pulumi", "config", "set", "trial:color", "blue").code == 0
    assert good.up().code == 0
    assert good.run("pulumi", "config", "set", "trial:color", "red").code == 0
    good.say(changed(new={"value": "n"}, late=LATE), first="@a.id", hidden="!sec")
    ran = good.up()
    assert ran.code == 20, ran.output
    newest = json.loads(good.run("pulumi", "stack", "history", "--json", "--page-size", "1").output)[0]
    assert newest["config"]["trial:color"]["value"] == "blue"
    assert newest["message"].startswith("rolling: returned to ")
    assert "red" in (good.project / "Pulumi.dev.yaml").read_text()


def test_the_last_good_deployment_is_kept_before_anything_is_tried(things: Things) -> None:
    """What `rolling up` could return to stays listed, however its update ends: here before any change."""
    things.say(GOOD, first="@a.id")
    assert things.run("pulumi", "up", "--yes", "--skip-preview").code == 0
    assert "No good deployment is kept yet" in things.run(ROLLING, "deployments").output
    things.say(changed(broken={"value": "@nobody.id"}))
    assert things.up().code not in (0, 20, 21, 22)
    assert things.run(ROLLING, "deployments").output.startswith("20")
