"""What to do next, and why: the one place where a rollout is decided.

Theory of operation. ``decide`` is shown the limits, what is remembered and what is seen, and answers with what to
remember next, the acts to do now, and when to look again. It is total and deterministic and does no I/O. Every look
goes the same way: forget acts that are seen, judge the members, take up requests and see whether this direction is
over, then do the step's work:

    prepare   suspend processes, move the pointer (back: the pointer first, because the cloud launches from it)
    roll      raise capacity if the floor needs it, then replace: a slot is a replacement in flight (core.roll)
    bake      watch alarms and members a while longer
    resize    Desired is as found, plus what others did to it (core.ending)
    restore   least size and processes as found

Worked example: Desired 6, MaxSize 8, floor 5, batch 2, lock-step. Capacity max(6, 5 + 2) = 7. Look 1: suspend, point
at version 2. Look 2: resize to 7, so one is launched first. It is ready: 7 in service, and 2 of the 6 old ones are
terminated with replacement (5 in service). Both ready, 3 new: 2 more go. 5 new, 2 old: Desired of 6 needs one more
launch, so of the last two one is terminated with replacement and one without, which takes Desired from 7 to 6. When
the sixth is ready, least size and processes are given back.

Between prepare and the end the pointer is watched: where somebody else moves it and it stays so for a settle time, the
rollout ends there and gives back sizes and processes (core.pointer).

When more members failed than the policy tolerates the direction turns: the same steps lead to ``came_from``. Under
``onFailure: hold`` it stands still instead, until somebody retries or skips what failed, goes on, or aborts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from pulumi_rolling.core.model.codes import FAILURES, VERDICTS, EndedBy, ReasonCode, Step, VerdictCode
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.model.goal import Direction, OnFailure
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.actions import Action, PointAt, Suspend
from pulumi_rolling.core.replace.acts import desired_at_end, forget_issued
from pulumi_rolling.core.replace.budget import slot_clock
from pulumi_rolling.core.replace.by_hand import by_hand, launches_due
from pulumi_rolling.core.replace.census import Census
from pulumi_rolling.core.replace.decisions import act, ask_health, stand_by, wait
from pulumi_rolling.core.replace.ending import bake, resize, restore
from pulumi_rolling.core.replace.judge import judge
from pulumi_rolling.core.replace.keeping import take_up_refused
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.look import Look, look_at
from pulumi_rolling.core.replace.observation import Observation, with_roster
from pulumi_rolling.core.replace.pointer import (
    is_astray,
    is_from_before,
    moved_verdict,
    settled_at,
    watch_pointer,
)
from pulumi_rolling.core.replace.questions import judges_by_health
from pulumi_rolling.core.replace.resized import renewed
from pulumi_rolling.core.replace.roll import roll
from pulumi_rolling.core.replace.rollout import Decided, ReplaceStep, Rollout, Way, replace
from pulumi_rolling.core.replace.sizing import size_roll
from pulumi_rolling.core.replace.verdicts import take_verdict
from pulumi_rolling.core.shared import deadline
from pulumi_rolling.core.shared.alarms import ringing
from pulumi_rolling.core.shared.ended import is_let_be
from pulumi_rolling.core.shared.unfit import unfit


def decide(limits: Limits, rollout: Rollout, seen: Observation) -> Decided:
    """One look at the group, one decision. ``limits`` are those of the way forward and carry those of the way back."""
    before = rollout
    rules = limits.back() if rollout.direction is Direction.BACK else limits
    because = unfit(rollout.step, seen)
    if because is not None:
        return stand_by(rules, rollout, seen.at, because)
    seen = with_roster(seen)
    if not seen.sizes.kept:
        rollout = launches_due(rollout, seen)
    rollout, seen = take_up_refused(_start_direction(rules, rollout, seen), seen)
    look = look_at(rules, forget_issued(rules, renewed(rollout, seen.sizes), seen), seen)
    asks = not seen.health_asked and judges_by_health(look)
    decided = ask_health(look) if asks else _decided(look)
    if decided.asks_health:
        return replace(decided, next=before)
    return decided if seen.sizes.kept else by_hand(look, decided)


def _decided(look: Look) -> Decided:
    rules, seen = look.limits, look.seen
    if not look.rollout.gives_up:
        look = judge(look)
    look = watch_pointer(look)
    if is_astray(look.rollout):
        return _await_others(look)
    look, verdict = take_verdict(look)
    if verdict is not None:
        return _turn(look, verdict)
    rollout = look.rollout
    if rollout.way.held is not None:
        return wait(look, _held(rollout.way.failures, rollout.way.failed[-5:]))
    if rollout.resumed_at is not None and seen.at < rollout.resumed_at + rules.settle:
        return wait(look, Because(ReasonCode.RESUMED), until=rollout.resumed_at + rules.settle)
    match rollout.step:
        case Step.PREPARE:
            return _prepare(look)
        case Step.ROLL:
            return roll(look)
        case Step.BAKE:
            if look.census.candidates or look.census.slots:
                return roll(look.with_rollout(replace(rollout, step=Step.ROLL)))
            return bake(look)
        case Step.RESIZE:
            return resize(look)
        case Step.RESTORE | Step.DONE:
            return restore(look)
        case _:
            assert_never(rollout.step)


def _start_direction(limits: Limits, rollout: Rollout, seen: Observation) -> Rollout:
    if rollout.way.watermark is not None:
        return rollout
    youngest = max((m.launched_at for m in seen.members if m.launched_at is not None), default=0.0)
    if rollout.goal.fresh:
        youngest = min(youngest, seen.at - slot_clock(limits))
    ours = rollout.ours
    if ours.desired == 0 and ours.desired_before == 0:
        ours = replace(ours, desired=seen.sizes.desired, desired_before=seen.sizes.desired)
    way = replace(
        rollout.way,
        unit=max((m.weight for m in seen.members), default=1),
        watermark=youngest,
        direction_at=seen.at,
        launched_before=ours.launched,
    )
    if rollout.direction is Direction.FORWARD:
        way = replace(way, ignored_alarms=ringing(seen.alarms) or way.ignored_alarms)
    return replace(
        rollout,
        way=way,
        ours=ours,
        deadline=deadline.begin(rollout.deadline, limits.timeout, seen.at),
        judged_until=max(rollout.judged_until, seen.at),
        progress_at=seen.at,
    )


def _turn(look: Look, verdict: Verdict) -> Decided:
    """The direction is lost. Forward: go back, leave, or hold. Back: give the processes back and keep the record."""
    limits, rollout, at = look.limits, look.rollout, look.at
    if is_let_be(verdict):
        return _let_be(look, verdict)
    if rollout.gives_up or rollout.step is Step.RESTORE:
        # A second refusal is the end; after the first the processes may still be given back.
        step: ReplaceStep = Step.DONE if rollout.back_failed is not None else Step.RESTORE
        ended = replace(rollout, back_failed=verdict, step=step)
        return stand_by(limits, ended, at, Because(ReasonCode.REFUSED))
    if _is_held(limits, rollout, verdict):
        held = replace(rollout, way=replace(rollout.way, held=verdict, parting=()), progress_at=at)
        return wait(look_at(limits, held, look.seen), _held(verdict.failed, verdict.failures))
    because = Because(ReasonCode.FAILED, {"failed": verdict.failed, "of": verdict.of})
    if rollout.direction is Direction.FORWARD:
        verdict = replace(verdict, touched=rollout.ours.launched)
    if rollout.direction is Direction.BACK:
        turned = replace(rollout, back_failed=verdict, step=Step.RESTORE, way=rollout.way.ended())
    elif limits.on_failure is OnFailure.LEAVE or not rollout.goal.has_way_back:
        turned = replace(rollout, verdict=verdict, step=Step.RESIZE, way=rollout.way.ended())
    else:
        # The boots go with the way: the former revision boots as in the last rollout, not as the failed one does.
        turned = replace(rollout, verdict=verdict, direction=Direction.BACK, step=Step.PREPARE, way=Way())
    return wait(look_at(limits, replace(turned, progress_at=at), look.seen), because)


def _await_others(look: Look) -> Decided:
    """The pointer is elsewhere: nothing starts, and once that has stayed so the direction is over."""
    rollout, rules, at = look.rollout, look.limits, look.at
    if rollout.resumed_at is not None and at < rollout.resumed_at + rules.settle:
        return wait(look, Because(ReasonCode.RESUMED), until=rollout.resumed_at + rules.settle)
    if is_from_before(look):
        return act(look, (PointAt(rollout.target),), Because(ReasonCode.PREPARING))
    until = settled_at(look)
    if at >= until:
        return _turn(look, moved_verdict(look))
    return wait(look, Because(ReasonCode.ASTRAY), until=until)


def _let_be(look: Look, verdict: Verdict) -> Decided:
    """People's hands win: neither the pointer nor any member is touched; sizes and processes are given back."""
    rollout = replace(look.rollout, way=look.rollout.way.ended(), progress_at=look.at)
    if rollout.direction is Direction.BACK:
        ended = replace(rollout, back_failed=verdict, step=Step.RESTORE)
    else:
        verdict = replace(verdict, touched=rollout.ours.launched)
        ended = replace(rollout, verdict=verdict, step=Step.RESIZE)
    because = Because(ReasonCode.FAILED, {"failed": verdict.failed, "of": verdict.of})
    return wait(look_at(look.limits, ended, look.seen), because)


