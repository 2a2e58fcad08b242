"""A simulated rollout is the engine's: the same acts at the same moments, without the looks that bring nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.member import Signal
from pulumi_rolling.core.replace.limits import Guard, Limits, Pacing
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.simulation.calls import AFTER, BEFORE, Bill
from pulumi_rolling.simulation.driver import Manner, Rolled, drive

from tests.engine.stage import FleetClock, MortalFleet
from tests.engine.stage import drive as engine_drive

from .stage import SLIDING, Drawn, fresh, group

TWELVE = {"desired": 12, "max_size": 12}
LIMITS = Limits(
    batch=3,
    floor=9,
    max_size=12,
    signals=True,
    pause=60.0,
    active_percent=None,
    settle=6.0,
    suspend=frozenset({"AZRebalance"}),
)


@pytest.mark.parametrize("seed", range(60))
def test_looks_that_bring_nothing_can_be_left_out(seed: int) -> None:
    """Whatever the policy and the misfortunes: the same acts in the same moments, and the same figures."""
    drawn = Drawn(seed)
    made, calls = [], list[int]()
    for every_look in (False, True):
        fleet = drawn.fleet()
        rolled = drive(fleet, drawn.limits(), fresh(fleet), Manner(every_look=every_look, approve_after=11.0))
        made.append((replace(rolled, decisions=0, calls=0), fleet.acts))
        calls.append(rolled.calls)
        assert rolled.decisions <= rolled.looks
    assert made[0] == made[1]
    # When within a stretch of idle looks the lease is renewed is not followed to the look.
    assert calls[0] == pytest.approx(calls[1], abs=2, rel=0.01)


@pytest.mark.parametrize("pacing", Pacing)
@pytest.mark.parametrize("signal", [Signal.SUCCESS, Signal.FAILURE, None])
def test_acts_and_looks_are_those_of_the_engine(pacing: Pacing, signal: Signal | None) -> None:
    """The engine's own loop, with lease and record, does the same at the same moments and looks as often."""
    limits = replace(LIMITS, pacing=pacing)
    behaviour = Behaviour(boot=20.0, spread=0.4, signal=signal)
    fleet = group(behaviour, seed=5, **TWELVE)
    bill = Bill(limits, 12, fleet.now)
    rolled = drive(fleet, limits, fresh(fleet), bill=bill)
    driven = group(behaviour, seed=5, **TWELVE)
    counting = MortalFleet(driven)
    engine_drive(counting, FleetClock(driven), limits, fresh(driven))
    assert since_the_first(fleet.acts) == since_the_first(driven.acts)
    assert rolled.looks == counting.calls.count("observe")
    acts = [call for call in counting.calls if call not in ("observe", "write", "remove")]
    assert bill.acts == len(acts)
    # Those of taking the lease and of the end are counted apart.
    writes = counting.calls.count("write") - 1
    assert bill.marks == pytest.approx(writes, abs=2)
    assert rolled.calls == bill.looks + bill.acts + bill.marks + BEFORE + AFTER


def roll(fleet: SimulatedFleet, limits: Limits, **how: Any) -> Rolled:
    return drive(fleet, limits, fresh(fleet), Manner(**how))


def since_the_first(acts: Sequence[tuple[float, object]]) -> list[tuple[float, object]]:
    return [(round(at - acts[0][0], 6), act) for at, act in acts]


def test_what_a_look_costs_follows_the_policy() -> None:
    """Signals, alarms and a suspended health check each want something more at a look, target health at some."""

    def per_look(limits: Limits) -> float:
        fleet = group(Behaviour(boot=30.0), targets=True, checks=True)
        bill = Bill(limits, 6, fleet.now)
        rolled = drive(fleet, limits, fresh(fleet), bill=bill)
        return bill.looks / rolled.looks

    plain = per_look(replace(SLIDING, signals=False, pause=0.0))
    signals = per_look(SLIDING)
    assert plain < 1.2 < signals < 2.0
    assert signals + 0.1 < per_look(replace(SLIDING, target_health=True)) < signals + 0.5
    assert per_look(replace(SLIDING, alarms=("errors",))) == pytest.approx(signals + 1, abs=0.1)
    assert per_look(replace(SLIDING, suspend=frozenset({"HealthCheck"}))) > signals


def test_continuous_looks_are_quicker_than_any_poll() -> None:
    """Looking in the moment of each event leaves only the boots themselves, and the first second."""
    behaviour = Behaviour(boot=100.0)
    patient = replace(SLIDING, pause=600.0)
    at_once = roll(group(behaviour), patient, continuous=True)
    polled = roll(group(behaviour), replace(patient, poll=10.0))
    assert 300.0 <= at_once.seconds < 302.0 < polled.seconds


def test_a_grain_saves_decisions_and_costs_a_little_time() -> None:
    """News that waits makes fewer decisions; floor, outcome and touched stay, calls and time are nearly as without."""
    behaviour = Behaviour(boot=60.0, spread=0.3)
    sizes = {"desired": 40, "max_size": 40}
    limits = replace(SLIDING, batch=8, floor=32, max_size=40, pause=600.0)
    fine = roll(group(behaviour, **sizes), limits)
    coarse = roll(group(behaviour, **sizes), limits, grain=3.0)
    assert coarse.decisions < 0.8 * fine.decisions
    assert coarse.seconds == pytest.approx(fine.seconds, rel=0.05)
    assert coarse.calls == pytest.approx(fine.calls, rel=0.15)
    assert (coarse.done, coarse.touched, coarse.lowest) == (fine.done, fine.touched, fine.lowest)


def test_approval_comes_after_the_given_time() -> None:
    """A gate that wants approval stands until somebody answers, however long that takes."""
    limits = replace(SLIDING, canary=1, approval=True)
    soon = roll(group(), limits, approve_after=0.0)
    late = roll(group(), limits, approve_after=5000.0)
    assert soon.done and late.done
    assert late.seconds - soon.seconds == pytest.approx(5000.0, abs=5.0)


def test_an_all_bad_build_touches_the_window_and_with_a_canary_one() -> None:
    """No pacing ever touches more of it by our acts."""
    silent = Behaviour(boot=10.0, signal=None)
    for guard in Guard:
        limits = replace(SLIDING, guard=guard)
        assert roll(group(silent), limits).touched == SLIDING.batch
        assert roll(group(silent), replace(limits, canary=1)).touched == 1


def test_a_verdict_may_be_the_end() -> None:
    """Who asks only what a bad build reaches need not follow the way back."""
    silent = Behaviour(boot=10.0, signal=None)
    whole = roll(group(silent), SLIDING)
    forward = roll(group(silent), SLIDING, only_forward=True)
    assert (forward.done, forward.returned, forward.seconds) == (False, None, whole.stopped)
    assert (forward.touched, forward.why) == (whole.touched, whole.why)
