"""The record on a small shelf: what preview counts is never less than what is written, however a rollout goes."""

from __future__ import annotations

import random
import string
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_rolling.core.model.codes import FailureReason, Remedy, VerdictCode
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.actions import PointAt, Resize, Suspend, Terminate
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Astray, Boots, Gate, Issued, Opening, Rollout, Round
from pulumi_rolling.engine.record.pieces import pack, read
from pulumi_rolling.engine.record.room import BESIDE, check_room, pieces_needed, room_left
from pulumi_rolling.fleets.alibaba.tags import SHELF

from tests.rollouts import changed

OWNER = "0123456789ab"
V1 = Revision("asc-bp1ffogfdauy0jw0xyzd", "0123456789abcdef", "asc-bp1ffogfdauy0jw0xyzd")
V2 = Revision("asc-bp1q8ogfdauy0jw0xyze", "fedcba9876543210", "asc-bp1q8ogfdauy0jw0xyze")
LETTERS = string.digits + string.ascii_lowercase
AT = 1_790_000_000.25
MEMBERS = st.integers(1, 300)
WINDOWS = st.integers(1, 25)


def begun(members: int) -> Rollout:
    processes = frozenset({"HealthCheck", "AlarmNotification"})
    return new_rollout("1f0c2ab9a1b2", V2, V1, Sizes(1, members + 20, members), processes, AT)


class Drawn:
    """Names, moments and texts as a cloud has them: by chance, so that nothing of them compresses."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._chance = random.Random(draw(st.integers(0, 2**32)))

    def names(self, count: int) -> list[str]:
        return [f"i-bp1{''.join(self._chance.choices(LETTERS, k=17))}" for _ in range(count)]

    def moment(self) -> float:
        return AT + self._chance.random() * 1e5

    def text(self) -> str:
        letters = self._draw(st.sampled_from([string.printable[:95], "伸缩组的库存不足请稍后再试", 'é"\\']))
        return "".join(self._chance.choices(letters, k=self._draw(st.integers(0, 400))))

    def failures(self, count: int) -> tuple[Failure, ...]:
        cause, hint = self.text(), self.text()
        reasons = list(FailureReason)
        return tuple(
            Failure(name, self._chance.choice(reasons), cause, Remedy.QUOTA, hint)
            for name in self.names(count)
        )

    def verdict(self, failures: tuple[Failure, ...]) -> Verdict:
        code = self._chance.choice(list(VerdictCode))
        return Verdict(
            code, self.moment(), 300, 300, failures[:5], self.text(), 900.5, 300, Remedy.QUOTA, self.text()
        )


@st.composite
def worst(draw: st.DrawFn, members: int, window: int, limits: Limits) -> Rollout:
    """A rollout in its middle: windows full, failures, losses, verdicts, a gate, and people's requests."""
    drawn = Drawn(draw)
    flight, victims = drawn.names(window), drawn.names(window)
    failed = drawn.failures(draw(st.integers(0, members)))
    verdict, back = drawn.verdict(failed), drawn.verdict(failed)
    acts: list[Any] = [Terminate(each, True) for each in victims]
    acts += [PointAt(V1), Resize(1, members), Suspend(frozenset({"ScheduledAction"}))]
    return changed(
        begun(members),
        issued=tuple(Issued(act, drawn.moment()) for act in acts),
        in_flight=frozenset(flight),
        draining=tuple((each, drawn.moment()) for each in victims) if limits.drain is not None else (),
        warming=tuple((each, drawn.moment()) for each in flight) if limits.warm_up else (),
        missing=tuple((each, AT + 7.5) for each in flight[: draw(st.integers(0, window))]),
        openings=tuple(Opening(drawn.moment(), 1) for _ in range(draw(st.integers(0, 1)))),
        round=Round(3, drawn.moment(), window, window),
        succeeded=frozenset(drawn.names(draw(st.integers(0, members)))),
        failed=failed,
        lost=drawn.failures(draw(st.integers(0, 20))),
        retried=frozenset(drawn.names(1)),
        skipped=frozenset(drawn.names(1)),
        handled=frozenset(f"64a0f3{number:06x}{drawn.names(1)[0][5:10]}" for number in range(16)),
        gate=Gate(1, drawn.moment(), True),
        astray=Astray(drawn.names(1)[0], drawn.moment()),
        boots=Boots(members, 234.5678, 1234.5678),
        unfilled=draw(st.sampled_from([None, back])),
        verdict=draw(st.sampled_from([None, verdict])),
        back_failed=draw(st.sampled_from([None, back])),
        deadline=drawn.moment(),
        watermark=float(int(drawn.moment())),
        direction_at=drawn.moment(),
        judged_at=drawn.moment(),
        judged_until=drawn.moment(),
        desired_at=drawn.moment(),
        progress_at=drawn.moment(),
        baked_from=draw(st.sampled_from([None, drawn.moment()])),
        least=frozenset(range(draw(st.integers(0, 8)))),
        zone=draw(st.sampled_from(["", "cn-hangzhou-h"])),
        total=members,
        batch=window,
    )


