"""When the next look is: not before somebody can be ready, close together where many are due, never too far."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.replace.boots import add_boots, law_of
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.limits import Guard, Limits, Pacing
from pulumi_rolling.core.replace.looks import (
    LONG,
    RAREST,
    SHARE,
    SHORT,
    Idle,
    longest_wait,
    rarely,
    with_those_still_booting,
)
from pulumi_rolling.core.replace.questions import undated
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
    """Twenty members by five: seven calls a replaced instance, and a roll about as long as with every look."""
    made = rolled(boot)
    assert made.done and made.calls <= 7.0 * 20
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


def test_those_that_are_late_count_as_boots() -> None:
    """Of a wave the quick are ready first: looks follow the slow that are still in flight, and not the quick alone."""
    quick = add_boots(Boots(), [100.0] * 4)
    law = law_of(quick, Boots())
    assert law is not None
    with_the_slow = with_those_still_booting(law, quick, Boots(), [1000.0] * 6)
    assert longest_wait(with_the_slow) > 3 * longest_wait(law)
    assert with_those_still_booting(law, quick, Boots(), [50.0] * 6) == law


def test_the_end_is_looked_for_when_all_can_be_ready() -> None:
    """Where nothing starts before the last is ready, one that may be ready at any time is no cause to look."""
    boots = add_boots(Boots(), [100.0] * 20)
    law = law_of(boots, Boots())
    assert law is not None
    ages = [99.0, 10.0]
    assert Idle(law, ages, together=2.0).until(2.0, 60.0) > 2 * Idle(law, ages).until(2.0, 60.0)
    assert Idle(law, [], together=2.0).until(2.0, 60.0) == 60.0


def test_others_operations_are_asked_for_once_in_two_boots() -> None:
    """Never more often than before boots are known, and within the hour."""
    rollout = fresh(SimulatedFleet(desired=20, max_size=20, revision=V1))
    assert rarely(rollout, 30.0) == 30.0

    def after(boot: float) -> float:
        return rarely(replace(rollout, prior=add_boots(Boots(), [boot] * 4)), 30.0)

    assert after(5.0) == 30.0 and after(200.0) > 400.0 and after(36_000.0) == RAREST


def test_launch_times_are_asked_for_with_the_first_that_may_be_ready() -> None:
    """One request dates all that boot: not one for each look that shows a new member."""
    rollout = replace(fresh(SimulatedFleet(desired=4, max_size=4, revision=V1)))
    rollout = replace(rollout, way=replace(rollout.way, watermark=900.0))
    booting = [
        Member(f"i-{n}", rollout.target, Lifecycle.PENDING, launched_after=1000.0 + n) for n in range(3)
    ]
    assert undated(rollout, booting, 1100.0, 300.0) == []
    assert undated(rollout, booting, 1300.0, 300.0) == booting, "the first one's clock may have run out"
    serving = [replace(booting[0], lifecycle=Lifecycle.IN_SERVICE), *booting[1:]]
    assert undated(rollout, serving, 1100.0, 300.0) == serving
    unseen = [replace(m, launched_after=None) for m in booting]
    assert undated(rollout, unseen, 1100.0, 300.0) == unseen, "after a resume nothing is known of them"
