"""What DescribeInstanceRefreshes of ESS says, as an operation in the words that services share. No call is made here.

Theory of operation. ESS tells how many it has to replace and how many it has replaced, and no percent. While it stands
at a checkpoint its status says so, but for the time that it is suspended there: then the status says that alone, and
the rollout's own note of the gate tells that it stands there still. On ESS's way back the two numbers count what is
returned; an operation's ``done`` is how many are new at that time, and so falls.

Worked example. 2 of 10, checkpoints 20 and 100, CheckpointPause: at the gate ``20 %``. Rolled back there, 2 are to be
returned and 1 is: done 1 of 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulumi_rolling.core.delegate.operation import Gate, Operation, ServiceReturn, State
from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.fleets.alibaba.api import Answer
from pulumi_rolling.fleets.alibaba.refused import one_line
from pulumi_rolling.fleets.ess_scaling_group.description import moment

PAUSED = "Paused"
AT_CHECKPOINT = "CheckpointPause"
CANCELLING = "Cancelling"
RETURNING = "RollbackInProgress"
_STATES: Mapping[str, State] = {
    "Pending": State.PENDING,
    "InProgress": State.RUNNING,
    PAUSED: State.RUNNING,
    AT_CHECKPOINT: State.AT_GATE,
    CANCELLING: State.STOPPING,
    RETURNING: State.RETURNING,
    "Successful": State.SUCCEEDED,
    "Failed": State.FAILED,
    "Cancelled": State.STOPPED,
    "RollbackSuccessful": State.RETURNED,
    "RollbackFailed": State.RETURN_FAILED,
}
_ENDS = frozenset({"Successful", "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed"})
_TURNED = frozenset({State.RETURNING, State.RETURNED, State.RETURN_FAILED})
ALL = 100
MINUTE = 60.0
USUAL_PAUSE = 60
"""Minutes: the default of CheckpointPauseTime (StartInstanceRefresh)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the answer does not hold and an operation has."""

    leads_to: str | None = None
    token: str = ""
    gate: str = ""
    """The gate at which the rollout has seen it stand."""
    causes: tuple[str, ...] = ()
    """Of launches that failed since it began, the newest first."""
    remedy: Remedy | None = None
    """What mends the first of the causes."""
    is_hopeless: bool = False
    failed: int = 0
    """Launches and instances that failed by the causes."""


def operation_of(refresh: Answer, beside: Beside) -> Operation:
    status = str(refresh["Status"])
    gate = _gate(refresh, beside.gate)
    state = _STATES.get(status, State.UNKNOWN) if gate is None else State.AT_GATE
    if state is State.AT_GATE and gate is None:
        state = State.RUNNING
    done, total = _progress(refresh, state)
    reason = one_line(str(refresh.get("Detail") or ""))
    started = moment(str(refresh.get("StartTime") or ""))
    return Operation(
        id=str(refresh["InstanceRefreshTaskId"]),
        state=state,
        status=status,
        leads_to=beside.leads_to,
        token=beside.token,
        started_at=None if started is None else started[0],
        percent=None if done is None or not total else ALL * done / total,
        done=done,
        total=total,
        reasons=(*((reason,) if reason else ()), *beside.causes),
        remedy=beside.remedy,
        is_hopeless=beside.is_hopeless,
        failed=beside.failed,
        gate=gate,
        is_paused=status == PAUSED,
        # ESS never turns by itself: where we have not asked for it, a person has.
        returned=ServiceReturn(reason, total, by_person=True) if state in _TURNED else None,
    )


def is_over(refresh: Answer) -> bool:
    """Whether ESS does nothing more for it; a status that is not known is not over."""
    return str(refresh["Status"]) in _ENDS


def has_gone_wrong(refresh: Answer) -> bool:
    """Whether it is over or on its way back without having succeeded."""
    status = str(refresh["Status"])
    return status == RETURNING or (status in _ENDS and status != "Successful")


def gate_name(percent: int) -> str:
    return f"{percent} %"


def _gate(refresh: Answer, noted: str) -> Gate | None:
    """Where it stands. One that is suspended stands at its checkpoint only where it was seen there before."""
    reached = _reached(refresh)
    if reached is None:
        return None
    name, status = gate_name(reached), str(refresh["Status"])
    if status != AT_CHECKPOINT and not (status == PAUSED and name == noted):
        return None
    minutes = refresh.get("CheckpointPauseTime") or USUAL_PAUSE
    return Gate(name, float(reached), float(minutes) * MINUTE, by_word=True)


def _reached(refresh: Answer) -> int | None:
    """The highest checkpoint below 100 that as many as are done have reached."""
    needed, done = refresh.get("TotalNeedUpdateCapacity"), refresh.get("FinishedUpdateCapacity") or 0
    percents = [int(each["Percentage"]) for each in refresh.get("Checkpoints") or ()]
    reached = [each for each in percents if each < ALL and -(-each * (needed or 0) // ALL) <= done]
    return reached[-1] if reached else None


def _progress(refresh: Answer, state: State) -> tuple[int | None, int | None]:
    total, finished = refresh.get("TotalNeedUpdateCapacity"), refresh.get("FinishedUpdateCapacity")
    if total is None:
        return None, None
    count = int(finished or 0)
    return (int(total) - count if state in _TURNED else count), int(total)
