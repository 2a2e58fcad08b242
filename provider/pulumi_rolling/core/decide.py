"""What to do next, and why: the one place where a rollout is decided.

Theory of operation. ``decide`` is shown the limits, what is remembered and what is seen, and answers with what to
remember next, the acts to do now, and when to look again. It is total and deterministic and does no I/O. Every look
goes the same way: forget acts that are seen, take up requests, judge the members, then do the step's work:

    prepare   suspend processes, move the pointer (back: the pointer first, because the cloud launches from it)
    roll      raise capacity if the floor needs it, then replace: a slot is a replacement in flight
    settle    Desired is as found, plus what others did to it
    restore   least size and processes as found

Worked example: Desired 6, MaxSize 8, floor 5, batch 2, lock-step. Capacity max(6, 5 + 2) = 7. Look 1: suspend, point
at version 2. Look 2: resize to 7, so one is launched first. It is ready: 7 in service, and 2 of the 6 old ones are
terminated with replacement (5 in service). Both ready, 3 new: 2 more go. 5 new, 2 old: Desired of 6 needs one more
launch, so of the last two one is terminated with replacement and one without, which takes Desired from 7 to 6. When
the sixth is ready, least size and processes are given back.

When more members failed than the policy tolerates the direction turns: the same steps lead to ``came_from``.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from pulumi_rolling.core.acts import is_desired_settled, settle_issued
from pulumi_rolling.core.answers import act, hold, outcome_of, wait
from pulumi_rolling.core.census import Census, is_in_service, is_target, is_working, take_census
from pulumi_rolling.core.judge import is_spent, judge, slot_clock, too_many
from pulumi_rolling.core.model import (
    ONE_HOUR,
    Action,
    Because,
    Decision,
    Direction,
    Limits,
    Member,
    Observation,
    OnFailure,
    Pacing,
    PointAt,
    Resize,
    Resume,
    Rollout,
    Round,
    Step,
    Suspend,
    Terminate,
    Verdict,
)
from pulumi_rolling.core.sizing import size_roll
from pulumi_rolling.core.victims import in_order

FIRST_LAUNCH_AFTER = 1.0
"""Seconds from the first look to the first launch of ours: launch times carry whole seconds (census.is_new)."""

NAMED_TRIES = 3
"""How often surplus members are named: those of a dying build may go by themselves before our act reaches them."""


def decide(limits: Limits, rollout: Rollout, seen: Observation) -> Decision:
    """One look at the group, one decision. ``limits`` are those of the way forward and carry those of the way back."""
    rules = limits.back() if rollout.direction is Direction.BACK else limits
    if rollout.step is Step.DONE:
        return hold(rules, rollout, seen, Because("done"))
    if not seen.lease_is_ours:
        return hold(rules, rollout, seen, Because("leaseLost"))
    if not seen.complete:
        return hold(rules, rollout, seen, Because("incomplete"))
    rollout = _start_direction(rules, rollout, seen)
    rollout = settle_issued(rules, rollout, seen)
    if rollout.leaving:
        census = take_census(rules, rollout, seen)
    else:
        rollout, census = judge(rules, rollout, seen)
    rollout, verdict = _take_verdict(rules, rollout, seen)
    if verdict is not None:
        return _turn(limits, rollout, seen, verdict)
    if rollout.resumed_at is not None and seen.at < rollout.resumed_at + rules.settle:
        return wait(rules, rollout, seen, census, Because("resumed"), until=rollout.resumed_at + rules.settle)
    match rollout.step:
        case Step.PREPARE:
            return _prepare(rules, rollout, seen, census)
        case Step.ROLL:
            return _roll(rules, rollout, seen, census)
        case Step.SETTLE:
            return _settle(rules, rollout, seen, census)
        case _:
            return _restore(rules, rollout, seen, census)


def _start_direction(limits: Limits, rollout: Rollout, seen: Observation) -> Rollout:
    if rollout.watermark is not None:
        return rollout
    youngest = max((m.launched_at for m in seen.members if m.launched_at is not None), default=0.0)
    if rollout.fresh:
        youngest = min(youngest, seen.at - slot_clock(limits))
    first = rollout.desired == 0 and rollout.desired_before == 0
    return replace(
        rollout,
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


def _take_verdict(limits: Limits, rollout: Rollout, seen: Observation) -> tuple[Rollout, Verdict | None]:
    """Requests, refusals, budget, deadline: what ends this direction. Nothing ends it once it only gives back."""
    asked = [r for r in seen.requests if r.id not in rollout.handled]
    if asked:
        rollout = replace(rollout, handled=rollout.handled | {r.id for r in asked})
    if rollout.leaving or rollout.step is Step.RESTORE:
        return rollout, _refusal(seen) if seen.refusals else None
    forward = rollout.direction is Direction.FORWARD
    if forward and any(r.kind == "abort" for r in asked):
        return rollout, Verdict("aborted", seen.at, rollout.failures, rollout.total)
    if seen.refusals:
        return rollout, _refusal(seen)
    if rollout.step is not Step.PREPARE and is_spent(limits, rollout):
        return rollout, too_many(limits, rollout, seen.at)
    if forward and rollout.deadline is not None and seen.at >= rollout.deadline:
        return rollout, Verdict("deadline", seen.at, rollout.failures, rollout.total)
    if seen.at - rollout.progress_at >= max(ONE_HOUR, 2 * slot_clock(limits), 2 * limits.pause):
        return rollout, Verdict("stalled", seen.at, rollout.failures, rollout.total)
    return rollout, None


def _refusal(seen: Observation) -> Verdict:
    first = seen.refusals[0]
    return Verdict("refused", seen.at, cause=f"{first.act}: {first.message}")


def _turn(limits: Limits, rollout: Rollout, seen: Observation, verdict: Verdict) -> Decision:
    """The direction is lost. Forward: go back, or leave. Back: give the processes back and keep the record."""
    if rollout.leaving or rollout.step is Step.RESTORE:
        # A second refusal is the end; after the first the processes may still be given back.
        step = Step.DONE if rollout.back_failed is not None else Step.RESTORE
        return hold(limits, replace(rollout, back_failed=verdict, step=step), seen, Because("refused"))
    because = Because("failed", {"failed": verdict.failed, "of": verdict.of})
    settled = replace(rollout, round=None, openings=(), missing=(), progress_at=seen.at)
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
        )
    return wait(limits, settled, seen, take_census(limits, settled, seen), because)


def _has_way_back(rollout: Rollout) -> bool:
    """There is a former revision, and it makes other members than those that failed."""
    former = rollout.came_from
    return former is not None and (former.digest != rollout.to.digest or bool(rollout.abandoned))


def _prepare(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> Decision:
    work = bool(census.candidates) or (rollout.fresh and census.slots > 0)
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
        return wait(limits, rollout, seen, census, Because("unseen"))
    if actions:
        return act(limits, rollout, seen, census, tuple(actions), Because("preparing"))
    rollout = replace(rollout, judged_until=seen.at)
    if not work:
        return _settle(limits, replace(rollout, step=Step.SETTLE), seen, census)
    fresh = census.slots if rollout.fresh else 0
    sizing = size_roll(limits, len(census.candidates), _desired_at_end(limits, rollout))
    if census.candidates and not sizing.batch:
        verdict = Verdict("refused", seen.at, cause="no room between MinInstancesInService and MaxSize")
        return _turn(limits, rollout, seen, verdict)
    rollout = replace(
        rollout,
        step=Step.ROLL,
        total=len(census.candidates) + fresh,
        batch=sizing.batch,
        capacity=sizing.capacity,
    )
    return _roll(limits, rollout, seen, census)


def _roll(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> Decision:
    if seen.at < rollout.direction_at + FIRST_LAUNCH_AFTER:
        until = rollout.direction_at + FIRST_LAUNCH_AFTER
        return wait(limits, rollout, seen, census, Because("starting"), until=until)
    if any(not isinstance(i.action, Terminate) for i in rollout.issued) or not is_desired_settled(rollout):
        return wait(limits, rollout, seen, census, Because("unseen"))
    if census.candidates and rollout.round is None and rollout.desired < rollout.capacity:
        return _raise(limits, rollout, seen, census, rollout.capacity)
    lock_step = limits.pacing is Pacing.LOCK_STEP
    if lock_step:
        rollout = _close_round(rollout, seen, census)
        if census.slots or any(isinstance(i.action, Terminate) for i in rollout.issued):
            return wait(limits, rollout, seen, census, _waiting(limits, rollout, census))
        if not limits.signals and limits.pause and rollout.round is not None and rollout.round.expected:
            until = (rollout.round.settled_at or seen.at) + limits.pause
            if seen.at < until:
                return wait(limits, rollout, seen, census, Because("pausing"), until=until)
    if not census.candidates:
        if census.slots or rollout.issued:
            return wait(limits, rollout, seen, census, _waiting(limits, rollout, census))
        return _settle(limits, replace(rollout, step=Step.SETTLE, round=None), seen, census)
    return _replace(limits, rollout, seen, census)


def _replace(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> Decision:
    """Pick victims within the window and above the floor; those that nobody needs any more go without replacement."""
    free = rollout.batch - census.slots
    room = census.serving - limits.floor
    owed = _desired_at_end(limits, rollout) - census.keepers - census.gap
    lock_step = limits.pacing is Pacing.LOCK_STEP
    picked: list[Terminate] = []
    order = in_order(rollout, census.candidates if free > 0 or owed <= 0 else ())
    for position, member in enumerate(chain(order.broken, order.working)):
        serves = _serves(limits, rollout, member)
        if serves and room <= 0:
            if position < len(order.broken):
                continue
            break
        again = owed > 0
        if free <= 0 and (again or lock_step):
            break
        picked.append(Terminate(member.id, replace=again))
        free -= again or lock_step
        owed -= again
        room -= serves
    if not picked:
        return _stuck(limits, rollout, seen, census, free, room)
    fewer = sum(not t.replace for t in picked)
    actions: tuple[Action, ...] = tuple(picked)
    if fewer and seen.sizes.min > rollout.desired - fewer:
        # Auto Scaling refuses a termination with decrement below MinSize.
        actions = (Resize(min=min(rollout.found.min, rollout.desired - fewer)), *actions)
    number = rollout.round.number + 1 if rollout.round else 1
    opened = Round(number, seen.at, terminated=len(picked), expected=len(picked) - fewer)
    because = Because(
        "replacing", {"terminate": len(picked), "launch": len(picked) - fewer, "old": census.old}
    )
    return act(limits, replace(rollout, round=opened), seen, census, actions, because)


def _stuck(
    limits: Limits, rollout: Rollout, seen: Observation, census: Census, free: int, room: int
) -> Decision:
    """Nothing may go. With slots in use that is waiting; with none, somebody took the capacity that the floor needs."""
    if free > 0 and room <= 0 and not census.slots and not rollout.issued:
        enough = min(
            limits.max_size, seen.sizes.max, limits.floor + min(rollout.batch, len(census.candidates))
        )
        if rollout.desired < enough:
            return _raise(limits, rollout, seen, census, enough)
    return wait(limits, rollout, seen, census, _waiting(limits, rollout, census))


def _raise(limits: Limits, rollout: Rollout, seen: Observation, census: Census, capacity: int) -> Decision:
    """CloudFormation sets MinSize and DesiredCapacity together, so that nobody scales in below during the roll."""
    opened = Round(0, seen.at, terminated=0, expected=capacity - rollout.desired)
    because = Because("raising", {"capacity": capacity, "launch": capacity - rollout.desired})
    return act(limits, replace(rollout, round=opened), seen, census, (Resize(capacity, capacity),), because)


def _close_round(rollout: Rollout, seen: Observation, census: Census) -> Rollout:
    if rollout.round is None or rollout.round.settled_at is not None or census.slots or rollout.issued:
        return rollout
    return replace(rollout, round=replace(rollout.round, settled_at=seen.at))


def _settle(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> Decision:
    """Desired as found plus what others did to it. What must go after a failure is named, never left to the cloud."""
    if rollout.issued or not is_desired_settled(rollout):
        return wait(limits, rollout, seen, census, Because("unseen"))
    desired = _desired_at_end(limits, rollout)
    surplus = rollout.desired - desired
    tries = rollout.round.number if rollout.round else 0
    victims = _surplus(limits, rollout, census, surplus) if surplus > 0 and rollout.leaving else []
    if victims and tries < NAMED_TRIES:
        least = min(rollout.found.min, rollout.desired - len(victims))
        actions: tuple[Action, ...] = tuple(Terminate(m.id, replace=False) for m in victims)
        if seen.sizes.min > least:
            actions = (Resize(min=least), *actions)
        rollout = replace(rollout, round=Round(tries + 1, seen.at, len(victims), 0))
        return act(limits, rollout, seen, census, actions, Because("removing", {"surplus": surplus}))
    return _restore(limits, replace(rollout, step=Step.RESTORE), seen, census)


def _surplus(limits: Limits, rollout: Rollout, census: Census, surplus: int) -> list[Member]:
    """Failed first, then not ready, then the youngest; one in service only above the floor."""
    failed = {f.id for f in rollout.failed}
    order = sorted(
        census.counted, key=lambda m: (m.id not in failed, is_working(m), -(m.launched_at or 0.0), m.id)
    )
    room = census.in_service - limits.floor
    picked: list[Member] = []
    for member in order:
        if len(picked) == surplus:
            break
        if is_working(member):
            if room <= 0:
                continue
            room -= 1
        picked.append(member)
    return picked


def _restore(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> Decision:
    if rollout.issued:
        return wait(limits, rollout, seen, census, Because("unseen"))
    actions: list[Action] = []
    desired = _desired_at_end(limits, rollout)
    if rollout.back_failed is None and (seen.sizes.min != rollout.found.min or rollout.desired != desired):
        actions.append(Resize(rollout.found.min, desired if rollout.desired != desired else None))
    ours = rollout.suspended_by_us & seen.suspended
    if ours:
        actions.append(Resume(ours))
    if actions:
        return act(limits, rollout, seen, census, tuple(actions), Because("restoring"))
    rollout = replace(rollout, step=Step.DONE)
    return replace(wait(limits, rollout, seen, census, Because("done")), outcome=outcome_of(rollout))


def _desired_at_end(limits: Limits, rollout: Rollout) -> int:
    """As found, plus what others did to it, within the group's own bounds."""
    return max(rollout.found.min, min(limits.max_size, rollout.found.desired + rollout.delta))


def _serves(limits: Limits, rollout: Rollout, member: Member) -> bool:
    """True when taking this member lowers what the floor is held against."""
    if limits.pacing is Pacing.SLIDING:
        return is_working(member) and not is_target(rollout, member)
    return is_in_service(member)


def _waiting(limits: Limits, rollout: Rollout, census: Census) -> Because:
    numbers: dict[str, int | float] = {"unseen": census.gap, "inFlight": len(census.unjudged)}
    if limits.signals:
        numbers["pause"] = limits.pause
    return Because("waiting", numbers, tuple(m.id for m in census.unjudged[:5]))
