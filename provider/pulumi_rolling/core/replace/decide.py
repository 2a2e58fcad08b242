"""What to do next, and why: the one place where a rollout is decided.

Theory of operation. ``decide`` is shown the limits, what is remembered and what is seen, and answers with what to
remember next, the acts to do now, and when to look again. It is total and deterministic and does no I/O. Every look
goes the same way: forget acts that are seen, judge the members, take up requests and see whether this direction is
over, then do the step's work:

    prepare   suspend processes, move the pointer (back: the pointer first, because the cloud launches from it)
    roll      raise capacity if the floor needs it, then replace: a slot is a replacement in flight (core.roll)
    bake      watch alarms and members a while longer
    settle    Desired is as found, plus what others did to it (core.ending)
    restore   least size and processes as found

Worked example: Desired 6, MaxSize 8, floor 5, batch 2, lock-step. Capacity max(6, 5 + 2) = 7. Look 1: suspend, point
at version 2. Look 2: resize to 7, so one is launched first. It is ready: 7 in service, and 2 of the 6 old ones are
terminated with replacement (5 in service). Both ready, 3 new: 2 more go. 5 new, 2 old: Desired of 6 needs one more
launch, so of the last two one is terminated with replacement and one without, which takes Desired from 7 to 6. When
the sixth is ready, least size and processes are given back.

When more members failed than the policy tolerates the direction turns: the same steps lead to ``came_from``. Under
``onFailure: hold`` it stands still instead, until somebody retries or skips what failed, goes on, or aborts.
"""

from __future__ import annotations

from pulumi_rolling.core.model.codes import VERDICTS, EndedBy, ReasonCode, Step, VerdictCode
from pulumi_rolling.core.model.decision import Because, Decision
from pulumi_rolling.core.model.goal import Direction, OnFailure
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.replace.actions import Action, PointAt, Suspend
from pulumi_rolling.core.replace.acts import settle_issued
from pulumi_rolling.core.replace.budget import slot_clock
from pulumi_rolling.core.replace.census import Census, take_census
from pulumi_rolling.core.replace.decisions import act, hold, wait
from pulumi_rolling.core.replace.ending import bake, desired_at_end, restore, settle
from pulumi_rolling.core.replace.judge import judge
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.roll import roll
from pulumi_rolling.core.replace.rollout import Boots, Rollout, replace
from pulumi_rolling.core.replace.roster import with_roster
from pulumi_rolling.core.replace.sizing import size_roll
from pulumi_rolling.core.replace.verdicts import start_alarms, take_verdict


def decide(limits: Limits, rollout: Rollout, seen: Observation) -> Decision:
    """One look at the group, one decision. ``limits`` are those of the way forward and carry those of the way back."""
    rules = limits.back() if rollout.direction is Direction.BACK else limits
    if rollout.step is Step.DONE:
        return hold(rules, rollout, seen, Because(ReasonCode.DONE))
    if not seen.lease_is_ours:
        return hold(rules, rollout, seen, Because(ReasonCode.LEASE_LOST))
    if not seen.complete:
        return hold(rules, rollout, seen, Because(ReasonCode.INCOMPLETE))
    seen = with_roster(seen)
    rollout = _start_direction(rules, rollout, seen)
    rollout = settle_issued(rules, rollout, seen)
    if rollout.leaving:
        census = take_census(rules, rollout, seen)
    else:
        rollout, census = judge(rules, rollout, seen)
    before = rollout
    rollout, verdict = take_verdict(rules, rollout, seen, census)
    if verdict is not None:
        return _turn(limits, rollout, seen, verdict)
    if rollout.handled is not before.handled:
        census = take_census(rules, rollout, seen)
    if rollout.held is not None:
        members = tuple(f.id for f in rollout.failed[-5:])
        return wait(
            rules, rollout, seen, census, Because(ReasonCode.HELD, {"failed": rollout.failures}, members)
        )
    if rollout.resumed_at is not None and seen.at < rollout.resumed_at + rules.settle:
        return wait(
            rules, rollout, seen, census, Because(ReasonCode.RESUMED), until=rollout.resumed_at + rules.settle
        )
    match rollout.step:
        case Step.PREPARE:
            return _prepare(rules, rollout, seen, census)
        case Step.ROLL:
            return roll(rules, rollout, seen, census)
        case Step.BAKE:
            if census.candidates or census.slots:
                return roll(rules, replace(rollout, step=Step.ROLL), seen, census)
            return bake(rules, rollout, seen, census)
        case Step.SETTLE:
            return settle(rules, rollout, seen, census)
        case _:
            return restore(rules, rollout, seen, census)


def _start_direction(limits: Limits, rollout: Rollout, seen: Observation) -> Rollout:
    if rollout.watermark is not None:
        return rollout
    youngest = max((m.launched_at for m in seen.members if m.launched_at is not None), default=0.0)
    if rollout.fresh:
        youngest = min(youngest, seen.at - slot_clock(limits))
    first = rollout.desired == 0 and rollout.desired_before == 0
    if rollout.direction is Direction.FORWARD:
        rollout = start_alarms(rollout, seen)
    return replace(
        rollout,
        unit=max((m.weight for m in seen.members), default=1),
        watermark=youngest,
        direction_at=seen.at,
        desired=seen.sizes.desired if first else rollout.desired,
        desired_before=seen.sizes.desired if first else rollout.desired_before,
        deadline=seen.at + limits.timeout
        if limits.timeout and rollout.deadline is None
        else rollout.deadline,
        judged_until=max(rollout.judged_until, seen.at),
        progress_at=seen.at,
    )


