"""Points of the replace machine's decisions: members come, are ready, fail; people speak; it stands and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from pulumi_rolling.core.model.codes import FAILURES
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.actions import (
    Adjust,
    PointAt,
    Remove,
    Resize,
    Resume,
    Single,
    Suspend,
    Terminate,
    spread,
)
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.rollout import Decided, Rollout, Way
from pulumi_rolling.report.counted import failures
from pulumi_rolling.report.course.point import (
    ASKED,
    Act,
    Failed,
    Point,
    common,
    fresh,
    is_turned,
)
from pulumi_rolling.report.wording import failed_because


def point(limits: Limits, before: Rollout, decision: Decided, at: float, call: str) -> Point:
    """``call``: the group as a command has to name it."""
    after = decision.next
    turned = is_turned(before, after)
    was = Way() if turned else before.way
    floor, ceiling = bounds(limits, after)
    verdict = fresh(before.verdict, after.verdict)
    # With a turn the way forward is gone with what it knew; its last failures are in the verdict.
    late = verdict if turned else None
    known = {failure.id for failure in (was if late is None else before.way).failed}
    told = after.way.failed if late is None else late.failures
    judged = [failure for failure in told if failure.id not in known]
    return replace(
        common(before, decision, at, call),
        failures=failures(after),
        lowest=after.ours.lowest,
        floor=floor,
        ceiling=ceiling,
        acts=tuple(act(each) for each in spread(decision.actions)),
        launches=after.ours.launched - before.ours.launched,
        appeared=tuple(sorted(after.way.in_flight - was.in_flight)),
        readied=tuple(sorted(after.way.succeeded - was.succeeded)),
        failed=tuple(map(_failed, judged)),
        gone=tuple(
            sorted(was.in_flight - after.way.in_flight - after.way.succeeded - {f.id for f in judged})
        ),
        verbs=_ending(before.way, verdict) if verdict is not None else tuple(_verbs(limits, was, after.way)),
    )


def bounds(limits: Limits, rollout: Rollout) -> tuple[int, int]:
    """Floor and ceiling of the direction, in members."""
    rules = limits.back() if rollout.direction is Direction.BACK else limits
    way = rollout.way
    most = max(way.capacity, rollout.ours.desired)
    return rules.floor, -(-min(most, rules.max_size) // way.unit)


def act(action: Single) -> Act:
    match action:
        case Terminate():
            kept = "keep" if action.keep else "terminate"
            return Act("replace" if action.relaunch else kept, action.member)
        case Remove():
            return Act("remove", action.member)
        case PointAt():
            return Act("point", str(action.revision))
        case Resize():
            sizes = [("MinSize", action.min), ("Desired", action.desired)]
            return Act("resize", ", ".join(f"{name} {size}" for name, size in sizes if size is not None))
        case Adjust():
            return Act("adjust", f"{action.change:+d}")
        case Suspend():
            return Act("suspend", ", ".join(sorted(action.processes)))
        case Resume():
            return Act("resume", ", ".join(sorted(action.processes)))
        case _:
            assert_never(action)


def _failed(failure: Failure) -> Failed:
    named = not FAILURES[failure.reason].nameless
    return Failed(failure.id, failure.reason.value, failed_because(failure), named=named)


def _ending(was: Way, verdict: Verdict) -> tuple[str, ...]:
    """The word by which somebody ended the way, if that was it; what was held for a word is the verdict of then."""
    held = was.held is not None and (verdict.code, verdict.at) == (was.held.code, was.held.at)
    return (ASKED.get(verdict.code, "abort"),) if verdict.code in ASKED or held else ()


def _verbs(limits: Limits, was: Way, way: Way) -> Iterator[str]:
    """What else people asked for and was done, as the way shows it."""
    retried, skipped = sorted(way.retried - was.retried), sorted(way.skipped - was.skipped)
    if way.paused and not was.paused:
        yield "pause"
    # To go on after one failure is to replace that one once more, and is told as that.
    freed = was.held is not None and way.held is None and (len(retried) > 1 or not (retried or skipped))
    if freed or (was.paused and not way.paused):
        yield "resume"
    if _is_approved(was, way, wanted=limits.approval):
        yield "approve"
    yield from [] if freed else [f"retry {name}" for name in retried]
    yield from (f"skip {name}" for name in skipped)


def _is_approved(was: Way, way: Way, *, wanted: bool) -> bool:
    """A gate that wants approval opens by nothing else."""
    if was.gate is None or was.gate.approved:
        return False
    return (way.gate is not None and way.gate.approved) or (wanted and way.passed > was.passed)
