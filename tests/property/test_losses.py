"""Property 14: ready is provisional until the roll ends, and losses have a budget of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.model.member import Lifecycle, Sizes
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.simulation import Rolled, drive

from .driver import Run
from .test_others import most_launches
from .test_properties import V1, V2, Case, assert_as_found, cases, checked

UNWATCHED = frozenset({"HealthCheck", "ReplaceUnhealthy"})
LIAR = Behaviour(boot=90.0, dies_after=120.0)
FIFTY = Limits(
    batch=5, floor=45, max_size=55, signals=True, pause=300.0, active_percent=None, pacing=Pacing.SLIDING
)
SHORT = Case(
    Limits(
        batch=2, floor=5, max_size=8, signals=True, pause=300.0, active_percent=None, pacing=Pacing.SLIDING
    ),
    Sizes(4, 8, 6),
    1,
)

dying = st.builds(Behaviour, boot=st.floats(0.5, 5), dies_after=st.floats(1, 40), share=st.floats(0, 1))


@checked
@example(
    replace(SHORT, limits=replace(SHORT.limits, canary=1, soak=5.0)), Behaviour(boot=4.0, dies_after=1.5), 0.0
)
@given(cases(), dying, st.floats(0, 4))
def test_a_build_that_dies_is_counted_and_every_roll_ends(
    case: Case, behaviour: Behaviour, stale: float
) -> None:
    """Properties 1, 3, 9, 13, 14: losses spend their budget, and one more than that ends the roll."""
    fleet = case.fleet(behaviours={"two": behaviour}, stale=stale)
    run = Run(fleet, case.limits, case.rollout(fleet), looks=4000)
    end = run.go()
    assert end.outcome is not None
    for decision in run.decisions:
        way, rules = decision.next.way, case.limits
        if decision.next.direction.value == "back" or not way.total or decision.next.verdict is not None:
            continue
        if way.held is not None:
            continue
        tolerated = most_launches(rules, run, way.total) - way.total - rules.batch
        assert decision.next.ours.launched <= way.total + tolerated + rules.batch, "property 13"
        assert way.losses <= tolerated, "property 14"
        if way.losses and rules.canary:
            assert way.passed >= min(rules.canary, way.total), "property 14: a watched canary's loss is fatal"
    if end.outcome.done or end.outcome.returned:
        assert_as_found(run, case)


def roll(
    limits: Limits, behaviour: Behaviour, desired: int = 50, seed: int = 1
) -> tuple[Rolled, SimulatedFleet]:
    sizes = Sizes(0, limits.max_size, desired)
    case = Case(limits, sizes, seed)
    fleet = case.fleet(behaviours={"two": behaviour})
    return drive(fleet, limits, case.rollout(fleet)), fleet


CANARY = {"canary": 1, "soak": 600.0}
BAKE = {"bake": 900.0}
STOPS = {**CANARY, **BAKE, "checkpoints": (20.0,), "checkpoint_delay": 600.0}


@pytest.mark.parametrize("suspend", [frozenset[str](), UNWATCHED], ids=["healed", "nobody heals"])
@pytest.mark.parametrize(
    ("more", "why", "most"),
    [
        ({}, "tooManyLosses", 15),
        (CANARY, "canaryFailed", 1),
        (BAKE, "tooManyLosses", 15),
        (STOPS, "canaryFailed", 1),
        ({"checkpoints": (20.0,), "checkpoint_delay": 600.0}, "tooManyLosses", 10),
        ({"batch": 25, "floor": 25, "checkpoints": (50.0,), "checkpoint_delay": 600.0}, "tooManyLosses", 25),
        ({"signals": False, "active_percent": 100.0, "pacing": Pacing.LOCK_STEP}, "tooManyLosses", 15),
    ],
    ids=["signals", "canary", "bake", "all stops", "checkpoint", "half at a checkpoint", "pasted"],
)
def test_fifty_members_that_die_two_minutes_after_success(
    more: dict[str, Any], why: str, most: int, suspend: frozenset[str]
) -> None:
    """Such a build never passes, in the roll, at a stop, or with HealthCheck suspended by us; few are touched."""
    rolled, fleet = roll(replace(FIFTY, suspend=suspend, **more), LIAR)
    assert (rolled.done, rolled.returned, rolled.why) == (False, True, why)
    assert rolled.touched <= most
    assert rolled.stopped is not None and rolled.stopped < 900
    assert {m.revision for m in fleet.members() if m.lifecycle is not Lifecycle.LEAVING} == {V1}


def test_a_small_group_that_dies_while_it_bakes() -> None:
    """All are ready and die one after the other: the bake does not pass."""
    limits = replace(SHORT.limits, batch=6, floor=0, bake=900.0)
    rolled, _ = roll(limits, LIAR, desired=6)
    assert (rolled.done, rolled.why) == (False, "tooManyLosses")


def test_a_canary_that_serves_for_a_moment() -> None:
    """1.5 s in service with a soak of five: the roll ends at the canary, and the floor holds."""
    limits = replace(SHORT.limits, canary=1, soak=5.0)
    rolled, fleet = roll(limits, Behaviour(boot=4.0, dies_after=1.5), desired=6)
    assert (rolled.returned, rolled.why, rolled.touched) == (True, "canaryFailed", 1)
    assert rolled.lowest >= 5
    assert len(fleet.launched) <= 3


def test_one_broken_machine_in_five_hundred_undoes_nothing() -> None:
    """A loss that is within the budget is replaced, and the roll arrives."""
    limits = replace(FIFTY, batch=25, floor=475, max_size=525)
    sizes = Sizes(0, 525, 500)
    case = Case(limits, sizes, 1)
    fleet = case.fleet(behaviours={"two": Behaviour(boot=90.0)})
    fleet.after(
        400.0, lambda: fleet.kill(next(m.id for m in fleet.members() if m.revision == V2 and m.in_service_at))
    )
    run = Run(fleet, limits, case.rollout(fleet))
    end = run.go()
    assert end.outcome is not None and end.outcome.done
    assert run.rollout.way.losses == 1


@pytest.mark.parametrize("suspend", [frozenset[str](), UNWATCHED], ids=["healed", "nobody heals"])
def test_an_excused_loss_spends_nothing(suspend: frozenset[str]) -> None:
    """Spot interruptions of ready members are no losses."""
    limits = replace(SHORT.limits, suspend=suspend)
    fleet = SHORT.fleet(behaviours={"two": Behaviour(boot=20.0)})

    def interrupt() -> None:
        ready = [m for m in fleet.members() if m.revision == V2 and m.in_service_at and m.alive]
        for member in ready[:1]:
            fleet.kill(member.id, excused=True)

    for at in (30.0, 60.0, 90.0):
        fleet.after(at, interrupt)
    run = Run(fleet, limits, SHORT.rollout(fleet))
    end = run.go()
    assert end.outcome is not None and end.outcome.done
    assert run.rollout.way.losses == 0


def test_members_that_we_end_ourselves_are_no_losses() -> None:
    """Surplus that is named after a skip goes without a word about losses."""
    limits = replace(SHORT.limits, on_failure=OnFailure.LEAVE)
    fleet = SHORT.fleet(behaviours={"two": Behaviour(boot=20.0)})
    chosen = fleet.members()[-1].id
    fleet.after(10.0, lambda: fleet.request(Request("s", "skip", chosen)))
    run = Run(fleet, limits, SHORT.rollout(fleet))
    end = run.go()
    assert end.outcome is not None and end.outcome.done
    assert run.rollout.way.losses == 0
