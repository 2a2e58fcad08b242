"""What is kept and what begins anew when a rollout is gone on with, for the same goal or for another one."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.model.codes import FailureReason, Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Signal, Sizes
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.actions import Suspend, Terminate
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.plan import new_rollout, plan
from pulumi_rolling.core.replace.rollout import Astray, Boots, Gate, Issued, Opening, Rollout, Round, Way
from pulumi_rolling.core.replace.takeover import resume, retarget, with_sizes
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import Journal, read
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from tests.rollouts import changed, differences, field_of, rollout_of

from .stage import Death, FleetClock, MortalFleet, drive

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
V3 = Revision("lt-1:3", "three", "version 3")
FOUND = Sizes(2, 8, 6)
PROCESSES = frozenset({"AZRebalance", "AlarmNotification"})
LIMITS = Limits(
    batch=2, floor=5, max_size=8, signals=True, pause=60.0, suspend=PROCESSES, settle=6.0, poll=1.0
)

MIDWAY = rollout_of(
    id="r",
    to=V2,
    came_from=V1,
    found=FOUND,
    found_suspended=frozenset({"AZRebalance"}),
    started_at=10.0,
    direction_at=10.0,
    step=Step.ROLL,
    watermark=5.0,
    total=6,
    batch=2,
    capacity=7,
    suspended_by_us=frozenset({"AlarmNotification"}),
    round=Round(2, 20.0, 2, 2),
    issued=(Issued(Terminate("i-1", True), 20.0),),
    openings=(Opening(20.0, 1),),
    in_flight=frozenset({"i-7"}),
    missing=(("i-7", 21.0),),
    succeeded=frozenset({"i-8"}),
    failed=(Failure("i-9", FailureReason.FAILURE_SIGNAL),),
    failed_before=1,
    boots=Boots(2, 3.0, 5.0),
    desired_before=7,
    desired=7,
    least=frozenset({7}),
    delta=1,
    launched=3,
    deadline=99.0,
)


ATTENDED = changed(
    MIDWAY,
    surge=1,
    draining=(("i-1", 20.0),),
    warming=(("i-7", 21.0),),
    retried=frozenset({"i-4"}),
    skipped=frozenset({"i-5"}),
    zone="zone-1",
    passed=1,
    gate=Gate(1, 22.0, approved=True),
    paused=True,
    held=Verdict(VerdictCode.ALARM, 23.0, cause="cpu"),
    ignored_alarms=frozenset({"disk"}),
    baked_from=24.0,
    handled=frozenset({"r1"}),
)
"""A rollout on which gates, alarms and people have left their marks."""


def test_what_people_said_holds_for_the_same_goal() -> None:
    """A pause, a gate and its approval, a hold, retries and skips outlive the driver that took them up."""
    back = resume(ATTENDED, 50.0)
    assert back == replace(ATTENDED, resumed_at=50.0, generation=2, progress_at=50.0, deadline=139.0)


@pytest.mark.parametrize("anew", ["another goal", "a way back that had failed"])
def test_what_people_said_does_not_hold_for_what_begins_anew(anew: str) -> None:
    """Gates, pauses, holds, skips and clocks of members belong to the way that was gone; requests stay handled."""
    if anew == "another goal":
        turned = retarget(ATTENDED, V3, 50.0)
    else:
        lost = replace(ATTENDED, direction=Direction.BACK, back_failed=Verdict(VerdictCode.REFUSED, 40.0))
        turned = resume(lost, 50.0)
    assert (turned.way.surge, turned.way.draining, turned.way.warming, turned.way.zone) == (0, (), (), "")
    assert (turned.way.retried, turned.way.skipped) == (frozenset(), frozenset())
    assert (turned.way.passed, turned.way.gate, turned.way.paused, turned.way.held) == (0, None, False, None)
    assert (turned.way.ignored_alarms, turned.way.baked_from) == (frozenset(), None)
    assert turned.handled == {"r1"}


@pytest.mark.parametrize("recorded", [Boots(), Boots(5, 20.0, 90.0)])
def test_boots_of_the_last_rollout_come_from_the_record_or_else_from_state(recorded: Boots) -> None:
    """An interrupted rollout keeps what it expected of boots; one that never knew takes what state has."""
    record, state = replace(MIDWAY, prior=recorded), Boots(9, 30.0, 110.0)
    expected = recorded if recorded.n else state
    assert (
        resume(record, 50.0, prior=state).prior == retarget(record, V3, 50.0, prior=state).prior == expected
    )
    assert resume(record, 50.0).prior == retarget(record, V3, 50.0).prior == recorded


def test_the_same_goal_keeps_everything() -> None:
    """Only the generation and the time of the resume are new, and a timeout begins again: nobody drove meanwhile."""
    back = resume(MIDWAY, 50.0)
    assert back == replace(MIDWAY, resumed_at=50.0, generation=2, progress_at=50.0, deadline=139.0)
    assert resume(replace(MIDWAY, deadline=None), 50.0).deadline is None


@pytest.mark.parametrize("dies_at", range(6, 40, 2))
def test_the_plan_of_an_interrupted_rollout_is_what_is_left_of_it(dies_at: int) -> None:
    """Whenever the driver died, the plan counts the members still to replace, and the run then does just that."""
    fleet = killed(True, dies_at)
    fleet.advance(fleet.now + 40.0)
    record = read(fleet.marks())
    assert record is not None
    taken = resume(record[1], fleet.now)
    seen = fleet.facts().observation
    # Facts before a rollout do not tell who has signalled, nor when members were launched.
    members = tuple(replace(m, signal=None, launched_at=None) for m in seen.members)
    planned = plan(LIMITS, taken, replace(seen, members=members))
    old = sum(m.revision == V1 for m in fleet.members())
    assert planned.replace == old
    assert planned.lowest_in_service >= 5
    before = len(fleet.acts)
    decision = drive(fleet, FleetClock(fleet), LIMITS, taken)
    assert decision.outcome is not None and decision.outcome.done
    assert sum(isinstance(act, Terminate) for _, act in fleet.acts[before:]) == old


def test_a_way_back_is_gone_on_with() -> None:
    """A killed way back goes on back, with its verdict."""
    returning = replace(MIDWAY, direction=Direction.BACK, verdict=Verdict(VerdictCode.ABORTED, 30.0))
    back = resume(returning, 50.0)
    assert back.direction is Direction.BACK and back.verdict == returning.verdict and back.step is Step.ROLL


def test_a_way_back_that_had_failed_is_tried_anew() -> None:
    """Failures are zero and M is counted again; where it came from, sizes and processes are kept."""
    lost = replace(
        MIDWAY,
        direction=Direction.BACK,
        step=Step.DONE,
        verdict=Verdict(VerdictCode.ABORTED, 30.0),
        back_failed=Verdict(VerdictCode.REFUSED, 40.0),
    )
    back = resume(lost, 50.0)
    assert (back.direction, back.step, back.back_failed) == (Direction.BACK, Step.PREPARE, None)
    assert (back.way.failures, back.way.total, back.way.watermark, back.way.in_flight) == (
        0,
        0,
        None,
        frozenset(),
    )
    kept = (
        "found",
        "found_suspended",
        "suspended_by_us",
        "came_from",
        "issued",
        "desired",
        "delta",
        "verdict",
    )
    for name in kept:
        assert field_of(back, name) == field_of(lost, name), name


@pytest.mark.parametrize("to", [V1, V3], ids=["reverted", "another"])
@pytest.mark.parametrize("direction", Direction)
def test_another_goal_keeps_where_it_came_from_and_counts_anew(to: Revision, direction: Direction) -> None:
    """Origin, sizes, processes, acts on their way and others' delta stay; target, M, failures and verdict are new."""
    record = replace(MIDWAY, direction=direction, verdict=Verdict(VerdictCode.ABORTED, 30.0))
    turned = retarget(record, to, 50.0)
    assert (turned.goal.to, turned.direction, turned.step) == (to, Direction.FORWARD, Step.PREPARE)
    kept = (
        "id",
        "came_from",
        "found",
        "found_suspended",
        "suspended_by_us",
        "issued",
        "desired",
        "delta",
    )
    for name in kept:
        assert field_of(turned, name) == field_of(record, name), name
    assert (turned.way.failures, turned.way.total, turned.way.watermark, turned.verdict) == (0, 0, None, None)
    assert (turned.deadline, turned.resumed_at, turned.generation) == (None, 50.0, 2)
    assert turned.goal.abandoned == ("two",)


