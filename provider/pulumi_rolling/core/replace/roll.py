"""The step that replaces members: what may start now, who goes, and what is waited for.

Theory of operation. At each look, in this order: acts that are not seen yet are waited for; a gate at which the
rollout stands is looked at; launches ahead of the first kill are asked for (surge); then victims are picked as far as
the window, the next stop, the guard and the floor allow. Whatever stops new starts never touches what is in flight.

    window   batch, smaller at a slow start; slots in use are launches not judged yet, and with ``drain`` also
             victims not gone yet, whichever are more (a replacement and its victim share a slot)
    stop     the canaries and each checkpoint (core.gates)
    guard    the odds that the budget is spent already (core.guard), sliding only
    floor    a member that serves goes only if one less is still enough
"""

from __future__ import annotations

from itertools import chain

from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because, Decision
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Member
from pulumi_rolling.core.replace.actions import Action, Remove, Resize, Terminate
from pulumi_rolling.core.replace.acts import is_desired_settled
from pulumi_rolling.core.replace.census import Census, is_in_service, is_target, is_working
from pulumi_rolling.core.replace.decisions import act, wait
from pulumi_rolling.core.replace.ending import bake, desired_at_end, settle
from pulumi_rolling.core.replace.gates import room, stand
from pulumi_rolling.core.replace.guard import Odds
from pulumi_rolling.core.replace.limits import Limits, Pacing, ZoneOrder
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout, Round, replace
from pulumi_rolling.core.replace.victims import Victims, in_order, zone_by_zone

FIRST_LAUNCH_AFTER = 1.0
"""Seconds from the first look to the first launch of ours: launch times carry whole seconds (census.is_new)."""


