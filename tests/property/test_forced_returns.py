"""Forced operations between equal revisions (property 24): only the service's own way back returns what they did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st
from pulumi_rolling.core.delegate.actions import Begin, RollBack, Stop
from pulumi_rolling.core.delegate.limits import DelegateLimits, WayBack
from pulumi_rolling.core.delegate.plan import begin, plan
from pulumi_rolling.core.model.codes import VerdictCode
from pulumi_rolling.core.model.goal import Direction, Goal, OnFailure
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.fleets.simulated import Behaviour, DelegatedFleet

from .delegate_driver import Meddle, Trip
from .test_delegate import MISFORTUNES, SETTLE, STALL, TIMEOUT, V1, V2, Case, bad, cases, good, once
from .test_properties import checked

BEFORE, AFTER = ("one", ""), ("one", "pushed")
UNTOLD = ("a success with old ones", "a success with old ones and the new pointer", "a pointer elsewhere")
"""Lies that no service of equal revisions can be caught at."""
FORGOTTEN = "ended and told no more"


def forced_trip(case: Case, behaviour: Behaviour, meddle: Meddle | None = None, **more: Any) -> Trip:
    """Version 1 is rolled to itself, after another party has pushed another image behind its tag."""
    fleet = case.fleet(behaviours={"pushed": behaviour})
    fleet.push("pushed")
    goal = Goal("r", V1, V1, forced=True)
    return Trip(fleet, case.limits, begin(goal, fleet.now), meddle=meddle, **more)


def assert_true_end(trip: Trip) -> None:
    """Done: all were made anew. Returned: all are of before. A second operation is never begun."""
    fleet, rollout, outcome = trip.fleet, trip.rollout, trip.decisions[-1].outcome
    note(str(rollout))
    assert outcome is not None
    assert len({sent.token for _, sent in trip.begins}) <= 1, "property 24: another operation was begun"
    assert not rollout.hands_over, "property 24: handed over, although all members match"
    if outcome.done and not rollout.left_old:
        assert fleet.makes() == {AFTER: fleet.options.desired}, "property 24: called arrived with old ones"
    if outcome.returned:
        assert fleet.makes() == {BEFORE: fleet.options.desired}, "property 24: called returned, and mixed"
        assert fleet.in_service() >= fleet.options.desired, "property 16: not whole"


def reversible(case: Case) -> Case:
    """The service returns what it is asked to, and the policy asks."""
    limits = replace(
        case.limits,
        on_failure=OnFailure.ROLL_BACK,
        way_back_by=WayBack.SERVICE,
        returns_equals=True,
        part=False,
    )
    service = {**case.service, "reversible": True, "checkpoints": ()}
    return replace(case, limits=limits, service=service, doomed=False, lost=frozenset())


def aborted_at(look: int) -> Meddle:
    def meddle(fleet: DelegatedFleet, number: int) -> None:
        if number == look:
            fleet.request(Request("0-abort", "abort"))

    return meddle


@checked
@given(cases(), good, st.booleans())
def test_a_good_forced_operation_makes_all_anew_or_says_what_it_left(
    case: Case, behaviour: Behaviour, wants_all: bool
) -> None:
    """Members of before that a service left are no arrival, but where the policy wants that part alone."""
    case = replace(case, limits=replace(case.limits, part=case.limits.part and not wants_all))
    trip = forced_trip(case, behaviour)
    end = trip.go()
    assert_true_end(trip)
    assert end.outcome is not None
    ends_early = bool(case.service["checkpoints"]) and not case.limits.part
    assert end.outcome.done or ends_early, trip.rollout


@checked
@given(
    cases(), st.booleans(), st.one_of(good, bad), st.sampled_from(sorted({*MISFORTUNES} - {*UNTOLD})),
    st.floats(0, 60), st.booleans(),
)  # fmt: skip
def test_whatever_befalls_a_forced_operation_it_ends_and_says_what_is_true(
    case: Case, returns_equals: bool, behaviour: Behaviour, misfortune: str, at: float, wants_all: bool
) -> None:
    """Property 24 under every misfortune, whether or not the service's own way back is worth asking for."""
    limits = replace(case.limits, returns_equals=returns_equals, part=case.limits.part and not wants_all)
    case = replace(case, limits=limits)
    trip = forced_trip(case, behaviour, once(at, MISFORTUNES[misfortune]))
    started = trip.fleet.now
    trip.go()
    # Between equals one that is never told, from its begin to its end, is as one that was never begun.
    assume(misfortune != FORGOTTEN or any(decision.next.way.operation for decision in trip.decisions))
    assert_true_end(trip)
    assert trip.fleet.now - started <= 2 * TIMEOUT + 4 * STALL, "property 22: longer than both deadlines"


