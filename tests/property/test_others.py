"""Property 13 and the second half of 16: others move the group, our launches are bounded, and every roll ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pulumi_rolling.core.model.codes import VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Revision, Sizes
from pulumi_rolling.core.replace.actions import PointAt, Terminate
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.sizing import tolerated
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.simulation import drive

from .driver import Run
from .test_properties import V1, V2, Case, cases, checked, good, misfortunes

V3 = Revision("lt-1:3", "three", "version 3")
EQUAL = Revision("lt-1:4", "two", "version 4")
"""Another version with the contents of version 2."""

REFRESH = "instance refresh 4a77 is InProgress"
DEEDS = ("back", "other", "equal", "right", "grow", "shrink", "least", "kill", "attach", "renew", "refresh")

deeds = st.lists(st.tuples(st.integers(1, 60), st.sampled_from(DEEDS), st.integers(0, 11)), max_size=12)


def do(fleet: SimulatedFleet, deed: str, which: int) -> None:
    """One act of somebody else."""
    pointers = {"back": V1, "other": V3, "equal": EQUAL, "right": V2}
    sizes = fleet.sizes
    present = [m for m in fleet.members() if m.lifecycle is not Lifecycle.LEAVING]
    if deed in pointers:
        fleet.point(pointers[deed])
    elif deed == "grow":
        fleet.resize(desired=min(sizes.max, sizes.desired + 1))
    elif deed == "shrink":
        fleet.resize(desired=max(sizes.min, sizes.desired - 1))
    elif deed == "least":
        fleet.resize(least=min(which, sizes.desired))
    elif deed == "refresh":
        fleet.begin_by_another(REFRESH if which % 3 else "")
    elif deed == "attach":
        fleet.attach(V1)
    elif deed == "kill" and present:
        fleet.kill(present[which % len(present)].id)
    elif deed == "renew" and present:
        fleet.renew(present[which % len(present)].id)


def most_failures(limits: Limits, run: Run, total: int) -> int:
    desired = max(1, run.rollout.found.sizes.desired + run.rollout.ours.delta)
    allowed = [tolerated(total, limits.need_percent)] if limits.signals else []
    if limits.active_percent is not None:
        allowed.append(tolerated(desired, limits.active_percent))
    return min(allowed, default=total)


def most_losses(limits: Limits, run: Run, total: int) -> int:
    return max(1, most_failures(limits, run, total) + total // 20)


def most_launches(limits: Limits, run: Run, total: int) -> int:
    """M, the failures and losses tolerated, and the window."""
    return total + most_failures(limits, run, total) + most_losses(limits, run, total) + limits.batch


MIDWAY = Case(
    Limits(
        batch=2, floor=5, max_size=8, signals=True, pause=300.0, active_percent=None, pacing=Pacing.SLIDING
    ),
    Sizes(4, 8, 6),
    1,
)
"""Six, floor five: the pointer goes back in the middle of the roll."""


ALONE = Case(
    Limits(batch=1, floor=0, max_size=1, need_percent=0.0, active_percent=50.0, settle=8.0, boot_limit=120.0),
    Sizes(0, 1, 1),
    0,
)
"""One member, which the build never replaces: the way back is nearly over at the sixth look."""


@checked
@example(ALONE, Behaviour(abandon=True, boot=1.0), [(6, "other", 0), (6, "least", 1)], False)
@example(MIDWAY, Behaviour(boot=20.0), [(30, "back", 0)], False)
@example(MIDWAY, Behaviour(boot=20.0), [(30, "other", 0)], False)
@given(cases(), misfortunes, deeds, st.booleans())
def test_launches_by_our_acts_are_bounded_and_every_roll_ends(
    case: Case, behaviour: Behaviour, meddling: list[tuple[int, str, int]], flickering: bool
) -> None:
    """Property 13: whatever others do to pointer, sizes and members; ``flickering``: a pointer that never rests."""

    def meddle(fleet: SimulatedFleet, look: int) -> None:
        for when, deed, which in meddling:
            if when == look:
                do(fleet, deed, which)
        if flickering and look > 10:
            fleet.point(V1 if look % 5 else V2)

    fleet = case.fleet(behaviours={"two": behaviour})
    run = Run(fleet, case.limits, case.rollout(fleet), meddle=meddle, looks=4000)
    run.go()
    ways: dict[Direction, int] = {}
    for decision in run.decisions:
        way = decision.next.way
        if way.total:
            asked = decision.next.ours.launched - way.launched_before
            ways[decision.next.direction] = max(asked, ways.get(decision.next.direction, 0))
            rules = case.limits if decision.next.direction.value == "forward" else case.limits.back()
            assert asked <= most_launches(rules, run, way.total), "property 13"


@checked
@given(cases(), good, deeds)
def test_a_success_points_at_its_target(
    case: Case, behaviour: Behaviour, meddling: list[tuple[int, str, int]]
) -> None:
    """Property 16: whenever somebody moves the pointer, no roll ends well with the pointer elsewhere."""

    def meddle(fleet: SimulatedFleet, look: int) -> None:
        for when, deed, which in meddling:
            if when == look:
                do(fleet, deed, which)

    fleet = case.fleet(behaviours={"two": behaviour})
    run = Run(fleet, case.limits, case.rollout(fleet), meddle=meddle, looks=4000)
    end = run.go()
    assert end.outcome is not None
    if end.outcome.done:
        assert fleet.pointer == V2
    verdict = run.rollout.verdict
    if verdict is not None and verdict.code is VerdictCode.POINTER_MOVED:
        ours = [action for at, action in fleet.acts if isinstance(action, PointAt) and at > verdict.at]
        assert not ours and end.outcome.returned is False
        assert fleet.suspended == run.rollout.found.suspended


LAST = {"in mid-roll": 30.0, "after the last kill": 100.0, "while it bakes": 150.0, "at the very start": 3.0}


@pytest.mark.parametrize("to", [V1, V3, EQUAL], ids=str)
@pytest.mark.parametrize("after", LAST.values(), ids=LAST.keys())
def test_a_pointer_that_others_move_ends_the_roll_there(to: Revision, after: float) -> None:
    """Properties 13 and 16: it ends within a minute, and neither pointer nor members are touched from then on."""
    limits = replace(MIDWAY.limits, bake=200.0)
    fleet = MIDWAY.fleet(behaviours={"two": Behaviour(boot=20.0)}, suspended=frozenset({"AZRebalance"}))
    moved = fleet.now + after
    fleet.after(after, lambda: fleet.point(to))
    rolled = drive(fleet, limits, MIDWAY.rollout(fleet))
    assert (rolled.done, rolled.returned, rolled.why) == (False, False, "pointerMoved")
    assert fleet.now - moved < 60
    assert fleet.pointer == to
    assert not [
        act for at, act in fleet.acts if at > moved and type(act).__name__ in ("Terminate", "PointAt")
    ]
    assert fleet.sizes == MIDWAY.sizes and fleet.suspended == frozenset({"AZRebalance"})
    assert rolled.touched <= 7


def test_a_pointer_that_is_back_within_a_settle_time_is_no_end() -> None:
    """Nothing starts while it is elsewhere, and the roll then goes on."""
    fleet = MIDWAY.fleet(behaviours={"two": Behaviour(boot=20.0)})
    began = fleet.now
    fleet.after(30.0, lambda: fleet.point(V1))
    fleet.after(40.0, lambda: fleet.point(V2))
    rolled = drive(fleet, MIDWAY.limits, MIDWAY.rollout(fleet))
    assert rolled.done and fleet.pointer == V2
    assert not [act for at, act in fleet.acts if 31 < at - began < 40]


def test_on_the_way_back_people_win_as_well() -> None:
    """The way back ends without touching the pointer, with sizes and processes as found."""
    case = Case(replace(MIDWAY.limits, suspend=frozenset({"AlarmNotification"})), MIDWAY.sizes, 1)
    fleet = case.fleet(behaviours={"two": Behaviour(boot=20.0, signal=None), "one": Behaviour(boot=100.0)})
    fleet.after(330.0, lambda: fleet.point(V3))
    rolled = drive(fleet, case.limits, new_rollout("r", V2, V1, case.sizes, frozenset(), fleet.now))
    assert (rolled.done, rolled.returned) == (False, False)
    assert fleet.pointer == V3 and fleet.sizes == case.sizes and not fleet.suspended


@pytest.mark.parametrize("after", [1.0, 20.0, 45.0])
def test_a_roll_that_another_begins_ends_ours_and_is_named(after: float) -> None:
    """Nothing of ours starts after that; sizes and processes are given back, pointer and members stay."""
    fleet = MIDWAY.fleet(behaviours={"two": Behaviour(boot=20.0)})
    began = fleet.now + after
    fleet.after(after, lambda: fleet.begin_by_another(REFRESH))
    rolled = drive(fleet, MIDWAY.limits, MIDWAY.rollout(fleet))
    assert (rolled.done, rolled.returned, rolled.why) == (False, False, "strangersOperation")
    assert fleet.now - began < 60 and fleet.sizes == MIDWAY.sizes
    assert not [act for at, act in fleet.acts if at > began and isinstance(act, Terminate | PointAt)]


def test_members_that_others_take_before_they_are_ready_end_the_roll() -> None:
    """Each is excused, as a spot interruption is; without one that came to be ready the roll ends after an hour."""

    def meddle(fleet: SimulatedFleet, look: int) -> None:
        for member in fleet.members():
            if member.revision == V2 and member.lifecycle is Lifecycle.PENDING:
                fleet.kill(member.id, excused=True)

    fleet = MIDWAY.fleet(behaviours={"two": Behaviour(boot=20.0)})
    run = Run(fleet, MIDWAY.limits, MIDWAY.rollout(fleet), meddle=meddle, looks=20_000)
    end = run.go()
    verdict = run.rollout.verdict
    assert end.outcome is not None and end.outcome.returned
    assert verdict is not None and verdict.code is VerdictCode.STALLED
    assert 3600 <= verdict.at - run.looked_at[0] < 3800


def test_no_launch_is_asked_for_beyond_the_bound() -> None:
    """Old members that others bring as fast as we replace them: the verdict says how many launches did not do."""

    def meddle(fleet: SimulatedFleet, look: int) -> None:
        ready = [m for m in fleet.members() if m.revision == V2 and m.lifecycle is Lifecycle.IN_SERVICE]
        if len(ready) > 2:
            fleet.point(V1)
            fleet.kill(ready[0].id, excused=True)
            fleet.point(V2)

    fleet = MIDWAY.fleet(behaviours={"two": Behaviour(boot=20.0)})
    run = Run(fleet, MIDWAY.limits, MIDWAY.rollout(fleet), meddle=meddle, looks=20_000)
    run.go()
    verdict = run.rollout.verdict
    assert verdict is not None and verdict.code is VerdictCode.TOO_MANY_LAUNCHES
    assert verdict.cause == str(6 + 0 + 1 + 2)


def test_members_that_others_attach_for_ever_end_the_roll() -> None:
    """Each goes without another in its place, so no launch is asked for; after an hour of that the roll ends."""

    def meddle(fleet: SimulatedFleet, look: int) -> None:
        old = [m for m in fleet.members() if m.revision == V1 and m.lifecycle is not Lifecycle.LEAVING]
        if len(old) < 2:
            fleet.attach(V1)

    fleet = MIDWAY.fleet(behaviours={"two": Behaviour(boot=20.0)})
    run = Run(fleet, MIDWAY.limits, MIDWAY.rollout(fleet), meddle=meddle, looks=20_000)
    run.go()
    assert run.rollout.verdict is not None and run.rollout.verdict.code is VerdictCode.STALLED
