"""Rollouts of the past in lines for people, the newest first."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from pulumi_rolling.report.course.course import Course
from pulumi_rolling.report.wording import span

_OPEN = "not ended"
_HEADS = ("id", "when", "outcome", "took", "replaced", "failed", "group", "from → to")
"""What may be long stands last, where a narrow terminal breaks a line."""


def history_text(courses: list[Course]) -> str:
    """A name that several resources roll, in other regions or stacks, is told with its resource."""
    rolls = {(each.group, each.head.stack, each.head.resource) for each in courses if each.head.stack}
    twins = {name for name, count in Counter(group for group, *_ in rolls).items() if count > 1}
    rows = [_HEADS, *(_row(each, each.group in twins) for each in courses)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def outcome_word(course: Course) -> str:
    return _OPEN if course.end is None else course.end.value


def moves(course: Course) -> str:
    """``version 1 → version 2``; where it came from no revision, the target alone."""
    return f"{course.came_from} → {course.to}" if course.came_from else course.to


def when(at: float) -> str:
    """In this machine's time zone."""
    return datetime.fromtimestamp(at).astimezone().isoformat(" ", "minutes")


def _row(course: Course, is_twin: bool) -> tuple[str, ...]:
    head = course.head
    whose = " ".join(filter(None, (head.stack, head.resource))) or "no stack"
    return (
        head.id,
        when(head.started_at),
        outcome_word(course),
        span(course.seconds),
        f"{course.replaced}/{course.total}",
        str(course.failed),
        f"{course.group} ({whose})" if is_twin else course.group,
        moves(course),
    )
