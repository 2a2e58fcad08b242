"""An operation on its way: what it waits for, what has to be said to it, and what follows its success."""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.delegate import gates
from pulumi_rolling.core.delegate.actions import Continue, Pause
from pulumi_rolling.core.delegate.acts import is_issued
from pulumi_rolling.core.delegate.decisions import act, filling, wait
from pulumi_rolling.core.delegate.delegating import DelegateDecision
from pulumi_rolling.core.delegate.ending import close
from pulumi_rolling.core.delegate.judge import has_arrived, is_part
from pulumi_rolling.core.delegate.look import Look
from pulumi_rolling.core.delegate.operation import Operation, State
from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because


def follow(look: Look) -> DelegateDecision:
    operation, way = look.operation, look.way
    if operation is None:
        return wait(look, Because(ReasonCode.UNTOLD, members=(way.operation,)))
    if has_arrived(look) or is_part(look):
        return _arrived(look)
    if operation.is_over:
        return wait(look, filling(look) if look.matches else Because(ReasonCode.UNPROVEN))
    if operation.state is State.UNKNOWN:
        return wait(look, Because(ReasonCode.UNKNOWN_STATUS, cause=operation.status))
    if operation.state is State.STOPPING:
        return wait(look, Because(ReasonCode.STOPPING, members=(operation.id,)))
    acts = gates.steer(look, operation)
    if acts:
        because, _ = gates.because(look, operation)
        return act(look, acts, because)
    stands = operation.state is State.AT_GATE or operation.is_paused or way.paused
    if stands and not is_issued(look.rollout, Continue):
        because, until = gates.because(look, operation)
        return wait(look, because, until)
    if is_issued(look.rollout, Continue, Pause):
        return wait(look, Because(ReasonCode.UNSEEN))
    if operation.state is State.BAKING:
        return wait(look, Because(ReasonCode.BAKING))
    return wait(look, _going_on(operation))


def bake(look: Look) -> DelegateDecision:
    """Alarms are watched a while longer, where the service has no such time of its own."""
    rollout = look.rollout
    since = look.at if rollout.way.baked_from is None else rollout.way.baked_from
    if not (has_arrived(look) or is_part(look)):
        return wait(look, filling(look) if look.matches else Because(ReasonCode.UNPROVEN))
    until = since + look.limits.bake
    if look.at >= until:
        return close(look)
    if rollout.way.baked_from is None:
        way = replace(rollout.way, baked_from=since)
        look = look.with_rollout(replace(rollout, way=way, step=Step.BAKE))
    return wait(look, Because(ReasonCode.BAKING, {"left": until - look.at}), until)


def _arrived(look: Look) -> DelegateDecision:
    left = _left_old(look) if is_part(look) else 0
    if left != look.rollout.left_old:
        look = look.with_rollout(replace(look.rollout, left_old=left))
    return bake(look)


def _left_old(look: Look) -> int:
    """As the operation tells it; the members were looked at a moment before."""
    told = look.operation
    if told is None or told.total is None or told.done is None:
        return look.old
    return told.total - told.done


def _going_on(operation: Operation) -> Because:
    numbers = {} if operation.percent is None else {"percent": operation.percent}
    return Because(ReasonCode.FOLLOWING, numbers, (operation.id,), cause="".join(operation.reasons[:1]))