def test_goals_given_up_one_after_the_other_are_all_remembered() -> None:
    """Members of every revision tried on the way count as failed ones; the goal itself never does."""
    twice = retarget(retarget(MIDWAY, V3, 50.0), V2, 60.0)
    assert twice.goal.abandoned == ("three",)
    assert retarget(twice, V1, 70.0).goal.abandoned == ("three", "two")


@pytest.mark.parametrize(
    ("live", "desired", "delta"),
    [
        (Sizes(7, 8, 7), 7, 0),
        (Sizes(2, 8, 6), 6, 0),
        (Sizes(2, 8, 8), 8, 2),
        (Sizes(3, 8, 5), 5, -1),
        (Sizes(7, 8, 8), 7, 0),
    ],
    ids=["ours", "put back", "set higher", "set lower", "a scale-out, which decide takes as one"],
)
def test_sizes_set_as_a_whole_while_nobody_drove_are_what_is_wanted(
    live: Sizes, desired: int, delta: int
) -> None:
    """The group's own resource puts Desired back after a refresh: that is no scale-in to be kept at the end."""
    record = changed(MIDWAY, delta=0, issued=())
    taken = resume(with_sizes(record, live), 50.0)
    assert (taken.ours.desired, taken.ours.desired_before, taken.ours.delta) == (desired, desired, delta)


