"""The fit of a request to a group's rollout as its record stands. One that does not fit is refused with the reason.

The driver judges again when it takes a request up; this is so that people hear of a mistake at once, and so that no
request stays behind that would strike a later rollout.
"""

from __future__ import annotations

from pulumi_rolling.cli.fitting_operation import (
    at_its_gate,
    has_steered,
    refuse_at_the_end,
    refuse_for_operation,
)
from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.explain import verdict_sentence
from pulumi_rolling.core.machine import is_taken_on
from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.commands import command
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.record.pieces import MOST_PENDING, OF_A_MEMBER
from pulumi_rolling.errors import RollingError
from pulumi_rolling.report.member_progress import Part, part_of
from pulumi_rolling.report.standing import Either, GroupStatus, OperationStatus

RETRIED = (Part.IN_FLIGHT, Part.FAILED)
SKIPPED = (Part.OLD, Part.IN_FLIGHT, Part.FAILED)


Recorded = Rollout | Delegating
"""A rollout as its record has it."""


def refuse(standing: Either, kind: str, member: str = "") -> None:
    """Raise RollingError where no driver could act on the request, or where it would change nothing."""
    if isinstance(standing, OperationStatus):
        _refuse_turned(standing, kind, "it only comes to rest")
        refuse_at_the_end(standing)
        _refuse_anywhere(standing, kind, member)
        refuse_for_operation(standing, kind)
        return
    _refuse_turned(standing, kind, "it only gives sizes and processes back")
    _refuse_at_the_end(standing, kind)
    _refuse_anywhere(standing, kind, member)
    if kind in OF_A_MEMBER:
        _refuse_for_member(standing, kind, member)
    else:
        _refuse_for_state(standing, kind)
        _refuse_at_a_gate_of_time(standing, kind)


def _refuse_turned(standing: Either, kind: str, still: str) -> None:
    """Nothing can be asked of what goes back or has failed. ``still``: what it does all the same."""
    rollout, group = standing.rollout, standing.group
    if rollout.direction is Direction.BACK:
        raise RollingError(
            f"{group} is going back to {rollout.goal.came_from} already; nobody can {kind} that."
        )
    if rollout.verdict is not None:
        raise RollingError(
            f"The rollout of {group} has failed ({verdict_sentence(rollout.verdict)}); {still}."
        )


def _refuse_anywhere(standing: Either, kind: str, member: str) -> None:
    """Whatever rolls the group: nobody is there to hear, or it was said already."""
    group = standing.group
    if not standing.is_driven:
        raise RollingError(
            f"Nobody drives the rollout of {group} at present.",
            hint=f"Run 'pulumi up' or 'rolling finish {group}' to go on with it, 'rolling return {group}' to go back.",
        )
    if any((request.kind, request.member) == (kind, member) for request in standing.asked):
        raise RollingError(f"{group} is asked for that already; the driver has not taken it up yet.")
    if len(standing.asked) >= MOST_PENDING:
        raise RollingError(
            f"{len(standing.asked)} requests wait for the driver of {group} already; "
            "ask again when it has taken them up."
        )


def has_taken_effect(kind: str, member: str, before: Recorded, now: Recorded) -> bool:
    """Whether the record shows what was asked for."""
    if isinstance(now, Delegating):
        return isinstance(before, Delegating) and has_steered(kind, now)
    if isinstance(before, Delegating):
        # A way back that was handed over shows that the way forward has ended, and nothing else.
        return is_taken_on(now) and kind in ("abort", "reject")
    match kind:
        case "pause":
            return now.way.paused
        case "resume":
            return not now.way.paused and now.way.held is None
        case "approve":
            return now.way.gate is None or now.way.gate.approved or now.way.passed > before.way.passed
        case "skip":
            return member in now.way.skipped
        case "retry":
            failed = {f.id for f in before.way.failed} - {f.id for f in now.way.failed}
            return member in now.way.retried or member in failed
        case _:
            return now.verdict is not None


def _refuse_at_the_end(standing: GroupStatus, kind: str) -> None:
    rollout, group = standing.rollout, standing.group
    last = (Step.RESTORE, Step.DONE) if kind == "abort" else (Step.RESIZE, Step.RESTORE, Step.DONE)
    if rollout.step in last:
        raise RollingError(f"All of {group} is replaced; only sizes and processes are still given back.")


def _refuse_for_state(standing: GroupStatus, kind: str) -> None:
    rollout, group, call = standing.rollout, standing.group, standing.addressed
    gate = rollout.way.gate
    match kind:
        case "pause" if rollout.way.held is not None:
            raise RollingError(f"{group} is held after a failure: nothing new starts in any case.")
        case "pause" if rollout.way.paused:
            raise RollingError(f"{group} is paused already; {command('resume', call)} goes on.")
        case "resume" if not rollout.way.paused and rollout.way.held is None:
            opens = gate is not None and not gate.approved and not _opens_by_itself(standing)
            raise RollingError(f"{group} is neither paused nor held{at_its_gate(opens, call)}.")
        case "approve" | "reject" if gate is None:
            raise RollingError(f"Nothing waits for approval in {group}.")
        case "approve" if gate is not None and gate.approved:
            raise RollingError(f"{group} is approved already; it goes on when the time of its gate is over.")
        case _:
            return


def _refuse_at_a_gate_of_time(standing: GroupStatus, kind: str) -> None:
    if kind == "approve" and standing.rollout.way.gate is not None and _opens_by_itself(standing):
        raise RollingError(f"The gate of {standing.group} wants no approval; it opens when its time is over.")


def _opens_by_itself(standing: GroupStatus) -> bool:
    """A gate says whether it wants approval beside its time; one that does not needs nobody."""
    because = standing.because
    timed = because is not None and because.code in (ReasonCode.SOAKING, ReasonCode.CHECKPOINT)
    return timed and because is not None and not because.numbers.get("approval")


def _refuse_for_member(standing: GroupStatus, kind: str, member: str) -> None:
    rollout, group = standing.rollout, standing.group
    if kind == "retry" and member in {failure.id for failure in rollout.way.failed}:
        # A member that is gone is among them, and a launch that was refused.
        return
    found = next((one for one in standing.members if one.id == member), None)
    if found is None:
        raise RollingError(f"{member} is no instance of {group}.")
    part = part_of(rollout, found)
    if member in rollout.way.retried:
        if kind == "retry":
            raise RollingError(f"{member} is to be replaced once more already.")
        return
    if member in rollout.way.skipped:
        raise RollingError(f"{member} is skipped already.")
    if part in (RETRIED if kind == "retry" else SKIPPED):
        return
    is_what = {
        Part.OLD: "is old and has not been touched yet: its turn comes",
        Part.LEAVING: "is leaving already",
        Part.SETTLED: "is ready, or stays as it was before",
        Part.IN_FLIGHT: "is in flight",
        Part.FAILED: "has failed",
    }[part]
    wanted = "in flight or failed" if kind == "retry" else "old, in flight or failed"
    raise RollingError(f"{member} {is_what}; 'rolling {kind}' is for instances that are {wanted}.")
