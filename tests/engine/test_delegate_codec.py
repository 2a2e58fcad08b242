"""The record of a delegated rollout as text and as tags: nothing that a resume needs is lost."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_rolling.core.delegate.actions import Begin, Continue, Pause, RollBack, Stop
from pulumi_rolling.core.delegate.delegating import (
    AtGate,
    Beginning,
    Blocked,
    DelegateStep,
    Delegating,
    Earlier,
    Issued,
    Way,
    Whose,
)
from pulumi_rolling.core.delegate.operation import State
from pulumi_rolling.core.delegate.plan import begin
from pulumi_rolling.core.model.codes import Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction, Goal
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.record.header import decode, encode
from pulumi_rolling.engine.record.pieces import (
    MOST_PENDING,
    pack,
    read,
    read_any,
    read_as,
)
from pulumi_rolling.engine.record.room import BESIDE, check_room, pieces_of_operations
from pulumi_rolling.errors import JournalError
from pulumi_rolling.fleets.alibaba.tags import SHELF as SMALL
from pulumi_rolling.fleets.aws.tags import SHELF

V1 = Revision("lt-0123456789abcdef0:1", "0123456789abcdef", "version 1")
V2 = Revision("lt-0123456789abcdef0:2", "fedcba9876543210", "version 2")

texts = st.text(st.characters(categories=["L", "N"]), max_size=20)
times = st.floats(0, 2e9)
maybe = st.none() | times
counts = st.integers(0, 500)
beginnings = st.builds(
    Beginning,
    token=texts,
    to=texts,
    at=times,
    watermark=times,
    known=st.lists(texts, max_size=3).map(tuple),
    count=counts,
)
acts = st.one_of(
    st.builds(Begin, to=st.sampled_from([V1, V2]), token=texts),
    st.builds(Continue, operation=texts, gate=texts),
    st.builds(Pause, operation=texts),
    st.builds(Stop, operation=texts),
    st.builds(RollBack, operation=texts, to=st.sampled_from([V1, V2])),
)
verdicts = st.builds(
    Verdict, code=st.sampled_from(VerdictCode), at=times, failed=counts, of=counts, cause=texts, clock=times
)
ways = st.builds(
    Way,
    direction_at=maybe,
    beginning=st.none() | beginnings,
    operation=texts,
    whose=st.sampled_from(Whose),
    total=counts,
    done=counts,
    percent=st.none() | st.floats(0, 100),
    furthest=st.floats(0, 1),
    gate=st.none() | st.builds(AtGate, name=texts, at=times, approved=st.booleans()),
    paused=st.booleans(),
    states=st.frozensets(st.sampled_from(State)),
    rests=st.booleans(),
    ignored_alarms=st.frozensets(texts, max_size=3),
    baked_from=maybe,
    missing_since=maybe,
    doubted_since=maybe,
    unknown_since=maybe,
    blocked=st.none() | st.builds(Blocked, since=times, at=times, message=texts, void=st.booleans()),
    service_refused=texts,
    unpausable=st.booleans(),
)
OF_A_ROLLOUT = {
    "goal": st.builds(
        Goal,
        id=texts,
        to=st.just(V2),
        came_from=st.sampled_from([None, V1]),
        forced=st.booleans(),
        fresh=st.booleans(),
        abandoned=st.lists(texts, max_size=2).map(tuple),
    ),
    "started_at": times,
    "way": ways,
    "issued": st.lists(st.builds(Issued, act=acts, at=times), max_size=3).map(tuple),
    "begun": counts,
    "earlier": st.none()
    | st.builds(
        Earlier,
        beginning=st.none() | beginnings,
        operation=texts,
        since=times,
        whose=st.sampled_from(Whose),
        unseen_stop=st.booleans(),
    ),
    "paused_by_us": texts,
    "direction": st.sampled_from(Direction),
    "step": st.sampled_from(get_args(DelegateStep)),
    "generation": counts,
    "resumed_at": maybe,
    "progress_at": times,
    "deadline": maybe,
    "handled": st.frozensets(texts, max_size=3),
    "unheeded": st.lists(texts, max_size=3).map(tuple),
    "lowest": st.none() | counts,
    "left_old": counts,
    "verdict": st.none() | verdicts,
    "back_failed": st.none() | verdicts,
    "hands_over": st.booleans(),
}


def test_every_field_is_drawn() -> None:
    """A new field of a rollout, or of its way, is an error until its record is tried."""
    assert OF_A_ROLLOUT.keys() == {field.name for field in fields(Delegating)}


@settings(max_examples=200, deadline=None)
@given(st.builds(Delegating, **OF_A_ROLLOUT))  # type: ignore[arg-type]
def test_a_delegated_rollout_survives_its_record(rollout: Delegating) -> None:
    """What is read is what was written, whatever its fields hold."""
    assert decode(encode(rollout)) == rollout


def test_the_record_goes_through_the_tags_of_a_group() -> None:
    """It is read back whole with its owner, and is of its machine alone."""
    rollout = begin(Goal("r", V2, V1), 12.0)
    marks = pack(rollout, "me", 7, SHELF)
    assert read_any(marks) == ("me", rollout) == read_as(marks, Delegating)
    with pytest.raises(JournalError, match="by another strategy"):
        read(marks)
    with pytest.raises(JournalError, match="by another strategy"):
        read_as(marks, Rollout)


def test_the_room_that_it_may_take_is_enough_for_its_worst() -> None:
    """A rollout with all that may be said of it fits into the tags that preview counted."""
    cause = "An operation stood still, and its service told at length why it did. " * 5
    verdict = Verdict(VerdictCode.OPERATION_FAILED, 1.5e9, cause=cause)
    fresh = begin(Goal("0123456789", V2, V1), 1.5e9)
    beginning = Beginning("0123456789-12", V2.digest, 1.5e9, 1.5e9, ("08b91cf7-8fa6-48af-b6a6-d227f40f1b9b",))
    name = "08b91cf7-8fa6-48af-b6a6-d227f40f1b9b"
    full = Delegating(
        fresh.goal,
        1.5e9,
        way=Way(1.5e9, beginning, name, service_refused=cause, blocked=Blocked(1.5e9, 1.5e9, cause)),
        issued=(Issued(RollBack(name, V1), 1.5e9), Issued(Continue(name), 1.5e9)),
        earlier=Earlier(beginning, name, 1.5e9),
        paused_by_us=name,
        direction=Direction.BACK,
        step=Step.RETURN,
        verdict=verdict,
        back_failed=verdict,
    )
    for shelf in (SHELF, SMALL):
        needed = pieces_of_operations(fresh, "me", shelf)
        assert len(pack(full, "me", 99_999, shelf, needed - BESIDE)) + 2 + MOST_PENDING <= needed
        assert check_room({}, needed, shelf) is None
