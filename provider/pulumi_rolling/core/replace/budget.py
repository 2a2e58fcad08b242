"""How many members may fail: what is left of the budget, and whether it is spent whatever comes."""

from __future__ import annotations

import math

from pulumi_rolling.core.model.codes import FAILURES, Step, VerdictCode
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.replace.limits import ONE_HOUR, Limits
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.core.replace.sizing import tolerated


def slot_clock(limits: Limits) -> float:
    """Seconds a member has from its launch: PauseTime with signals, else the policy's own or the fixed hour."""
    if limits.signals:
        return limits.pause
    return limits.boot_limit if limits.ready_within is None else limits.ready_within


def stalled_at(limits: Limits, rollout: Rollout) -> float:
    """When nothing will have moved for longer than anything may take. Waiting for somebody, or for baking, may."""
    if rollout.way.waits_for_somebody or rollout.step is Step.BAKE:
        return math.inf
    return rollout.progress_at + _longest(limits)


def fruitless_at(limits: Limits, rollout: Rollout) -> float:
    """When members will have come and gone for as long and none came to be ready, failed or was asked for."""
    if rollout.way.waits_for_somebody or rollout.step is not Step.ROLL:
        return math.inf
    way = rollout.way
    return max(way.judged_at, way.direction_at, rollout.resumed_at or 0.0) + _longest(limits)


def _longest(limits: Limits) -> float:
    longest = max(ONE_HOUR, 2 * slot_clock(limits), 2 * limits.pause)
    return longest + limits.warm_up + (limits.drain or 0.0) + (limits.before_terminate or 0.0)


def occupied_until(rollout: Rollout) -> float:
    """How long members in a special state are waited for once nothing else moves: an hour, as instance refresh does."""
    if rollout.way.waits_for_somebody or rollout.step is Step.BAKE:
        return math.inf
    return rollout.progress_at + ONE_HOUR


def prepared_by(rollout: Rollout) -> float:
    """Prepare has an hour: with others who undo it at once it would never end."""
    return max(rollout.way.direction_at, rollout.resumed_at or 0.0) + ONE_HOUR


def budget_left(limits: Limits, rollout: Rollout) -> int:
    """Silent failures that may still come; below 0 when those so far can no longer satisfy the percentages."""
    left: list[int] = []
    if limits.signals:
        left.append(tolerated(rollout.way.total, limits.need_percent) - rollout.way.failures)
    if limits.active_percent is not None:
        left.append(_tolerated_of_desired(rollout, limits.active_percent) - _silent(rollout))
    return min(left, default=rollout.way.total)


def failures_tolerated(limits: Limits, rollout: Rollout) -> int:
    """The most failures of this direction with which it may still arrive."""
    allowed: list[int] = []
    if limits.signals:
        allowed.append(tolerated(rollout.way.total, limits.need_percent))
    if limits.active_percent is not None:
        allowed.append(_tolerated_of_desired(rollout, limits.active_percent))
    return min(allowed, default=rollout.way.total)


def _tolerated_of_desired(rollout: Rollout, percent: float) -> int:
    desired = max(1, (rollout.found.sizes.desired + rollout.ours.delta) // rollout.way.unit)
    return tolerated(desired, percent)


def losses_tolerated(limits: Limits, rollout: Rollout) -> int:
    """One broken machine in twenty says nothing of a build, and one alone never does."""
    return _losses_beside(failures_tolerated(limits, rollout), rollout.way.total)


def _losses_beside(failures: int, total: int) -> int:
    return max(1, failures + total // 20)


def launched_on_this_way(rollout: Rollout) -> int:
    return rollout.ours.launched - rollout.way.launched_before


def launches_left(limits: Limits, rollout: Rollout, enough: int) -> int:
    """Launches that this direction may still ask for: one a member, one for each that may fail or be lost, a window.

    From ``enough`` on it is not counted further, since nobody wants more.
    """
    way = rollout.way
    sure = way.total + way.batch - launched_on_this_way(rollout)
    if sure >= enough:
        return sure
    allowed = failures_tolerated(limits, rollout)
    return sure + allowed + _losses_beside(allowed, way.total)


def is_spent(limits: Limits, rollout: Rollout) -> bool:
    """True as soon as the failures so far can no longer satisfy the percentage, whatever comes."""
    return rollout.way.failures > 0 and budget_left(limits, rollout) < 0


def too_many(limits: Limits, rollout: Rollout, at: float) -> Verdict:
    way = rollout.way
    failed = way.failed[:5]
    code, clock = VerdictCode.TOO_MANY_FAILURES, slot_clock(limits)
    return Verdict(code, at, way.failures, way.total, failed, clock=clock)


def too_many_losses(rollout: Rollout, at: float) -> Verdict:
    way = rollout.way
    return Verdict(VerdictCode.TOO_MANY_LOSSES, at, way.losses, way.total, way.lost[:5])


def canary_failed(limits: Limits, rollout: Rollout, at: float) -> Verdict:
    """One that failed, or that was ready and lost while it was watched."""
    way = rollout.way
    gone = (*way.failed, *way.lost)
    code, clock = VerdictCode.CANARY_FAILED, slot_clock(limits)
    return Verdict(code, at, way.failures + way.losses, way.total, gone[:5], clock=clock)


def is_lost(limits: Limits, rollout: Rollout) -> bool:
    """More members that were ready did not stay than chance explains."""
    return rollout.way.losses > losses_tolerated(limits, rollout)


def _silent(rollout: Rollout) -> int:
    """MinActiveInstancesPercent knows nothing of signals."""
    said = sum(FAILURES[f.reason].of_signals for f in rollout.way.failed)
    return rollout.way.failures - said
