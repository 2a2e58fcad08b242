"""The kind of error that a failed rollout becomes, and what to mend before the next run, whatever the machine."""

from __future__ import annotations

from typing import assert_never

from pulumi_rolling.core.model.codes import (
    FAILURES,
    VERDICTS,
    EndedBy,
    FailureReason,
    Remedy,
    VerdictCode,
)
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.verdict import Verdict, cure_of
from pulumi_rolling.errors import (
    AbortedError,
    AlarmError,
    CommandFailedError,
    DeadlineExceededError,
    InterferenceError,
    NoRoomError,
    RefusedError,
    RollbackFailedError,
    RolloutError,
    TooManyFailuresError,
)
from pulumi_rolling.handler.words import Words


def error_class(verdict: Verdict) -> type[RolloutError]:
    """By what ended the way forward."""
    return _kind(VERDICTS[verdict.code].ended_by)


def _kind(ended_by: EndedBy) -> type[RolloutError]:
    match ended_by:
        case EndedBy.MEMBERS | EndedBy.CANARY:
            return TooManyFailuresError
        case EndedBy.ALARM:
            return AlarmError
        case EndedBy.CLOCK:
            return DeadlineExceededError
        case EndedBy.PERSON:
            return AbortedError
        case EndedBy.CLOUD:
            return RefusedError
        case EndedBy.POLICY:
            return NoRoomError
        case EndedBy.COMMAND:
            return CommandFailedError
        case EndedBy.OTHERS:
            return InterferenceError
        case _:
            assert_never(ended_by)


def again(advice: str) -> str:
    """The hint after a failure that left nothing to go on from."""
    return f"{advice} run 'pulumi up' again." if advice else "Run 'pulumi up' to try again."


def going_on(advice: str) -> str:
    """The end of the hint where the record is kept."""
    return f"{advice or 'Then'} run 'pulumi up' to go on from there."


LET_BE = {
    VerdictCode.STRANGERS_OPERATION: "nothing more is replaced by this update, and what they began goes on",
    VerdictCode.POINTER_MOVED: "nothing more is replaced, and the pointer stays where they set it",
}
"""What is true of a group that was let be, since somebody else has it in hand."""
GOES_ON = "; the record is kept on the group, and the next 'pulumi up' goes on from it"


def not_returned(told: str, back_failed: Verdict, revision: Revision, words: Words) -> RollbackFailedError:
    """The error of a way back that failed as well. ``revision``: where it led."""
    hint = f"The record is kept on the group. {going_on(advice_of(back_failed, revision, words))}"
    return RollbackFailedError(told, returned=False, hint=hint)


def advice_of(verdict: Verdict, revision: Revision, words: Words) -> str:
    """What to mend, up to the word before ``run 'pulumi up'``; empty where it is nothing."""
    cure = cure_of(verdict)
    if cure.hint:
        return f"{cure.hint.rstrip('.')}, then"
    match cure.remedy:
        case Remedy.BUILD:
            return _build(cure.reason, revision)
        case Remedy.IMAGE:
            return f"Name an image in {words.mended} that exists, may be launched and fits the instance type, and"
        case Remedy.TEMPLATE:
            return f"Mend {words.mended} and"
        case Remedy.QUOTA:
            return "Ask for a higher quota, then"
        case Remedy.PERMISSION:
            return "Allow what was refused, then"
        case Remedy.CAPACITY:
            return "Give the group another instance type or zone, or wait for capacity, then"
        case Remedy.OBJECTION:
            return "Mend what the cloud objects to, then"
        case Remedy.ACTIVITIES:
            return f"See in the {words.history} of group {words.group} {VERDICTS[verdict.code].look}, mend that and"
        case Remedy.ROOM:
            return "Raise MaxSize or lower minInstancesInService, then"
        case Remedy.ALARM:
            return "Mend what the alarm is about and"
        case Remedy.TIME:
            return f"Raise {words.timeout} or mend what is slow, then"
        case Remedy.FREE:
            return (
                "Free them, or choose Ignore or Replace for them (standbyInstances, scaleInProtectedInstances, "
                "warmPoolInstances), and"
            )
        case Remedy.POINTER:
            return (
                f"Find who else points group {words.group} somewhere, let only one of you do it (the group's own "
                "resource leaves it alone with ignore_changes), then"
            )
        case Remedy.OTHERS:
            return f"Find who adds old members to group {words.group}, end that, then"
        case Remedy.OPERATION:
            return f"Wait for its end or cancel it, see what group {words.group} runs then, and"
        case Remedy.COMMAND:
            return "Mend what the command found, or the command itself, and"
        case Remedy.AGAIN:
            return ""
        case _:
            assert_never(cure.remedy)


def _build(reason: FailureReason | None, revision: Revision) -> str:
    if reason is None or not FAILURES[reason].look:
        return f"See how {revision} starts, mend that and"
    look = FAILURES[reason].look.format(revision=revision)
    more_time = " or give it more time," if FAILURES[reason].within_clock else ""
    return f"See {look}, mend that{more_time} and"
