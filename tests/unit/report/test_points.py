"""Points as a drive reads them: acts across a kill, acts that were never sent, members that nobody asks about."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from pulumi_rolling.core.replace.acts import take_back
from pulumi_rolling.core.replace.observation import LaunchError
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.fleets.simulated import Behaviour
from pulumi_rolling.report.course.course import Fate, Members
from pulumi_rolling.report.course.point import Point
from pulumi_rolling.report.course.points import Reader

from tests.courses import decisions, limits
from tests.rollouts import changed

RULES = limits(12, 4)
SCARCE = Behaviour(boot=90.0, spread=0.4, launch_error=LaunchError.CAPACITY, refusals=6)
"""Launches come late."""


@dataclass(frozen=True, slots=True)
class Told:
    before: Rollout
    decision: Decided
    at: float


@pytest.fixture(scope="module")
def rolled() -> list[Told]:
    return [Told(*each) for each in decisions(RULES, 12, SCARCE)]


def points(told: list[Told]) -> list[Point]:
    """As one driver has read them."""
    now = iter([each.at for each in told])
    reader = Reader(RULES, "web", lambda: next(now))
    return [reader.read(each.before, each.decision) for each in told]


def acts_in(told: list[Point]) -> dict[str, float]:
    return {acted.id: acted.at for point in told for acted in point.acted}


def test_a_driver_that_goes_on_knows_the_acts_of_the_one_before(rolled: list[Told]) -> None:
    """Whenever that was killed: the record has what is owed, and ready members that it forgets take no act away."""
    whole, waited = points(rolled), 0
    for place, each in enumerate(rolled):
        record = changed(each.before, succeeded=frozenset())
        again = points([replace(each, before=record), *rolled[place + 1 :]])
        acts, told = acts_in(whole[place:]), acts_in(again)
        assert told.keys() == acts.keys(), place
        # A record has the moment of the look that found the launch due.
        assert all(abs(told[name] - acts[name]) <= RULES.settle for name in acts), place
        waited += bool(again[0].owed and again[0].owed[0].at < again[0].at)
    assert waited > 3 and len(acts_in(whole)) == 12


def test_acts_that_were_never_sent_leave_nothing_owed(rolled: list[Told]) -> None:
    """They are told as launches that did not happen, and their moments are forgotten."""
    place = next(n for n, each in enumerate(rolled) if points(rolled[: n + 1])[-1].launches)
    asked = rolled[place]
    back = take_back(asked.decision.next, asked.decision.actions)
    after = Told(back, replace(asked.decision, next=back, actions=()), asked.at + 1)
    *_, told, untold = points([*rolled[: place + 1], after])
    assert told.launches == -untold.launches > 0
    assert sum(owed.count for owed in told.owed) - sum(owed.count for owed in untold.owed) == told.launches


def test_a_member_that_is_taken_away_is_asked_about_no_more(rolled: list[Told]) -> None:
    """Its time ends there, and it is neither ready nor failed."""
    before = changed(rolled[0].before, in_flight=frozenset({"i-1", "i-2"}))
    after = changed(before, in_flight=frozenset({"i-2"}))
    came = Told(changed(before, in_flight=frozenset()), replace(rolled[0].decision, next=before), 2001.0)
    left = Told(before, replace(rolled[0].decision, next=after), 2005.0)
    first, second = points([came, left])
    assert second.gone == ("i-1",)
    members = Members()
    assert {each.id for each in members.take(first).came} == {"i-1", "i-2"}
    assert [(each.id, each.fate, each.until) for each in members.take(second).over] == [
        ("i-1", Fate.OPEN, 2005.0)
    ]
    assert {each.id: each.until for each in members.all(2009.0)} == {"i-1": 2005.0, "i-2": 2009.0}
