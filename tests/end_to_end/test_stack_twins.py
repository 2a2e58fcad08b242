"""Replaced originals that live again under the real engine, which takes the state and deletes the newer copies."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import Any

import pytest
from pulumi_rolling.stack.deployment import Deployment, parsed
from pulumi_rolling.stack.twins import Revival, revive, taken_back

from tests.end_to_end.stage import Ran
from tests.end_to_end.things_stack import Things

GOOD: dict[str, Any] = {
    "a": {"fixed": "1", "value": "x", "secret": "!hush"},
    "under": {"fixed": "@a.id", "opts": {"parent": "a"}},
    "of-a": {"value": "@a.id"},
}
BAD: dict[str, Any] = {
    **GOOD,
    "a": {"fixed": "2", "value": "x", "secret": "!hush"},
    "new": {"value": "n"},
    "late": {"value": "@of-a.arn", "fails": True},
}


class Failed:
    """A stack on which an update has failed after it replaced `a`, and what lives below it."""

    def __init__(self, things: Things) -> None:
        self.things = things
        things.say(GOOD)
        assert self.run("up", "--yes", "--skip-preview").code == 0
        self.good, self.before = self.exported(), things.there()
        things.say(BAD)
        assert self.run("up", "--yes", "--skip-preview").code != 0
        self.now, self.backup = self.exported(), self.text()
        self.revival = revive(self.now, self.good)

    def run(self, *line: str) -> Ran:
        return self.things.run("pulumi", "--non-interactive", "--color=never", *line)

    def text(self, *flags: str) -> str:
        return self.run("stack", "export", *flags).output

    def exported(self) -> Deployment:
        return parsed(self.text("--show-secrets"))

    def take(self, text: str) -> Ran:
        file = self.things.project.parent / "state.json"
        file.write_text(text)
        return self.run("stack", "import", "--file", str(file))


@pytest.fixture
def failed(things: Things) -> Failed:
    return Failed(things)


def ids(state: Deployment) -> list[tuple[str, str]]:
    return sorted((entry.urn, entry.id) for entry in state)


def names(revival: Revival, which: str) -> list[str]:
    return [urn.split("::")[-1] for urn, _ in getattr(revival, which)]


def test_the_good_program_finds_its_originals(failed: Failed) -> None:
    """After the import it deletes what the failed update made, and every original has its id and its inputs."""
    assert names(failed.revival, "revived") == names(failed.revival, "outlived") == ["a", "under"]
    ran = failed.take(json.dumps(failed.revival.state.raw))
    assert ran.code == 0 and "Import complete." in ran.output, ran.output
    failed.things.say(GOOD)
    ran = failed.run("up", "--yes", "--skip-preview")
    assert ran.code == 0, ran.output
    assert failed.things.there() == failed.before
    assert ids(failed.exported()) == ids(failed.good)
    log = (failed.things.cloud / "log").read_text().split("\n")
    newer = {urn.split("::")[-1]: id_ for urn, id_ in failed.revival.outlived}
    assert log.index(f"delete {newer['under']}") < log.index(f"delete {newer['a']}")


def test_a_revival_is_taken_back_by_the_export_before_it(failed: Failed) -> None:
    """The state is then what it was, but for the time of writing."""
    assert taken_back(failed.backup, failed.revival, failed.text()) is None
    assert failed.take(json.dumps(failed.revival.state.raw)).code == 0
    text = taken_back(failed.backup, failed.revival, failed.text())
    assert text == failed.backup
    assert failed.take(text).code == 0
    assert failed.exported().raw["deployment"]["resources"] == failed.now.raw["deployment"]["resources"]


def test_a_locked_stack_takes_no_other_state(failed: Failed) -> None:
    """While an update runs the import is refused, and the state stays as the update writes it."""
    failed.things.say({**GOOD, "slow": {"value": "s", "takes": 600}})
    running = failed.things.start("pulumi", "up", "--yes", "--skip-preview", "--non-interactive")
    until = time.monotonic() + 60
    while "creating" not in failed.text():
        assert time.monotonic() < until
        time.sleep(0.1)
    ran = failed.take(json.dumps(failed.revival.state.raw))
    os.killpg(running.pid, signal.SIGKILL)
    assert ran.code != 0
    assert "the stack is currently locked by 1 lock(s)" in ran.output
    assert "creating" in failed.text()