def test_a_change_of_ours_that_is_not_seen_yet_is_still_ours() -> None:
    """Killed between the call and the look that would have shown it: Desired before and after are both ours."""
    record = changed(MIDWAY, delta=0, desired_before=6)
    assert with_sizes(record, Sizes(2, 8, 6)) == record


def killed(good: bool, dies_at: int) -> SimulatedFleet:
    behaviours = {"two": Behaviour(boot=4.0, signal=Signal.SUCCESS if good else Signal.FAILURE)}
    fleet = SimulatedFleet(
        desired=6,
        min_size=2,
        max_size=8,
        revision=V1,
        behaviours=behaviours,
        suspended=frozenset({"AZRebalance"}),
    )
    start = new_rollout("r", V2, V1, FOUND, fleet.suspended, fleet.now)
    with pytest.raises(Death):
        drive(MortalFleet(fleet, dies_at), FleetClock(fleet), LIMITS, start)
    return fleet


@pytest.mark.parametrize("good", [True, False], ids=["killed forward", "killed on the way back"])
@pytest.mark.parametrize("to", [V1, V3], ids=["reverted", "another"])
@pytest.mark.parametrize("dies_at", range(6, 28, 2))
def test_after_a_kill_another_goal_is_reached_with_sizes_and_processes_as_found(
    dies_at: int, to: Revision, good: bool
) -> None:
    """Whenever the driver died, the next program's revision is reached, and what was found is given back."""
    fleet = killed(good, dies_at)
    clock = FleetClock(fleet)
    lease = Lease(fleet, "me", clock, LIMITS.poll)
    record = read(lease.acquire())
    assert record is not None
    turned = retarget(record[1], to, clock.now())
    decision = Drive(
        REPLACE, fleet, LIMITS, Journal(fleet, "me"), lease, clock, lambda *_: None, lambda: False
    ).run(turned)
    assert decision.outcome is not None and decision.outcome.done
    assert {m.revision for m in fleet.members() if m.lifecycle is not Lifecycle.LEAVING} == {to}
    assert fleet.pointer == to and fleet.sizes == FOUND and fleet.suspended == {"AZRebalance"}
    assert not dict(fleet.marks())
    falls = zip(fleet.history, fleet.history[1:], strict=False)
    assert all(b.in_service >= 5 for a, b in falls if b.by_us and b.in_service < a.in_service)


def test_one_settle_time_passes_before_the_first_act_after_a_resume() -> None:
    """What the dead driver did last may not show yet, so nothing is done before it would."""
    fleet = killed(True, 20)
    clock = FleetClock(fleet)
    lease = Lease(fleet, "me", clock, LIMITS.poll)
    record = read(lease.acquire())
    assert record is not None
    at, before = clock.now(), len(fleet.acts)
    Drive(REPLACE, fleet, LIMITS, Journal(fleet, "me"), lease, clock, lambda *_: None, lambda: False).run(
        resume(record[1], at)
    )
    first = next(when for when, act in fleet.acts[before:] if not isinstance(act, Suspend))
    assert first >= at + LIMITS.settle


