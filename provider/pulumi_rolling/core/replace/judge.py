"""What the members of this rollout came to: ready, failed, or still open; and whether the budget still holds.

Each launched id is judged once (a FAILURE after a SUCCESS still counts, as in CloudFormation). What is a failure:
a FAILURE signal or an abandoned launch; the slot's clock; a launch refused for good; a member that vanishes before
it was ready, unless scaling, rebalancing or a spot interruption took it. One that goes after it was ready is a loss
(core.losses).
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.core.model.codes import FailureReason, Step
from pulumi_rolling.core.model.member import Lifecycle, Member, Signal, TargetHealth
from pulumi_rolling.core.model.verdict import Failure
from pulumi_rolling.core.replace.boots import add_boots
from pulumi_rolling.core.replace.budget import slot_clock
from pulumi_rolling.core.replace.census import (
    count_ready,
    is_ready,
    is_sound,
    is_working,
)
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.losses import judge_losses
from pulumi_rolling.core.replace.observation import LaunchError, Loss, Observation, roster_of
from pulumi_rolling.core.replace.rollout import Opening, Rollout, replace


def judge(look: Look) -> Look:
    """Fold what is seen into the rollout; the census is taken again where a verdict changed it."""
    before = look.rollout.way
    rollout = _late_failures(look.rollout, look.seen) if look.limits.signals else look.rollout
    rollout = _judge_members(look, rollout)
    rollout = _judge_vanished(look, rollout)
    rollout = judge_losses(look, rollout)
    rollout = _judge_launches(rollout, look.seen)
    way = rollout.way
    if way.lost is not before.lost or (way.failed is not before.failed and way.failed != before.failed):
        look = look.counted_anew(rollout)
    elif way.succeeded is not before.succeeded:
        look = look.with_census(count_ready(look.limits, rollout, look.census))
    rollout = _reconcile_openings(look, rollout)
    lowest, now = rollout.ours.lowest, look.census.in_service
    if lowest is None or now < lowest:
        rollout = replace(rollout, ours=replace(rollout.ours, lowest=now))
    return look.with_rollout(rollout)


def _late_failures(rollout: Rollout, seen: Observation) -> Rollout:
    """FAILURE after SUCCESS wins: "Signals may only be updated with a FAILURE status" (CloudFormation)."""
    way, others = rollout.way, roster_of(seen).others.values()
    turned = [m.id for m in others if m.signal is Signal.FAILURE and m.id in way.succeeded]
    if not turned:
        return rollout
    failed = tuple(Failure(i, FailureReason.FAILURE_SIGNAL) for i in turned)
    return replace(
        rollout, way=replace(way, succeeded=way.succeeded - set(turned), failed=way.failed + failed)
    )


@dataclass(slots=True)
class _Fates:
    """What the members whose fate was open came to at one look."""

    ready: list[Member]
    failed: list[Failure]
    warming: tuple[tuple[str, float], ...]


def _judge_members(look: Look, rollout: Rollout) -> Rollout:
    fates = _fates(look, rollout)
    way = rollout.way
    present = {m.id for m in look.census.unjudged}
    flight = present - {m.id for m in fates.ready} - {f.id for f in fates.failed}
    if fates.warming != way.warming:
        way = replace(way, warming=fates.warming)
        rollout = replace(rollout, way=way)
    arrived = present - way.in_flight
    if rollout.resumed_at is not None:
        arrived -= {m.id for m in look.census.unjudged if _was_unwatched(rollout, m)}
    gone = way.in_flight - present - way.succeeded - {f.id for f in way.failed}
    if not (fates.ready or fates.failed or arrived) and flight | gone == way.in_flight:
        return rollout
    return replace(
        rollout,
        way=replace(
            way,
            judged_at=look.at if fates.ready or fates.failed else way.judged_at,
            in_flight=frozenset(flight) | gone,
            succeeded=way.succeeded.union([m.id for m in fates.ready]),
            failed=way.failed + tuple(fates.failed),
            boots=add_boots(way.boots, _boots_of(rollout, fates.ready, look.at)),
        ),
        ours=replace(rollout.ours, seen_new=rollout.ours.seen_new + len(arrived)),
        progress_at=look.at,
    )


def _fates(look: Look, rollout: Rollout) -> _Fates:
    limits, at, clock = look.limits, look.at, slot_clock(look.limits)
    in_service = Lifecycle.IN_SERVICE
    failure = Signal.FAILURE if limits.signals else None
    ready: list[Member] = []
    failed: list[Failure] = []
    since = dict(rollout.way.warming)
    warming: list[tuple[str, float]] = []
    for member in look.census.unjudged:
        launched = member.launched_at
        if failure and member.signal is failure:
            failed.append(Failure(member.id, FailureReason.FAILURE_SIGNAL))
        elif member.lifecycle is in_service and is_ready(limits, member):
            if limits.warm_up:
                began = _warm_since(rollout, member, since, at)
                if at - began < limits.warm_up:
                    # Its clock has stopped: all it waits for is the policy's own time.
                    warming.append((member.id, began))
                    continue
            ready.append(member)
        elif launched is not None and at - launched >= clock:
            failed.append(_late(limits, member))
    return _Fates(ready, failed, tuple(warming))


def _warm_since(rollout: Rollout, member: Member, since: dict[str, float], at: float) -> float:
    """When its warm-up began. A record keeps no long list of successes: after a resume the old enough are warmed up."""
    known = since.get(member.id)
    if known is not None:
        return known
    unwatched = _was_unwatched(rollout, member) and member.launched_at is not None
    return min(at, member.launched_at or at) if unwatched else at


def _late(limits: Limits, member: Member) -> Failure:
    """A member whose clock ran out."""
    reason = _reason(limits, member)
    said = {
        FailureReason.PROBE_FAILED: member.probe_said,
        FailureReason.TARGET_UNHEALTHY: member.target_cause,
    }
    return Failure(member.id, reason, said.get(reason, ""))


def _reason(limits: Limits, member: Member) -> FailureReason:
    """What a member whose clock ran out still lacked, the first thing first."""
    held = member.lifecycle in (Lifecycle.IN_SERVICE, Lifecycle.WAITING)
    if limits.signals and member.signal is None and held:
        return FailureReason.SIGNAL_TIMEOUT
    if is_sound(member) and limits.status_checks and member.checks is not True:
        return FailureReason.CHECKS_FAILED
    unproved = limits.target_health and member.target is not TargetHealth.HEALTHY
    if limits.probes and is_working(member) and not unproved:
        return FailureReason.PROBE_FAILED
    if is_sound(member) and (limits.target_health or not is_working(member)):
        return FailureReason.TARGET_UNHEALTHY
    return FailureReason.NOT_IN_SERVICE


def _was_unwatched(rollout: Rollout, member: Member) -> bool:
    """It may have been ready for long: nobody looked between its launch and a resume."""
    if rollout.resumed_at is None or member.id in rollout.way.in_flight or member.launched_at is None:
        return False
    return member.launched_at < rollout.resumed_at


def _boots_of(rollout: Rollout, ready: list[Member], at: float) -> list[float]:
    """How long each took, as far as somebody watched."""
    return [at - m.launched_at for m in ready if m.launched_at is not None and not _was_unwatched(rollout, m)]


def _judge_vanished(look: Look, rollout: Rollout) -> Rollout:
    """Members of ours that are no longer counted. One merely absent is given a settle time: reads can be stale."""
    way, census, seen = rollout.way, look.census, look.seen
    if not way.in_flight:
        return rollout
    if not way.missing and way.in_flight <= {m.id for m in census.unjudged}:
        return rollout
    present = {m.id for m in census.counted}
    missing = dict(way.missing)
    excused = {loss.member for loss in seen.losses if loss.excused}
    excused |= {m.id for m in roster_of(seen).others.values() if m.lifecycle is Lifecycle.STANDBY}
    losses = {loss.member: loss for loss in seen.losses}
    failed: list[Failure] = []
    flight = set(way.in_flight)
    for member in sorted(way.in_flight):
        if member in present:
            missing.pop(member, None)
            continue
        since = missing.setdefault(member, seen.at)
        if member in excused:
            flight.discard(member)
        elif member in census.leaving or member in losses or seen.at - since >= look.limits.settle:
            flight.discard(member)
            loss = losses.get(member, Loss(member, seen.at, excused=False))
            failed.append(Failure(member, FailureReason.VANISHED, loss.cause, loss.remedy, loss.hint))
    missing = {name: at for name, at in missing.items() if name in flight or name in way.succeeded}
    if len(flight) == len(way.in_flight) and tuple(missing.items()) == way.missing:
        return rollout
    way = replace(
        way,
        in_flight=frozenset(flight),
        missing=tuple(missing.items()),
        failed=way.failed + tuple(failed),
    )
    return replace(rollout, way=way, progress_at=seen.at if failed else rollout.progress_at)


def _judge_launches(rollout: Rollout, seen: Observation) -> Rollout:
    """A launch refused for good fails at once; a capacity refusal only when the slot's clock runs out.

    Until prepare is over the cloud launches from another revision, whose refusals say nothing of this one.
    """
    if rollout.step is Step.PREPARE:
        return rollout
    known = {f.id for f in rollout.way.failed}
    fresh = [x for x in seen.launches if x.at > rollout.judged_until and x.id not in known]
    refused = tuple(
        Failure(x.id, FailureReason.LAUNCH_REFUSED, x.cause, x.remedy or x.error.remedy, x.hint)
        for x in sorted(fresh, key=lambda x: (x.at, x.id))
        if x.error is LaunchError.PERMANENT
    )
    if not refused:
        return rollout
    return replace(
        rollout, way=replace(rollout.way, failed=rollout.way.failed + refused), progress_at=seen.at
    )


def _reconcile_openings(look: Look, rollout: Rollout) -> Rollout:
    """Keep one clock for each launch that is owed; the oldest clocks belong to those that appeared first."""
    way, at, longest = rollout.way, look.at, slot_clock(look.limits)
    openings = list(way.openings)
    surplus = sum(o.count for o in openings) - look.census.gap
    while surplus > 0:
        first = openings.pop(0)
        if first.count > surplus:
            openings.insert(0, Opening(first.at, first.count - surplus))
        surplus = max(0, surplus - first.count)
    if surplus < 0:
        openings.append(Opening(at, -surplus))
    overdue = sum(o.count for o in openings if at - o.at >= longest)
    if not overdue:
        if tuple(openings) == way.openings:
            return rollout
        return replace(rollout, way=replace(way, openings=tuple(openings)))
    refused = (x for x in reversed(look.seen.launches) if x.error is LaunchError.CAPACITY)
    last = next(refused, None)
    why = ("", None, "") if last is None else (last.cause, last.remedy or last.error.remedy, last.hint)
    late = tuple(
        Failure(f"launch-{way.failures + i + 1}", FailureReason.NEVER_APPEARED, *why) for i in range(overdue)
    )
    kept = [o for o in openings if at - o.at < longest]
    way = replace(way, openings=(*kept, Opening(at, overdue)), failed=way.failed + late)
    return replace(rollout, way=way, progress_at=at)
