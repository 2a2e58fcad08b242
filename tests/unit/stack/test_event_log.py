"""The engine's event log: read whole, while it is written, torn, and when a second stage writes it anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.stack.event_log import Begun, Closed, Event, Message, Phase, Step, Summary, Tail, read

URN = "urn:pulumi:dev::trial::acme:web:Thing::a"
PRELUDE: dict[str, Any] = {"preludeEvent": {"config": {"trial:size": "3"}}}
STEP: dict[str, Any] = {
    "resourcePreEvent": {
        "metadata": {
            "op": "update",
            "urn": URN,
            "type": "acme:web:Thing",
            "old": {"id": "a-1", "inputs": {"secret": "[secret]"}},
            "new": None,
        }
    }
}
ERROR: dict[str, Any] = {
    "diagnosticEvent": {"urn": URN, "prefix": "error: ", "message": "no\n", "severity": "error"}
}
SUMMARY: dict[str, Any] = {
    "summaryEvent": {
        "isPreview": True,
        "result": "failed",
        "durationSeconds": 3,
        "resourceChanges": {"same": 1},
    }
}
CLOSED: dict[str, Any] = {"cancelEvent": {}}
POLICY: dict[str, Any] = {"policyLoadEvent": {}}


def lines(*events: dict[str, Any], at: int = 1700000000) -> str:
    stamped = ({"sequence": n, "timestamp": at, **event} for n, event in enumerate(events))
    return "".join(json.dumps(event) + "\n" for event in stamped)


def kinds(events: tuple[Event, ...]) -> list[type]:
    return [type(each) for each in events]


def test_each_kind_of_event_is_read(tmp_path: Path) -> None:
    """Preludes, operations, diagnostics, summaries and the end of a stage are told; other kinds are passed over."""
    log = tmp_path / "log"
    log.write_text(lines(PRELUDE, STEP, POLICY, ERROR, SUMMARY, CLOSED))
    begun, step, message, summary, closed = read(log)
    assert begun == Begun({"trial:size": "3"})
    assert isinstance(step, Step) and (step.phase, step.operation, step.urn) == (Phase.BEGUN, "update", URN)
    assert step.old is not None and step.old.id == "a-1" and step.old.type == "acme:web:Thing"
    assert step.new is None
    assert message == Message(URN, "error", "no\n")
    assert summary == Summary(True, "failed", 3, {"same": 1})
    assert closed == Closed()


def test_a_log_that_is_not_there_has_no_events(tmp_path: Path) -> None:
    """An engine that fails before it begins writes no log."""
    assert read(tmp_path / "nowhere") == ()


def test_a_torn_last_line_is_waited_for(tmp_path: Path) -> None:
    """Half a line is told once its other half is there, and only once."""
    log = tmp_path / "log"
    text = lines(PRELUDE, STEP, ERROR)
    tail = Tail(log)
    assert tail.more() == ()
    log.write_text(text[:-20])
    assert kinds(tail.more()) == [Begun, Step]
    assert tail.more() == ()
    log.write_text(text)
    assert kinds(tail.more()) == [Message]


def test_a_line_that_a_kill_has_torn_is_left_out(tmp_path: Path) -> None:
    """What a killed engine has written before it died is told."""
    log = tmp_path / "log"
    log.write_text(lines(PRELUDE, STEP)[:-9] + "\n")
    assert kinds(read(log)) == [Begun]


def said(length: int) -> dict[str, Any]:
    return {"diagnosticEvent": {"message": "x" * length, "severity": "info"}}


SHORT_LINES = lines(PRELUDE, said(10), said(10))
LONG_LINE = lines(PRELUDE, said(len(SHORT_LINES) - len(lines(PRELUDE, said(0)))))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (lines(PRELUDE, STEP, SUMMARY, CLOSED), lines(PRELUDE)),
        (lines(PRELUDE, CLOSED), lines(PRELUDE, STEP, ERROR, SUMMARY, CLOSED)),
        (lines(PRELUDE, STEP), lines(PRELUDE, STEP, ERROR, SUMMARY, at=1700000009)),
        (lines(PRELUDE, STEP), lines(PRELUDE, SUMMARY, STEP, STEP, ERROR)),
        (lines(PRELUDE, SUMMARY, CLOSED), lines(PRELUDE, SUMMARY) + lines(CLOSED, STEP).splitlines()[1]),
        (SHORT_LINES, LONG_LINE + lines(PRELUDE, STEP, ERROR).splitlines(keepends=True)[2]),
    ],
    ids=[
        "shorter",
        "longer, after its end",
        "another time",
        "the same first line",
        "the same but unended",
        "at the same place",
    ],
)
def test_a_second_stage_is_told_from_its_beginning(tmp_path: Path, before: str, after: str) -> None:
    """The engine empties the file for the update that follows a preview; nothing of the update is missed."""
    log = tmp_path / "log"
    log.write_text(before)
    tail = Tail(log)
    tail.more()
    log.write_text(after)
    assert isinstance(tail.more()[0], Begun)
