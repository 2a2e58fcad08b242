"""The laws of the delegate machine (properties 18 to 23), for random services, misfortunes and points of crash."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st
from pulumi_rolling.core.delegate.actions import Begin, Pause, RollBack, Stop
from pulumi_rolling.core.delegate.delegating import Whose
from pulumi_rolling.core.delegate.limits import DelegateLimits, Foreseen, ForeseenGate, WayBack
from pulumi_rolling.core.delegate.plan import begin, plan
from pulumi_rolling.core.model.codes import Step, VerdictCode
from pulumi_rolling.core.model.decision import Outcome
from pulumi_rolling.core.model.goal import Direction, Goal, OnFailure
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.seen import AlarmState, Request
from pulumi_rolling.fleets.simulated import Behaviour, DelegatedFleet
from pulumi_rolling.fleets.simulated.course import Course, gate_name

from .delegate_driver import Meddle, Trip
from .test_properties import checked

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
V3 = Revision("lt-1:3", "three", "version 3")
SETTLE, STALL, TIMEOUT = 8.0, 200.0, 1500.0


@dataclass(frozen=True)
class Case:
    limits: DelegateLimits
    service: dict[str, Any]
    lost: frozenset[int] = frozenset()
    doomed: bool = False

    def fleet(self, **more: Any) -> DelegatedFleet:
        fleet = DelegatedFleet(**{"revision": V1, **self.service, **more})
        fleet.lost_answers = set(self.lost)
        if self.doomed:
            fleet.doom_ways_back()
        return fleet

    def trip(self, fleet: DelegatedFleet, meddle: Meddle | None = None, **more: Any) -> Trip:
        return Trip(fleet, self.limits, begin(Goal("r", V2, V1), fleet.now), meddle=meddle, **more)


@st.composite
def cases(draw: st.DrawFn, *, approval: bool | None = None, fewest: int = 1) -> Case:
    checkpoints = tuple(sorted(draw(st.frozensets(st.sampled_from([20.0, 50.0, 100.0]), max_size=3))))
    auto, tokens, by_word = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    delay = draw(st.sampled_from([20.0, 40.0]))
    asks = bool(checkpoints) and (draw(st.booleans()) if approval is None else approval)
    batch, bake = draw(st.integers(1, 4)), draw(st.sampled_from([0.0, 15.0]))
    desired, launch_first = draw(st.integers(fewest, 9)), draw(st.booleans())
    # One that is reached with the last is no pause.
    last = checkpoints[-1] if checkpoints else 0.0
    pauses = [
        p for p in checkpoints if p == last < 100 or math.ceil(p * desired / 100) < last * desired / 100
    ]
    bounds = {"keep": desired, "top": desired + batch} if launch_first else {"keep": max(0, desired - batch)}
    limits = DelegateLimits(
        preferences_back={"gates": False},
        on_failure=draw(st.sampled_from([OnFailure.ROLL_BACK, OnFailure.LEAVE])),
        way_back_by=draw(st.sampled_from(WayBack)),
        otherwise=draw(st.sampled_from([WayBack.OPERATION, WayBack.REPLACE])),
        returns_by_itself=auto,
        pausable=draw(st.booleans()),
        approval=asks,
        part=bool(checkpoints) and checkpoints[-1] < 100,
        knows_tokens=tokens,
        bake=draw(st.sampled_from([0.0, 12.0])),
        timeout=TIMEOUT,
        stall=STALL,
        settle=SETTLE,
        poll=1.0,
        foreseen=Foreseen(
            batch=batch,
            gates=tuple(ForeseenGate(gate_name(p), p, delay, by_word) for p in pauses),
            bake=bake,
        ),
    )
    service = {
        "desired": desired,
        **bounds,
        "warm_up": draw(st.sampled_from([0.0, 3.0])),
        "shutdown": draw(st.sampled_from([0.0, 2.0])),
        "checkpoints": checkpoints,
        "delay": delay,
        "by_word": by_word,
        "bake": bake,
        "auto_rollback": auto,
        "reversible": draw(st.booleans()),
        "tells_tokens": tokens,
        "answers": draw(st.booleans()),
        "seed": draw(st.integers(0, 10_000)),
        "skew": draw(st.sampled_from([0.0, -300.0, 300.0])),
        "stale": draw(st.floats(0, 5)),
    }
    return Case(limits, service, draw(st.frozensets(st.integers(1, 6), max_size=2)), draw(st.booleans()))


good = st.builds(Behaviour, boot=st.floats(0.5, 8), spread=st.floats(0, 0.5))
bad = st.builds(Behaviour, boot=st.floats(1, 20), in_service=st.just(False))


def _each(do: Callable[[DelegatedFleet, Course], object]) -> Callable[[DelegatedFleet], object]:
    def befall(fleet: DelegatedFleet) -> object:
        active = fleet.active
        return None if active is None else do(fleet, active)

    return befall


def _set(name: str, value: object) -> Callable[[DelegatedFleet, Course], object]:
    return lambda fleet, course: setattr(course, name, value)


MISFORTUNES: dict[str, Callable[[DelegatedFleet], object]] = {
    "nothing": lambda fleet: None,
    "ends by itself": _each(lambda fleet, c: fleet.give_up(c, "it gave up")),
    "stopped by a stranger": _each(lambda fleet, c: fleet.halt(c)),
    "rolled back by a stranger": _each(lambda fleet, c: fleet.turn(c, "rolled back by user", by_person=True)),
    "unknown for ever": _each(_set("unknown", True)),
    "never ends": _each(_set("frozen", True)),
    "ended and told no more": _each(lambda fleet, c: fleet.forget(c)),
    "a success with old ones": _each(lambda fleet, c: fleet.end_early(c)),
    "a success with old ones and the new pointer": _each(
        lambda fleet, c: fleet.end_early(c, moves_pointer=True)
    ),
    "progress that falls": _each(_set("told_done", 0)),
    "a pointer elsewhere": lambda fleet: fleet.point(V3),
    "paused by a stranger": _each(_set("paused", True)),
}
RETURNABLE = (
    "ends by itself", "stopped by a stranger", "rolled back by a stranger", "ended and told no more",
    "a success with old ones", "a success with old ones and the new pointer", "never ends",
)  # fmt: skip


def once(at: float, befall: Callable[[DelegatedFleet], object]) -> Meddle:
    """The misfortune, at the first look after so many seconds."""
    done: list[float] = []

    def meddle(fleet: DelegatedFleet, look: int) -> None:
        if not done and fleet.now >= 1000.0 + at:
            done.append(fleet.now)
            befall(fleet)

    return meddle


def truth(fleet: DelegatedFleet) -> dict[str, int]:
    return fleet.runs()


def assert_true_end(trip: Trip, case: Case) -> None:
    """Properties 16, 21 and 23: what the end says is so."""
    fleet, rollout, outcome = trip.fleet, trip.rollout, trip.decisions[-1].outcome
    note(str(rollout))
    assert outcome is not None
    assert not any(c.paused for c in fleet.courses if not c.by and not c.is_over and rollout.paused_by_us), (
        "let go"
    )
    if outcome.done:
        # Others may move the group at any time: what an end can know is what the last look showed.
        shown = fleet.shown()
        whole = shown.runs == {"two": fleet.options.desired} and shown.pointer == "two"
        ended = fleet.now - fleet.options.stale - 1.0 + fleet.options.skew
        whole = whole or any(c.by and c.started_at >= ended for c in fleet.courses)
        assert whole or rollout.left_old, "property 21: called arrived, and the group runs something else"
        assert whole or case.limits.part, "property 21: a part is a success only where the policy says so"
        return
    assert rollout.verdict is not None or rollout.back_failed is not None
    if outcome.returned:
        assert set(truth(fleet)) == {"one"} and fleet.pointer == V1, "property 16: mixed"
        assert fleet.in_service() >= fleet.options.desired, "property 16: not whole"
    if rollout.hands_over:
        ours = [c for c in fleet.courses if not c.by and not c.is_over]
        assert not ours, "property 23: handed over while an operation of ours is under way"


@checked
@given(cases(), good)
def test_a_good_build_always_arrives(case: Case, behaviour: Behaviour) -> None:
    """Properties 18, 19, 21: under stale reads, lost answers and a clock that is off, one operation is begun."""
    fleet = case.fleet(behaviours={"two": behaviour})
    trip = case.trip(fleet)
    end = trip.go()
    assert end.outcome == Outcome(done=True), trip.rollout
    assert_true_end(trip, case)
    assert len([c for c in fleet.courses if not c.by]) == 1, "property 19: begun twice"


@checked
@given(cases(), st.one_of(good, bad), st.sampled_from(sorted(MISFORTUNES)), st.floats(0, 60), st.booleans())
def test_whatever_befalls_it_ends_and_says_what_is_true(
    case: Case, behaviour: Behaviour, misfortune: str, at: float, wants_all: bool
) -> None:
    """Properties 18 to 23 under every misfortune, also of a service that ends before all are replaced."""
    case = replace(case, limits=replace(case.limits, part=case.limits.part and not wants_all))
    fleet = case.fleet(behaviours={"two": behaviour}, throttled=0.1)
    trip = case.trip(fleet, once(at, MISFORTUNES[misfortune]))
    started = fleet.now
    trip.go()
    assert_true_end(trip, case)
    assert fleet.now - started <= 2 * TIMEOUT + 4 * STALL, "property 22: longer than both deadlines"


@checked
@given(cases(), good, st.sampled_from(RETURNABLE), st.floats(0, 60))
def test_where_the_service_returns_nothing_the_return_is_ours(
    case: Case, behaviour: Behaviour, misfortune: str, at: float
) -> None:
    """Property 23: refused, failed, stopped or lost, the group ends on the former revision or is handed over."""
    limits = replace(case.limits, on_failure=OnFailure.ROLL_BACK, part=False)
    case = replace(case, limits=limits, service={**case.service, "checkpoints": ()})
    fleet = case.fleet(behaviours={"two": behaviour})
    trip = case.trip(fleet, once(at, MISFORTUNES[misfortune]))
    end = trip.go()
    assert_true_end(trip, case)
    assert end.outcome is not None
    rollout = trip.rollout
    assert rollout.back_failed is None, "the way back of a good old build arrives"
    assert end.outcome.done or end.outcome.returned or rollout.hands_over
    replaced = WayBack.REPLACE in (limits.way_back_by, limits.otherwise)
    assert not rollout.hands_over or replaced, (
        "property 23: handed over although an operation was to return it"
    )


@checked
@given(cases(), st.one_of(good, bad), st.frozensets(st.integers(-6, 6).filter(bool), min_size=1, max_size=4))
def test_a_crash_anywhere_reaches_the_same_end(
    case: Case, behaviour: Behaviour, crashes: frozenset[int]
) -> None:
    """Property 7: dying before or after any act, then resuming, ends as the undisturbed rollout does."""
    calm = case.fleet(behaviours={"two": behaviour})
    first = case.trip(calm).go()
    fleet = case.fleet(behaviours={"two": behaviour})
    trip = case.trip(fleet, crashes=crashes)
    second = trip.go()
    assert_true_end(trip, case)
    assert first.outcome is not None and second.outcome is not None
    assert first.outcome.done == second.outcome.done
    assert fleet.pointer == calm.pointer
    # What is to be returned by the other machine may have come back by itself while nobody drove.
    returns = [bool(end.outcome.returned) or end.next.hands_over for end in (first, second) if end.outcome]
    assert returns[0] == returns[1]


@checked
@given(cases(), good, st.floats(0, 40), st.booleans(), st.booleans())
def test_a_strangers_operation_is_followed_or_refused_and_never_cancelled(
    case: Case, behaviour: Behaviour, at: float, along: bool, supersedes: bool
) -> None:
    """Property 20: one that leads where we go is followed, any other ends the rollout by its name."""
    limits = replace(case.limits, approval=False, way_back_by=WayBack.OPERATION, otherwise=WayBack.OPERATION)
    case = replace(case, limits=limits, lost=frozenset())
    behaviours = {"two": behaviour, "three": behaviour}
    # Where a begin ends what is under way, one that began since the look cannot be spared.
    stale = 0.0 if supersedes else case.service["stale"]
    fleet = case.fleet(behaviours=behaviours, supersedes=supersedes, stale=stale)

    def stranger(group: DelegatedFleet) -> None:
        active = group.active
        if active is not None and supersedes:
            group.supersede(active)
        if group.active is None:
            group.start(V2 if along else V3, by="somebody")

    trip = case.trip(fleet, once(at, stranger))
    end = trip.go()
    assert_true_end(trip, case)
    theirs = [c for c in fleet.courses if c.by]
    fleet.advance(fleet.now + 3000.0)
    assert all(c.state.value == "succeeded" for c in theirs), (
        "property 20: a stranger's operation did not end well"
    )
    assert end.outcome is not None
    code = None if trip.rollout.verdict is None else trip.rollout.verdict.code
    if not end.outcome.done and code is VerdictCode.STRANGERS_OPERATION:
        assert not along and theirs and trip.rollout.verdict is not None
        assert theirs[0].id in trip.rollout.verdict.cause, "property 20: refused without its id"
        assert trip.rollout.direction is Direction.FORWARD


def test_one_under_way_before_the_start_is_followed() -> None:
    """Property 20: nothing is begun, and an abort ends our rollout while theirs goes on."""
    fleet = DelegatedFleet(desired=4, revision=V1, behaviours={"two": Behaviour(boot=10.0)})
    theirs = fleet.start(V2, by="somebody")
    limits = DelegateLimits(settle=SETTLE, poll=1.0)

    def abort(group: DelegatedFleet, look: int) -> None:
        if look == 8:
            group.request(Request("a1", "abort"))

    trip = Trip(fleet, limits, begin(Goal("r", V2, V1), fleet.now), meddle=abort)
    trip.go()
    assert trip.rollout.way.whose is Whose.STRANGERS and not fleet.acts
    assert trip.rollout.verdict is not None and trip.rollout.verdict.code is VerdictCode.ABORTED
    assert not theirs.is_over
    fleet.advance(fleet.now + 100)
    assert fleet.runs() == {"two": 4}


@checked
@given(cases(), good, st.integers(0, 60), st.sampled_from(["abort", "alarm", "deadline"]))
def test_what_people_alarms_and_clocks_end_goes_back(
    case: Case, behaviour: Behaviour, look: int, by: str
) -> None:
    """An abort, an alarm or a deadline returns the group, by the service or by us."""
    limits = replace(
        case.limits,
        on_failure=OnFailure.ROLL_BACK,
        timeout=float(5 + look) if by == "deadline" else TIMEOUT,
        alarms=("errors",),
    )
    case = replace(case, limits=limits)
    fleet = case.fleet(behaviours={"two": behaviour}, alarms={"errors": AlarmState.OK})

    def meddle(group: DelegatedFleet, number: int) -> None:
        if number == look and by == "abort":
            group.request(Request("0-abort", "abort"))
        if number == look and by == "alarm":
            group.set_alarm("errors", AlarmState.ALARM)

    trip = case.trip(fleet, meddle)
    # The way back has its whole time.
    limits_back = replace(limits, timeout=TIMEOUT)
    end = trip.go() if by != "deadline" else _with_longer_way_back(trip, limits_back)
    assert_true_end(trip, case)
    assert end.outcome is not None
    assert end.outcome.done or end.outcome.returned or trip.rollout.hands_over, trip.rollout


def _with_longer_way_back(trip: Trip, limits: DelegateLimits) -> Any:
    before = trip.meddle

    def meddle(group: DelegatedFleet, number: int) -> None:
        if trip.rollout.direction is Direction.BACK:
            trip.limits = limits
        if before is not None:
            before(group, number)

    trip.meddle = meddle
    return trip.go()


@checked
@given(cases(approval=True, fewest=2), good)
def test_no_gate_is_passed_by_nobodys_word(case: Case, behaviour: Behaviour) -> None:
    """Where nobody approves, a gate of ours ends the rollout or holds it; it never arrives."""
    limits = replace(case.limits, part=False, approval=True, timeout=300.0)
    service = {**case.service, "checkpoints": (50.0, 100.0), "stale": min(2.0, case.service["stale"])}
    case = replace(case, limits=limits, service=service, lost=frozenset())
    fleet = case.fleet(behaviours={"two": behaviour})
    trip = case.trip(fleet, answers={})
    end = trip.go()
    assert_true_end(trip, case)
    assert end.outcome is not None and not end.outcome.done
    assert trip.rollout.verdict is not None
    codes = {VerdictCode.NOT_APPROVED, VerdictCode.DEADLINE}
    assert trip.rollout.verdict.code in codes
    paused = [a for _, a in fleet.acts if isinstance(a, Pause)]
    assert bool(paused) == limits.pausable


@checked
@given(cases())
def test_the_plan_equals_the_run_when_nothing_goes_wrong(case: Case) -> None:
    """Property 10: acts, gates and count of the plan are those of the run."""
    case = replace(case, limits=replace(case.limits, pausable=False), lost=frozenset())
    fleet = case.fleet(behaviours={"two": Behaviour(boot=2.0)}, stale=0.0)
    rollout = begin(Goal("r", V2, V1), fleet.now)
    planned = plan(case.limits, rollout, fleet.observe(rollout).observation)
    trip = case.trip(fleet)
    trip.go()
    assert [type(a) for _, a in fleet.acts] == [type(a) for a in planned.acts]
    assert trip.rollout.way.total == planned.replace
    assert trip.rollout.left_old == planned.left_old
    seen = dict.fromkeys(d.next.way.gate.name for d in trip.decisions if d.next.way.gate is not None)
    assert list(seen) == [gate.name for gate in planned.gates]


@checked
@given(cases(), good, st.integers(1, 25))
def test_another_target_ends_what_led_to_the_former_one(case: Case, behaviour: Behaviour, look: int) -> None:
    """A retarget stops our own operation first, or asks the service to return it, and arrives."""
    from pulumi_rolling.core.delegate.takeover import retarget

    limits = replace(case.limits, approval=False, part=False, way_back_by=WayBack.SERVICE)
    service = {**case.service, "checkpoints": ()}
    case = replace(
        case, limits=replace(limits, otherwise=WayBack.OPERATION), service=service, lost=frozenset()
    )
    fleet = case.fleet(behaviours={"two": behaviour, "three": behaviour})
    trip = case.trip(fleet)
    moved: list[int] = []

    def meddle(group: DelegatedFleet, number: int) -> None:
        if number == look and not moved and trip.rollout.step is not Step.DONE:
            moved.append(number)
            group.die()
            trip.rollout = retarget(trip.rollout, V3, group.now)

    trip.meddle = meddle
    end = trip.go()
    assert end.outcome == Outcome(done=True), trip.rollout
    if moved:
        assert fleet.pointer == V3 and fleet.runs() == {"three": fleet.options.desired}
        assert all(isinstance(a, Begin | Stop | RollBack) for _, a in fleet.acts)
