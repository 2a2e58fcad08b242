"""Courses and telemetry of a driver whose clock is set back: order is that of decisions, and no time is negative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.courses.folder import Folder
from pulumi_rolling.courses.keeper import Keeper, Kept
from pulumi_rolling.report.course.course import Course, Drive, Fate, Head, members, operations, stops
from pulumi_rolling.report.course.document import course_in, document
from pulumi_rolling.report.course.lines import course_of, drive_line, head_line, point_line
from pulumi_rolling.report.course.points import Reader
from pulumi_rolling.report.course.stages import stages
from pulumi_rolling.report.wording import span
from pulumi_rolling.telemetry.recording import recording

from tests.courses import HALF_BAD, decisions, limits
from tests.telemetry.collected import Collected

RULES = limits(12, 4, need_percent=50.0)
DECIDED = decisions(RULES, 12, HALF_BAD[0])
STARTED = DECIDED[0][0].started_at
HEAD = Head("r1", "web", "autoScalingGroup", STARTED, "shop/prod", "web")
HOUR = 3600.0
JUMPS = [
    (place, back) for place in range(0, len(DECIDED), max(1, len(DECIDED) // 12)) for back in (1.0, HOUR)
]
jumps = pytest.mark.parametrize(("place", "back"), JUMPS)


def clock(place: int, back: float) -> Callable[[], float]:
    """The moments of the decisions, of which those from ``place`` on are that much too early."""
    moments = iter([at - (back if number >= place else 0.0) for number, (_, _, at) in enumerate(DECIDED)])
    return lambda: next(moments)


def told_in_order(course: Course) -> None:
    """Whatever is subtracted anywhere."""
    moments = [point.at for point in course.points]
    assert moments == sorted(moments) and moments[0] >= course.head.started_at
    lived, ran, stood = members(course), operations(course), stops(course)
    assert lived and all(each.until >= each.seen_at >= each.began_at for each in lived)
    assert all(each.until >= each.began_at for each in ran)
    assert all(each.until >= each.since for each in stood)
    since = [stage.since for stage in stages(course)]
    assert since == sorted(since) and since[0] >= course.head.started_at
    assert course.seconds >= 0


def kept(place: int, back: float) -> Course:
    reader = Reader(RULES, "web", clock(place, back))
    drive = Drive(STARTED, "rollingUpdate", "replace", "version 2", "version 1")
    keeper = Keeper(Kept(HEAD, drive), None, None, pytest.fail)
    for before, decision, _ in DECIDED:
        keeper.take(reader.read(before, decision))
    return keeper.course


def fates(course: Course) -> dict[str, Fate]:
    return {each.id: each.fate for each in members(course)}


@jumps
def test_a_course_is_told_in_the_order_of_its_decisions(place: int, back: float) -> None:
    """Members, stops and stages come to the same as by a clock that goes well."""
    course, well = kept(place, back), kept(len(DECIDED), 0.0)
    told_in_order(course)
    assert [point.step for point in course.points] == [point.step for point in well.points]
    assert fates(course) == fates(well) and course.end is well.end is not None
    assert [each.code for each in stops(course)] == [each.code for each in stops(well)]


@jumps
def test_a_course_that_was_kept_out_of_order_is_read_in_order(place: int, back: float) -> None:
    """From lines and from a document, which another version or another program has written."""
    well = kept(len(DECIDED), 0.0)
    points = [
        replace(point, at=point.at - (back if number >= place else 0.0))
        for number, point in enumerate(well.points)
    ]
    lines = [head_line(HEAD), *map(drive_line, well.drives), *map(point_line, points)]
    told = document(replace(well, points=tuple(points)))
    for course in (course_of(lines), course_in(told)):
        assert course is not None and len(course.points) == len(well.points)
        told_in_order(course)
        assert fates(course) == fates(well)


def test_a_driver_by_an_earlier_clock_stands_after_the_one_that_it_follows(tmp_path: Path) -> None:
    """Its course goes on, and is not taken for ended by what the driver before had come to."""
    folder, well = Folder(tmp_path), kept(len(DECIDED), 0.0)
    first = Keeper(Kept(HEAD, well.drives[0]), folder, None, pytest.fail)
    for point in well.points:
        first.take(point)
    found = folder.read("r1")
    assert found is not None and found.end is not None
    Keeper(Kept(HEAD, replace(well.drives[0], at=STARTED - HOUR), found), folder, None, pytest.fail)
    again = folder.read("r1")
    assert again is not None and again.end is None and again.drives[-1].at > well.points[-1].at


@jumps
def test_no_span_ends_before_it_begins_and_no_rollout_lasts_less_than_nothing(
    place: int, back: float
) -> None:
    """Each span lies within that of its rollout; the counts are those of a clock that goes well."""
    collected, now = Collected(), clock(place, back)
    ended = DECIDED[-1][2] - back if place < len(DECIDED) else DECIDED[-1][2]
    reader = Reader(RULES, "web", now)
    record = recording(collected.providers, "web", lambda: ended, {})
    for before, decision, _ in DECIDED:
        record.hear(reader.read(before, decision), decision.next)
    record.close("returned", "")
    spans: list[Any] = [
        each for name in ("rollout", "batch", "member", "wait") for each in collected.spans(name)
    ]
    whole = collected.span("rollout")
    assert whole.start_time is not None and whole.end_time is not None
    for each in spans:
        assert whole.start_time <= each.start_time <= each.end_time <= whole.end_time, each.name
    assert len(spans) > 8


@pytest.mark.parametrize("seconds", [-0.4, -5.0, -HOUR, -1e12])
def test_a_length_of_time_is_never_told_as_negative(seconds: float) -> None:
    """Ages and times that have gone by are none at the least."""
    assert span(seconds) == "0 s"