def _held(failed: int, named: Iterable[Failure]) -> Because:
    """A refused launch has a name that tells people nothing, and that no verb takes."""
    members = tuple(f.id for f in named if not FAILURES[f.reason].nameless)
    return Because(ReasonCode.HELD, {"failed": failed}, members)


def _is_held(limits: Limits, rollout: Rollout, verdict: Verdict) -> bool:
    """onFailure hold waits for somebody's word, except where it has just been spoken."""
    asked = VERDICTS[verdict.code].ended_by is EndedBy.PERSON or verdict is rollout.way.held
    return limits.on_failure is OnFailure.HOLD and rollout.direction is Direction.FORWARD and not asked


def _prepare(look: Look) -> Decided:
    rules, rollout, seen, census = look.limits, look.rollout, look.seen, look.census
    outside = bool(census.occupied or census.standby or census.warm)
    # Where nobody keeps the sizes a driver may have died between an end and the launch in its place.
    lacks = census.slots > 0 and (rollout.goal.fresh or not seen.sizes.kept)
    work = _replaceable(census) > 0 or lacks or outside
    actions: list[Action] = []
    resting = rules.suspend | rollout.ours.suspended if work else frozenset[str]()
    lacking = resting - seen.suspended
    if seen.pointer != rollout.target.address:
        actions.append(PointAt(rollout.target))
    if lacking:
        actions.insert(len(actions) if rollout.direction is Direction.BACK else 0, Suspend(lacking))
        suspended = rollout.ours.suspended | (lacking - rollout.found.suspended)
        look = look.with_rollout(replace(rollout, ours=replace(rollout.ours, suspended=suspended)))
    if any(isinstance(i.action, PointAt | Suspend) for i in rollout.ours.issued):
        # Not for terminations of the way forward: while they show, the cloud launches from the failed revision.
        return wait(look, Because(ReasonCode.UNSEEN))
    if actions:
        return act(look, tuple(actions), Because(ReasonCode.PREPARING))
    look = look.with_rollout(replace(look.rollout, judged_until=seen.at))
    if not work:
        return resize(look.with_rollout(replace(look.rollout, step=Step.RESIZE)))
    return _begin_to_roll(look)


def _replaceable(census: Census) -> int:
    return len(census.candidates) + census.occupied_members


def _begin_to_roll(look: Look) -> Decided:
    """Fix M, the batch and the capacity of this direction."""
    rules, rollout, census = look.limits, look.rollout, look.census
    way, desired, replaceable = rollout.way, rollout.ours.desired, _replaceable(census)
    # With weights the policy counts instances and Desired counts units; a launch brings one unit of the rollout's.
    there = desired_at_end(rollout) if way.unit == 1 else len(census.counted) + census.gap
    sizing = size_roll(rules, replaceable, there)
    if replaceable and not sizing.batch:
        return _turn(look, Verdict(VerdictCode.NO_ROOM, look.at))
    capacity = sizing.capacity
    if way.unit > 1:
        capacity = desired + (sizing.capacity - there) * way.unit
    way = replace(
        way,
        total=replaceable + (census.slots if rollout.goal.fresh else 0),
        batch=sizing.batch,
        capacity=capacity,
        surge=max(0, capacity - desired) // way.unit if replaceable else 0,
    )
    return roll(look.with_rollout(replace(rollout, step=Step.ROLL, way=way)))
