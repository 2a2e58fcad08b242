"""Decisions in sentences: the status line, the reason of one look, and what a failed rollout says.

Everything here is read off a decision or a verdict; nothing is decided, and no rule of the rollout is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, assert_never

from pulumi_rolling.core.delegate.operation import stage_of
from pulumi_rolling.core.model.codes import (
    FAILURES,
    REASONS,
    VERDICTS,
    Decider,
    ReasonCode,
    Step,
    VerdictCode,
)
from pulumi_rolling.core.model.commands import command
from pulumi_rolling.core.model.decision import Because, Decision, Status
from pulumi_rolling.core.model.durations import iso
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Failure, Verdict

_COUNTED = (Step.ROLL, Step.FOLLOW, Step.BAKE)
_MOVING = (Step.ROLL, Step.FOLLOW, Step.RETURN)


def sentence(because: Because, group: str) -> str:
    """Why this decision, without numbers that the status line already has. ``group``: as a command has to name it."""
    code = because.code
    match code:
        case ReasonCode.APPROVAL | ReasonCode.WORD | ReasonCode.PAUSED | ReasonCode.HELD:
            return _ASKING[code](because, group)
        case (
            ReasonCode.REPLACING
            | ReasonCode.RAISING
            | ReasonCode.WAITING
            | ReasonCode.GUARDED
            | ReasonCode.SOAKING
            | ReasonCode.CHECKPOINT
            | ReasonCode.FLOORED
            | ReasonCode.OCCUPIED
            | ReasonCode.DRAINING
            | ReasonCode.PARTING
            | ReasonCode.FILLING
            | ReasonCode.DOUBTED
            | ReasonCode.BAKING
            | ReasonCode.FOLLOWING
            | ReasonCode.RETURNING
            | ReasonCode.UNTOLD
            | ReasonCode.UNKNOWN_STATUS
            | ReasonCode.UNHEEDED
        ):
            return _WITH_NUMBERS[code](because)
        case (
            ReasonCode.PREPARING
            | ReasonCode.STARTING
            | ReasonCode.RESUMED
            | ReasonCode.UNSEEN
            | ReasonCode.ASTRAY
            | ReasonCode.PAUSING
            | ReasonCode.REMOVING
            | ReasonCode.REMOVING_OUTSIDE
            | ReasonCode.RESTORING
            | ReasonCode.FAILED
            | ReasonCode.REFUSED
            | ReasonCode.LEASE_LOST
            | ReasonCode.INCOMPLETE
            | ReasonCode.DONE
            | ReasonCode.STOPPING
            | ReasonCode.UNPROVEN
            | ReasonCode.BUSY
        ):
            return REASONS[code].words
        case _:
            assert_never(code)


def status_line(decision: Decision[Any, Any], group: str) -> str:
    """One line for the resource's row: step, in service, waiting for whom, time left as a range."""
    return line_of(decision.status, decision.because, group)


def line_of(status: Status, because: Because, group: str) -> str:
    """``status_line`` from what was told of a decision, without the decision.

    A row is cut at the width of the terminal, so what somebody must do stands before how far it has come.
    """
    parts = [_step(status), f"{status.in_service} in service"]
    if REASONS[because.code].asks:
        parts.insert(0, sentence(because, group))
    elif status.step in _MOVING or because.code not in (ReasonCode.WAITING, ReasonCode.DONE):
        parts.append(sentence(because, group))
    if has_time_left(status, because) and status.time_left is not None:
        parts.append(time_range(*status.time_left) + " left")
    return ", ".join(parts)


def asked_line(because: Because, name: str, group: str) -> str:
    """What somebody must do before anything goes on, for a line of its own; empty where it is nothing."""
    if not REASONS[because.code].asks:
        return ""
    asked = sentence(because, group)
    return asked if f" {group}" in asked else f"{name}: {asked}"


def has_time_left(status: Status, because: Because) -> bool:
    """The boots tell how long the rest may take, except while a person or a gate decides it."""
    decided = REASONS[because.code].decider is Decider.MEMBERS
    return status.time_left is not None and status.step in _MOVING and decided


