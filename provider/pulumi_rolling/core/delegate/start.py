"""The start of an operation: whether one is needed, who begins it, and what identifies it from then on.

What identifies the operation is on the record before the call. A begin that is not seen within a settle time is sent
again with the same token, and what it looks for stays the same, so that of two begins that both happened the first is
found. Where the service refused the begin since another operation was in the way, the next look shows whose it is.
"""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.delegate.actions import Begin
from pulumi_rolling.core.delegate.acts import is_issued
from pulumi_rolling.core.delegate.adopt import beginning
from pulumi_rolling.core.delegate.decisions import act, filling, wait
from pulumi_rolling.core.delegate.delegating import DelegateDecision
from pulumi_rolling.core.delegate.ending import close
from pulumi_rolling.core.delegate.limits import WayBack
from pulumi_rolling.core.delegate.look import Look
from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.model.goal import Direction


def start(look: Look) -> DelegateDecision:
    """Begin, unless the group runs the goal already or our begin is still to be seen."""
    rollout, way = look.rollout, look.way
    if rollout.step is not Step.START:
        rollout = replace(rollout, step=Step.START)
        look = look.with_rollout(rollout)
    if is_issued(rollout, Begin):
        return wait(look, Because(ReasonCode.UNSEEN))
    back = rollout.direction is Direction.BACK
    if look.matches and not _is_forced(look):
        waits = (back or rollout.goal.fresh) and not look.runs_target
        return wait(look, filling(look)) if waits else close(look)
    if back and WayBack.REPLACE in (look.limits.way_back_by, _otherwise(look)):
        return close(look.with_rollout(replace(rollout, hands_over=True)))
    if way.blocked is not None and way.blocked.void and look.at < way.blocked.at + look.limits.settle:
        return wait(look, Because(ReasonCode.BUSY))
    return _begin(look)


def _begin(look: Look) -> DelegateDecision:
    rollout, way, to = look.rollout, look.way, look.rollout.target
    known, number = way.beginning, rollout.begun
    if known is None or way.blocked is not None:
        number += known is None
        known = beginning(f"{rollout.goal.id}-{number}", to.digest, look.at, look.seen.operations)
        known = replace(known, count=look.seen.to_replace or 0)
    blocked = None if way.blocked is None else replace(way.blocked, void=False)
    rollout = replace(rollout, begun=number, way=replace(way, beginning=known, blocked=blocked))
    begin = Begin(to, known.token, look.limits.preferences)
    return act(look.with_rollout(rollout), (begin,), Because(ReasonCode.STARTING))


def _is_forced(look: Look) -> bool:
    """Members are replaced although they match: only an operation of this way can have done it."""
    return look.rollout.goal.forced and look.rollout.direction is Direction.FORWARD


def _otherwise(look: Look) -> WayBack | None:
    """Who returns where the service's own way back is no longer to be had."""
    return look.limits.otherwise if look.limits.way_back_by is WayBack.SERVICE else None
