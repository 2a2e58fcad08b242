"""Rollouts of the past in lines for people, the newest first."""

from __future__ import annotations

from datetime import datetime

from pulumi_rolling.report.course.course import Course
from pulumi_rolling.report.wording import span

_OPEN = "not ended"
_HEADS = ("id", "when", "group", "from → to", "outcome", "took", "replaced", "failed")


def history_text(courses: list[Course]) -> str:
    rows = [_HEADS, *map(_row, courses)]
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


def _row(course: Course) -> tuple[str, ...]:
    return (
        course.head.id,
        when(course.head.started_at),
        course.group,
        moves(course),
        outcome_word(course),
        span(course.seconds),
        f"{course.replaced}/{course.total}",
        str(course.failed),
    )