def _turn(limits: Limits, rollout: Rollout, seen: Observation, verdict: Verdict) -> Decision:
    """The direction is lost. Forward: go back, leave, or hold. Back: give the processes back and keep the record."""
    if rollout.leaving or rollout.step is Step.RESTORE:
        # A second refusal is the end; after the first the processes may still be given back.
        step = Step.DONE if rollout.back_failed is not None else Step.RESTORE
        return hold(
            limits, replace(rollout, back_failed=verdict, step=step), seen, Because(ReasonCode.REFUSED)
        )
    if _is_held(limits, rollout, verdict):
        held = replace(rollout, held=verdict, progress_at=seen.at)
        members = tuple(f.id for f in verdict.failures)
        because = Because(ReasonCode.HELD, {"failed": verdict.failed}, members)
        return wait(limits, held, seen, take_census(limits, held, seen), because)
    because = Because(ReasonCode.FAILED, {"failed": verdict.failed, "of": verdict.of})
    if rollout.direction is Direction.FORWARD:
        verdict = replace(verdict, touched=rollout.launched)
    settled = replace(
        rollout,
        round=None,
        openings=(),
        missing=(),
        warming=(),
        draining=(),
        surge=0,
        zone="",
        passed=0,
        gate=None,
        paused=False,
        held=None,
        baked_from=None,
        progress_at=seen.at,
    )
    if rollout.direction is Direction.BACK:
        settled = replace(settled, back_failed=verdict, step=Step.RESTORE)
    elif limits.on_failure is OnFailure.LEAVE or not _has_way_back(rollout):
        settled = replace(settled, verdict=verdict, step=Step.SETTLE)
    else:
        settled = replace(
            settled,
            verdict=verdict,
            direction=Direction.BACK,
            step=Step.PREPARE,
            watermark=None,
            total=0,
            in_flight=frozenset(),
            succeeded=frozenset(),
            failed=(),
            failed_before=0,
            retried=frozenset(),
            skipped=frozenset(),
            boots=Boots(),  # The former revision boots as it did in the last rollout, not as the failed one does.
        )
    return wait(limits, settled, seen, take_census(limits, settled, seen), because)


def _is_held(limits: Limits, rollout: Rollout, verdict: Verdict) -> bool:
    """onFailure hold waits for somebody's word, except where it has just been spoken."""
    asked = VERDICTS[verdict.code].ended_by is EndedBy.PERSON or verdict is rollout.held
    return limits.on_failure is OnFailure.HOLD and rollout.direction is Direction.FORWARD and not asked


def _has_way_back(rollout: Rollout) -> bool:
    """There is a former revision, and it makes other members than those that failed."""
    former = rollout.came_from
    return former is not None and (former.digest != rollout.to.digest or bool(rollout.abandoned))


def _prepare(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> Decision:
    replaceable = len(census.candidates) + census.coming
    outside = bool(census.occupied or census.standby or census.warm)
    work = replaceable > 0 or (rollout.fresh and census.slots > 0) or outside
    actions: list[Action] = []
    held = limits.suspend | rollout.suspended_by_us if work else frozenset[str]()
    lacking = held - seen.suspended
    if seen.pointer != rollout.target.address:
        actions.append(PointAt(rollout.target))
    if lacking:
        actions.insert(len(actions) if rollout.direction is Direction.BACK else 0, Suspend(lacking))
        rollout = replace(
            rollout, suspended_by_us=rollout.suspended_by_us | (lacking - rollout.found_suspended)
        )
    if any(isinstance(i.action, PointAt | Suspend) for i in rollout.issued):
        # Not for terminations of the way forward: while they show, the cloud launches from the failed revision.
        return wait(limits, rollout, seen, census, Because(ReasonCode.UNSEEN))
    if actions:
        return act(limits, rollout, seen, census, tuple(actions), Because(ReasonCode.PREPARING))
    rollout = replace(rollout, judged_until=seen.at)
    if not work:
        return settle(limits, replace(rollout, step=Step.SETTLE), seen, census)
    fresh = census.slots if rollout.fresh else 0
    # With weights the policy counts instances and Desired counts units; a launch brings one unit of the rollout's.
    there = desired_at_end(limits, rollout) if rollout.unit == 1 else len(census.counted) + census.gap
    sizing = size_roll(limits, replaceable, there)
    if replaceable and not sizing.batch:
        return _turn(limits, rollout, seen, Verdict(VerdictCode.NO_ROOM, seen.at))
    capacity = sizing.capacity
    if rollout.unit > 1:
        capacity = rollout.desired + (sizing.capacity - there) * rollout.unit
    rollout = replace(
        rollout,
        step=Step.ROLL,
        total=replaceable + fresh,
        batch=sizing.batch,
        capacity=capacity,
        surge=max(0, capacity - rollout.desired) // rollout.unit if replaceable else 0,
    )
    return roll(limits, rollout, seen, census)