def failure_words(failure: Failure) -> str:
    """Why one member failed, without the time that it had: ``sent FAILURE``."""
    return FAILURES[failure.reason].words


def time_range(low: float, high: float) -> str:
    """Two durations for people: ``40-90 s``, ``5-12 min``, ``1-3 h``."""
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if high >= 3 * size:
            return _range(low / size, high / size, unit)
    return _range(low, high, "s")


def verdict_sentence(verdict: Verdict) -> str:
    """What failed, in one clause: ``2 of 6 instances failed (2 sent FAILURE, i-0a, i-0b)``."""
    alone = verdict.of == 1
    noun = "instance" if alone else "instances"
    match verdict.code:
        case VerdictCode.TOO_MANY_FAILURES:
            return f"{verdict.failed} of {verdict.of} {noun} failed ({_why(verdict.failures, verdict.clock)})"
        case VerdictCode.CANARY_FAILED:
            return f"the canary failed ({_why(verdict.failures, verdict.clock)})"
        case VerdictCode.TOO_MANY_LOSSES:
            lost = "was lost after it was" if alone else "were lost after they were"
            return f"{verdict.failed} of {verdict.of} {noun} {lost} ready ({_lost(verdict.failures)})"
        case VerdictCode.ALARM:
            return _alarms(verdict)
        case VerdictCode.ABORTED | VerdictCode.REJECTED:
            return f"{verdict.code} on request"
        case VerdictCode.OCCUPIED:
            return f"{verdict.cause} stayed in standby, protected or in the warm pool for an hour"
        case VerdictCode.DEADLINE | VerdictCode.STALLED:
            return _late(verdict)
        case VerdictCode.REFUSED:
            return f"the cloud refused: {verdict.cause}"
        case VerdictCode.COMMAND_FAILED:
            return f"beforeTerminate failed for {verdict.cause}"
        case VerdictCode.NO_ROOM:
            return VERDICTS[verdict.code].words
        case VerdictCode.NOT_WHOLE:
            why = f" ({verdict.cause})" if verdict.cause else ""
            return f"{verdict.failed} of {verdict.of} {noun} {'is' if alone else 'are'} not in service{why}"
        case VerdictCode.POINTER_MOVED:
            return f"somebody else pointed the group at {verdict.cause}"
        case VerdictCode.STRANGERS_OPERATION:
            return f"somebody else began {verdict.cause}"
        case (
            VerdictCode.OPERATION_FAILED
            | VerdictCode.OPERATION_STOPPED
            | VerdictCode.OPERATION_RETURNED
            | VerdictCode.OPERATION_LOST
            | VerdictCode.UNKNOWN_STATUS
            | VerdictCode.NOT_ARRIVED
            | VerdictCode.NOT_APPROVED
        ):
            return _OF_OPERATIONS[verdict.code].format(
                verdict=verdict, noun=noun, why=_because(verdict.cause)
            )
        case VerdictCode.TOO_MANY_LAUNCHES:
            return f"{verdict.cause} launches did not replace {verdict.of} {noun}: others bring old ones back"
        case _:
            assert_never(verdict.code)


def _step(status: Status) -> str:
    back = "back, " if status.direction is Direction.BACK else ""
    if status.step in _COUNTED:
        return f"{back}{status.replaced}/{status.total} replaced"
    if status.step is Step.RETURN and status.total:
        return f"{back}{status.replaced}/{status.total} returned"
    return f"{back}{status.step.value}"


def _alarms(verdict: Verdict) -> str:
    many = "alarms" if ", " in verdict.cause else "alarm"
    return f"{many} {verdict.cause} went into ALARM"


def _late(verdict: Verdict) -> str:
    if verdict.code is VerdictCode.STALLED:
        length = iso(verdict.clock) if verdict.clock else "an hour"
        return f"nothing has moved for {length}{_because(verdict.cause)}"
    length = f" of {iso(verdict.clock)}" if verdict.clock else ""
    return f"the rollout took longer than its timeout{length}"


