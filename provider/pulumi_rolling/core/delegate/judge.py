"""What an operation has come to: still going, arrived, arrived in part, or why it did not.

Arrived means that the operation succeeded *and* the group runs what the direction leads to. A service calls more than
that a success: stable after its breaker went back, Ready with the old version, Successful at a last checkpoint below
100. What is over is looked at for a settle time, since members and pointer may be told later than the status.
"""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.delegate.look import Look
from pulumi_rolling.core.delegate.operation import Operation, State
from pulumi_rolling.core.model.codes import VerdictCode
from pulumi_rolling.core.model.verdict import Verdict


def has_arrived(look: Look) -> bool:
    operation = look.operation
    succeeded = operation is not None and operation.state is State.SUCCEEDED
    return succeeded and look.runs_target and not look.leaves_equals(operation)


def is_part(look: Look) -> bool:
    """A success that left old members, as the policy's last checkpoint wants it."""
    operation = look.operation
    if operation is None or operation.state is not State.SUCCEEDED or operation.whole:
        return False
    return look.limits.part and (bool(look.old) or look.leaves_equals(operation))


def judge(look: Look) -> Verdict | None:
    """Why the operation that is followed does not lead to the end; None while it may, and where it did."""
    operation, way, at = look.operation, look.way, look.at
    if operation is None:
        lost = way.missing_since is not None and at >= way.missing_since + look.limits.settle
        return _verdict(look, VerdictCode.OPERATION_LOST, way.operation) if lost else None
    if has_arrived(look) or is_part(look):
        return None
    match operation.state:
        case State.SUCCEEDED:
            return _unproven(look)
        case State.FAILED:
            # Where the service turns by itself, failed is a moment before that.
            waits = look.limits.returns_by_itself and not _is_settled(look)
            return (
                None
                if waits
                else _mended(operation, _over(look, VerdictCode.OPERATION_FAILED, _why(operation)))
            )
        case State.STOPPED:
            return _over(look, VerdictCode.OPERATION_STOPPED, operation.id)
        case State.RETURNING | State.RETURNED | State.RETURN_FAILED:
            if operation.returned is not None and operation.returned.by_person:
                return _verdict(look, VerdictCode.OPERATION_RETURNED, operation.id)
            return _mended(operation, _verdict(look, VerdictCode.OPERATION_FAILED, _why(operation)))
        case State.UNKNOWN:
            since = way.unknown_since
            return (
                _verdict(look, VerdictCode.UNKNOWN_STATUS, operation.status)
                if since is not None and at >= since + look.limits.stall
                else None
            )
        case _:
            return None


def _unproven(look: Look) -> Verdict | None:
    if not _is_settled(look):
        return None
    if look.matches and not look.leaves_equals(look.operation):
        # Another operation would bring nobody; how long it may take to fill up is the stall's.
        return None
    of = sum(look.seen.runs.values())
    return _over(look, VerdictCode.NOT_ARRIVED, "", failed=look.old or of, of=of)


def _over(look: Look, code: VerdictCode, cause: str, *, failed: int = 0, of: int = 0) -> Verdict:
    """Where the group makes new members from something else than either end of the way, people's hands win."""
    goal, pointer = look.rollout.goal, look.seen.pointer
    ends = {goal.to.digest, *goal.abandoned, *([goal.came_from.digest] if goal.came_from else [pointer])}
    if pointer not in ends:
        return Verdict(
            VerdictCode.POINTER_MOVED,
            look.at,
            look.old,
            sum(look.seen.runs.values()),
            cause=look.seen.name_of(pointer) or pointer,
        )
    return Verdict(code, look.at, failed, of, cause=cause)


def _verdict(look: Look, code: VerdictCode, cause: str) -> Verdict:
    return Verdict(code, look.at, cause=cause)


def _mended(operation: Operation, verdict: Verdict) -> Verdict:
    """With what mends the cause, which is the operation's where that is what failed."""
    return (
        replace(verdict, remedy=operation.remedy) if verdict.code is VerdictCode.OPERATION_FAILED else verdict
    )


def _is_settled(look: Look) -> bool:
    since = look.way.doubted_since
    return since is not None and look.at >= since + look.limits.settle


def _why(operation: Operation) -> str:
    """The service's own sentence, and beside it the first cause that it does not name itself."""
    turned = operation.returned.reason if operation.returned is not None else ""
    first = turned or next(iter(operation.reasons), "") or operation.status or operation.id
    cause = next((each for each in operation.reasons[1:] if each not in first), "")
    return f"{first.rstrip('.')}: {cause}" if cause else first
