"""Decisions in sentences: the status line, the reason of one look, and what a failed rollout says.

Everything here is read off a Decision or a Rollout; nothing is decided, and no rule of the rollout is known.
"""

from __future__ import annotations

from collections import Counter

from pulumi_rolling.core.events import iso
from pulumi_rolling.core.model import Because, Decision, Direction, Failure, Rollout, Status, Step, Verdict

_REASONS = {
    "failureSignal": "sent FAILURE",
    "signalTimeout": "sent no signal within {clock}",
    "notInService": "did not reach service within {clock}",
    "neverAppeared": "never appeared",
    "launchRefused": "launch refused",
    "vanished": "vanished before it was ready",
}

_SENTENCES = {
    "preparing": "suspending processes and moving the pointer",
    "starting": "starting",
    "resumed": "found an interrupted rollout; letting the cloud settle before going on",
    "unseen": "waiting until our last change shows",
    "pausing": "pausing",
    "restoring": "giving sizes and processes back",
    "removing": "removing what is too many",
    "failed": "failed",
    "refused": "refused by the cloud",
    "leaseLost": "another driver rolls this group",
    "incomplete": "the cloud answered only in part",
    "done": "done",
}


def sentence(because: Because) -> str:
    """Why this decision, without numbers that the status line already has."""
    match because.code:
        case "replacing":
            count, launch = because.numbers["terminate"], because.numbers["launch"]
            return f"terminating {count}, launching {launch}"
        case "raising":
            return f"raising capacity to {because.numbers['capacity']}"
        case "waiting":
            return _waiting(because)
        case code:
            return _SENTENCES.get(code, code)


def status_line(decision: Decision) -> str:
    """One line for the resource's row: step, in service, waiting for whom, time left as a range."""
    status = decision.status
    parts = [_step(status), f"{status.in_service} in service"]
    if status.step is Step.ROLL or decision.because.code not in ("waiting", "done"):
        parts.append(sentence(decision.because))
    if status.time_left is not None and status.step is Step.ROLL:
        parts.append(time_range(*status.time_left) + " left")
    return ", ".join(parts)


def time_range(low: float, high: float) -> str:
    """Two durations for people: ``40-90 s``, ``5-12 min``, ``1-3 h``."""
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if high >= 3 * size:
            return _range(low / size, high / size, unit)
    return _range(low, high, "s")


def failure(verdict: Verdict, noun: str = "instances") -> str:
    """What failed, in one clause: ``2 of 6 instances failed (2 sent FAILURE, i-0a, i-0b)``."""
    match verdict.code:
        case "tooManyFailures":
            return f"{verdict.failed} of {verdict.of} {noun} failed ({_why(verdict.failures, verdict.clock)})"
        case "aborted":
            return "aborted on request"
        case "deadline":
            return "the rollout took longer than its timeout"
        case "stalled":
            return "nothing has moved for an hour"
        case _:
            return f"the cloud refused: {verdict.cause}"


def progress_line(rollout: Rollout) -> str:
    """Where a rollout stands that nobody drives at the moment."""
    way = f"to {rollout.to}" if rollout.direction is Direction.FORWARD else f"back to {rollout.came_from}"
    done = len(rollout.succeeded)
    return f"{rollout.step.value} {way}: {done} of {rollout.total} ready, {rollout.failures} failed"


def _step(status: Status) -> str:
    back = "back, " if status.direction is Direction.BACK else ""
    if status.step is Step.ROLL:
        return f"{back}{status.replaced}/{status.total} replaced"
    return f"{back}{status.step.value}"


def _waiting(because: Because) -> str:
    unseen, flight = int(because.numbers.get("unseen", 0)), int(because.numbers.get("inFlight", 0))
    parts = []
    if flight:
        names = ", ".join(because.members[:2]) + (f" +{flight - 2}" if flight > 2 else "")
        clock = f" (at most {iso(because.numbers['pause'])} each)" if "pause" in because.numbers else ""
        parts.append(f"waiting for {names}{clock}")
    if unseen:
        parts.append(f"{unseen} to launch")
    return ", ".join(parts) or "waiting"


def _why(failures: tuple[Failure, ...], clock: float) -> str:
    counts = Counter(f.reason for f in failures)
    said = []
    for reason, count in counts.items():
        ids = [f.id for f in failures if f.reason == reason and f.id.startswith("i-")][:3]
        causes = [f.cause for f in failures if f.reason == reason and f.cause][:1]
        who = ", ".join(ids) if ids else str(count)
        what = _REASONS.get(reason, reason).format(clock=iso(clock))
        said.append(f"{who} {what}" + (f": {causes[0]}" if causes else ""))
    return "; ".join(said)


def _range(low: float, high: float, unit: str) -> str:
    a, b = max(0, round(low)), max(1, round(high))
    return f"about {b} {unit}" if a == b else f"{a}-{b} {unit}"
