"""What the members of this rollout came to: ready, failed, or still open; and whether the budget still holds.

Each launched id is judged once (a FAILURE after a SUCCESS still counts, as in CloudFormation). What is a failure:
a FAILURE signal or an abandoned launch; the slot's clock; a launch refused for good; a member that vanishes before
it was ready, unless scaling, rebalancing or a spot interruption took it.
"""

from __future__ import annotations

from pulumi_rolling.core.model.codes import FailureReason
from pulumi_rolling.core.model.member import Lifecycle, Member, Signal
from pulumi_rolling.core.model.verdict import Failure
from pulumi_rolling.core.replace.boots import add_boots
from pulumi_rolling.core.replace.budget import slot_clock
from pulumi_rolling.core.replace.census import (
    Census,
    count_ready,
    is_ready,
    is_sound,
    is_working,
    take_census,
)
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.observation import LaunchError, Loss, Observation
from pulumi_rolling.core.replace.rollout import Opening, Rollout, replace
from pulumi_rolling.core.replace.roster import roster_of


def judge(limits: Limits, rollout: Rollout, seen: Observation) -> tuple[Rollout, Census]:
    """Fold what is seen into the rollout; the census is taken again where a verdict changed it."""
    census = take_census(limits, rollout, seen)
    judged = _late_failures(rollout, seen) if limits.signals else rollout
    judged = _judge_members(limits, judged, census, seen)
    judged = _judge_vanished(limits, judged, census, seen)
    judged = _judge_launches(judged, seen)
    if judged.failed is not rollout.failed and judged.failed != rollout.failed:
        census = take_census(limits, judged, seen)
    elif judged.succeeded is not rollout.succeeded:
        count_ready(limits, judged, census)
    judged = _reconcile_openings(limits, judged, census, seen)
    if judged.lowest is None or census.in_service < judged.lowest:
        judged = replace(judged, lowest=census.in_service)
    return judged, census


def _late_failures(rollout: Rollout, seen: Observation) -> Rollout:
    """FAILURE after SUCCESS wins: "Signals may only be updated with a FAILURE status" (CloudFormation)."""
    others = roster_of(seen).others.values()
    turned = [m.id for m in others if m.signal is Signal.FAILURE and m.id in rollout.succeeded]
    if not turned:
        return rollout
    return replace(
        rollout,
        succeeded=rollout.succeeded - set(turned),
        failed=rollout.failed + tuple(Failure(i, FailureReason.FAILURE_SIGNAL) for i in turned),
    )


def _judge_members(limits: Limits, rollout: Rollout, census: Census, seen: Observation) -> Rollout:
    clock = slot_clock(limits)
    in_service, at = Lifecycle.IN_SERVICE, seen.at
    failure = Signal.FAILURE if limits.signals else None
    present = {m.id for m in census.unjudged}
    flight = set(present)
    ready: list[Member] = []
    failed: list[Failure] = []
    since = dict(rollout.warming)
    warming: list[tuple[str, float]] = []
    for member in census.unjudged:
        launched = member.launched_at
        if failure and member.signal is failure:
            failed.append(Failure(member.id, FailureReason.FAILURE_SIGNAL))
        elif member.lifecycle is in_service and is_ready(limits, member):
            if limits.warm_up:
                began = _warm_since(limits, rollout, member, since, at)
                if at - began < limits.warm_up:
                    # Its clock has stopped: all it waits for is the policy's own time.
                    warming.append((member.id, began))
                    continue
            ready.append(member)
        elif launched is not None and at - launched >= clock:
            failed.append(Failure(member.id, _reason(limits, member)))
    succeeded = [m.id for m in ready]
    flight.difference_update(succeeded, [f.id for f in failed])
    if tuple(warming) != rollout.warming:
        rollout = replace(rollout, warming=tuple(warming))
    arrived = present - rollout.in_flight
    if rollout.resumed_at is not None:
        arrived -= {m.id for m in census.unjudged if _was_unwatched(rollout, m)}
    gone = rollout.in_flight - present - rollout.succeeded - {f.id for f in rollout.failed}
    if not (ready or failed or arrived) and flight | gone == rollout.in_flight:
        return rollout
    return replace(
        rollout,
        in_flight=frozenset(flight) | gone,
        succeeded=rollout.succeeded.union(succeeded),
        failed=rollout.failed + tuple(failed),
        boots=add_boots(rollout.boots, _boots_of(rollout, ready, at)),
        seen_new=rollout.seen_new + len(arrived),
        progress_at=seen.at,
    )


def _warm_since(
    limits: Limits, rollout: Rollout, member: Member, since: dict[str, float], at: float
) -> float:
    """When its warm-up began. A record keeps no long list of successes: after a resume the old enough are warmed up."""
    known = since.get(member.id)
    if known is not None:
        return known
    unwatched = _was_unwatched(rollout, member) and member.launched_at is not None
    return min(at, member.launched_at or at) if unwatched else at


