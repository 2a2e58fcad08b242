"""What stops new starts, and what people ask of a running rollout, for random policies, builds and moments."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from pulumi_rolling.core.model.codes import ReasonCode, Step, VerdictCode
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.model.member import Lifecycle, Signal, Sizes
from pulumi_rolling.core.model.seen import AlarmState, Request
from pulumi_rolling.core.replace.actions import Terminate
from pulumi_rolling.core.replace.census import take_census
from pulumi_rolling.core.replace.limits import Choice, Guard, Limits, Pacing, ZoneOrder
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from tests.rollouts import changed

from .driver import WILLING, Run
from .test_properties import (
    V1,
    V2,
    Case,
    assert_as_found,
    assert_floor_and_ceiling,
    bad,
    cases,
    checked,
    good,
)

VERBS = ("pause", "resume", "approve", "reject", "retry", "skip", "abort")


@checked
@given(cases(), bad, st.integers(1, 4))
def test_a_wholly_bad_build_reaches_no_more_than_the_canaries(
    case: Case, behaviour: Behaviour, canary: int
) -> None:
    """With canaries an all-bad build is launched by our acts as often as there are canaries, whatever the budget."""
    limits = replace(
        case.limits, canary=canary, signals=True, pause=60.0, active_percent=None, need_percent=0.0
    )
    fleet = case.fleet(behaviours={"two": behaviour})
    run = Run(fleet, limits, case.rollout(fleet))
    run.go()
    forward = [d for d in run.decisions if d.next.verdict is None]
    assert max(d.next.ours.launched for d in forward) <= canary
    assert run.rollout.verdict is not None and run.rollout.verdict.code is VerdictCode.CANARY_FAILED


@checked
@given(st.integers(1, 30), st.integers(1, 10), st.sampled_from(Guard), st.floats(0, 1), st.integers(0, 1000))
def test_an_all_bad_build_never_reaches_more_than_the_window(
    members: int, window: int, guard: Guard, spread: float, seed: int
) -> None:
    """A silent build: our acts launch at most the window, in every pacing and with every guard."""
    limits = Limits(
        batch=window,
        floor=max(0, members - window),
        max_size=members,
        signals=True,
        pause=50.0,
        active_percent=None,
        pacing=Pacing.SLIDING,
        guard=guard,
    )
    silent = Behaviour(boot=10.0, spread=spread, signal=None)
    fleet = SimulatedFleet(
        desired=members, max_size=members, revision=V1, seed=seed, behaviours={"two": silent}
    )
    run = Run(fleet, limits, new_rollout("r", V2, V1, fleet.sizes, frozenset(), fleet.now))
    end = run.go()
    assert end.outcome is not None and end.outcome.returned
    assert max(d.next.ours.launched for d in run.decisions if d.next.verdict is None) <= window


@checked
@given(
    cases(),
    st.one_of(good, bad),
    st.lists(st.tuples(st.integers(1, 60), st.sampled_from(VERBS), st.integers(0, 11)), max_size=8),
)
def test_whatever_people_ask_the_roll_ends_and_gives_back(
    case: Case, behaviour: Behaviour, asked: list[tuple[int, str, int]]
) -> None:
    """Verbs at any moment, about any member, in any order: properties 1 to 6 and 9 hold, each id is acted on once."""

    def meddle(group: SimulatedFleet, look: int) -> None:
        for number, (when, verb, which) in enumerate(asked):
            if when == look:
                present = group.members()
                member = present[which % len(present)].id if present and verb in ("retry", "skip") else ""
                group.request(Request(f"asked-{number}", verb, member))

    fleet = case.fleet(behaviours={"two": behaviour})
    run = Run(fleet, case.limits, case.rollout(fleet), meddle=meddle)
    end = run.go()
    assert end.outcome is not None
    if end.outcome.returned is not False or case.limits.on_failure is OnFailure.LEAVE:
        assert_as_found(run, case)
    assert_floor_and_ceiling(run, case)


@checked
@given(cases(), st.integers(3, 40))
def test_skipped_members_stay_and_all_others_are_replaced(case: Case, look: int) -> None:
    """A skip of an old member takes it out of M and it is never a victim from then on."""
    chosen: list[str] = []

    def meddle(group: SimulatedFleet, number: int) -> None:
        old = [m for m in group.members() if m.revision == V1 and m.lifecycle is Lifecycle.IN_SERVICE]
        if number == look and old:
            chosen.append(old[-1].id)
            group.request(Request("s1", "skip", old[-1].id))

    fleet = case.fleet(behaviours={"two": Behaviour(boot=3.0)})
    run = Run(fleet, case.limits, case.rollout(fleet), meddle=meddle)
    end = run.go()
    assert end.outcome is not None and end.outcome.done
    left = {m.id for m in fleet.members() if m.revision == V1 and m.lifecycle is not Lifecycle.LEAVING}
    # Where the roll was over, or the member's end was on its way, the wish came too late.
    assert left == (set(chosen) if run.rollout.way.skipped else set())
    assert_as_found(run, case)


@checked
@given(st.integers(2, 15), st.integers(1, 5), st.integers(0, 500), st.sampled_from(Pacing))
def test_one_zone_after_the_other(members: int, window: int, seed: int, pacing: Pacing) -> None:
    """oneAtATime: victims that serve are of one zone until it has no old member and no slot is in use."""
    limits = Limits(
        batch=window,
        floor=0,
        max_size=members,
        pacing=pacing,
        zone_order=ZoneOrder.ONE_AT_A_TIME,
        settle=5.0,
    )
    fleet = SimulatedFleet(
        desired=members,
        max_size=members,
        revision=V1,
        seed=seed,
        behaviours={"two": Behaviour(boot=20.0, spread=0.5)},
    )
    run = Run(fleet, limits, new_rollout("r", V2, V1, fleet.sizes, frozenset(), fleet.now))
    zones = {m.id: m.zone for m in fleet.members()}
    run.go()
    order = [zones[a.member] for _, a in fleet.acts if isinstance(a, Terminate)]
    assert order == sorted(order)


@checked
@given(cases(), st.floats(1, 40), st.booleans())
def test_an_alarm_returns_the_group_and_an_old_alarm_does_not(case: Case, when: float, before: bool) -> None:
    """ALARM during the roll ends it; one that rang before is ignored, and INSUFFICIENT_DATA stops nothing."""
    limits = replace(case.limits, alarms=("errors",), on_failure=OnFailure.ROLL_BACK)
    state = AlarmState.ALARM if before else AlarmState.UNKNOWN
    fleet = case.fleet(behaviours={"two": Behaviour(boot=8.0)}, alarms={"errors": state})
    started = fleet.now
    rang: list[Step] = []

    def meddle(group: SimulatedFleet, look: int) -> None:
        if not (before or rang) and group.now - started >= when:
            group.set_alarm("errors", AlarmState.ALARM)
            rang.append(run.rollout.step if run.decisions else Step.RESTORE)

    run = Run(fleet, limits, case.rollout(fleet), meddle=meddle)
    end = run.go()
    assert end.outcome is not None
    if before:
        assert end.outcome.done
    elif rang and rang[0] is not Step.RESTORE:
        assert run.rollout.verdict is not None and run.rollout.verdict.code is VerdictCode.ALARM
        assert end.outcome.returned
        assert_as_found(run, case)
    else:
        assert end.outcome.done


@checked
@given(cases(), st.sampled_from(Choice), st.integers(0, 3))
def test_protected_members_are_treated_as_the_policy_says(case: Case, choice: Choice, count: int) -> None:
    """Replace replaces them all the same, Ignore leaves them, Wait goes on as soon as they are free."""
    limits = replace(case.limits, protected=choice)
    fleet = case.fleet(behaviours={"two": Behaviour(boot=3.0)})
    names = [m.id for m in fleet.members()][:count]
    for name in names:
        fleet.protect(name)

    def meddle(group: SimulatedFleet, look: int) -> None:
        if run.decisions and run.decisions[-1].because.code is ReasonCode.OCCUPIED:
            for name in names:
                group.protect(name, on=False)

    run = Run(fleet, limits, case.rollout(fleet), meddle=meddle)
    end = run.go()
    assert end.outcome is not None and end.outcome.done
    left = {m.id for m in fleet.members() if m.revision == V1 and m.lifecycle is not Lifecycle.LEAVING}
    assert left == (set(names) if choice is Choice.IGNORE else set())


@checked
@given(st.integers(2, 20), st.integers(1, 6), st.integers(0, 300))
def test_a_retried_member_is_replaced_and_is_no_failure(members: int, window: int, seed: int) -> None:
    """onFailure hold, then retry of each failed member: the roll goes on and ends as a success."""
    limits = Limits(
        batch=window,
        floor=max(0, members - window),
        max_size=members,
        signals=True,
        pause=60.0,
        active_percent=None,
        on_failure=OnFailure.HOLD,
    )
    half = Behaviour(boot=5.0, signal=Signal.FAILURE, share=0.4)
    fleet = SimulatedFleet(
        desired=members, max_size=members, revision=V1, seed=seed, behaviours={"two": half}
    )

    def meddle(group: SimulatedFleet, look: int) -> None:
        if run.decisions and run.decisions[-1].because.code is ReasonCode.HELD:
            for name in run.decisions[-1].because.members:
                group.request(Request(f"{look}-{name}", "retry", name))

    run = Run(
        fleet,
        limits,
        new_rollout("r", V2, V1, fleet.sizes, frozenset(), fleet.now),
        meddle=meddle,
        answers={k: v for k, v in WILLING.items() if k != "held"},
    )
    end = run.go()
    assert end.outcome is not None and end.outcome.done and not run.rollout.way.failures
    assert {m.revision for m in fleet.members() if m.lifecycle is not Lifecycle.LEAVING} == {V2}


@checked
@given(cases(), st.integers(0, 300))
def test_who_resumes_a_held_rollout_gets_to_its_end(case: Case, seed: int) -> None:
    """onFailure hold, and resume whenever it holds: failures are put up with, and the roll arrives."""
    limits = replace(case.limits, on_failure=OnFailure.HOLD, signals=True, pause=60.0, active_percent=None)
    unlucky = Behaviour(boot=5.0, signal=Signal.FAILURE, share=0.3)
    fleet = case.fleet(behaviours={"two": unlucky})
    run = Run(fleet, limits, case.rollout(fleet), answers={**WILLING, "held": "resume"})
    end = run.go()
    assert end.outcome is not None and end.outcome.done
    assert_as_found(run, case)


@checked
@given(cases(), st.integers(1, 4), st.integers(1, 3))
def test_the_warm_pool_and_standby_are_replaced_where_the_policy_says(
    case: Case, warm: int, standing: int
) -> None:
    """Replace: at the end no instance of the former revision is left, in the pool or in standby."""
    limits = replace(case.limits, standby=Choice.REPLACE, warm_pool=Choice.REPLACE)
    fleet = case.fleet(behaviours={"two": Behaviour(boot=3.0)}, warm=warm)
    names = [m.id for m in fleet.members()][: min(standing, case.sizes.desired - case.sizes.min)]
    for name in names:
        fleet.stand_by(name)
    # As a policy is resolved: the floor is at most Desired as found.
    limits = replace(limits, floor=min(limits.floor, fleet.sizes.desired))
    run = Run(fleet, limits, case.rollout(fleet))
    run.rollout = changed(run.rollout, found=fleet.sizes, desired=0, desired_before=0)
    end = run.go()
    assert end.outcome is not None and end.outcome.done
    assert not [m for m in fleet.members() if m.revision == V1 and m.lifecycle is not Lifecycle.LEAVING]
    assert not [w for w in fleet.warm_pool() if w.revision == V1 and w.lifecycle is not Lifecycle.LEAVING]


def test_the_guard_holds_new_starts_and_nothing_that_runs() -> None:
    """With one member far over the others' boots nothing new starts, the late one is named, and none is touched."""
    sizes = Sizes(0, 12, 12)
    limits = Limits(
        batch=2,
        floor=10,
        max_size=12,
        signals=True,
        pause=500.0,
        active_percent=None,
        pacing=Pacing.SLIDING,
        guard=Guard.BALANCED,
    )
    late = Behaviour(boot=10.0, spread=0.1, signal_after=300.0, share=0.2)
    fleet = SimulatedFleet(desired=12, max_size=12, revision=V1, seed=4, behaviours={"two": late})
    run = Run(fleet, limits, new_rollout("r", V2, V1, sizes, frozenset(), fleet.now))
    end = run.go()
    held = [d for d in run.decisions if d.because.code is ReasonCode.GUARDED]
    assert held and end.outcome is not None and end.outcome.done
    for decision in held:
        assert not decision.actions and decision.because.members
        assert decision.because.numbers["probability"] >= 20
    census = take_census(limits, run.rollout, fleet.observe(run.rollout).observation)
    assert not census.candidates


