"""How a rollout ended, as the one sentence the user reads: what failed, what is true now, what to do."""

from __future__ import annotations

from pulumi_rolling.core.explain import failure
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.errors import (
    AbortedError,
    AlarmError,
    DeadlineExceededError,
    RollbackFailedError,
    RolloutError,
    TooManyFailuresError,
)
from pulumi_rolling.report.preview import instances

_KINDS: dict[str, type[RolloutError]] = {
    "aborted": AbortedError,
    "rejected": AbortedError,
    "alarm": AlarmError,
    "deadline": DeadlineExceededError,
    "stalled": DeadlineExceededError,
    "occupied": DeadlineExceededError,
}


POLICY_TIMEOUT = "updatePolicy.rollingUpdate.timeout"


def error_of(group: str, decision: Decided, timeout: str = POLICY_TIMEOUT) -> RolloutError:
    """The error of a decision whose outcome is not a success. ``timeout`` is the path of what set the deadline."""
    rollout = decision.next
    verdict = rollout.verdict or rollout.back_failed
    if verdict is None:
        raise ValueError("the rollout did not fail")
    kind = _KINDS.get(verdict.code, TooManyFailuresError)
    what = failure(verdict)
    if decision.outcome is not None and decision.outcome.returned:
        return kind(
            f"{what}. Group {group} is back on {rollout.goal.came_from}{_touched(rollout)}; sizes and suspended "
            "processes are as found.",
            returned=True,
            hint=_next_step(verdict, timeout),
        )
    if rollout.back_failed is not None:
        return _not_returned(group, rollout, what)
    return kind(
        f"{what}. Group {group} was left as it is: it points at {rollout.goal.to}, and scaling out uses that; sizes "
        "and suspended processes are as found.",
        returned=False,
        hint=_next_step(verdict, timeout),
    )


def _not_returned(group: str, rollout: Rollout, what: str) -> RollbackFailedError:
    if rollout.verdict is None:
        return RollbackFailedError(
            f"group {group} runs {rollout.goal.to}, but giving sizes and processes back failed: {what}.",
            returned=False,
            hint="The record is kept on the group; mend the cause and run 'pulumi up' to go on from there.",
        )
    assert rollout.back_failed is not None
    back = failure(rollout.back_failed)
    if rollout.gives_up:
        return RollbackFailedError(
            f"{what}; then giving sizes and processes back failed as well: {back}. Group {group} points at "
            f"{rollout.goal.to}, and scaling out uses that.",
            returned=False,
            hint="The record is kept on the group; mend the cause and run 'pulumi up' to go on from there.",
        )
    return RollbackFailedError(
        f"{what}; then the way back to {rollout.goal.came_from} failed as well: {back}. Group {group} is mixed, its "
        "sizes are still those of the rollout, its processes run again.",
        returned=False,
        hint="The record is kept on the group; mend the cause and run 'pulumi up' to go on from there.",
    )


def _touched(rollout: Rollout) -> str:
    """Launches by our acts on the way forward; those of the way back are no harm done."""
    touched = rollout.verdict.touched if rollout.verdict is not None else 0
    return f" ({instances(touched)} touched)" if touched else ""


def _next_step(verdict: Verdict, timeout: str) -> str:
    match verdict.code:
        case "aborted" | "rejected":
            return "Run 'pulumi up' to try again."
        case "deadline":
            return f"Raise {timeout} or mend what is slow, then run 'pulumi up' again."
        case "alarm":
            return "Mend what the alarm is about and run 'pulumi up' again."
        case "occupied":
            return (
                "Free them, or choose Ignore or Replace for them (standbyInstances, scaleInProtectedInstances, "
                "warmPoolInstances), and run 'pulumi up' again."
            )
        case _:
            return "Mend the launch template and run 'pulumi up' again."
