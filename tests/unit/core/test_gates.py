"""Where a rollout stops on its way, and how many may start before it (decisions 0008 and 0009)."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.replace.gates import AtGate, Stop, in_canary, next_stop, room, stand, stops
from pulumi_rolling.core.replace.rollout import Gate, Rollout

from tests.rollouts import changed
from tests.unit.core.stage import START, limits, rolling

CANARY: dict[str, Any] = {"canary": 1, "soak": 600.0}
HALVES: dict[str, Any] = {"checkpoints": (50.0, 100.0), "checkpoint_delay": 60.0}


def ready(count: int, **changes: Any) -> Rollout:
    return rolling(**({"succeeded": frozenset(f"new-{i}" for i in range(count))} | changes))


@pytest.mark.parametrize(
    ("changes", "total", "found"),
    [
        pytest.param({}, 10, (), id="none is asked for"),
        pytest.param(CANARY, 10, (Stop(1, 600.0, None),), id="the canaries"),
        pytest.param({"canary": 20}, 10, (Stop(10, 0.0, None),), id="no more canaries than members"),
        pytest.param(HALVES, 10, (Stop(5, 60.0, 50.0), Stop(10, 60.0, 100.0)), id="each checkpoint"),
        pytest.param(
            HALVES,
            3,
            (Stop(2, 60.0, 50.0), Stop(3, 60.0, 100.0)),
            id="half of three is two: the share is reached",
        ),
        pytest.param({"checkpoints": (1.0,)}, 10, (Stop(1, 0.0, 1.0),), id="a percent of ten is one"),
        pytest.param(
            {"checkpoints": (100.0,)}, 200, (Stop(200, 0.0, 100.0),), id="all of them are all of them"
        ),
        pytest.param({"checkpoints": (7.0,)}, 100, (Stop(7, 0.0, 7.0),), id="7 percent of 100 is 7, not 8"),
        pytest.param(
            CANARY | {"checkpoints": (10.0,), "checkpoint_delay": 60.0},
            10,
            (Stop(1, 600.0, 10.0),),
            id="canaries and a checkpoint at the same number are one, with the longer time",
        ),
        pytest.param(
            CANARY | {"checkpoints": (10.0,), "checkpoint_delay": 900.0},
            10,
            (Stop(1, 900.0, 10.0),),
            id="the longer time may be the checkpoint's",
        ),
        pytest.param(
            {"checkpoints": (10.0, 40.0, 100.0), "checkpoint_delay": 5.0},
            2,
            (Stop(1, 5.0, 40.0), Stop(2, 5.0, 100.0)),
            id="two checkpoints at the same number are one (instance refresh skips them in small groups, too)",
        ),
        pytest.param(
            {"canary": 4, "checkpoints": (20.0, 80.0)},
            10,
            (Stop(2, 0.0, 20.0), Stop(4, 0.0, None), Stop(8, 0.0, 80.0)),
            id="in the order of their numbers, whatever they are",
        ),
        pytest.param(CANARY | HALVES, 0, (), id="nobody is replaced: no stop"),
    ],
)
def test_stops(changes: dict[str, Any], total: int, found: tuple[Stop, ...]) -> None:
    """A stop is a number of successes with a time; two at the same number are one (decision 0009)."""
    assert stops(limits(**changes), total) == found


def test_the_next_stop_is_the_first_not_passed() -> None:
    """It is remembered how far the last one stood, in successes."""
    rules = limits(**CANARY, **HALVES)
    told = [next_stop(rules, ready(0, passed=passed)) for passed in (0, 1, 5, 10)]
    assert [stop and stop.count for stop in told] == [1, 5, 10, None]


def test_a_skip_takes_no_stop_away() -> None:
    """One of eleven is skipped: canary and 10 percent become one stop, and the one at half is still to come."""
    rules = limits(canary=1, checkpoints=(10.0, 50.0), approval=True)
    before = ready(2, total=11, passed=2)
    stop = next_stop(rules, changed(before, total=10))
    assert (next_stop(rules, before), stop) == (Stop(6, 0.0, 50.0), Stop(5, 0.0, 50.0))


def test_canaries_beyond_a_checkpoint_are_canaries_until_they_are_passed() -> None:
    """Four canaries and a checkpoint at two: the third one is a canary still."""
    rules = limits(canary=4, checkpoints=(20.0,))
    assert [in_canary(rules, ready(0, passed=passed)) for passed in (0, 2, 4)] == [True, True, False]


@pytest.mark.parametrize(
    ("changes", "rollout", "in_use", "slots", "free"),
    [
        pytest.param({}, ready(3, batch=4), 0, 0, 4, id="the whole window"),
        pytest.param({}, ready(3, batch=4), 3, 3, 1, id="less what is in use"),
        pytest.param({}, ready(3, batch=4), 5, 2, -1, id="victims that drain hold the window, too"),
        pytest.param({"slow_start": True}, ready(0, batch=4), 0, 0, 1, id="a slow start begins at one"),
        pytest.param(
            {"slow_start": True}, ready(2, batch=4), 1, 1, 2, id="and grows by one with each success"
        ),
        pytest.param({"slow_start": True}, ready(9, batch=4), 0, 0, 4, id="never beyond the window"),
        pytest.param(
            {"slow_start": True, "canary": 2}, ready(0, batch=4), 0, 0, 2, id="or begins at the canaries"
        ),
        pytest.param(
            {"slow_start": True, "canary": 2}, ready(1, batch=4, passed=2), 0, 0, 3, id="and grows from there"
        ),
        pytest.param({"canary": 3}, ready(0, batch=4), 0, 0, 3, id="no further than the canaries"),
        pytest.param({"canary": 3}, ready(1, batch=4), 1, 1, 1, id="those in flight are on their way there"),
        pytest.param({"canary": 3}, ready(1, batch=4), 4, 2, 0, id="full: the stop will be reached by these"),
        pytest.param({"canary": 3}, ready(3, batch=4), 0, 0, 0, id="none while it stands there"),
        pytest.param({"canary": 3}, ready(3, batch=4, passed=3), 0, 0, 4, id="passed: the window again"),
        pytest.param(HALVES, ready(4, batch=4), 0, 0, 1, id="no further than the checkpoint"),
        pytest.param(
            {"canary": 3},
            ready(0, batch=4),
            3,
            1,
            1,
            id="drains hold the window, not the stop: the tighter rules",
        ),
    ],
)
def test_room_for_starts(
    changes: dict[str, Any], rollout: Rollout, in_use: int, slots: int, free: int
) -> None:
    """Starts never go beyond the window, nor beyond the next stop, so no more are new there than it says."""
    assert room(limits(**changes), rollout, in_use, slots) == free


@pytest.mark.parametrize(
    ("changes", "passed", "inside"),
    [
        ({"canary": 1}, 0, True),
        ({"canary": 1}, 1, False),
        ({"checkpoints": (50.0,)}, 0, False),
        ({}, 0, False),
    ],
)
def test_when_a_failure_is_a_canary_s(changes: dict[str, Any], passed: int, inside: bool) -> None:
    """Until the canaries are passed every failure ends the rollout, whatever the budget (decision 0008)."""
    assert in_canary(limits(**changes), ready(0, passed=passed)) is inside


def stood(rollout: Rollout, at: float, **changes: Any) -> AtGate:
    return stand(limits(**changes), rollout, at)


def test_nobody_stands_before_the_stop() -> None:
    """With a success less there is no gate, and one that stood there before a late failure is gone."""
    assert stood(ready(0), START + 5, **CANARY) == AtGate(ready(0))
    assert stood(ready(0, gate=Gate(0, START)), START + 5, **CANARY) == AtGate(ready(0))


def test_the_time_of_a_stop_runs_from_when_it_is_reached() -> None:
    """600 s after the canary is ready, not after it was launched, and not anew at each look."""
    reached = stood(ready(1), START + 5, **CANARY)
    assert (reached.rollout.way.gate, reached.until) == (Gate(0, START + 5), START + 605)
    assert reached.rollout.progress_at == START + 5
    numbers: dict[str, int | float] = {"count": 1, "wait": 600.0, "left": 600.0}
    assert reached.because == Because(ReasonCode.SOAKING, numbers, ("new-0",))
    later = stood(reached.rollout, START + 604, **CANARY)
    assert (later.rollout, later.until) == (reached.rollout, START + 605)
    assert later.because == Because(ReasonCode.SOAKING, numbers | {"left": 1.0}, ("new-0",))
    opened = stood(reached.rollout, START + 605, **CANARY)
    assert opened == AtGate(ready(1, passed=1, progress_at=START + 605))


def test_a_checkpoint_says_its_percent() -> None:
    """Its own code and its share, so that people know which one it is."""
    reached = stood(ready(5), START, **HALVES)
    assert reached.because == Because(
        ReasonCode.CHECKPOINT, {"count": 5, "wait": 60.0, "percent": 50.0, "left": 60.0}
    )


@pytest.mark.parametrize(
    ("gate", "at", "because"),
    [
        pytest.param(Gate(0, START), START + 599, "soaking", id="neither its time nor a word"),
        pytest.param(
            Gate(0, START, approved=True), START + 599, "soaking", id="a word does not shorten the time"
        ),
        pytest.param(Gate(0, START), START + 600, "approval", id="its time is over, nobody spoke"),
        pytest.param(Gate(0, START), START + 1e6, "approval", id="nobody spoke for days"),
        pytest.param(Gate(0, START, approved=True), START + 600, None, id="both have come"),
    ],
)
def test_time_and_approval_are_both_needed(gate: Gate, at: float, because: str | None) -> None:
    """Where the policy wants approval a stop waits for its time and for somebody's word (decision 0009)."""
    made = stood(ready(1, gate=gate), at, **CANARY, approval=True)
    assert (made.because and made.because.code) == because
    assert made.rollout.way.passed == (because is None)
    assert made.until == (START + 600 if because == "soaking" else None)


