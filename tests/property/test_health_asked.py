"""Property 25: a look that left health open decides as one that asked, or decides nothing and asks."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.model.member import Lifecycle, Member, Sizes, TargetHealth
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.limits import Guard, Limits, Pacing
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.questions import proves_members
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.fleets.replace import Sight
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from .driver import Meddle, Run
from .test_gates_and_verbs import VERBS
from .test_properties import V1, Case, cases, checked, misfortunes

CALM = 120.0
"""Seconds from the first look after which all members are healthy that the fleet calls so: every roll ends."""
SAID = (TargetHealth.HEALTHY, *TargetHealth)
Told = Callable[[Member], TargetHealth | None]


@dataclass
class Flapping:
    """A simulated fleet whose load balancers change their mind about any member, at any time."""

    fleet: SimulatedFleet
    seed: int
    calm: float = CALM

    def __getattr__(self, name: str) -> object:
        return getattr(self.fleet, name)

    def observe(self, rollout: Rollout) -> Sight:
        sight = self.fleet.observe(rollout)
        at = sight.observation.at
        if at - rollout.started_at >= self.calm:
            # Its roster is made anew, as that of a look with other healths is: in the same order.
            return Sight(replace(sight.observation, roster=None), sight.marks)
        members = tuple(
            replace(m, target=random.Random(f"{self.seed} {m.id} {at // 4}").choice(SAID))
            for m in sight.observation.members
        )
        return Sight(replace(sight.observation, members=members), sight.marks)


@dataclass
class Asking(Run):
    """A run that at each look compares what is decided with what would be if health had not been asked for."""

    asked: list[bool] = field(default_factory=list)

    def _check(self, decision: Decided, seen: Observation) -> None:
        if not proves_members(self.rollout):
            return
        chance = random.Random(len(self.decisions))
        told: tuple[Told, ...] = (
            lambda m: None,
            lambda m: TargetHealth.HEALTHY,
            lambda m: TargetHealth.UNHEALTHY,
            lambda m: chance.choice(SAID),
        )
        answers = [self._unasked(seen, each) for each in told]
        assert len({answer.asks_health for answer in answers}) == 1, "the question hangs on what it asks for"
        for answer in answers:
            if answer.asks_health:
                assert not answer.actions and answer.outcome is None and answer.next is self.rollout
            else:
                assert _but_words(answer) == _but_words(decision)
        self.asked.append(answers[0].asks_health)

    def _unasked(self, seen: Observation, told: Told) -> Decided:
        members = tuple(replace(m, target=told(m)) for m in seen.members)
        return decide(self.limits, self.rollout, replace(seen, members=members, health_asked=False))


def _but_words(decision: Decided) -> Decided:
    """What people are told may name the last health."""
    return replace(
        decision,
        because=replace(decision.because, cause=""),
        status=replace(decision.status, ready=0),
    )


@checked
@given(
    cases(),
    misfortunes,
    st.integers(0, 10_000),
    st.lists(st.tuples(st.integers(1, 60), st.sampled_from(VERBS), st.integers(0, 11)), max_size=4),
    st.lists(st.tuples(st.floats(1, 90), st.integers(0, 11)), max_size=3),
)
def test_a_look_that_asks_for_no_health_decides_as_if_it_had(
    case: Case,
    behaviour: Behaviour,
    seed: int,
    said: list[tuple[int, str, int]],
    dead: list[tuple[float, int]],
) -> None:
    """Whatever the policy, healths, deaths and verbs, and whatever was told of health before: the same decision."""
    case = replace(case, limits=replace(case.limits, target_health=True))
    fleet = case.fleet(behaviours={"two": behaviour})
    for after, place in dead:
        fleet.after(after, lambda place=place: _kill(fleet, place))  # type: ignore[misc]

    def meddle(_: SimulatedFleet, look: int) -> None:
        for when, verb, place in said:
            if when == look:
                members = fleet.members()
                name = members[place % len(members)].id if members else ""
                fleet.request(Request(f"{when}-{verb}-{place}", verb, name))

    asking(case, fleet, seed, meddle).go()


def asking(case: Case, fleet: SimulatedFleet, seed: int, meddle: Meddle, calm: float = CALM) -> Asking:
    flapping: Any = Flapping(fleet, seed, calm)
    return Asking(flapping, case.limits, case.rollout(fleet), meddle=meddle, looks=4000)


def _kill(fleet: SimulatedFleet, place: int) -> None:
    members = fleet.members()
    if members:
        fleet.kill(members[place % len(members)].id)


SURGE = Limits(
    batch=2,
    floor=6,
    max_size=8,
    active_percent=100.0,
    pacing=Pacing.SLIDING,
    guard=Guard.BALANCED,
    target_health=True,
    settle=8.0,
    boot_limit=120.0,
)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("more", "verb"),
    [({}, "skip"), ({}, "retry"), ({"on_failure": OnFailure.LEAVE}, "abort")],
    ids=["skip", "retry", "abort and leave"],
)
def test_whom_somebody_spares_or_gives_up_is_counted_by_health_of_that_look(
    more: dict[str, Any], verb: str, seed: int
) -> None:
    """Skipped members stay while they serve, and surplus ones that go by name are those that serve nobody."""
    case = Case(replace(SURGE, **more), Sizes(4, 8, 6), seed)
    fleet = case.fleet(behaviours={"two": Behaviour(boot=6.0, spread=0.5)})
    chance = random.Random(seed)

    def meddle(_: SimulatedFleet, look: int) -> None:
        if look in (4, 9, 14):
            fleet.request(Request(f"{look}", verb, chance.choice(fleet.members()).id))

    run = asking(case, fleet, seed, meddle)
    run.go()
    assert 0 < sum(run.asked) < len(run.asked)


def test_a_word_about_a_member_is_taken_up_with_its_health() -> None:
    """Of the last two old ones one is skipped while the window is full: whether it serves decides if the other goes."""
    case = Case(replace(SURGE, batch=1, max_size=7), Sizes(4, 7, 6), 1)
    fleet = case.fleet(behaviours={"two": Behaviour(boot=6.0)})

    def meddle(_: SimulatedFleet, look: int) -> None:
        old = [m.id for m in fleet.members() if m.revision == V1 and m.lifecycle is Lifecycle.IN_SERVICE]
        coming = [m for m in fleet.members() if m.lifecycle is Lifecycle.PENDING]
        if len(old) == 2 and coming:
            fleet.request(Request("s", "skip", old[0]))

    asking(case, fleet, 0, meddle, calm=0.0).go()
    assert V1 in {m.revision for m in fleet.members() if m.lifecycle is Lifecycle.IN_SERVICE}
