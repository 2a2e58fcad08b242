"""What ends a direction: a request, a refusal, a stranger, the operation itself, an alarm, a gate, a clock."""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.delegate.actions import Act, Begin, Continue, Pause, RollBack, Stop, key_of
from pulumi_rolling.core.delegate.adopt import leads_along, strangers
from pulumi_rolling.core.delegate.delegating import Blocked, Delegating, Whose
from pulumi_rolling.core.delegate.gates import approval_ends, wants_approval
from pulumi_rolling.core.delegate.judge import has_arrived, is_part, judge
from pulumi_rolling.core.delegate.look import Look
from pulumi_rolling.core.delegate.operation import Operation, State
from pulumi_rolling.core.delegate.requests import take_up
from pulumi_rolling.core.delegate.watch import mine
from pulumi_rolling.core.model.codes import Remedy, Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.seen import RefusedAct
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.shared import deadline
from pulumi_rolling.core.shared.alarms import heard, still_ignored
from pulumi_rolling.core.shared.ended import refusal

MOST_REFUSED = 3
"""Settle times for which a start may be refused because of an operation that nobody sees."""
_KINDS: tuple[type[Act], ...] = (Begin, Continue, Pause, Stop, RollBack)


def take_verdict(look: Look) -> tuple[Look, Verdict | None]:
    """The look with requests and refusals taken up, and its verdict."""
    look, asked = take_up(look)
    look, refused = _take_refusals(look)
    if look.rollout.closes:
        return look, refused or _stuck(look)
    if refused is not None:
        return look, refused
    if asked is not None:
        return look, asked
    stranger = _stranger(look)
    if stranger is not None:
        return look, stranger
    if look.rollout.step in (Step.FOLLOW, Step.BAKE):
        own = judge(look)
        if own is not None:
            return look, own
    if look.rollout.direction is Direction.FORWARD:
        look, verdict = _alarmed(look)
        verdict = verdict or _unapproved(look)
        if verdict is not None:
            return look, verdict
    return _late(look)


def stranger_verdict(look: Look, operation: Operation) -> Verdict:
    """Another's operation, named as it is: it is never ours to cancel."""
    by = f" by {operation.by}" if operation.by else ""
    status = operation.status or operation.state.value
    to = look.seen.name_of(operation.leads_to)
    told = f"operation {operation.id}{by}{f' to {to}' if to else ''}, which is {status}"
    return Verdict(VerdictCode.STRANGERS_OPERATION, look.at, cause=told)


def _stranger(look: Look) -> Verdict | None:
    """An operation that is not over, is none of ours, and does not go where we go."""
    target = look.rollout.target.digest
    others = strangers(look.seen.operations, mine(look.rollout))
    elsewhere = [o for o in others if not leads_along(o, target)]
    return stranger_verdict(look, elsewhere[0]) if elsewhere else None


def _take_refusals(look: Look) -> tuple[Look, Verdict | None]:
    verdict: Verdict | None = None
    for refused in look.seen.refusals:
        kind = next((k for k in _KINDS if refused.act == key_of(k)), None)
        issued = tuple(i for i in look.rollout.issued if kind is None or not isinstance(i.act, kind))
        look = look.with_rollout(replace(look.rollout, issued=issued))
        look, said = _refused(look, refused, kind)
        verdict = verdict or said
    return look, verdict


def _refused(look: Look, refused: RefusedAct, kind: type[Act] | None) -> tuple[Look, Verdict | None]:
    rollout, way, at = look.rollout, look.way, look.at
    ended = refusal(refused, at)
    if kind is Begin:
        if way.operation:
            return look, None
        if refused.remedy is not Remedy.OPERATION:
            return look, ended
        since = at if way.blocked is None else way.blocked.since
        if at >= since + MOST_REFUSED * look.limits.settle:
            return look, Verdict(
                VerdictCode.STRANGERS_OPERATION, at, cause=f"something else: {refused.message}"
            )
        return look.with_way(replace(way, blocked=Blocked(since, at, refused.message))), None
    if kind is RollBack:
        return look.with_way(replace(way, service_refused=_in_words(refused))), None
    if kind is Pause:
        # Without a pause the service would go on past the gate; a permission is sooner given than a gate is passed.
        wanted = look.limits.approval and rollout.direction is Direction.FORWARD
        return _unpaused(look), ended if wanted and refused.remedy is Remedy.PERMISSION else None
    if kind is Stop:
        earlier = look.earlier
        needless = earlier is None or earlier.is_over or earlier.state is State.STOPPING
        return look, None if needless else ended
    if kind is Continue and not rollout.closes and not rollout.paused_by_us:
        stands = look.operation is not None and look.operation.state is State.AT_GATE
        return look, ended if stands else None
    return look, ended