def test_an_approval_is_for_one_gate() -> None:
    """The canary's approval does not open the checkpoint at 50 percent."""
    rules: dict[str, Any] = {"canary": 1, "checkpoints": (50.0,), "approval": True}
    made = stood(ready(5, gate=Gate(0, START, approved=True)), START, **rules)
    assert made.because == Because(
        ReasonCode.APPROVAL, {"count": 5, "wait": 0.0, "approval": 1, "percent": 50.0}
    )
    assert (made.rollout.way.passed, made.rollout.way.gate) == (1, Gate(1, START))


def test_several_gates_open_in_one_look() -> None:
    """Three stops without a time are passed at once where as many succeeded between two looks."""
    rules: dict[str, Any] = {"canary": 1, "checkpoints": (20.0, 50.0, 80.0)}
    made = stood(ready(6), START + 5, **rules)
    assert made == AtGate(ready(6, passed=5, progress_at=START + 5))


def test_each_of_several_gates_has_its_own_time() -> None:
    """The second stop's time begins when the first is passed, not when its number was reached."""
    first = stood(ready(10), START, **HALVES)
    assert first.until == START + 60
    second = stood(first.rollout, START + 60, **HALVES)
    assert (second.rollout.way.passed, second.rollout.way.gate, second.until) == (
        5,
        Gate(1, START + 60),
        START + 120,
    )
    last = stood(second.rollout, START + 120, **HALVES)
    assert (last.because, last.rollout.way.passed, last.rollout.way.gate) == (None, 10, None)
