"""What is drawn of a large course: few points and bars, and nothing that stands out is lost."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from pulumi_rolling.report.course.course import Course, Fate, Lived
from pulumi_rolling.report.course.page import page
from pulumi_rolling.report.course.point import Point
from pulumi_rolling.report.course.thinned import MOST_BARS, bars_of, columns_of

from tests.courses import HALF_BAD, limits, replaced

MANY = 20_000
COLUMNS = 700


def told(serving: list[int], floors: list[int] | None = None) -> list[Point]:
    """A point a second."""
    floor = floors or [5] * len(serving)
    return [
        Point(
            at=float(at),
            way="forward",
            step="roll",
            code="waiting",
            why="",
            in_service=count,
            floor=floor[at],
        )
        for at, count in enumerate(serving)
    ]


def test_of_many_points_the_extremes_of_each_column_and_each_move_of_a_bound_are_drawn() -> None:
    """A dip of one look and a floor that moves for one are seen, and the line begins and ends where it did."""
    chance = Random(1)
    serving, floors = [chance.randint(90, 110) for _ in range(MANY)], [80] * MANY
    serving[7_777], serving[12_345], floors[3_333] = 3, 200, 70
    points = told(serving, floors)
    drawn = columns_of(points, float(MANY - 1), COLUMNS)
    assert len(drawn) < 5 * COLUMNS
    assert (drawn[0], drawn[-1]) == (points[0], points[-1]) and drawn == sorted(
        drawn, key=lambda each: each.at
    )
    assert {points[place] for place in (7_777, 12_345, 3_333, 3_334)} <= set(drawn)


def test_what_a_drawing_can_show_is_drawn_as_it_is() -> None:
    """A course of few points, or of one moment, loses none."""
    points = told([5] * 100)
    assert columns_of(points, 99.0, COLUMNS) == points
    assert columns_of(points, 0.0, 1) == points and columns_of([], 5.0, 1) == []


def test_of_many_members_few_bars_are_drawn_and_the_longest_of_each_row_of_pixels() -> None:
    """Those that failed are counted by themselves, so that few among many are all there."""
    lived = [Lived(f"i-{n}", "forward", 0.0, 1.0, 10.0 + n % 7, Fate.READY) for n in range(MANY)]
    bad = (3, 9_999, MANY - 1)
    for place in bad:
        lived[place] = replace(lived[place], fate=Fate.FAILED)
    slow = replace(lived[5_000], until=900.0)
    lived[5_000] = slow
    ready = bars_of(lived, Fate.READY)
    assert len(ready) <= MOST_BARS and (5_000, slow) in ready
    assert [row for row, _ in bars_of(lived, Fate.FAILED)] == list(bad)
    few = lived[:50]
    assert [each for _, each in bars_of(few, Fate.READY)] == [each for each in few if each.fate is Fate.READY]
    assert bars_of(lived, Fate.OPEN) == []


def test_a_page_grows_no_more_once_it_is_full() -> None:
    """Ten times as many looks of the same rollout are the same page, but for their moments."""
    course = replaced(limits(40, 4, need_percent=50.0), 40, HALF_BAD)
    long = []
    for point in course.points:
        quiet = replace(
            point, acts=(), appeared=(), readied=(), failed=(), gone=(), verbs=(), verdict=None, end=None
        )
        long += [
            point,
            *(replace(quiet, at=point.at + n / 1000, in_service=30 + n % 9) for n in range(1, 400)),
        ]
    grown = Course(course.head, course.drives, tuple(long))
    assert len(grown.points) > 10_000 and len(page(grown)) < 3 * len(page(course))