def roll(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> Decision:
    if seen.at < rollout.way.direction_at + FIRST_LAUNCH_AFTER:
        until = rollout.way.direction_at + FIRST_LAUNCH_AFTER
        return wait(limits, rollout, seen, census, Because(ReasonCode.STARTING), until=until)
    if any(not isinstance(i.action, Terminate) for i in rollout.ours.issued) or not is_desired_settled(
        rollout
    ):
        return wait(limits, rollout, seen, census, Because(ReasonCode.UNSEEN))
    if census.warm:
        # First, or the launches to come would take them.
        return _remove(limits, rollout, seen, census, census.warm)
    standing = stand(limits, rollout, seen.at)
    rollout = standing.rollout
    if standing.because is not None:
        return wait(limits, rollout, seen, census, standing.because, until=standing.until)
    if rollout.way.paused:
        return wait(limits, rollout, seen, census, Because(ReasonCode.PAUSED))
    # With weights the cloud may owe no launch for a victim; until it is seen gone it is a slot all the same.
    killed = sum(isinstance(i.action, Terminate) and i.action.replace for i in rollout.ours.issued)
    slots = len(census.unjudged) + max(census.gap, killed)
    in_use = max(slots, len(rollout.way.draining) + killed)
    if limits.pacing is Pacing.LOCK_STEP:
        rollout = _close_round(rollout, seen, in_use)
        if in_use or rollout.ours.issued:
            return wait(limits, rollout, seen, census, _waiting(limits, rollout, census))
        if (
            not limits.signals
            and limits.pause
            and rollout.way.round is not None
            and rollout.way.round.expected
        ):
            until = (rollout.way.round.settled_at or seen.at) + limits.pause
            if seen.at < until:
                return wait(limits, rollout, seen, census, Because(ReasonCode.PAUSING), until=until)
    if not census.candidates:
        if in_use or rollout.ours.issued:
            return wait(limits, rollout, seen, census, _waiting(limits, rollout, census))
        return _finish(limits, rollout, seen, census)
    free = room(limits, rollout, in_use, slots)
    ahead = min(rollout.way.surge, (rollout.way.capacity - rollout.ours.desired) // rollout.way.unit, free)
    if rollout.way.surge and rollout.ours.desired < rollout.way.capacity:
        if ahead > 0:
            return _raise(limits, rollout, seen, census, ahead)
        return wait(limits, rollout, seen, census, _waiting(limits, rollout, census))
    return _replace(limits, rollout, seen, census, free)


def _finish(limits: Limits, rollout: Rollout, seen: Observation, census: Census) -> Decision:
    """Everybody is replaced but those that the policy waits for or that stand outside Desired."""
    if census.occupied:
        because = Because(ReasonCode.OCCUPIED, {"count": len(census.occupied)}, census.occupied[:5])
        return wait(limits, rollout, seen, census, because)
    if census.standby:
        return _remove(limits, rollout, seen, census, census.standby)
    rollout = replace(rollout, way=replace(rollout.way, round=None))
    if limits.bake and rollout.direction is Direction.FORWARD:
        return bake(limits, rollout, seen, census)
    return settle(limits, replace(rollout, step=Step.SETTLE), seen, census)


def _remove(
    limits: Limits, rollout: Rollout, seen: Observation, census: Census, members: tuple[str, ...]
) -> Decision:
    actions = tuple(Remove(member) for member in members)
    return act(
        limits, rollout, seen, census, actions, Because(ReasonCode.REMOVING_OUTSIDE, {"count": len(actions)})
    )


def _replace(limits: Limits, rollout: Rollout, seen: Observation, census: Census, free: int) -> Decision:
    """Pick victims; those that nobody needs any more go without replacement."""
    above = census.serving - limits.floor
    owed = desired_at_end(limits, rollout) - census.kept - census.short
    lock_step = limits.pacing is Pacing.LOCK_STEP
    odds: Odds | None = None
    guarded = False
    picked: list[Terminate] = []
    rollout, order = _victims(limits, rollout, census if free > 0 or owed <= 0 else None)
    for place, member in enumerate(chain(order.broken, order.working)):
        serves = _serves(limits, rollout, member)
        if serves and above <= 0:
            if place < len(order.broken):
                continue
            break
        again = owed > 0
        if free <= 0 and (again or lock_step):
            break
        if again:
            odds = odds or Odds(limits, rollout, census.unjudged, seen.at)
            guarded = not odds.allow_start()
            if guarded:
                break
        picked.append(Terminate(member.id, again, member.weight))
        free -= again or lock_step
        owed -= member.weight * again
        above -= serves
    if not picked:
        if odds is not None and guarded:
            return wait(limits, rollout, seen, census, _guarded(odds, census))
        return _stuck(limits, rollout, seen, census, free, above)
    fewer = sum(not t.replace for t in picked)
    least = rollout.ours.desired - sum(t.weight for t in picked if not t.replace)
    actions: tuple[Action, ...] = tuple(picked)
    if fewer and seen.sizes.min > least:
        # Auto Scaling refuses a termination with decrement below MinSize.
        actions = (Resize(min=min(rollout.found.sizes.min, least)), *actions)
    number = rollout.way.round.number + 1 if rollout.way.round else 1
    opened = Round(number, seen.at, terminated=len(picked), expected=len(picked) - fewer)
    because = Because(
        ReasonCode.REPLACING, {"terminate": len(picked), "launch": len(picked) - fewer, "old": census.old}
    )
    return act(
        limits,
        replace(rollout, way=replace(rollout.way, round=opened, surge=0)),
        seen,
        census,
        actions,
        because,
    )


def _victims(limits: Limits, rollout: Rollout, census: Census | None) -> tuple[Rollout, Victims]:
    """In which order they go; zone by zone also the zone whose turn it is, which changes only between slots."""
    if census is None:
        return rollout, in_order(rollout, ())
    if limits.zone_order is ZoneOrder.BALANCED:
        return rollout, in_order(rollout, census.loose, census.lines)
    free = not census.slots and not rollout.way.draining
    zone, order = zone_by_zone(rollout, census.loose, census.lines, free=free)
    return (
        replace(rollout, way=replace(rollout.way, zone=zone)) if zone != rollout.way.zone else rollout
    ), order


def _guarded(odds: Odds, census: Census) -> Because:
    percent = round(100 * odds.lost)
    return Because(ReasonCode.GUARDED, {"inFlight": census.slots, "probability": percent}, odds.suspects())


def _stuck(
    limits: Limits, rollout: Rollout, seen: Observation, census: Census, free: int, above: int
) -> Decision:
    """Nothing may go. With slots in use that is waiting; with none, somebody took the capacity that the floor needs."""
    if free > 0 and above <= 0 and not census.slots and not rollout.ours.issued:
        enough = limits.floor + min(rollout.way.batch, len(census.candidates))
        most = (min(rollout.found.sizes.max, seen.sizes.max) - rollout.ours.desired) // rollout.way.unit
        more = min(free, most, enough - len(census.counted))
        if more > 0:
            return _raise(limits, rollout, seen, census, more)
    return wait(limits, rollout, seen, census, _waiting(limits, rollout, census))


def _raise(limits: Limits, rollout: Rollout, seen: Observation, census: Census, more: int) -> Decision:
    """CloudFormation sets MinSize and DesiredCapacity together, so that nobody scales in below during the roll."""
    capacity = rollout.ours.desired + more * rollout.way.unit
    opened = Round(0, seen.at, terminated=0, expected=more)
    because = Because(ReasonCode.RAISING, {"capacity": capacity, "launch": more})
    raised = replace(rollout, way=replace(rollout.way, round=opened, surge=max(0, rollout.way.surge - more)))
    return act(limits, raised, seen, census, (Resize(capacity, capacity),), because)


def _close_round(rollout: Rollout, seen: Observation, in_use: int) -> Rollout:
    if rollout.way.round is None or rollout.way.round.settled_at is not None or in_use or rollout.ours.issued:
        return rollout
    return replace(rollout, way=replace(rollout.way, round=replace(rollout.way.round, settled_at=seen.at)))


def _serves(limits: Limits, rollout: Rollout, member: Member) -> bool:
    """True when taking this member lowers what the floor is held against."""
    if limits.pacing is Pacing.SLIDING:
        return is_working(member) and not is_target(rollout, member)
    return is_in_service(member)


def _waiting(limits: Limits, rollout: Rollout, census: Census) -> Because:
    numbers: dict[str, int | float] = {"unseen": census.gap, "inFlight": len(census.unjudged)}
    if limits.signals:
        numbers["pause"] = limits.pause
    if rollout.way.draining and not census.slots:
        return Because(
            ReasonCode.DRAINING,
            {"count": len(rollout.way.draining)},
            tuple(member for member, _ in rollout.way.draining[:5]),
        )
    return Because(ReasonCode.WAITING, numbers, tuple([m.id for m in census.unjudged[:5]]))
