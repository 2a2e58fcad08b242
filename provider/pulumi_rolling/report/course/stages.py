"""Points told together for people: those that follow each other for one reason are a stage with all that it brought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pulumi_rolling.core.model.codes import REASONS, ReasonCode
from pulumi_rolling.report.course.course import Course
from pulumi_rolling.report.course.point import Act, Failed, Point, is_landmark
from pulumi_rolling.report.wording import counted

LARGE = 20
MOST_NAMED = 3
_PASSING = "passing"
_OF_GROUP = {
    "suspend": "suspended",
    "resume": "resumed",
    "point": "pointed at",
    "resize": "set",
    "adjust": "adjusted by",
}
_OF_MEMBERS = {"replace": "replaced", "terminate": "ended", "remove": "removed", "keep": "kept apart"}
_OF_SERVICE = {
    "start": "began an operation to",
    "continue": "let go on",
    "pause": "paused",
    "stop": "stopped",
    "rollBack": "asked the service to return to",
}


@dataclass(frozen=True, slots=True)
class Stage:
    since: float
    why: str
    lowest: int | None
    highest: int | None
    events: tuple[str, ...]
    tone: str = ""


MANY = 60
"""Stages beyond which a failure of a member is no stage of its own."""


def stages(course: Course) -> list[Stage]:
    groups = list(_groups(course.points, failures_apart=True))
    if len(groups) > MANY:
        groups = list(_groups(course.points, failures_apart=False))
    return [_stage(course, group) for group in groups]


def _groups(points: Sequence[Point], *, failures_apart: bool) -> Iterator[list[Point]]:
    group: list[Point] = []
    for point in points:
        if group:
            last = group[-1]
            apart = failures_apart and bool(point.failed or last.failed)
            if apart or _reason(point) != _reason(last) or is_landmark(point) or is_landmark(last):
                yield group
                group = []
        group.append(point)
    if group:
        yield group


def _reason(point: Point) -> tuple[str, str, str]:
    """Codes that are soon over alternate while a rollout goes well, and are one stage; of a large group, a tenth."""
    known = point.code in ReasonCode._value2member_map_
    passing = known and REASONS[ReasonCode(point.code)].passing
    tenth = 10 * point.replaced // point.total if point.total >= LARGE else 0
    return point.way, point.step, f"{_PASSING} {tenth}" if passing else point.code


def _stage(course: Course, group: Sequence[Point]) -> Stage:
    seen = [point.in_service for point in group if point.in_service is not None]
    bad = any(point.failed or point.verdict or point.back_failed for point in group)
    tone = "bad" if bad else "asked" if any(point.stands or point.verbs for point in group) else ""
    return Stage(
        group[0].at,
        group[0].why if len(group) == 1 or not _is_passing(group) else _went_on(group),
        min(seen, default=None),
        max(seen, default=None),
        tuple(_events(course, group)),
        tone,
    )


def _is_passing(group: Sequence[Point]) -> bool:
    return _reason(group[0])[2].startswith(_PASSING)


def _went_on(group: Sequence[Point]) -> str:
    """Of many looks no sentence says much; how far it came says more."""
    first, last = group[0], group[-1]
    if not last.total:
        return first.why
    moved = "until" if last.replaced > first.replaced else "at"
    return f"replacing and waiting, {moved} {last.replaced} of {last.total}"


def _events(course: Course, group: Sequence[Point]) -> Iterator[str]:
    for verb in (verb for point in group for verb in point.verbs):
        yield f"somebody asked: {verb}"
    yield from _acts([act for point in group for act in point.acts], course.head.noun)
    appeared = [name for point in group for name in point.appeared]
    if appeared:
        yield f"appeared: {_named(appeared, course.head.noun)}"
    readied = [name for point in group for name in point.readied]
    if readied:
        yield f"ready: {_named(readied, course.head.noun)}"
    yield from _failures([failed for point in group for failed in point.failed])
    for point in group:
        if point.verdict is not None:
            yield f"the way ended: {point.verdict.words}"
        if point.back_failed is not None:
            yield f"the way back ended: {point.back_failed.words}"
        if point.operation is not None and point.operation.states:
            yield f"the operation is {', '.join(point.operation.states)}"


def _failures(failed: Sequence[Failed]) -> Iterator[str]:
    for each in failed[:MOST_NAMED]:
        yield f"{each.id} failed: {each.words}" if each.named else f"a launch failed: {each.words}"
    if len(failed) > MOST_NAMED:
        yield f"{len(failed) - MOST_NAMED} more failed"


def _acts(acts: Sequence[Act], noun: tuple[str, str]) -> Iterator[str]:
    for kind, words in _OF_MEMBERS.items():
        names = [act.of for act in acts if act.act == kind]
        if names:
            yield f"{words}: {_named(names, noun)}"
    for act in acts:
        did = _OF_GROUP.get(act.act) or _OF_SERVICE.get(act.act)
        if did:
            yield f"{did} {act.of}".rstrip()


def _named(names: Sequence[str], noun: tuple[str, str]) -> str:
    return ", ".join(names) if len(names) <= MOST_NAMED else counted(len(names), noun)