@given(st.data(), MEMBERS, WINDOWS, st.sampled_from([None, 900.0]), st.sampled_from([0.0, 60.0]))
@settings(max_examples=60, deadline=None)
def test_what_preview_counts_is_never_less_than_what_is_written(
    data: st.DataObject, members: int, window: int, drain: float | None, warm_up: float
) -> None:
    """Whatever fails, and whatever the cloud says of it, the record fits into the tags that were counted for it."""
    limits = Limits(window, 1, members + 20, drain=drain, warm_up=warm_up)
    room = pieces_needed(begun(members), window, OWNER, SHELF, limits) - BESIDE
    rollout = data.draw(worst(members, window, limits))
    marks = pack(rollout, OWNER, 99_999, SHELF, room)
    assert len(marks) <= room and max(map(len, marks.values())) <= SHELF.characters
    found = read(marks)
    assert found is not None
    back = found[1]
    assert (back.ours, back.found, back.goal, back.direction) == (
        rollout.ours,
        rollout.found,
        rollout.goal,
        rollout.direction,
    )
    assert (back.way.in_flight, back.way.failures, back.way.losses) == (
        rollout.way.in_flight,
        rollout.way.failures,
        rollout.way.losses,
    )


@given(MEMBERS, st.integers(1, 10))
@settings(max_examples=60, deadline=None)
def test_an_ordinary_group_has_room_beside_two_tags_of_its_owner(members: int, window: int) -> None:
    """Up to ten at a time, in a group of any size."""
    tags = {"team": "web", "stage": "prod"}
    limits = Limits(window, 1, members + 20)
    assert check_room(tags, pieces_needed(begun(members), window, OWNER, SHELF, limits), SHELF) is None


@pytest.mark.parametrize("theirs", [0, 2])
def test_a_record_says_all_where_there_is_room_for_it(theirs: int) -> None:
    """Failures keep their names and the cloud its words until the tags are full."""
    cause = "the type is sold out in this zone"
    failed = tuple(Failure(f"i-bp1{n:017x}", FailureReason.LAUNCH_REFUSED, cause) for n in range(3))
    rollout = replace(changed(begun(20), failed=failed), started_at=AT)
    tags = {f"t{number}": "x" for number in range(theirs)}
    found = read(pack(rollout, OWNER, 1, SHELF, room_left(tags, SHELF)))
    assert found is not None and found[1].way.failed == failed
    thin = read(pack(rollout, OWNER, 1, SHELF, 1))
    assert thin is not None and (thin[1].way.failed, thin[1].way.failures) == ((), 3)


@pytest.mark.parametrize(("theirs", "plain", "watched"), [(0, 16, 10), (2, 11, 8), (5, 5, 3)])
def test_the_largest_windows_are_those_of_the_document(theirs: int, plain: int, watched: int) -> None:
    """By tags of the group's owner; ``watched``: under drain and warm-up."""
    tags = {f"t{number}": "x" for number in range(theirs)}

    def largest(drain: float | None, warm_up: float) -> int:
        return max(
            window
            for window in range(1, 40)
            for limits in [Limits(window, 1, 120, drain=drain, warm_up=warm_up)]
            if not check_room(tags, pieces_needed(begun(100), window, OWNER, SHELF, limits), SHELF)
        )

    assert (largest(None, 0.0), largest(900.0, 60.0)) == (plain, watched)