FULL = changed(
    MIDWAY,
    forced=True,
    fresh=True,
    abandoned=("zero",),
    prior=Boots(9, 40.0, 190.0),
    generation=4,
    resumed_at=20.0,
    progress_at=33.0,
    deadline=900.0,
    handled=frozenset({"r-1"}),
    judged_until=31.0,
    desired_at=12.0,
    seen_new=3,
    lowest=4,
    direction_at=11.0,
    unit=2,
    surge=1,
    draining=(("i-d", 30.0),),
    warming=(("i-w", 30.0),),
    parting=("i-p",),
    missing=(("i-m", 30.0),),
    failed_before=1,
    retried=frozenset({"i-r"}),
    skipped=frozenset({"i-s"}),
    zone="a",
    passed=2,
    gate=Gate(1, 30.0),
    paused=True,
    held=Verdict(VerdictCode.ALARM, 30.0),
    ignored_alarms=frozenset({"cpu"}),
    baked_from=31.0,
    astray=Astray("lt-1:7", 32.0),
    launched_before=1,
    judged_at=33.0,
    unfilled=Verdict(VerdictCode.NOT_WHOLE, 34.0),
    lost=(Failure("i-l", FailureReason.LOST),),
    lost_before=1,
)
"""A rollout with something in every field that a direction begins anew."""
NEW_FOR_ANOTHER_TARGET = {
    "to",
    "forced",
    "abandoned",
    "step",
    "generation",
    "resumed_at",
    "progress_at",
    "deadline",
}
NEW_FOR_A_TURN = {"direction", "step", "progress_at", "verdict", "handled"}


def began(rollout: Rollout) -> set[str]:
    """The names of the fields that are as a rollout begins with them."""
    fresh = Way()
    return {
        field.name for field in fields(Way) if getattr(rollout.way, field.name) == getattr(fresh, field.name)
    }


def test_a_new_target_begins_a_way_and_keeps_the_rest() -> None:
    """Every field of the way is as at the start, boots too; every other one stays but those that the target sets."""
    assert not began(FULL)
    turned = retarget(FULL, V3, 50.0)
    assert turned.way == Way() and turned.found == FULL.found and turned.ours == FULL.ours
    others = set(differences(FULL, turned)) - {field.name for field in fields(Way)}
    assert others <= NEW_FOR_ANOTHER_TARGET
    assert turned.prior == FULL.prior and turned.handled == FULL.handled
    assert turned.judged_until == FULL.judged_until and turned.goal.came_from == FULL.goal.came_from


def test_a_turn_begins_a_way_and_keeps_the_rest() -> None:
    """On the way back nothing of the way forward counts; what our acts did to the group and what was found do."""
    members = tuple(Member(f"i-{n}", V2, Lifecycle.IN_SERVICE, launched_at=5.0) for n in range(6))
    seen = Observation(40.0, members, Sizes(7, 8, 7), V2.address, requests=(Request("r-2", "abort"),))
    rollout = changed(
        FULL, held=None, paused=False, resumed_at=None, issued=(), draining=(), desired_before=7
    )
    back = decide(LIMITS, rollout, seen).next
    assert back.direction is Direction.BACK and back.way == Way()
    others = set(differences(rollout, back)) - {field.name for field in fields(Way)}
    assert others <= NEW_FOR_A_TURN | {"lowest", "seen_new"}


def test_a_way_back_tried_again_keeps_its_boots_alone() -> None:
    """It leads to the same revision as before, whose boots are known; all else begins anew."""
    failed = replace(FULL, direction=Direction.BACK, back_failed=Verdict(VerdictCode.STALLED, 45.0))
    again = resume(failed, 50.0)
    assert again.way == Way(boots=FULL.way.boots) and again.back_failed is None
    assert again.direction is Direction.BACK and again.ours == FULL.ours


def test_an_end_without_a_way_back_keeps_what_was_judged() -> None:
    """Nothing is under way any more; who succeeded, failed or was skipped is still told."""
    ended = FULL.way.ended()
    judged = {
        "watermark",
        "direction_at",
        "total",
        "batch",
        "capacity",
        "unit",
        "in_flight",
        "succeeded",
        "failed",
    }
    judged |= {
        "astray",
        "launched_before",
        "judged_at",
        "lost",
        "lost_before",
        "unfilled",
        "failed_before",
        "retried",
        "skipped",
        "ignored_alarms",
        "boots",
    }
    for field in fields(Way):
        whole = getattr(FULL.way if field.name in judged else Way(), field.name)
        assert getattr(ended, field.name) == whole, field.name
