"""A rollout that another process drives, or that nobody drives any more, told from its record."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_rolling.core.explain import sentence, verdict_sentence
from pulumi_rolling.core.model.codes import FAILURES, REASONS, ReasonCode, Step
from pulumi_rolling.core.model.commands import command
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.rollout import Gate, Rollout
from pulumi_rolling.report.counted import Counted, counted, failures
from pulumi_rolling.report.member_progress import failures_of
from pulumi_rolling.report.operation_status import operation_rows, rests
from pulumi_rolling.report.standing import (
    Either,
    GroupStatus,
    OperationStatus,
    ago,
    asked_rows,
    driver,
    moment,
    opening_rows,
    time_left,
    way,
)
from pulumi_rolling.report.wording import Row, failed_because, instances

NAMED = 5
"""The most members that a row names."""


def status_text(standing: Either) -> str:
    """A headline and one line a row."""
    told = operation_rows(standing) if isinstance(standing, OperationStatus) else _rows(standing)
    width = max(len(label) for label, _ in told)
    return "\n".join([headline(standing), *(f"  {label:<{width}}  {words}" for label, words in told)])


def headline(standing: Either) -> str:
    waits = rests(standing) if isinstance(standing, OperationStatus) else _waits(standing)
    return f"{way(standing)}, step {standing.rollout.step.value}{waits}"


def _waits(standing: GroupStatus) -> str:
    rollout = standing.rollout
    if rollout.way.held is not None:
        return ", held after a failure"
    if rollout.way.paused:
        return ", paused"
    if rollout.way.gate is not None:
        return ", waiting for approval" if _wants_approval(standing) else ", stopped at a gate"
    return ""


def _rows(standing: GroupStatus) -> list[Row]:
    rollout = standing.rollout
    told = [*opening_rows(standing), ("progress", _progress(standing))]
    left = time_left(standing)
    if left is not None:
        told.append(("time left", left))
    told += _waiting_rows(standing)
    told.append(("failed", _failed(rollout)))
    if rollout.way.losses:
        lost = _numbered(rollout.way.losses, rollout.way.lost)
        told.append(("lost", f"{lost}, after having been ready"))
    if rollout.way.skipped:
        told.append(("skipped", f"{_names(sorted(rollout.way.skipped))}, left as they are"))
    if rollout.way.retried:
        told.append(("retried", f"{_names(sorted(rollout.way.retried))}, replaced once more"))
    if rollout.ours.kept:
        told.append(("kept", f"{_names(rollout.ours.kept)}, out of the group; no part of any count"))
    if rollout.verdict is not None:
        told.append(("reason", verdict_sentence(rollout.verdict)))
    if rollout.back_failed is not None:
        told.append(("way back", f"failed as well: {verdict_sentence(rollout.back_failed)}"))
    found = rollout.found
    told.append(
        ("as found", f"MinSize {found.sizes.min}, MaxSize {found.sizes.max}, Desired {found.sizes.desired}")
    )
    if rollout.ours.suspended:
        told.append(("suspended", ", ".join(sorted(rollout.ours.suspended))))
    told.append(("driver", driver(standing)))
    told += asked_rows(standing)
    told.append(("now", _advice(standing)))
    return told


def _waiting_rows(standing: GroupStatus) -> list[Row]:
    """Rows that tell who is waited for, and why nothing new starts, the gravest reason first."""
    rollout, because = standing.rollout, standing.because
    told: list[Row] = []
    now = counted(standing)
    if now.coming or now.unseen:
        told.append(("waits for", _awaited(standing, now)))
    if rollout.way.held is not None:
        told.append(("held", _held(rollout.way.held)))
    if rollout.way.paused:
        told.append(("paused", "nothing new starts; what is in flight goes on"))
    if rollout.way.gate is not None:
        told.append(("gate", _gate(standing, rollout.way.gate)))
    if rollout.way.baked_from is not None and rollout.step is Step.BAKE:
        told.append(("baking", f"all are ready and watched since {moment(rollout.way.baked_from)}"))
    if because is not None and REASONS[because.code].only_told and standing.is_driven:
        at = "" if standing.said_at is None else f" (said {ago(standing.at - standing.said_at)})"
        label = "guard" if because.code is ReasonCode.GUARDED else "waits"
        told.append((label, f"{sentence(because, standing.addressed)}{at}"))
    return told


def _held(verdict: Verdict) -> str:
    return f"{verdict_sentence(verdict)}; since {moment(verdict.at)}"


def _gate(standing: GroupStatus, gate: Gate) -> str:
    """The gate at which the rollout stands. Its kind is in the driver's words alone: the record holds no policy."""
    because = standing.because
    where = f"gate {gate.number + 1}"
    until = ""
    if because is not None and REASONS[because.code].at_a_gate:
        percent, count = because.numbers.get("percent"), because.numbers.get("count", 0)
        where = (
            f"checkpoint {percent:g} %"
            if percent is not None
            else f"after {_canaries(int(count), because.members)}"
        )
        if because.code is not ReasonCode.APPROVAL:
            until = f", closed until {moment(gate.at + because.numbers.get('wait', 0.0))}"
    approval = ", approved" if gate.approved else ", approval wanted" if _wants_approval(standing) else ""
    return f"{where}, since {moment(gate.at)}{until}{approval}"


