"""How what we began comes to rest before something else begins, or before the end.

The service's own way back is asked for where it leads where this direction goes, that is where the group itself still
points there; a service that refuses it, or fails at it, leaves the return to us. What others began is never stopped and
never returned. What stands still by our pause goes on before the end, or nobody would know why it stands.
"""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.delegate.actions import Act, Continue, Pause, RollBack, Stop
from pulumi_rolling.core.delegate.acts import is_issued
from pulumi_rolling.core.delegate.adopt import by_id, leads_along
from pulumi_rolling.core.delegate.decisions import act, done, wait
from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating, Earlier, Whose
from pulumi_rolling.core.delegate.limits import WayBack
from pulumi_rolling.core.delegate.look import Look
from pulumi_rolling.core.delegate.operation import Operation, State
from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.model.goal import Direction


def close(look: Look) -> DelegateDecision:
    """The end, after what stands still by us goes on."""
    rollout = look.rollout
    paused = rollout.paused_by_us
    ended = look.with_rollout(replace(rollout, step=Step.DONE))
    if not paused:
        return done(ended)
    let_go = Continue(paused)
    if by_id(look.seen.operations, paused) is None:
        return done(ended, (let_go,))
    if is_issued(rollout, Continue, Pause):
        return wait(look, Because(ReasonCode.UNSEEN))
    return act(look, (let_go,), Because(ReasonCode.RESTORING))


def goes_on_by(look: Look) -> Look | None:
    """The look at an earlier operation of ours that leads where this direction goes: it is followed again."""
    rollout, earlier, told = look.rollout, look.rollout.earlier, look.earlier
    if earlier is None or told is None or told.is_over or rollout.closes or earlier.whose is not Whose.OURS:
        return None
    if not leads_along(told, rollout.target.digest) or _leads_away(look):
        return None
    way = replace(rollout.way, operation=told.id, beginning=earlier.beginning, whose=Whose.OURS)
    return look.with_rollout(replace(rollout, way=way, earlier=None, step=Step.FOLLOW, progress_at=look.at))


def returns_in_vain(look: Look, earlier: Earlier) -> bool:
    """Between equals: what was begun is not returned by the service, and nobody else can return it."""
    rollout, told = look.rollout, look.earlier
    if rollout.direction is Direction.FORWARD or not rollout.is_between_equals:
        return False
    if rollout.goal.abandoned and not (look.limits.returns_equals and look.matches):
        return False
    if told is None:
        return bool(earlier.operation)
    if told.is_over:
        return told.state is not State.RETURNED
    return bool(look.way.service_refused)


def until_over(look: Look, earlier: Earlier) -> DelegateDecision | None:
    """A step on the way to rest of what we began before; None once it is over."""
    rollout, told, at, settle = look.rollout, look.earlier, look.at, look.limits.settle
    if told is None:
        until = max(earlier.since, rollout.resumed_at or 0.0) + settle
        if earlier.operation and earlier.whose is Whose.OURS and not earlier.unseen_stop:
            # It may be going on all the same.
            asked = replace(earlier, unseen_stop=True, since=at)
            stop = Stop(earlier.operation)
            return act(
                look.with_rollout(replace(rollout, earlier=asked)), (stop,), Because(ReasonCode.STOPPING)
            )
        if at >= until:
            return None
        who = (earlier.operation,) if earlier.operation else ()
        return wait(look, Because(ReasonCode.UNTOLD if who else ReasonCode.UNSEEN, members=who), until)
    if told.is_over:
        since = look.way.doubted_since
        waits = not rollout.closes and told.state is State.RETURNED and since is not None
        if waits and since is not None and at < since + settle:
            return wait(look, Because(ReasonCode.UNPROVEN))
        return None
    return _to_rest(look, earlier, told)


def _to_rest(look: Look, earlier: Earlier, told: Operation) -> DelegateDecision:
    acts = (*_ending_acts(look, earlier, told), *_letting_go(look.rollout, told))
    if acts:
        return act(look, acts, Because(ReasonCode.STOPPING, members=(told.id,)))
    if told.state is State.RETURNING:
        numbers = {} if told.percent is None else {"percent": told.percent}
        return wait(look, Because(ReasonCode.RETURNING, numbers, (told.id,), cause="".join(told.reasons[:1])))
    return wait(look, Because(ReasonCode.STOPPING, members=(told.id,)))


def _ending_acts(look: Look, earlier: Earlier, told: Operation) -> tuple[Act, ...]:
    rollout, limits = look.rollout, look.limits
    if earlier.whose is not Whose.OURS or told.state is State.STOPPING or is_issued(rollout, Stop, RollBack):
        return ()
    if told.state is State.RETURNING and not look.way.service_refused:
        return ()
    leads_back = look.seen.pointer == rollout.target.digest and not rollout.closes
    asked = limits.way_back_by is WayBack.SERVICE and not look.way.service_refused
    return (RollBack(told.id, rollout.target),) if leads_back and asked else (Stop(told.id),)


def _leads_away(look: Look) -> bool:
    """On the way back between equals, what was begun leads to what failed, whatever its digest says."""
    rollout = look.rollout
    return rollout.is_between_equals and rollout.direction is Direction.BACK and look.limits.returns_equals


def _letting_go(rollout: Delegating, told: Operation) -> tuple[Act, ...]:
    """A paused operation would neither return nor stop."""
    paused = told.is_paused and rollout.paused_by_us == told.id
    return (Continue(told.id),) if paused and not is_issued(rollout, Continue) else ()
