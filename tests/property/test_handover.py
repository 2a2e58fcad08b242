"""What the delegate machine hands over the replace machine returns: property 23 goes on where 1, 7, 9 and 16 begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st
from pulumi_rolling.core.delegate.limits import WayBack
from pulumi_rolling.core.machine import DELEGATE, REPLACE, is_handed_over, is_over, is_taken_on, take_on
from pulumi_rolling.core.model.goal import Direction, OnFailure
from pulumi_rolling.core.model.member import Lifecycle
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.engine.record.header import decode, encode
from pulumi_rolling.fleets.simulated import Behaviour, DelegatedFleet, SimulatedFleet

from .delegate_driver import Meddle, Trip
from .driver import Run
from .test_delegate import MISFORTUNES, V1, V2, Case, cases
from .test_properties import checked

PROCESSES = frozenset({"AZRebalance"})
PAUSE = frozenset({"InstanceRefresh"})


ENDS: dict[str, Callable[[DelegatedFleet], object]] = {
    "aborted on request": lambda fleet: fleet.request(Request("q1", "abort")),
    **{
        name: MISFORTUNES[name]
        for name in ("ends by itself", "stopped by a stranger", "ended and told no more")
    },
}
builds = st.one_of(
    st.builds(Behaviour, boot=st.floats(2, 8), spread=st.floats(0, 0.5)),
    st.builds(Behaviour, boot=st.floats(1, 20), in_service=st.just(False)),
)


def once_mixed(befall: Callable[[DelegatedFleet], object]) -> Meddle:
    """At the first look at which somebody is new."""
    done: list[float] = []

    def meddle(fleet: DelegatedFleet, look: int) -> None:
        if not done and fleet.runs().get("two"):
            done.append(fleet.now)
            befall(fleet)

    return meddle


def handed(case: Case, behaviour: Behaviour, end: str) -> tuple[DelegatedFleet, Trip]:
    """A delegated rollout that ended handed over, and its group as it left it."""
    limits = replace(case.limits, on_failure=OnFailure.ROLL_BACK, part=False, approval=False)
    limits = replace(limits, way_back_by=WayBack.REPLACE, otherwise=WayBack.REPLACE)
    case = replace(case, limits=limits, service={**case.service, "checkpoints": (), "auto_rollback": False})
    fleet = case.fleet(behaviours={"two": behaviour})
    trip = case.trip(fleet, once_mixed(ENDS[end]))
    trip.go()
    assume(is_handed_over(trip.rollout))
    return fleet, trip


def as_left(left: DelegatedFleet, behaviour: Behaviour, room: int, seed: int, paused: bool) -> SimulatedFleet:
    """The same group as the replace machine meets it: as many on each revision, the pointer where it is."""
    desired = left.options.desired
    fleet = SimulatedFleet(
        desired=desired,
        max_size=desired + room,
        min_size=min(1, desired),
        revision=V1,
        behaviours={"one": Behaviour(boot=5.0, spread=0.3), "two": behaviour},
        suspended=PROCESSES | (PAUSE if paused else frozenset()),
        seed=seed,
    )
    fleet.point(V2)
    for member in fleet.members()[: left.runs().get("two", 0)]:
        fleet.renew(member.id)
    fleet.advance(fleet.now + 30.0)
    fleet.point(left.pointer)
    return fleet


@checked
@given(
    cases(),
    builds,
    st.sampled_from(sorted(ENDS)),
    st.integers(0, 3),
    st.sampled_from(Pacing),
    st.booleans(),
    st.frozensets(st.integers(1, 12), max_size=4),
)
def test_what_is_handed_over_comes_back(
    case: Case,
    behaviour: Behaviour,
    end: str,
    room: int,
    pacing: Pacing,
    paused: bool,
    crashes: frozenset[int],
) -> None:
    """All members of the former revision, the floor kept, sizes and processes as found; a pause of ours is let go."""
    left, trip = handed(case, behaviour, end)
    fleet = as_left(left, behaviour, room, case.service["seed"], paused)
    found = fleet.sizes
    rollout = take_on(decode(encode(trip.rollout)), found, fleet.suspended, PAUSE)
    limits = Limits(
        batch=2,
        floor=max(0, found.desired - 1),
        max_size=found.max,
        pacing=pacing,
        settle=6.0,
        boot_limit=120.0,
    )
    run = Run(fleet, limits, REPLACE.resume(decode(encode(rollout)), fleet.now), crashes)
    outcome = run.go().outcome
    assert outcome is not None and outcome.returned, run.rollout
    there = {m.revision.digest for m in fleet.members() if m.lifecycle is not Lifecycle.LEAVING}
    assert there == {"one"} and fleet.pointer == V1
    assert fleet.sizes == found and fleet.suspended == PROCESSES, "property 9"
    assert run.rollout.verdict == trip.rollout.verdict and run.rollout.goal == trip.rollout.goal
    by_us = [truth for truth in fleet.history if truth.by_us]
    assert all(truth.total <= run.ceiling() for truth in by_us), "property 2"


@checked
@given(cases(), builds, st.sampled_from(sorted(ENDS)))
def test_until_the_other_record_stands_the_first_hands_over_again(
    case: Case, behaviour: Behaviour, end: str
) -> None:
    """Property 7: whoever finds the record begins nothing and ends as it had ended; the other record is a way back."""
    left, trip = handed(case, behaviour, end)
    begun, found = len(left.courses), decode(encode(trip.rollout))
    again = Trip(left, trip.limits, DELEGATE.resume(found, left.now))
    again.go()
    assert is_handed_over(again.rollout) and len(left.courses) == begun and not again.begins
    assert again.rollout.verdict == trip.rollout.verdict
    taken = take_on(again.rollout, as_left(left, behaviour, 1, 1, False).sizes, frozenset(), frozenset())
    assert is_taken_on(decode(encode(taken))) and taken.direction is Direction.BACK
    assert not is_over(again.rollout) and not is_over(taken)
    assert not is_taken_on(REPLACE.retarget(taken, V1, 5.0)), "another target is a rollout of its own"
