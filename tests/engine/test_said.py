"""What the driver last said, as the one tag that other shells read it from."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_rolling.core import explain
from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because, Decision, Status
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Decided
from pulumi_rolling.core.shared.lease_rules import lease_length
from pulumi_rolling.engine.lease import found_lease
from pulumi_rolling.engine.said import SAID, said, said_mark
from pulumi_rolling.fleets.aws.tags import SHELF
from pulumi_rolling.fleets.replace import Sight
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from .stage import FleetClock, MortalFleet, drive

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
ROLLOUT = new_rollout("r", V2, V1, Sizes(0, 2, 1), frozenset(), 1.0)
ALLOWED = re.compile(r"[\w\s+\-=.:/@]*", re.ASCII)
"""Of every AWS service (EC2 user guide, "Tag restrictions")."""

names = st.from_regex(r"[a-z]{1,9}", fullmatch=True)
counts = st.integers(0, 5000)
seconds = st.integers(0, 10**6).map(float)
becauses = st.builds(
    Because,
    st.sampled_from(ReasonCode),
    st.dictionaries(names, st.integers(-10, 10**6) | st.integers(1, 999).map(lambda n: n + 0.5), max_size=4),
    st.lists(st.from_regex(r"i-[0-9a-f]{17}", fullmatch=True), max_size=5).map(tuple),
    st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" ~%=/"), max_size=40),
)
statuses = st.builds(
    Status,
    step=st.sampled_from(Step),
    direction=st.sampled_from(Direction),
    in_service=counts,
    ready=counts,
    replaced=counts,
    total=counts,
    waiting_for=st.just(()),
    waiting_count=counts,
    time_left=st.none() | st.tuples(seconds, seconds),
)


STATUS = Status(Step.ROLL, Direction.FORWARD, 6, 6, 0, 6, (), 2, None)


def decision(because: Because, status: Status) -> Decided:
    return Decision(ROLLOUT, (), 0.0, because, status)


@given(becauses, statuses)
@settings(max_examples=60, deadline=None)
def test_what_was_said_is_read_as_it_was_said(because: Because, status: Status) -> None:
    """Reason, numbers, members, counts and cause come back; members and then the cause are cut where a tag ends."""
    mark = said_mark(decision(because, status), 1.5e9, SHELF)
    text = mark[SAID]
    assert len(text) <= 256 and ALLOWED.fullmatch(text)
    word = said(mark)
    assert word is not None and word.at == 1.5e9
    assert (word.because.code, word.because.numbers) == (because.code, because.numbers)
    assert because.members[: len(word.because.members)] == word.because.members
    assert word.because.members == because.members or len(text) > 256 - 21
    cause = " ".join(because.cause.split())
    assert cause.startswith(word.because.cause) and (word.because.cause == cause or len(text) > 256 - 16)
    assert word.status == Status(
        status.step,
        status.direction,
        status.in_service,
        status.ready,
        status.replaced,
        status.total,
        word.because.members,
        status.waiting_count,
        status.time_left,
    )


def test_the_clouds_own_sentence_reaches_other_shells() -> None:
    """A member that cannot be launched is waited for, and the status of another shell says why as the row does."""
    sentence = "We do not have sufficient t3.small capacity (us-east-1a), 100%; try ~later"
    because = Because(ReasonCode.WAITING, {"unseen": 2}, ("i-0a",), sentence)
    word = said(said_mark(decision(because, STATUS), 1.5e9, SHELF))
    assert word is not None and word.because == because
    assert sentence in explain.line_of(word.status, word.because, "web")


def test_a_forged_word_is_printed_without_what_a_screen_would_obey() -> None:
    """Anybody who may tag the group can write it; names and sentence are made printable as they are read."""
    text = said_mark(decision(Because(ReasonCode.WAITING, {}, ("i-0a",), "x"), STATUS), 1.5e9, SHELF)[SAID]
    word = said({SAID: text.replace("i-0a", "i-\x1b[2J").replace("/ x", "/ =1B[2Jx")})
    assert word is not None and word.because.members == ("i-\\x1b[2J",)
    assert word.because.cause == "\\x1b[2Jx"


@pytest.mark.parametrize(
    "text", ["", "x", "1 roll forward waiting 1 1 1 1 1 x y", "1 dance forward waiting 1 1 1 1 1 - -"]
)
def test_words_of_another_version_are_no_words(text: str) -> None:
    """What cannot be read is left out of the status, and is no error."""
    assert said({SAID: text}) is None and said({}) is None


def test_the_driver_says_what_it_does_with_every_record_and_every_lease() -> None:
    """At each look the lease that was written with it still holds; it costs no call, and ends with the record."""
    fleet = SimulatedFleet(
        desired=6, min_size=2, max_size=8, revision=V1, behaviours={"two": Behaviour(boot=120.0)}
    )
    limits = Limits(batch=2, floor=4, max_size=8, settle=6.0, poll=1.0)
    ages: list[float] = []

    class Listening(MortalFleet):
        def observe(self, rollout):  # type: ignore[no-untyped-def]
            sight: Sight = super().observe(rollout)
            word = said(sight.marks)
            if word is not None:
                ages.append(fleet.now - word.at)
                lease = found_lease(sight.marks)
                assert lease is not None and lease.until > fleet.now
            return sight

    seen: list[Decided] = []
    start = new_rollout("r", V2, V1, Sizes(2, 8, 6), frozenset(), fleet.now)
    listening = Listening(fleet)
    drive(listening, FleetClock(fleet), limits, start, seen=seen)
    assert len(ages) > 20 and max(ages) <= lease_length(limits.poll) + 120.0
    silent = MortalFleet(fleet)
    assert not dict(silent.marks())
