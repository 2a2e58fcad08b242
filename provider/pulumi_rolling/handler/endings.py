"""How a rollout ended, as the one sentence the user reads: what failed, what is true now, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from pulumi_rolling.core.explain import verdict_sentence
from pulumi_rolling.core.model.codes import FAILURES, VERDICTS, EndedBy, FailureReason, Remedy, VerdictCode
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.verdict import Verdict, cure_of
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.core.shared.ended import is_let_be
from pulumi_rolling.errors import (
    AbortedError,
    AlarmError,
    DeadlineExceededError,
    InterferenceError,
    NoRoomError,
    RefusedError,
    RollbackFailedError,
    RolloutError,
    TooManyFailuresError,
)
from pulumi_rolling.report.preview import instances

POLICY_TIMEOUT = "updatePolicy.rollingUpdate.timeout"


@dataclass(frozen=True, slots=True)
class Words:
    """What the sentence takes from the group and its inputs."""

    group: str
    mended: str
    """What makes the members: ``the launch template``."""
    timeout: str = POLICY_TIMEOUT
    """The path of what set the deadline."""


def error_of(decision: Decided, words: Words) -> RolloutError:
    """The error of a decision whose outcome is not a success."""
    rollout = decision.next
    verdict = rollout.verdict or rollout.back_failed
    if verdict is None:
        raise ValueError("the rollout did not fail")
    kind = _kind(VERDICTS[verdict.code].ended_by)
    what = verdict_sentence(verdict)
    hint = _again(_advice(verdict, rollout.goal.to, words))
    if decision.outcome is not None and decision.outcome.returned:
        return kind(
            f"{what}. Group {words.group} is back on {rollout.goal.came_from}{_touched(rollout)}; sizes and suspended "
            "processes are as found.",
            returned=True,
            hint=hint,
        )
    if rollout.back_failed is not None:
        return _not_returned(rollout, rollout.back_failed, words)
    unfilled = rollout.way.unfilled
    if unfilled is not None:
        return kind(
            f"{what}. Group {words.group} points at {rollout.goal.came_from} again, but {verdict_sentence(unfilled)}; "
            "sizes and suspended processes are as found.",
            returned=False,
            hint=_again(_advice(unfilled, rollout.target, words)),
        )
    if verdict.code is VerdictCode.STRANGERS_OPERATION:
        left = "was let be: nothing more is replaced by this update, and what they began goes on"
    elif verdict.code is VerdictCode.POINTER_MOVED:
        left = "was let be: nothing more is replaced, and the pointer stays where they set it"
    else:
        left = f"was left as it is: it points at {_pointer(rollout)}, and scaling out uses that"
    return kind(
        f"{what}. Group {words.group} {left}; sizes and suspended processes are as found.",
        returned=False,
        hint=hint,
    )


def _pointer(rollout: Rollout) -> str:
    """Where the group points as it was last seen, after a way that ended with no way back."""
    astray = rollout.way.astray
    return str(rollout.goal.to) if astray is None else astray.pointer


def interrupted(group: str, rollout: Rollout, *, given_back: bool) -> str:
    """What is true of a group whose drive ended before the rollout did, as far as our own acts go."""
    found, ours = rollout.found.sizes, rollout.ours
    least = max((size for size in ours.least if size <= max(ours.desired, found.min)), default=found.min)
    told = f"Group {group} was on the way to {rollout.target}"
    if given_back:
        return f"{told}; MinSize {found.min} and processes are given back, Desired is {ours.desired or found.desired}"
    if ours.desired and (ours.desired != found.desired or least != found.min):
        told += f"; by our acts Desired went from {found.desired} to {ours.desired}"
        told += f" and MinSize from {found.min} to {least}"
    if ours.suspended:
        told += f"; suspended by us: {', '.join(sorted(ours.suspended))}"
    return f"{told}; the record is kept on the group, and the next 'pulumi up' goes on from it"


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
        case EndedBy.OTHERS:
            return InterferenceError
        case _:
            assert_never(ended_by)


def _not_returned(rollout: Rollout, back_failed: Verdict, words: Words) -> RollbackFailedError:
    back = verdict_sentence(back_failed)
    if rollout.verdict is None:
        told = (
            f"group {words.group} runs {rollout.goal.to}, but giving sizes and processes back failed: {back}."
        )
    elif rollout.gives_up:
        told = (
            f"{verdict_sentence(rollout.verdict)}; then giving sizes and processes back failed as well: {back}. Group "
            f"{words.group} points at {_pointer(rollout)}, and scaling out uses that."
        )
    elif is_let_be(back_failed):
        told = (
            f"{verdict_sentence(rollout.verdict)}; then on the way back to {rollout.goal.came_from} {back}. Group "
            f"{words.group} is mixed and was let be; its sizes and suspended processes are as found."
        )
    else:
        told = (
            f"{verdict_sentence(rollout.verdict)}; then the way back to {rollout.goal.came_from} failed as well: "
            f"{back}. Group {words.group} is mixed, its sizes are still those of the rollout, its processes run again."
        )
    advice = _advice(back_failed, rollout.target, words)
    return RollbackFailedError(
        told, returned=False, hint=f"The record is kept on the group. {_going_on(advice)}"
    )


def _touched(rollout: Rollout) -> str:
    """Launches by our acts on the way forward; those of the way back are no harm done."""
    touched = rollout.verdict.touched if rollout.verdict is not None else 0
    return f" ({instances(touched)} touched)" if touched else ""


def _again(advice: str) -> str:
    return f"{advice} run 'pulumi up' again." if advice else "Run 'pulumi up' to try again."


def _going_on(advice: str) -> str:
    return f"{advice or 'Then'} run 'pulumi up' to go on from there."


def _advice(verdict: Verdict, revision: Revision, words: Words) -> str:
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
            return f"See in the activities of group {words.group} what it waited for, mend that and"
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