def _in_words(refused: RefusedAct) -> str:
    said = (refused.message or refused.code).rstrip(".")
    return f"{said}. {refused.hint}" if refused.hint and refused.remedy is Remedy.PERMISSION else said


def _unpaused(look: Look) -> Look:
    """The service refused to pause: nobody asks again on this way."""
    rollout, way = look.rollout, look.way
    return look.with_rollout(
        replace(
            rollout,
            way=replace(way, unpausable=True, paused=False),
            unheeded=("pause",) if way.paused else rollout.unheeded,
            paused_by_us="",
        )
    )


def _alarmed(look: Look) -> tuple[Look, Verdict | None]:
    if not look.seen.alarms:
        return look, None
    way = look.way
    ignored = still_ignored(way.ignored_alarms, look.seen.alarms)
    if ignored is not way.ignored_alarms:
        look = look.with_way(replace(way, ignored_alarms=ignored))
    names = heard(ignored, look.seen.alarms)
    return look, Verdict(VerdictCode.ALARM, look.at, cause=", ".join(names)) if names else None


def _unapproved(look: Look) -> Verdict | None:
    """The operation has left, or is about to leave, a gate that nobody approved."""
    if not wants_approval(look):
        return None
    gate, operation = look.way.gate, look.operation
    assert gate is not None
    if operation is None or operation.is_paused:
        return None
    ends = approval_ends(look)
    left = operation.state is not State.AT_GATE or (ends is not None and look.at >= ends)
    return Verdict(VerdictCode.NOT_APPROVED, look.at, cause=gate.name) if left else None


def _late(look: Look) -> tuple[Look, Verdict | None]:
    rollout, limits, at = look.rollout, look.limits, look.at
    if rollout.step is not Step.BAKE and (has_arrived(look) or is_part(look)):
        return look, None
    if deadline.is_over(rollout.deadline, at):
        return look, Verdict(VerdictCode.DEADLINE, at, clock=limits.timeout or 0.0)
    if at < rollout.progress_at + look.patience or _rests(rollout):
        return look, None
    seen = look.seen
    if look.matches and seen.in_service < seen.desired:
        return look, Verdict(VerdictCode.NOT_WHOLE, at, seen.desired - seen.in_service, seen.desired)
    told = look.operation or look.earlier
    cause = told.reasons[0] if told is not None and told.reasons else ""
    if _returns_in_vain(look):
        # The service had its time for its own way back; from here on it is ours.
        way = replace(look.way, service_refused=cause or "nothing moves")
        return look.with_rollout(replace(rollout, way=way, progress_at=at)), None
    return look, Verdict(VerdictCode.STALLED, at, cause=cause, clock=look.patience)


def _returns_in_vain(look: Look) -> bool:
    rollout, told = look.rollout, look.earlier
    if told is None or told.state is not State.RETURNING or look.way.service_refused:
        return False
    return rollout.earlier is not None and rollout.earlier.whose is Whose.OURS


def _stuck(look: Look) -> Verdict | None:
    """What was to come to rest does not."""
    stuck = look.at >= look.rollout.progress_at + look.patience
    return Verdict(VerdictCode.STALLED, look.at, clock=look.patience) if stuck else None


def _rests(rollout: Delegating) -> bool:
    """Nothing has to move."""
    return rollout.step is Step.BAKE or rollout.way.rests
