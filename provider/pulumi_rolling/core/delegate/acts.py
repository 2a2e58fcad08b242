"""Our own acts, until they are seen.

An act is written down before it is done, and forgotten when a look shows it, or when a settle time has passed without:
then it is decided anew. What identifies an operation stands in the beginning, and outlives the act that began it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from pulumi_rolling.core.delegate.actions import Act, Begin, Continue, Pause, RollBack, Stop
from pulumi_rolling.core.delegate.adopt import by_id
from pulumi_rolling.core.delegate.delegating import Delegating, Issued
from pulumi_rolling.core.delegate.look import Look
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.operation import State


def forget_issued(look: Look) -> Look:
    """The look without acts that it shows, or that plainly did not happen."""
    rollout, settle = look.rollout, look.limits.settle
    kept = tuple(
        i for i in rollout.issued if look.at - i.at < settle and not _is_seen(i.act, rollout, look.seen)
    )
    rollout = replace(rollout, issued=kept) if kept != rollout.issued else rollout
    return look.with_rollout(_let_go(rollout, look.seen))


def issue(rollout: Delegating, acts: tuple[Act, ...], at: float) -> Delegating:
    """The record of acts about to be done."""
    paused = rollout.paused_by_us
    for act in acts:
        if isinstance(act, Pause):
            paused = act.operation
    issued = rollout.issued + tuple(Issued(act, at) for act in acts)
    return replace(rollout, issued=issued, paused_by_us=paused)


def take_back(rollout: Delegating, unsent: tuple[Act, ...]) -> Delegating:
    """The record without acts that were written down last and never sent: the next look decides them anew, at once."""
    issued = list(rollout.issued)
    paused = rollout.paused_by_us
    for act in reversed(unsent):
        place = next((n for n in reversed(range(len(issued))) if issued[n].act == act), None)
        if place is None:
            continue
        del issued[place]
        if isinstance(act, Pause):
            paused = ""
    return replace(rollout, issued=tuple(issued), paused_by_us=paused)


def is_issued(rollout: Delegating, *kinds: type[Act]) -> bool:
    """An act of such a kind is still to be seen."""
    return any(isinstance(i.act, kinds) for i in rollout.issued)


def _let_go(rollout: Delegating, seen: Delegated) -> Delegating:
    """What goes on again after our pause is no more ours to let go."""
    paused = rollout.paused_by_us
    if not paused or is_issued(rollout, Pause, Continue):
        return rollout
    operation = by_id(seen.operations, paused)
    if operation is None or operation.is_paused:
        return rollout
    return replace(rollout, paused_by_us="")


def _is_seen(act: Act, rollout: Delegating, seen: Delegated) -> bool:
    match act:
        case Begin():
            return bool(rollout.way.operation)
        case Continue(name, gate):
            told = by_id(seen.operations, name)
            stands = told is not None and gate and told.gate is not None and told.gate.name == gate
            return told is not None and not told.is_paused and not stands
        case Pause(name):
            told = by_id(seen.operations, name)
            return told is not None and told.is_paused
        case Stop(name):
            told = by_id(seen.operations, name)
            return told is not None and (told.is_over or told.state is State.STOPPING)
        case RollBack(name):
            told = by_id(seen.operations, name)
            return told is not None and (told.has_turned or told.is_over)
        case _:
            assert_never(act)
