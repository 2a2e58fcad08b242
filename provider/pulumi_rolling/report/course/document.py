"""A course as one document of JSON: a stable interface with a version, whose keys may be added to and never change.

Times are seconds since 1970 by the driver's clock. What follows from the points stands beside them, and the points
are whole: a course can be read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.report.course.course import Course, Lived, Ran, Stop, members, operations, stops
from pulumi_rolling.report.course.lines import (
    VERSION,
    drive_json,
    drive_of,
    head_json,
    head_of,
    point_json,
    point_of_json,
)
from pulumi_rolling.report.course.point import in_sequence
from pulumi_rolling.report.wording import utc


def summary_json(course: Course) -> dict[str, Any]:
    """What a list of rollouts has of each."""
    return {
        "id": course.head.id,
        "group": course.group,
        "kind": course.head.kind,
        "stack": course.head.stack or None,
        "resource": course.head.resource,
        "strategy": course.strategy,
        "from": course.came_from or None,
        "to": course.to,
        "startedAt": utc(course.head.started_at),
        "endedAt": None if course.end is None else utc(course.last_at),
        "outcome": None if course.end is None else course.end.value,
        "why": course.verdict or None,
        "wayBackFailed": course.back_failed or None,
        "seconds": round(course.seconds, 3),
        "replaced": course.replaced,
        "total": course.total,
        "failed": course.failed,
        "lowestInService": course.lowest,
    }


def history_json(courses: list[Course]) -> dict[str, Any]:
    return {"version": VERSION, "rolls": [summary_json(each) for each in courses]}


def document(course: Course) -> dict[str, Any]:
    """The whole course."""
    return {
        "version": VERSION,
        "roll": summary_json(course),
        "cut": course.cut,
        "head": head_json(course.head),
        "drives": [drive_json(each) for each in course.drives],
        "points": [point_json(each) for each in course.points],
        "members": [_member(each) for each in members(course)],
        "operations": [_operation(each) for each in operations(course)],
        "stops": [_stop(each) for each in stops(course)],
    }


def course_in(told: Mapping[str, Any]) -> Course | None:
    """The course of a document; None where it is none of this version."""
    try:
        head = head_of({"version": told["version"], **told["head"]})
        return Course(
            head,
            tuple(map(drive_of, told["drives"])),
            tuple(in_sequence(map(point_of_json, told["points"]), head.started_at)),
            bool(told["cut"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _member(lived: Lived) -> dict[str, Any]:
    return {
        "id": lived.id,
        "way": lived.way,
        "actAt": lived.acted_at,
        "seenAt": lived.seen_at,
        "until": lived.until,
        "fate": lived.fate.value,
        "reason": lived.reason or None,
        "words": lived.words or None,
    }


def _operation(ran: Ran) -> dict[str, Any]:
    return {
        "id": ran.id,
        "way": ran.way,
        "theirs": ran.theirs,
        "since": ran.began_at,
        "until": ran.until,
        "states": [{"state": state, "at": at} for state, at in ran.states],
    }


def _stop(stop: Stop) -> dict[str, Any]:
    return {"code": stop.code, "why": stop.why, "since": stop.since, "until": stop.until}
