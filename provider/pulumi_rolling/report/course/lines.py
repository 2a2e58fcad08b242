"""A course as lines of JSON, the form in which it is kept: a head, and then each drive and each point as it comes.

A line that cannot be read is left out: the process that wrote it was killed in its middle.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from pulumi_rolling.report.course.course import Course, Drive, Head
from pulumi_rolling.report.course.point import (
    Act,
    Acted,
    End,
    Ended,
    Failed,
    Operated,
    Owed,
    Point,
    in_sequence,
)

VERSION = 1
"""Of lines and document: keys may be added, and never change their meaning."""

T = TypeVar("T")


def head_line(head: Head) -> str:
    return _line("head", {"version": VERSION, **head_json(head)})


def drive_line(drive: Drive) -> str:
    return _line("drive", drive_json(drive))


def point_line(point: Point) -> str:
    return _line("point", point_json(point))


def cut_line() -> str:
    """Says that from here on landmarks alone are kept."""
    return _line("cut", True)


def course_of(lines: Iterable[str]) -> Course | None:
    """None where there is no head of a version that is known."""
    head: Head | None = None
    drives: list[Drive] = []
    points: list[Point] = []
    cut = False
    for line in lines:
        told = _read(line)
        head = head or _made(head_of, told.get("head"))
        drives += filter(None, [_made(drive_of, told.get("drive"))])
        points += filter(None, [_made(point_of_json, told.get("point"))])
        cut = cut or "cut" in told
    if head is None:
        return None
    return Course(head, tuple(drives), tuple(in_sequence(points, head.started_at)), cut)


def head_in(line: str) -> Head | None:
    """The head, from the first line alone."""
    return _made(head_of, _read(line).get("head"))


def head_json(head: Head) -> dict[str, Any]:
    return {
        "id": head.id,
        "group": head.group,
        "kind": head.kind,
        "startedAt": head.started_at,
        "stack": head.stack,
        "resource": head.resource,
        "noun": list(head.noun),
    }


def drive_json(drive: Drive) -> dict[str, Any]:
    return {
        "at": drive.at,
        "strategy": drive.strategy,
        "machine": drive.machine,
        "from": drive.came_from,
        "to": drive.to,
    }


def point_json(point: Point) -> dict[str, Any]:
    """Keys of what there is; ``inService`` is missing where the look did not show it."""
    told = {
        "at": point.at,
        "way": point.way,
        "step": point.step,
        "code": point.code,
        "why": point.why,
        "inService": point.in_service,
        "ready": point.ready,
        "replaced": point.replaced,
        "total": point.total,
        "failures": point.failures,
        "lowest": point.lowest,
        "floor": point.floor,
        "ceiling": point.ceiling,
        "acts": [{"act": each.act, "of": each.of} for each in point.acts],
        "launches": point.launches,
        "appeared": list(point.appeared),
        "readied": list(point.readied),
        "failed": [
            {"id": each.id, "reason": each.reason, "words": each.words, "named": each.named}
            for each in point.failed
        ],
        "gone": list(point.gone),
        "acted": [{"id": each.id, "at": each.at} for each in point.acted],
        "owed": [{"at": each.at, "count": each.count} for each in point.owed],
        "verbs": list(point.verbs),
        "stands": point.stands,
        "operation": None if point.operation is None else _operated_json(point.operation),
        "verdict": _ended_json(point.verdict),
        "backFailed": _ended_json(point.back_failed),
        "end": None if point.end is None else point.end.value,
    }
    always = ("at", "way", "step", "code", "why", "replaced", "total", "failures")
    return {
        key: value
        for key, value in told.items()
        if key in always or value not in (None, [], "", 0) or (key in _NUMBERS and value is not None)
    }


_NUMBERS = ("inService", "ready", "lowest", "floor", "ceiling")
"""They tell something where they are zero, too."""


def point_of_json(told: Mapping[str, Any]) -> Point:
    """Raises KeyError, TypeError or ValueError for what ``point_json`` has not written."""
    operation = told.get("operation")
    return Point(
        at=float(told["at"]),
        way=str(told["way"]),
        step=str(told["step"]),
        code=str(told["code"]),
        why=str(told["why"]),
        in_service=_whole(told.get("inService")),
        ready=_whole(told.get("ready")),
        replaced=int(told["replaced"]),
        total=int(told["total"]),
        failures=int(told["failures"]),
        lowest=_whole(told.get("lowest")),
        floor=_whole(told.get("floor")),
        ceiling=_whole(told.get("ceiling")),
        acts=tuple(Act(str(each["act"]), str(each["of"])) for each in told.get("acts", ())),
        launches=int(told.get("launches", 0)),
        appeared=tuple(map(str, told.get("appeared", ()))),
        readied=tuple(map(str, told.get("readied", ()))),
        failed=tuple(
            Failed(str(each["id"]), str(each["reason"]), str(each["words"]), named=bool(each["named"]))
            for each in told.get("failed", ())
        ),
        gone=tuple(map(str, told.get("gone", ()))),
        acted=tuple(Acted(str(each["id"]), float(each["at"])) for each in told.get("acted", ())),
        owed=tuple(Owed(float(each["at"]), int(each["count"])) for each in told.get("owed", ())),
        verbs=tuple(map(str, told.get("verbs", ()))),
        stands=str(told.get("stands", "")),
        operation=None if operation is None else _operated(operation),
        verdict=_ended(told.get("verdict")),
        back_failed=_ended(told.get("backFailed")),
        end=None if told.get("end") is None else End(told["end"]),
    )


def head_of(told: Mapping[str, Any]) -> Head:
    if told["version"] != VERSION:
        raise ValueError(told["version"])
    one, many = told["noun"]
    return Head(
        id=str(told["id"]),
        group=str(told["group"]),
        kind=str(told["kind"]),
        started_at=float(told["startedAt"]),
        stack=str(told["stack"]),
        resource=str(told["resource"]),
        noun=(str(one), str(many)),
    )


def drive_of(told: Mapping[str, Any]) -> Drive:
    return Drive(
        float(told["at"]),
        str(told["strategy"]),
        str(told["machine"]),
        str(told["to"]),
        str(told["from"]),
    )


def _operated_json(operated: Operated) -> dict[str, Any]:
    told = {"id": operated.id, "theirs": operated.theirs, "percent": operated.percent}
    return {**told, "states": list(operated.states)}


def _operated(told: Mapping[str, Any]) -> Operated:
    percent = told.get("percent")
    return Operated(
        str(told["id"]),
        tuple(map(str, told["states"])),
        bool(told["theirs"]),
        None if percent is None else float(percent),
    )


def _ended_json(ended: Ended | None) -> dict[str, str] | None:
    return None if ended is None else {"code": ended.code, "words": ended.words}


def _ended(told: Mapping[str, Any] | None) -> Ended | None:
    return None if told is None else Ended(str(told["code"]), str(told["words"]))


def _whole(number: Any) -> int | None:
    return None if number is None else int(number)


def _line(kind: str, told: Any) -> str:
    return json.dumps({kind: told}, separators=(",", ":"), ensure_ascii=True) + "\n"


def _read(line: str) -> Mapping[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _made(make: Callable[[Mapping[str, Any]], T], told: Any) -> T | None:
    """None where there is nothing, or nothing of ours."""
    try:
        return None if told is None else make(told)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
