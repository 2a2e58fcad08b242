"""Where an operation stands still: at a gate of the policy's, or paused on somebody's word.

A gate of a service ends by a time, by a word, or by both. Where the policy wants approval and the service would go on
by itself, the operation is paused until somebody has spoken; where it cannot be paused, the gate's own time is how
long approval may take, and one that nobody approved by then ends the way forward.
"""

from __future__ import annotations

from pulumi_rolling.core.delegate.actions import Act, Continue, Pause
from pulumi_rolling.core.delegate.acts import is_issued
from pulumi_rolling.core.delegate.delegating import Whose
from pulumi_rolling.core.delegate.look import Look
from pulumi_rolling.core.delegate.operation import Gate, Operation, State
from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.model.goal import Direction


def wants_approval(look: Look) -> bool:
    """A gate on our way forward that nobody has approved yet, and must."""
    rollout, gate = look.rollout, look.way.gate
    ours = look.way.whose is Whose.OURS and rollout.direction is Direction.FORWARD
    return look.limits.approval and ours and gate is not None and not gate.approved


def approval_ends(look: Look) -> float | None:
    """When it is too late to approve: a little before the service goes on by itself. None: it does not."""
    gate = _gate(look)
    if gate is None or look.way.gate is None or not gate.goes_on or gate.lasts is None or _can_pause(look):
        return None
    return look.way.gate.at + max(0.0, gate.lasts - look.limits.settle - 2 * look.limits.poll)


def steer(look: Look, operation: Operation) -> tuple[Act, ...]:
    """What has to be said to the operation now: stand still, or go on."""
    way, ours = look.way, look.way.whose is Whose.OURS
    if not ours or is_issued(look.rollout, Pause, Continue):
        return ()
    gate = operation.gate if operation.state is State.AT_GATE else None
    held = wants_approval(look)
    goes_on = gate is None or gate.goes_on
    if (way.paused or (held and goes_on)) and _can_pause(look) and not operation.is_paused:
        return (Pause(operation.id),)
    if way.paused or held:
        return ()
    approved = way.gate is not None and way.gate.approved
    if gate is not None and gate.by_word and approved:
        return (Continue(operation.id, gate.name),)
    if operation.is_paused and look.rollout.paused_by_us == operation.id:
        return (Continue(operation.id),)
    return ()


def because(look: Look, operation: Operation) -> tuple[Because, float | None]:
    """Why the operation stands, and until when if that is a time."""
    way, gate = look.way, _gate(look)
    if way.paused:
        return Because(ReasonCode.PAUSED), None
    if operation.is_paused and not wants_approval(look):
        # What we paused goes on with this very decision, and nobody is asked for a word any more.
        ours = look.rollout.paused_by_us == operation.id
        return Because(ReasonCode.UNSEEN if ours else ReasonCode.PAUSED), None
    if wants_approval(look) and way.gate is not None:
        numbers = {} if gate is None or gate.percent is None else {"percent": gate.percent}
        return Because(ReasonCode.APPROVAL, {"approval": 1, **numbers}, (way.gate.name,)), approval_ends(look)
    if gate is None or way.gate is None:
        return Because(ReasonCode.CHECKPOINT, {}, (operation.id,)), None
    if gate.by_word and way.gate.approved:
        return Because(ReasonCode.UNSEEN), None
    told: dict[str, int | float] = {} if gate.percent is None else {"percent": gate.percent}
    if gate.lasts is None:
        code = ReasonCode.WORD if _heeds_us(look, gate) else ReasonCode.CHECKPOINT
        return Because(code, told, (gate.name,)), None
    until = way.gate.at + gate.lasts
    told |= {"left": max(0.0, until - look.at), "wait": gate.lasts}
    if _heeds_us(look, gate):
        return Because(ReasonCode.WORD, {**told, "on": int(gate.goes_on)}, (gate.name,)), until
    return Because(ReasonCode.CHECKPOINT, told, (gate.name,)), until


def _heeds_us(look: Look, gate: Gate) -> bool:
    """Somebody's word to us opens it."""
    ours = look.way.whose is Whose.OURS and look.rollout.direction is Direction.FORWARD
    return gate.by_word and ours


def _gate(look: Look) -> Gate | None:
    operation = look.operation
    return None if operation is None else operation.gate


def _can_pause(look: Look) -> bool:
    return look.limits.pausable and not look.way.unpausable
