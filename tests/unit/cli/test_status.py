"""`rolling status` on a group in memory: what a record, a lease and their absence lead to."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.decision import Because, Decision, Status
from pulumi_rolling.core.replace.rollout import Gate, Rollout
from pulumi_rolling.engine.record.pieces import request_mark
from pulumi_rolling.engine.said import said_mark
from pulumi_rolling.fleets.aws.tags import SHELF

from tests.unit.cli.conftest import Ran
from tests.unit.cli.stage import Staged, staged

Rolling = Callable[..., Ran]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Staged:
    return staged(monkeypatch)


def said(rollout: Rollout, code: str, at: float, **numbers: float) -> dict[str, str]:
    """What a driver says beside the record."""
    status = Status(rollout.step, rollout.direction, 3, 3, 1, 4, (), 1, (40.0, 90.0))
    return said_mark(
        Decision(rollout, (), at, Because(ReasonCode(code), dict(numbers), ("i-1",)), status), at, SHELF
    )


def test_status_without_a_record(rolling: Rolling, stage: Staged) -> None:
    """A group that nobody rolls says so, and that is no error."""
    ran = rolling("status", "web")
    assert (ran.code, ran.out) == (0, "web: no rollout is recorded.\n")


def test_status_of_a_driven_rollout(rolling: Rolling, stage: Staged) -> None:
    """The record and the lease on the group tell whose rollout it is and that somebody is at work."""
    stage.record()
    out = rolling("status", "web").out
    assert "rolling to version 2, step roll" in out
    assert "r1 of resource urn-hash" in out
    assert "0 of 4 instances made from version 2" in out
    assert "driver-1 is at work" in out


def test_status_of_a_killed_rollout(rolling: Rolling, stage: Staged) -> None:
    """A lease that ran out means that the next update has to go on."""
    stage.record(lease_for=-60)
    out = rolling("status", "web").out
    assert "stopped while rolling to version 2" in out
    assert "run 'pulumi up' again" in out


def test_status_of_a_torn_record(rolling: Rolling, stage: Staged) -> None:
    """Tags of two writings are no record: one line, code 1."""
    stage.fleet.write_marks({"rolling:record.0": "7.2 abc"})
    ran = rolling("status", "web")
    assert ran.code == 1
    assert ran.err.startswith("rolling: the record on the group is torn")


def test_status_tells_what_the_driver_said(rolling: Rolling, stage: Staged) -> None:
    """Why nothing starts and how long the rest may take are the driver's words, which stand beside its record."""
    rollout = stage.record()
    stage.fleet.write_marks(said(rollout, "guarded", stage.fleet.now, probability=71))
    out = rolling("status", "web").out
    assert (
        "guard      holding new starts: i-1 is overdue (71 % likely that too many fail) (said 0 s ago)" in out
    )
    assert "time left  40-90 s" in out


def test_status_of_a_gate_tells_which_it_is(rolling: Rolling, stage: Staged) -> None:
    """The record knows that the rollout stands at a gate, the driver's words which gate, and both what helps."""
    rollout = stage.record(gate=Gate(1, stage.fleet.now - 30), passed=1)
    stage.fleet.write_marks(said(rollout, "approval", stage.fleet.now, percent=25, count=1))
    out = rolling("status", "web").out
    assert out.startswith("web: rolling to version 2, step roll, waiting for approval\n")
    assert "gate      checkpoint 25 %, since 1970-01-01 00:16:10 UTC, approval wanted" in out
    assert "'rolling approve web' goes on, 'rolling reject web' goes back" in out
    assert "time left" not in out


def test_status_tells_what_was_asked_and_not_taken_up(rolling: Rolling, stage: Staged) -> None:
    """A request stands in the status until the driver has taken it up."""
    stage.record()
    stage.fleet.write_marks(request_mark("skip", "i-1"))
    assert "asked     skip i-1, not taken up yet" in rolling("status", "web").out


def test_no_character_of_a_tag_is_obeyed_by_a_screen(rolling: Rolling, stage: Staged) -> None:
    """Lease, words and requests may be anybody's: what is not printable is shown as an escape."""
    stage.record()
    stage.fleet.write_marks(
        {"rolling:request.1": "skip:i-\x1b[2J", "rolling:lease": "dri\x1bver owner 99999999999"}
    )
    out = rolling("status", "web").out
    assert "\x1b" not in out and "i-\\x1b[2J" in out and "dri\\x1bver" in out


def test_status_as_json(rolling: Rolling, stage: Staged) -> None:
    """A program reads the state, the counts and each member with its part, and null where nothing is known."""
    assert json.loads(rolling("status", "web", "--format", "json").out) == {
        "version": 1,
        "group": "web",
        "state": "none",
        "driven": False,
    }
    new = stage.new()
    rollout = stage.record(in_flight=frozenset({new.id}))
    stage.fleet.write_marks(said(rollout, ReasonCode.WAITING, stage.fleet.now))
    stage.fleet.write_marks(request_mark("skip", stage.old[0].id))
    told = json.loads(rolling("status", "web", "--format", "json").out)
    wanted = {"state": "rolling", "driven": True, "step": "roll", "from": "version 1", "to": "version 2"}
    assert {key: told[key] for key in wanted} == wanted
    assert (told["replaced"], told["total"], told["secondsLeft"]) == (1, 4, [40, 90])
    assert told["reason"]["code"] == "waiting" and told["reason"]["members"] == ["i-1"]
    assert {member["id"]: member["part"] for member in told["members"]}[new.id] == "in flight"
    assert told["asked"] == [{"verb": "skip", "member": stage.old[0].id}]
    assert (told["verdict"], told["held"], told["gate"]) == (None, None, None)
    assert told["startedAt"].endswith("+00:00")