def _wants_approval(standing: GroupStatus) -> bool:
    gate, because = standing.rollout.way.gate, standing.because
    return (
        gate is not None and not gate.approved and because is not None and because.code is ReasonCode.APPROVAL
    )


def _canaries(count: int, members: Sequence[str]) -> str:
    named = f": {_names(members)}" if members else ""
    return f"{instances(count)} (canary{named})"


def _progress(standing: GroupStatus) -> str:
    target, now = standing.rollout.target, counted(standing)
    there = sum(member.revision.digest == target.digest for member in standing.members)
    replaced = f"{now.replaced}/{now.total} replaced, {now.in_service} in service"
    return f"{replaced}; {there} of {instances(len(standing.members))} made from {target}"


def _awaited(standing: GroupStatus, now: Counted) -> str:
    causes = {member.id: member.target_cause for member in standing.members}
    cause = next((causes[name] for name in now.coming if causes.get(name)), "")
    parts = [_names(now.coming)] if now.coming else []
    if now.unseen:
        parts.append(f"{now.unseen} to launch")
    return ", ".join(parts) + (f": {cause}" if cause else "")


def _failed(rollout: Rollout) -> str:
    """How many, the last few by name, and why the last one did."""
    lost = {one.id for one in rollout.way.lost}
    named = [one for one in failures_of(rollout).values() if one.id not in lost]
    told = _numbered(failures(rollout), named)
    if not named:
        return told
    return f"{told} ({failed_because(named[-1])})"


def _numbered(count: int, failures: Sequence[Failure]) -> str:
    if not count:
        return "none"
    named = [one.id for one in failures[-3:]]
    more = count - len(named)
    return f"{count}: {', '.join(named)}" + (f" and {more} more" if more else "")


def _names(ids: Sequence[str]) -> str:
    more = len(ids) - NAMED
    return ", ".join(ids[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _advice(standing: GroupStatus) -> str:
    rollout, group = standing.rollout, standing.addressed
    if not standing.is_driven:
        return "run 'pulumi up' again: it goes on from here (after 'pulumi cancel' if the stack is locked)"
    if rollout.direction is Direction.BACK or rollout.gives_up or rollout.step is Step.RESTORE:
        return "wait for it to end"
    if rollout.way.held is not None:
        goes_on = f"{command('resume', group)} goes on, {command('abort', group)} goes back"
        named = [f.id for f in rollout.way.held.failures if not FAILURES[f.reason].nameless]
        if not named:
            return goes_on
        return (
            f"{command('retry', group, named[0])} replaces it once more, {command('skip', group, named[0])} leaves it "
            f"as it is, {goes_on}"
        )
    if rollout.way.paused:
        return f"{command('resume', group)} goes on, {command('abort', group)} goes back"
    if _wants_approval(standing):
        return f"{command('approve', group)} goes on, {command('reject', group)} goes back"
    return f"wait, or end it with {command('abort', group)}"