def _reason(limits: Limits, member: Member) -> FailureReason:
    """What a member whose clock ran out still lacked, the first thing first."""
    held = member.lifecycle in (Lifecycle.IN_SERVICE, Lifecycle.WAITING)
    if limits.signals and member.signal is None and held:
        return FailureReason.SIGNAL_TIMEOUT
    if is_sound(member) and limits.status_checks and member.checks is not True:
        return FailureReason.CHECKS_FAILED
    if is_sound(member) and (limits.target_health or not is_working(member)):
        return FailureReason.TARGET_UNHEALTHY
    return FailureReason.NOT_IN_SERVICE


def _was_unwatched(rollout: Rollout, member: Member) -> bool:
    """It may have been ready for long: nobody looked between its launch and a resume."""
    if rollout.resumed_at is None or member.id in rollout.in_flight or member.launched_at is None:
        return False
    return member.launched_at < rollout.resumed_at


def _boots_of(rollout: Rollout, ready: list[Member], at: float) -> list[float]:
    """How long each took, as far as somebody watched."""
    return [at - m.launched_at for m in ready if m.launched_at is not None and not _was_unwatched(rollout, m)]


def _judge_vanished(limits: Limits, rollout: Rollout, census: Census, seen: Observation) -> Rollout:
    """Members of ours that are no longer counted. One merely absent is given a settle time: reads can be stale."""
    if not rollout.in_flight:
        return rollout
    if not rollout.missing and rollout.in_flight <= {m.id for m in census.unjudged}:
        return rollout
    present = {m.id for m in census.counted}
    missing = dict(rollout.missing)
    excused = {loss.member for loss in seen.losses if loss.excused}
    excused |= {m.id for m in roster_of(seen).others.values() if m.lifecycle is Lifecycle.STANDBY}
    losses = {loss.member: loss for loss in seen.losses}
    failed: list[Failure] = []
    flight = set(rollout.in_flight)
    for member in sorted(rollout.in_flight):
        if member in present:
            missing.pop(member, None)
            continue
        since = missing.setdefault(member, seen.at)
        if member in excused:
            flight.discard(member)
        elif member in census.leaving or member in losses or seen.at - since >= limits.settle:
            flight.discard(member)
            loss = losses.get(member, Loss(member, seen.at, excused=False))
            failed.append(Failure(member, FailureReason.VANISHED, loss.cause, loss.remedy, loss.hint))
    missing = {member: at for member, at in missing.items() if member in flight}
    if len(flight) == len(rollout.in_flight) and tuple(missing.items()) == rollout.missing:
        return rollout
    return replace(
        rollout,
        in_flight=frozenset(flight),
        missing=tuple(missing.items()),
        failed=rollout.failed + tuple(failed),
        progress_at=seen.at if failed else rollout.progress_at,
    )


def _judge_launches(rollout: Rollout, seen: Observation) -> Rollout:
    """A launch refused for good fails at once; a capacity refusal only when the slot's clock runs out."""
    known = {f.id for f in rollout.failed}
    fresh = [x for x in seen.launches if x.at > rollout.judged_until and x.id not in known]
    refused = tuple(
        Failure(x.id, FailureReason.LAUNCH_REFUSED, x.cause, x.remedy or x.error.remedy, x.hint)
        for x in sorted(fresh, key=lambda x: (x.at, x.id))
        if x.error is LaunchError.PERMANENT
    )
    if not refused:
        return rollout
    return replace(rollout, failed=rollout.failed + refused, progress_at=seen.at)


def _reconcile_openings(limits: Limits, rollout: Rollout, census: Census, seen: Observation) -> Rollout:
    """Keep one clock for each launch that is owed; the oldest clocks belong to those that appeared first."""
    openings = list(rollout.openings)
    surplus = sum(o.count for o in openings) - census.gap
    while surplus > 0:
        first = openings.pop(0)
        if first.count > surplus:
            openings.insert(0, Opening(first.at, first.count - surplus))
        surplus = max(0, surplus - first.count)
    if surplus < 0:
        openings.append(Opening(seen.at, -surplus))
    overdue = sum(o.count for o in openings if seen.at - o.at >= limits.boot_limit)
    if not overdue:
        return replace(rollout, openings=tuple(openings)) if tuple(openings) != rollout.openings else rollout
    last = next((x for x in reversed(seen.launches) if x.error is LaunchError.CAPACITY), None)
    why = ("", None, "") if last is None else (last.cause, last.remedy or last.error.remedy, last.hint)
    number = rollout.failures
    late = tuple(
        Failure(f"launch-{number + i + 1}", FailureReason.NEVER_APPEARED, *why) for i in range(overdue)
    )
    kept = [o for o in openings if seen.at - o.at < limits.boot_limit]
    return replace(
        rollout,
        openings=(*kept, Opening(seen.at, overdue)),
        failed=rollout.failed + late,
        progress_at=seen.at,
    )
