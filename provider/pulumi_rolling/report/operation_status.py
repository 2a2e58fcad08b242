"""A rollout that the cloud carries out, in rows: its operation, how far it has come, and what to do now."""

from __future__ import annotations

from pulumi_rolling.core.delegate.adopt import by_id
from pulumi_rolling.core.delegate.delegating import Whose
from pulumi_rolling.core.delegate.operation import Operation, stage_of
from pulumi_rolling.core.explain import sentence, verdict_sentence
from pulumi_rolling.core.model.codes import REASONS, ReasonCode
from pulumi_rolling.core.model.commands import command
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.report.counted import counted
from pulumi_rolling.report.standing import (
    OperationStatus,
    ago,
    asked_rows,
    driver,
    moment,
    opening_rows,
    time_left,
)
from pulumi_rolling.report.wording import Row

_TIMED = (ReasonCode.CHECKPOINT, ReasonCode.WORD)


def followed(standing: OperationStatus) -> Operation | None:
    """The operation of this direction, or what has to be over before another begins."""
    rollout = standing.rollout
    earlier = rollout.earlier.operation if rollout.earlier is not None else ""
    return by_id(standing.seen.operations, rollout.way.operation or earlier)


def rests(standing: OperationStatus) -> str:
    """Why nothing moves, for the headline; empty where it does."""
    way = standing.rollout.way
    if way.paused:
        return ", paused"
    if way.gate is None:
        return ""
    return ", waiting for approval" if wants_approval(standing) else ", stopped at a gate"


def wants_approval(standing: OperationStatus) -> bool:
    gate, because = standing.rollout.way.gate, standing.because
    waits = because is not None and because.code is ReasonCode.APPROVAL
    return gate is not None and not gate.approved and waits


def operation_rows(standing: OperationStatus) -> list[Row]:
    rollout = standing.rollout
    told = [
        *opening_rows(standing),
        ("operation", _operation(standing)),
        ("progress", _progress(standing)),
    ]
    left = time_left(standing)
    if left is not None:
        told.append(("time left", left))
    told += _waiting_rows(standing)
    if rollout.unheeded:
        told.append(("unheeded", f"{', '.join(rollout.unheeded)}: the service picks and paces"))
    if rollout.verdict is not None:
        told.append(("reason", verdict_sentence(rollout.verdict)))
    if rollout.back_failed is not None:
        told.append(("way back", f"failed as well: {verdict_sentence(rollout.back_failed)}"))
    told.append(("driver", driver(standing)))
    told += asked_rows(standing)
    told.append(("now", _advice(standing)))
    return told


def _operation(standing: OperationStatus) -> str:
    told, rollout = followed(standing), standing.rollout
    if told is None:
        return f"{rollout.way.operation}, of which nothing is told" if rollout.way.operation else "none yet"
    percent = "" if told.percent is None else f", {told.percent:g} %"
    whose = ", begun by somebody else" if rollout.way.whose is Whose.STRANGERS else ""
    reason = f": {told.reasons[0]}" if told.reasons else ""
    return f"{told.id}, {told.status or told.state.value}{percent}{whose}{reason}"


def _progress(standing: OperationStatus) -> str:
    target, runs, now = standing.rollout.target, standing.seen.runs, counted(standing)
    replaced = f"{now.replaced}/{now.total} replaced, {now.in_service} in service"
    return f"{replaced}; {runs.get(target.digest, 0)} of {sum(runs.values())} made from {target}"


def _waiting_rows(standing: OperationStatus) -> list[Row]:
    rollout, because = standing.rollout, standing.because
    told: list[Row] = []
    if rollout.way.paused:
        told.append(("paused", "the operation stands still"))
    gate = rollout.way.gate
    if gate is not None:
        approval = ", approved" if gate.approved else ", approval wanted" if wants_approval(standing) else ""
        until = ""
        if because is not None and because.code in _TIMED and "wait" in because.numbers:
            until = f", closed until {moment(gate.at + because.numbers['wait'])}{_then(standing)}"
        told.append(("gate", f"checkpoint {stage_of(gate.name)}, since {moment(gate.at)}{until}{approval}"))
    if because is not None and REASONS[because.code].only_told and standing.is_driven:
        at = "" if standing.said_at is None else f" (said {ago(standing.at - standing.said_at)})"
        told.append(("waits", f"{sentence(because, standing.addressed)}{at}"))
    return told


def heeds_a_word(standing: OperationStatus) -> bool:
    """It stands at a gate that somebody's word opens, although the policy wants none."""
    told, gate = followed(standing), standing.rollout.way.gate
    return told is not None and told.gate is not None and told.gate.by_word and not (gate and gate.approved)


def _then(standing: OperationStatus) -> str:
    """What the service does at a gate where nobody speaks in time."""
    if not heeds_a_word(standing):
        return ""
    told = followed(standing)
    goes_on = told is not None and told.gate is not None and told.gate.goes_on
    return f", when the service goes {'on' if goes_on else 'back'} by itself"


def _meanwhile(told: Operation | None) -> str:
    """What the service does while nobody drives the rollout."""
    if told is None or told.is_over:
        return ""
    return "the operation stands still meanwhile; " if told.is_paused else "the service goes on alone; "


def _advice(standing: OperationStatus) -> str:
    rollout, group = standing.rollout, standing.addressed
    if not standing.is_driven:
        meanwhile = _meanwhile(followed(standing))
        return f"{meanwhile}run 'pulumi up' again: it goes on from here (after 'pulumi cancel' if the stack is locked)"
    if rollout.direction is Direction.BACK or rollout.closes:
        return "wait for it to end"
    if rollout.way.paused:
        return f"{command('resume', group)} goes on, {command('abort', group)} goes back"
    if wants_approval(standing) or heeds_a_word(standing):
        return f"{command('approve', group)} goes on, {command('reject', group)} goes back"
    return f"wait, or end it with {command('abort', group)}"
