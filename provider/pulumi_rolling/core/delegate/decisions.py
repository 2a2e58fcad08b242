"""The forms of a decision: acts that are written down first, a wait that knows its clocks, and the end."""

from __future__ import annotations

import math

from pulumi_rolling.core.delegate.actions import Act
from pulumi_rolling.core.delegate.acts import issue
from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.delegate.look import Look
from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because, Decision, Outcome, Status
from pulumi_rolling.core.shared import ended, pace

LATE, SOON = 1.5, 0.75
"""The rest takes between so many times as long as what is done took."""
_MOVING = (Step.FOLLOW, Step.RETURN)


def act(look: Look, acts: tuple[Act, ...], because: Because) -> DelegateDecision:
    look = look.with_rollout(issue(look.rollout, acts, look.at))
    return Decision(look.rollout, acts, look.at + look.limits.poll, because, status_of(look))


def wait(look: Look, because: Because, until: float | None = None) -> DelegateDecision:
    """No act; the next look is when anything may be new."""
    due = _next_clock(look)
    if until is not None and until > look.at:
        due = min(due, until)
    again = pace.look_after(
        look.limits.poll, look.rollout.progress_at, look.at, due, attentive=_waits_for_somebody(look)
    )
    return Decision(look.rollout, (), again, because, status_of(look), quiet_until=due)


def done(look: Look, acts: tuple[Act, ...] = ()) -> DelegateDecision:
    """The end. Acts of it are done once, and nobody waits for them."""
    rollout = look.rollout
    code = ReasonCode.REFUSED if rollout.back_failed is not None else ReasonCode.DONE
    return Decision(
        rollout, acts, look.at + look.limits.poll, Because(code), status_of(look), outcome_of(rollout)
    )


def stand_by(limits: DelegateLimits, rollout: Delegating, at: float, because: Because) -> DelegateDecision:
    """No acts and no judgement: the rollout is over, not ours, or not fully seen."""
    way = rollout.way
    status = Status(rollout.step, rollout.direction, 0, 0, way.done, way.total, (), 0, None)
    outcome = outcome_of(rollout) if rollout.step is Step.DONE else None
    return Decision(rollout, (), at + limits.poll, because, status, outcome)


def status_of(look: Look) -> Status:
    """``replaced`` and ``total`` are as the service tells them; on its own way back, what it has returned."""
    way, seen = look.way, look.seen
    told = look.operation or look.earlier
    left = max(0, way.total - way.done)
    return Status(
        step=look.rollout.step,
        direction=look.rollout.direction,
        in_service=seen.in_service,
        ready=seen.runs.get(look.rollout.target.digest, 0),
        replaced=way.done,
        total=way.total,
        waiting_for=() if told is None else (told.id,),
        waiting_count=left,
        time_left=_time_left(look, left),
        failed=0 if told is None else told.failed,
    )


def outcome_of(rollout: Delegating) -> Outcome:
    whole = not rollout.hands_over
    return ended.outcome(rollout.direction, rollout.verdict, rollout.back_failed, whole=whole)


def filling(look: Look) -> Because:
    """Why a group that matches is not there yet."""
    seen = look.seen
    return Because(ReasonCode.FILLING, {"lacking": seen.desired - seen.in_service, "of": seen.desired})


def _waits_for_somebody(look: Look) -> bool:
    return look.way.gate is not None or look.way.paused


def _time_left(look: Look, left: int) -> tuple[float, float] | None:
    """By what each of those done took, which knows nothing of gates to come."""
    way = look.way
    if look.rollout.step not in _MOVING or way.rests or not way.done or not left:
        return None
    began = way.beginning.at if way.beginning is not None else way.direction_at
    if began is None or look.at <= began:
        return None
    each = (look.at - began) / way.done
    return SOON * each * left, LATE * each * left


def _next_clock(look: Look) -> float:
    """When the next of the clocks runs out that verdicts read."""
    limits, rollout, way, at = look.limits, look.rollout, look.way, look.at
    due = [i.at + limits.settle for i in rollout.issued]
    since = (way.missing_since, way.doubted_since)
    due += [moment + limits.settle for moment in since if moment is not None]
    due += [way.unknown_since + limits.stall] if way.unknown_since is not None else []
    due += [way.blocked.at + limits.settle] if way.blocked is not None else []
    due += [rollout.progress_at + look.patience]
    due += [rollout.deadline] if rollout.deadline is not None else []
    return min((clock for clock in due if clock > at), default=math.inf)
