"""When the next look is: not before somebody can be ready, close together where many are due, never too far."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from pulumi_rolling.core.replace.boots import add_boots
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.limits import Guard, Limits, Pacing
from pulumi_rolling.core.replace.looks import LONG, SHARE, SHORT
from pulumi_rolling.core.replace.rollout import Boots, Decided
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.simulation.driver import AS_THE_ENGINE, Manner, Rolled, drive

from tests.unit.simulation.stage import V1, fresh

LIMITS = Limits(
    batch=5, floor=15, max_size=20, pacing=Pacing.SLIDING, guard=Guard.BALANCED, ready_within=36_000.0
)


def rolled(boot: float, manner: Manner = AS_THE_ENGINE) -> Rolled:
    fleet = SimulatedFleet(
        desired=20,
        max_size=20,
        revision=V1,
        behaviours={"two": Behaviour(boot=boot, spread=0.3)},
        seed=3,
        shutdown=0.0,
    )
    return drive(fleet, LIMITS, fresh(fleet), manner)


def decisions(boot: float) -> list[tuple[float, Decided]]:
    """Each decision of a roll whose boots are known from the last one, with its moment."""
    fleet = SimulatedFleet(
        desired=20, max_size=20, revision=V1, behaviours={"two": Behaviour(boot=boot)}, shutdown=0.0
    )
    rollout = replace(fresh(fleet), prior=add_boots(Boots(), [boot] * 20))
    made: list[tuple[float, Decided]] = []
    while True:
        decision = decide(LIMITS, rollout, fleet.observe(rollout).observation)
        made.append((fleet.now, decision))
        for action in decision.actions:
            fleet.apply(action)
        if decision.outcome is not None:
            return made
        rollout = decision.next
        fleet.advance(decision.look_again_at)


@pytest.mark.parametrize("boot", [5.0, 90.0, 300.0, 1800.0])
def test_calls_a_replaced_instance_do_not_grow_with_the_boots(boot: float) -> None:
    """Twenty members by five: some seven calls a replaced instance, and a roll about as long as with every look."""
    made = rolled(boot)
    assert made.done and made.calls <= 7.5 * 20
    at_once = rolled(boot, manner=Manner(continuous=True))
    assert made.seconds < max(1.07 * at_once.seconds, at_once.seconds + 10)


def test_known_boots_save_the_looks_at_the_first_wave() -> None:
    """The last roll's boots are enough for it: a good part of the looks before the first member is ready."""

    def before_the_first(boots: Boots) -> int:
        fleet = SimulatedFleet(
            desired=20, max_size=20, revision=V1, behaviours={"two": Behaviour(boot=90.0)}, shutdown=0.0
        )
        rollout, looks = replace(fresh(fleet), prior=boots), 0
        while not rollout.way.succeeded:
            decision = decide(LIMITS, rollout, fleet.observe(rollout).observation)
            for action in decision.actions:
                fleet.apply(action)
            rollout, looks = decision.next, looks + 1
            fleet.advance(decision.look_again_at)
        return looks

    assert before_the_first(add_boots(Boots(), [90.0] * 5)) < 0.7 * before_the_first(Boots())


def test_nothing_is_looked_at_before_the_earliest_can_be_ready() -> None:
    """After the start the next looks are as far apart as they may be, until members are due."""
    made = decisions(400.0)
    started = next(at for at, decision in made if decision.actions and decision.by_boots)
    early = [at for at, _ in made if started < at < started + 150]
    assert len(early) <= 2
    due = [at for at, _ in made if started + 300 < at < started + 400]
    assert len(due) >= len(early)


def test_no_two_looks_are_further_apart_than_the_longest_wait() -> None:
    """A quarter of a boot, and for very long ones five minutes: a death and an interloper are seen by then."""
    for boot in (90.0, 400.0, 3000.0):
        made = decisions(boot)
        waits = [decision.look_again_at - at for at, decision in made if decision.by_boots]
        # The law of few boots is wider than theirs.
        assert max(waits) <= min(LONG, max(SHORT, SHARE * boot * math.exp(0.25))) + 1e-6


def test_acts_whose_effect_the_next_step_needs_are_looked_at_soon() -> None:
    """The pointer and the processes come first: the look after them is one poll later."""
    at, first = decisions(400.0)[0]
    assert first.actions and not first.by_boots
    assert first.look_again_at == at + LIMITS.poll


def test_what_waits_for_somebody_is_no_matter_of_boots() -> None:
    """A gate, a pause, a victim that drains: something else than boots is waited for, and the usual pace holds."""
    limits = replace(LIMITS, canary=1, approval=True)
    fleet = SimulatedFleet(
        desired=20, max_size=20, revision=V1, behaviours={"two": Behaviour(boot=60.0)}, shutdown=0.0
    )
    rollout = fresh(fleet)
    for _ in range(200):
        decision = decide(limits, rollout, fleet.observe(rollout).observation)
        for action in decision.actions:
            fleet.apply(action)
        rollout = decision.next
        if rollout.way.gate is not None:
            assert not decision.by_boots
            assert decision.look_again_at - fleet.now <= 3 * limits.poll
            return
        fleet.advance(decision.look_again_at)
    raise AssertionError("no gate was reached")