@checked
@given(cases(), bad)
def test_a_forced_operation_that_the_service_returns_is_returned(case: Case, behaviour: Behaviour) -> None:
    """A service that turns by itself is followed to the end of its way back, whatever the policy asks of it."""
    service = {**case.service, "auto_rollback": True, "checkpoints": ()}
    limits = replace(case.limits, returns_by_itself=True, part=False)
    case = replace(case, service=service, limits=limits, doomed=False)
    trip = forced_trip(case, behaviour)
    end = trip.go()
    assert_true_end(trip)
    assert end.outcome is not None and end.outcome.returned, trip.rollout
    assert trip.rollout.verdict is not None
    assert trip.rollout.verdict.code is VerdictCode.OPERATION_FAILED


@checked
@given(cases(), good, st.integers(0, 40))
def test_an_aborted_forced_operation_is_returned_by_the_service(
    case: Case, behaviour: Behaviour, look: int
) -> None:
    """It is asked to return, never stopped; one that had succeeded by then is said to be not returned."""
    trip = forced_trip(reversible(case), behaviour, aborted_at(look))
    end = trip.go()
    assert_true_end(trip)
    assert end.outcome is not None
    too_late = trip.fleet.makes() == {AFTER: trip.fleet.options.desired}
    assert end.outcome.returned or too_late, trip.rollout
    assert too_late or not any(isinstance(act, Stop) for _, act in trip.fleet.acts)


@checked
@given(cases(), good, st.integers(0, 40), st.sampled_from(["refused", "fails", "not worth it"]))
def test_where_the_service_cannot_return_equals_nobody_is_said_to(
    case: Case, behaviour: Behaviour, look: int, why: str
) -> None:
    """Refused, failed, or with nothing to return: the group is left as it is, and the record goes."""
    case = reversible(case)
    limits = replace(case.limits, returns_equals=why != "not worth it")
    service = {**case.service, "reversible": why != "refused"}
    trip = forced_trip(
        replace(case, limits=limits, service=service, doomed=why == "fails"), behaviour, aborted_at(look)
    )
    end = trip.go()
    assert_true_end(trip)
    assert end.outcome is not None
    begun = bool(trip.fleet.courses)
    assert not end.outcome.returned or not begun or trip.fleet.makes() == {BEFORE: trip.fleet.options.desired}
    assert not trip.rollout.keeps_record
    if why == "not worth it":
        assert not any(isinstance(act, RollBack) for _, act in trip.fleet.acts)
        assert trip.rollout.direction is Direction.FORWARD


@checked
@given(
    cases(), st.one_of(good, bad), st.frozensets(st.integers(-6, 6).filter(bool), min_size=1, max_size=4),
    st.integers(0, 60),
)  # fmt: skip
def test_a_crash_on_a_forced_way_ends_as_truly(
    case: Case, behaviour: Behaviour, crashes: frozenset[int], look: int
) -> None:
    """Property 7 between equals: dying before or after any act, an abort among them, lies about nothing."""
    case = replace(case, limits=replace(case.limits, returns_equals=True))
    trip = forced_trip(case, behaviour, aborted_at(look), crashes=crashes)
    trip.go()
    assert_true_end(trip)


@pytest.mark.parametrize("worth", [True, False])
def test_the_plan_of_a_forced_operation_names_the_services_own_way_back_alone(worth: bool) -> None:
    """No other operation would return it; where the service's is not worth asking for, nobody is named."""
    limits = DelegateLimits(returns_equals=worth, settle=SETTLE)
    fleet = DelegatedFleet(desired=3, revision=V1)
    rollout = begin(Goal("r", V1, V1, forced=True), fleet.now)
    planned = plan(limits, rollout, fleet.observe(rollout).observation)
    assert planned.way_back == ((WayBack.SERVICE,) if worth else ())
    other = plan(limits, begin(Goal("r", V2, V1), fleet.now), fleet.observe(rollout).observation)
    assert other.way_back == (WayBack.SERVICE, WayBack.OPERATION)
    assert [type(act) for act in planned.acts] == [Begin]
