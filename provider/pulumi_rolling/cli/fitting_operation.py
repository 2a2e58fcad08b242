"""The fit of a request to a rollout that the cloud carries out."""

from __future__ import annotations

from pulumi_rolling.core.delegate.delegating import Delegating, Whose
from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.commands import command
from pulumi_rolling.engine.record.pieces import OF_A_MEMBER
from pulumi_rolling.errors import RollingError
from pulumi_rolling.report.operation_status import heeds_a_word, wants_approval
from pulumi_rolling.report.standing import OperationStatus


def refuse_at_the_end(standing: OperationStatus) -> None:
    """Nothing can be asked of what has ended."""
    if standing.rollout.step is Step.DONE:
        raise RollingError(f"All of {standing.group} is replaced.")


def refuse_for_operation(standing: OperationStatus, kind: str) -> None:
    """What the service cannot do, or does already."""
    rollout, group = standing.rollout, standing.group
    way, gate = rollout.way, rollout.way.gate
    if kind in OF_A_MEMBER:
        raise RollingError(f"The service picks the members of {group} itself; nobody can {kind} one of them.")
    if way.whose is Whose.STRANGERS and kind != "abort":
        raise RollingError(
            f"{group} follows {way.operation}, which somebody else began; it is theirs to {kind}."
        )
    match kind:
        case "pause" if way.paused:
            raise RollingError(f"{group} is paused already; {command('resume', standing.addressed)} goes on.")
        case "pause" if way.unpausable:
            raise RollingError(f"The service refused to pause {group}.")
        case "resume" if not way.paused:
            opens = gate is not None and not gate.approved and _heeds_approval(standing)
            raise RollingError(f"{group} is not paused{at_its_gate(opens, standing.addressed)}.")
        case "approve" | "reject" if gate is None:
            raise RollingError(f"Nothing waits for approval in {group}.")
        case "approve" if gate is not None and gate.approved:
            raise RollingError(f"{group} is approved already; it goes on when the time of its gate is over.")
        case "approve" if not _heeds_approval(standing):
            raise RollingError(f"The gate of {group} wants no approval; it opens when its time is over.")
        case _:
            return


def at_its_gate(opens: bool, call: str) -> str:
    """What helps in place of a resume. ``opens``: it stands at a gate that an approval opens."""
    return f"; it stands at a gate, and {command('approve', call)} opens that" if opens else ""


def _heeds_approval(standing: OperationStatus) -> bool:
    return wants_approval(standing) or heeds_a_word(standing)


def has_steered(kind: str, now: Delegating) -> bool:
    """Whether the record shows what was asked for."""
    match kind:
        case "pause":
            return now.way.paused
        case "resume":
            return not now.way.paused
        case "approve":
            return now.way.gate is None or now.way.gate.approved
        case _:
            return now.verdict is not None