@checked
@given(
    st.integers(2, 10),
    st.integers(0, 3),
    st.integers(1, 5),
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.sampled_from(Pacing),
    good,
    st.integers(0, 500),
)
def test_weights_are_units_of_desired_and_the_policy_counts_instances(
    members: int,
    more: int,
    window: int,
    weights: list[int],
    pacing: Pacing,
    behaviour: Behaviour,
    seed: int,
) -> None:
    """Floor and window hold in instances, whatever they weigh; Desired ends as found, in units."""
    unit = max(weights)
    desired = members * unit
    fleet = SimulatedFleet(
        desired=desired,
        max_size=desired + more * unit,
        revision=V1,
        seed=seed,
        weights=weights,
        behaviours={"two": behaviour},
    )
    there = len(fleet.members())
    # The heaviest may be all that is left of Desired: a floor that needs more instances than that cannot be held.
    limits = Limits(
        batch=window,
        floor=max(0, members - window),
        max_size=there + more,
        pacing=pacing,
        settle=8.0,
        boot_limit=120.0,
    )
    run = Run(fleet, limits, new_rollout("r", V2, V1, fleet.sizes, frozenset(), fleet.now))
    end = run.go()
    assert end.outcome is not None and end.outcome.done
    assert {m.revision for m in fleet.members() if m.lifecycle is not Lifecycle.LEAVING} == {V2}
    assert fleet.sizes.desired == desired
    for before, after in pairwise(fleet.history):
        if after.by_us and after.in_service < before.in_service:
            assert after.in_service >= limits.floor, "property 1"


def test_a_victim_that_is_still_leaving_and_one_just_ended_are_two_slots() -> None:
    """Window 2: one victim drains, so one more may go, and the same look again ends nobody (properties 3 and 8)."""
    limits = Limits(
        batch=2,
        floor=0,
        max_size=3,
        signals=True,
        pause=60.0,
        need_percent=0.0,
        active_percent=None,
        pacing=Pacing.SLIDING,
        guard=Guard.FAST,
        slow_start=True,
        drain=30.0,
        settle=8.0,
    )
    case = Case(limits, Sizes(0, 3, 3), seed=0)
    fleet = case.fleet(behaviours={"two": Behaviour(boot=1.0)})
    end = Run(fleet, limits, case.rollout(fleet)).go()
    assert end.outcome is not None and end.outcome.done