_OF_OPERATIONS = {
    VerdictCode.OPERATION_FAILED: "the cloud gave up{why}",
    VerdictCode.OPERATION_STOPPED: "somebody stopped {verdict.cause}",
    VerdictCode.OPERATION_RETURNED: "somebody had {verdict.cause} rolled back",
    VerdictCode.OPERATION_LOST: "the cloud tells nothing of {verdict.cause} any more",
    VerdictCode.UNKNOWN_STATUS: "the cloud calls the operation {verdict.cause}, which this version does not know",
    VerdictCode.NOT_ARRIVED: (
        "the cloud calls it a success, but {verdict.failed} of {verdict.of} {noun} run something else"
    ),
    VerdictCode.NOT_APPROVED: "nobody approved {verdict.cause} in time",
}


def _following(because: Because) -> str:
    return _operation("the cloud replaces", because)


def _returning(because: Because) -> str:
    return _operation("the cloud returns what it replaced", because)


def _unknown(because: Because) -> str:
    return f"the cloud calls it {because.cause or 'by a word'}, which this version does not know"


def _replacing(because: Because) -> str:
    return f"terminating {because.numbers['terminate']}, launching {because.numbers['launch']}"


def _raising(because: Because) -> str:
    return f"raising capacity to {because.numbers['capacity']}"


def _who(because: Because) -> str:
    return _names(because.members, int(because.numbers.get("count", 0)))


def _baking(because: Because) -> str:
    if "left" not in because.numbers:
        return "all are replaced, and the cloud watches them"
    return f"all are ready, watched for another {_rest(because)}"


def _operation(what: str, because: Because) -> str:
    """The service's own percent is told beside our count: it may count otherwise, and 100 is no end."""
    percent = because.numbers.get("percent")
    told = "" if percent is None else f" ({percent:g} %)"
    return f"{what}{told}{_because(because.cause)}"


def _because(cause: str) -> str:
    return f": {cause.rstrip('.')}" if cause else ""


def _waiting(because: Because) -> str:
    unseen, flight = int(because.numbers.get("unseen", 0)), int(because.numbers.get("inFlight", 0))
    parts = []
    if flight:
        noun = ("the canary " if flight == 1 else "the canaries ") if because.numbers.get("canary") else ""
        names = noun + _names(because.members, flight)
        clock = f" (at most {iso(because.numbers['pause'])} each)" if "pause" in because.numbers else ""
        parts.append(f"waiting for {names}{clock}" + ("" if unseen else _because(because.cause)))
    if unseen:
        parts.append(f"{unseen} to launch" + (f": {because.cause}" if because.cause else ""))
    return ", ".join(parts) or "waiting"


def _held(because: Because, group: str) -> str:
    """Launches that never became instances cannot be named, and only the whole can go on or back."""
    failed, named = int(because.numbers.get("failed", 0)), because.members[:1]
    who = f", {_names(because.members, failed)} failed" if failed else ""
    if not named:
        return f"run {command('resume', group)} or 'abort': held{who}"
    return f"run {command('retry', group, named[0])}, 'skip', 'resume' or 'abort': held{who}"


def _paused(because: Because, group: str) -> str:
    return f"run {command('resume', group)}: paused, nothing new starts"


def _approval(because: Because, group: str) -> str:
    at = f"after {_canaries(because)}" if _is_canary(because) else f"at {_stop(because)}"
    return f"run {command('approve', group)} or 'reject': waiting for approval {at}"


def _word(because: Because, group: str) -> str:
    then = f", goes {'on' if because.numbers.get('on') else 'back'} by itself in {_rest(because)}"
    stops = f"stopped at {_stop(because)}{then if 'left' in because.numbers else ''}"
    return f"run {command('approve', group)} or 'reject': {stops}"


def _floored(because: Because) -> str:
    serving, floor, largest = (int(because.numbers.get(name, 0)) for name in ("serving", "floor", "largest"))
    return f"nobody may go: {serving} serve, {floor} must, and MaxSize {largest} has no room for more"


def _filling(because: Because) -> str:
    lacking, of = (int(because.numbers.get(name, 0)) for name in ("lacking", "of"))
    return f"waiting for {lacking} of {of} to serve" + (f": {because.cause}" if because.cause else "")


def _guarded(because: Because) -> str:
    late = because.members
    overdue = f"{_names(late, len(late))} {'is' if len(late) == 1 else 'are'}" if late else "launches are"
    odds = because.numbers.get("probability")
    likely = "" if odds is None else f" ({odds:.0f} % likely that too many fail)"
    return f"holding new starts: {overdue} overdue{likely}"


