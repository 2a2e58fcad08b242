"""Every text about a group that is known: the commands in it can be typed as they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_rolling.core.delegate.delegating import AtGate
from pulumi_rolling.core.explain import asked_line, line_of, sentence
from pulumi_rolling.core.model.codes import REASONS, FailureReason, ReasonCode, Step, VerdictCode
from pulumi_rolling.core.model.decision import Because, Status
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.rollout import Gate
from pulumi_rolling.report.listing import ListedRoll, listing_text
from pulumi_rolling.report.plan_text import preview_text
from pulumi_rolling.report.standing import Either
from pulumi_rolling.report.status import status_text
from pulumi_rolling.report.status_json import status_json
from pulumi_rolling.report.watch import line

from tests.rollouts import changed
from tests.unit.report import test_operation_standing as operation
from tests.unit.report import test_standing as members
from tests.unit.report.conftest import Planner

CALL = "web --region eu-west-1"
VERBS = ("abort", "approve", "pause", "reject", "resume", "retry", "skip", "status", "watch")
STATUS = Status(Step.ROLL, Direction.FORWARD, 9, 9, 3, 10, (), 0, (40.0, 90.0))
HELD = Verdict(
    VerdictCode.TOO_MANY_FAILURES, members.NOW, 1, 10, (Failure("i-7", FailureReason.FAILURE_SIGNAL),)
)
REFUSED = replace(HELD, failures=(Failure("launch-1", FailureReason.LAUNCH_REFUSED, "no such image"),))


def faults(text: str) -> list[str]:
    """Placeholders, and commands that do not name the group as it must be named."""
    bare = re.findall(rf"rolling (?:{'|'.join(VERBS)})\b(?! {re.escape(CALL)})", text)
    return [*bare, *re.findall(r"\b(?:GROUP|INSTANCE)\b", text)]


def reasons() -> st.SearchStrategy[Because]:
    names = (
        "count",
        "percent",
        "left",
        "failed",
        "inFlight",
        "unseen",
        "pause",
        "canary",
        "wait",
        "approval",
    )
    always = {"terminate": 1, "launch": 1, "capacity": 7, "serving": 6, "floor": 6, "largest": 6}
    return st.builds(
        Because,
        st.sampled_from(ReasonCode),
        st.dictionaries(st.sampled_from(names), st.integers(1, 9)).map(lambda given: {**given, **always}),
        st.lists(st.sampled_from(["i-0a", "i-0b", "i-0c"]), unique=True).map(tuple),
        st.sampled_from(["", "target group web: Target.Timeout, Request timed out"]),
    )


@given(reasons())
def test_no_reason_has_a_command_without_its_group(because: Because) -> None:
    """Sentence, row and the line that stays name the group as a command must, whatever the reason and its numbers."""
    texts = (
        sentence(because, CALL),
        line_of(STATUS, because, CALL),
        asked_line(because, "web", CALL),
    )
    assert [fault for text in texts for fault in faults(text)] == []


@given(reasons())
def test_what_people_must_do_begins_the_row_and_is_told_to_stay(because: Because) -> None:
    """A row is cut at its right, so nothing stands before the command but one word."""
    row, asks = line_of(STATUS, because, CALL), REASONS[because.code].asks
    assert row.startswith(sentence(because, CALL)) is asks
    assert bool(asked_line(because, "web", CALL)) is asks
    if because.code in (ReasonCode.APPROVAL, ReasonCode.WORD, ReasonCode.PAUSED, ReasonCode.HELD):
        assert re.match(rf"run 'rolling \w+ {re.escape(CALL)}[' ]", row), row


@pytest.mark.parametrize(("width", "name"), [(120, "web-production-eu"), (170, "a" * 60)])
def test_the_command_is_whole_on_the_row_of_the_stack(width: int, name: str) -> None:
    """Type, name and status take 80 columns of the display where the group is of a Python program; no diff is there."""
    asked = asked_line(Because(ReasonCode.APPROVAL, {"count": 1}, ("i-0a",)), name, name)
    assert f"'rolling approve {name}'" in asked[: width - 80]


def standings() -> Iterator[Either]:
    """Rollouts of both machines at each place where somebody may be asked to do something."""
    said: dict[str, Any] = {"said_at": members.NOW, "status": STATUS, "call": CALL}
    at_gate = {**said, "because": Because(ReasonCode.APPROVAL, {"count": 1}, ("i-0a",))}
    yield members.standing(**said)
    yield members.standing(changed(members.ROLLOUT, gate=Gate(0, members.NOW)), **at_gate)
    yield members.standing(
        changed(members.ROLLOUT, paused=True), **{**said, "because": Because(ReasonCode.PAUSED)}
    )
    for verdict in (HELD, REFUSED):
        waits = {**said, "because": Because(ReasonCode.HELD, {"failed": 1})}
        yield members.standing(changed(members.ROLLOUT, held=verdict), **waits)
    followed = operation.FOLLOWED
    yield operation.standing(call=CALL)
    gate = AtGate("50 %", operation.NOW)
    yield operation.standing(replace(followed, way=replace(followed.way, gate=gate)), **at_gate)
    yield operation.standing(replace(followed, way=replace(followed.way, paused=True)), call=CALL)


@pytest.mark.parametrize("standing", list(standings()))
def test_no_report_has_a_command_without_its_group(standing: Either) -> None:
    """Status, watch, list and JSON name the group as a command must, and no placeholder."""
    texts = (
        status_text(standing),
        line(standing),
        json.dumps(status_json(standing)),
        listing_text([ListedRoll("web", 10, standing)]).partition("\n")[2],
    )
    assert [fault for text in texts for fault in faults(text)] == []


def test_no_preview_has_a_command_without_its_group(planner: Planner) -> None:
    """The plan of a group that is there says what will have to be typed for it."""
    made = planner.sliding(6, 9, Canary=1, Checkpoints=[50], Approval=True)
    held = planner.hold(6, 9)
    for plan in (made, held):
        text = preview_text(replace(planner.preview(plan), call=CALL))
        assert CALL in text and faults(text) == [], text
