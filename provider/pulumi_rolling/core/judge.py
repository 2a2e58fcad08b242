"""What the members of this rollout came to: ready, failed, or still open; and whether the budget still holds.

Each launched id is judged once (a FAILURE after a SUCCESS still counts, as in CloudFormation). What is a failure:
a FAILURE signal or an abandoned launch; the slot's clock; a launch refused for good; a member that vanishes before
it was ready, unless scaling, rebalancing or a spot interruption took it.
"""

from __future__ import annotations

import math
from dataclasses import replace

from pulumi_rolling.core.census import Census, is_ready, take_census
from pulumi_rolling.core.model import (
    Boots,
    Failure,
    LaunchError,
    Lifecycle,
    Limits,
    Member,
    Observation,
    Opening,
    Rollout,
    Signal,
    Verdict,
)
from pulumi_rolling.core.sizing import tolerated


def judge(limits: Limits, rollout: Rollout, seen: Observation) -> tuple[Rollout, Census]:
    """Fold what is seen into the rollout; the census is taken again where a verdict changed it."""
    census = take_census(limits, rollout, seen)
    judged = _late_failures(rollout, seen) if limits.signals else rollout
    judged = _judge_members(limits, judged, census, seen)
    judged = _judge_vanished(limits, judged, census, seen)
    judged = _judge_launches(judged, seen)
    if judged.failed != rollout.failed or judged.succeeded != rollout.succeeded:
        census = take_census(limits, judged, seen)
    judged = _reconcile_openings(limits, judged, census, seen)
    lowest = census.in_service if judged.lowest is None else min(judged.lowest, census.in_service)
    return replace(judged, lowest=lowest), census


def slot_clock(limits: Limits) -> float:
    """Seconds a member has from its launch: PauseTime with signals, else the fixed hour."""
    return limits.pause if limits.signals else limits.boot_limit


def is_spent(limits: Limits, rollout: Rollout) -> bool:
    """True as soon as the failures so far can no longer satisfy the percentage, whatever comes."""
    if not rollout.failures:
        return False
    if limits.signals and rollout.failures > tolerated(rollout.total, limits.need_percent):
        return True
    if limits.active_percent is None:
        return False
    silent = rollout.failed_before + sum(
        f.reason not in ("failureSignal", "signalTimeout") for f in rollout.failed
    )
    desired = max(1, rollout.found.desired + rollout.delta)
    return silent > tolerated(desired, limits.active_percent)


def too_many(limits: Limits, rollout: Rollout, at: float) -> Verdict:
    failed = rollout.failed[:5]
    return Verdict("tooManyFailures", at, rollout.failures, rollout.total, failed, clock=slot_clock(limits))


def _late_failures(rollout: Rollout, seen: Observation) -> Rollout:
    """FAILURE after SUCCESS wins: "Signals may only be updated with a FAILURE status" (CloudFormation)."""
    turned = [m.id for m in seen.members if m.signal is Signal.FAILURE and m.id in rollout.succeeded]
    if not turned:
        return rollout
    return replace(
        rollout,
        succeeded=rollout.succeeded - set(turned),
        failed=rollout.failed + tuple(Failure(i, "failureSignal") for i in turned),
    )


def _judge_members(limits: Limits, rollout: Rollout, census: Census, seen: Observation) -> Rollout:
    clock = slot_clock(limits)
    flight: set[str] = set()
    ready: list[str] = []
    failed: list[Failure] = []
    boots = rollout.boots
    for member in census.unjudged:
        if limits.signals and member.signal is Signal.FAILURE:
            failed.append(Failure(member.id, "failureSignal"))
        elif is_ready(limits, member):
            ready.append(member.id)
            boots = boots if _was_unwatched(rollout, member) else _add_boot(boots, member, seen.at)
        elif member.launched_at is not None and seen.at - member.launched_at >= clock:
            failed.append(
                Failure(member.id, "signalTimeout" if _is_silent(limits, member) else "notInService")
            )
        else:
            flight.add(member.id)
    arrived = {m.id for m in census.unjudged if not _was_unwatched(rollout, m)} - rollout.in_flight
    if not (ready or failed or arrived) and flight == rollout.in_flight:
        return rollout
    gone = (
        rollout.in_flight
        - {m.id for m in census.unjudged}
        - rollout.succeeded
        - {f.id for f in rollout.failed}
    )
    return replace(
        rollout,
        in_flight=frozenset(flight) | gone,
        succeeded=rollout.succeeded | frozenset(ready),
        failed=rollout.failed + tuple(failed),
        boots=boots,
        seen_new=rollout.seen_new + len(arrived),
        progress_at=seen.at,
    )


def _is_silent(limits: Limits, member: Member) -> bool:
    return limits.signals and member.lifecycle in (Lifecycle.IN_SERVICE, Lifecycle.WAITING)


def _was_unwatched(rollout: Rollout, member: Member) -> bool:
    """It may have been ready for long: nobody looked between its launch and a resume."""
    if rollout.resumed_at is None or member.id in rollout.in_flight or member.launched_at is None:
        return False
    return member.launched_at < rollout.resumed_at


def _add_boot(boots: Boots, member: Member, at: float) -> Boots:
    if member.launched_at is None:
        return boots
    log = math.log(max(0.001, at - member.launched_at))
    return Boots(boots.n + 1, boots.logs + log, boots.squares + log * log)


def _judge_vanished(limits: Limits, rollout: Rollout, census: Census, seen: Observation) -> Rollout:
    """Members of ours that are no longer counted. One merely absent is given a settle time: reads can be stale."""
    if not rollout.in_flight:
        return rollout
    present = {m.id for m in census.counted}
    missing = dict(rollout.missing)
    excused = {loss.member for loss in seen.losses if loss.excused}
    excused |= {m.id for m in seen.members if m.lifecycle is Lifecycle.STANDBY}
    causes = {loss.member: loss.cause for loss in seen.losses}
    failed: list[Failure] = []
    flight = set(rollout.in_flight)
    for member in sorted(rollout.in_flight):
        if member in present:
            missing.pop(member, None)
            continue
        since = missing.setdefault(member, seen.at)
        if member in excused:
            flight.discard(member)
        elif member in census.leaving or member in causes or seen.at - since >= limits.settle:
            flight.discard(member)
            failed.append(Failure(member, "vanished", causes.get(member, "")))
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
        Failure(x.id, "launchRefused", x.cause)
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
        surplus -= first.count
    if surplus < 0:
        openings.append(Opening(seen.at, -surplus))
    overdue = sum(o.count for o in openings if seen.at - o.at >= limits.boot_limit)
    if not overdue:
        return replace(rollout, openings=tuple(openings)) if tuple(openings) != rollout.openings else rollout
    cause = next((x.cause for x in reversed(seen.launches) if x.error is LaunchError.CAPACITY), "")
    number = rollout.failures
    late = tuple(Failure(f"launch-{number + i + 1}", "neverAppeared", cause) for i in range(overdue))
    kept = [o for o in openings if seen.at - o.at < limits.boot_limit]
    return replace(
        rollout,
        openings=(*kept, Opening(seen.at, overdue)),
        failed=rollout.failed + late,
        progress_at=seen.at,
    )