def _gate(because: Because) -> str:
    where = f"watching {_canaries(because)}" if _is_canary(because) else f"stopped at {_stop(because)}"
    return f"{where} for another {_rest(because)}" if "left" in because.numbers else where


def _is_canary(because: Because) -> bool:
    return "count" in because.numbers and "percent" not in because.numbers


def _canaries(because: Because) -> str:
    count = int(because.numbers.get("count", 0))
    noun = "the canary" if count == 1 else "the canaries"
    return f"{noun} {_names(because.members, count)}" if because.members else noun


def _stop(because: Because) -> str:
    """A stop's percent; a gate of the cloud's own may have a name alone."""
    percent = because.numbers.get("percent")
    return stage_of("".join(because.members[:1])) if percent is None else f"{percent:g} %"


def _names(members: tuple[str, ...], count: int) -> str:
    """Two by name, the others as a number."""
    named = ", ".join(members[:2])
    more = count - len(members[:2])
    return (f"{named} +{more}" if named else str(count)) if more > 0 else named


def _rest(because: Because) -> str:
    """Whole minutes or hours where it is long, so that the line does not change at every look."""
    left = max(0.0, because.numbers.get("left", 0.0))
    if left >= 10800:
        return f"{round(left / 3600)} h"
    return f"{round(left / 60)} min" if left >= 120 else f"{round(left)} s"


def _why(failures: tuple[Failure, ...], clock: float) -> str:
    counts = Counter(f.reason for f in failures)
    said = []
    for reason, count in counts.items():
        meaning = FAILURES[reason]
        ids = [f.id for f in failures if f.reason is reason][:3]
        causes = [f.cause for f in failures if f.reason is reason and f.cause][:1]
        who = str(count) if meaning.nameless else ", ".join(ids)
        within = f" within {iso(clock)}" if meaning.within_clock and clock else ""
        said.append(f"{who} {meaning.words}{within}" + (f": {causes[0]}" if causes else ""))
    return "; ".join(said)


def _lost(losses: tuple[Failure, ...]) -> str:
    causes = [f.cause for f in losses if f.cause][:1]
    return ", ".join(f.id for f in losses[:3]) + (f": {causes[0]}" if causes else "")


def _range(low: float, high: float, unit: str) -> str:
    a, b = max(0, round(low)), max(1, round(high))
    return f"about {b} {unit}" if a == b else f"{a}-{b} {unit}"


_WITH_NUMBERS: Mapping[ReasonCode, Callable[[Because], str]] = {
    ReasonCode.REPLACING: _replacing,
    ReasonCode.RAISING: _raising,
    ReasonCode.WAITING: _waiting,
    ReasonCode.GUARDED: _guarded,
    ReasonCode.SOAKING: _gate,
    ReasonCode.CHECKPOINT: _gate,
    ReasonCode.FLOORED: _floored,
    ReasonCode.OCCUPIED: lambda b: f"waiting for {_who(b)} (standby, protected or in the warm pool)",
    ReasonCode.DRAINING: lambda b: f"draining {_who(b)}",
    ReasonCode.PARTING: lambda b: f"running beforeTerminate for {_who(b)}",
    ReasonCode.FILLING: _filling,
    ReasonCode.DOUBTED: lambda b: f"looking whether {_who(b)} is lost",
    ReasonCode.BAKING: _baking,
    ReasonCode.FOLLOWING: _following,
    ReasonCode.RETURNING: _returning,
    ReasonCode.UNTOLD: lambda b: f"the cloud tells nothing of {', '.join(b.members)}",
    ReasonCode.UNKNOWN_STATUS: _unknown,
    ReasonCode.UNHEEDED: lambda b: f"not possible where the cloud itself rolls: {', '.join(b.members)}",
}

_ASKING: Mapping[ReasonCode, Callable[[Because, str], str]] = {
    ReasonCode.APPROVAL: _approval,
    ReasonCode.HELD: _held,
    ReasonCode.WORD: _word,
    ReasonCode.PAUSED: _paused,
}
