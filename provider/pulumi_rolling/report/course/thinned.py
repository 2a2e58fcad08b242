"""What of a large course is drawn: no more than a drawing can show, with all that stands out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from pulumi_rolling.report.course.course import Fate, Lived
from pulumi_rolling.report.course.point import Point

MOST_BARS = 1500
"""Of each fate; a drawing of the greatest height has a quarter as many rows of pixels."""


def columns_of(points: Sequence[Point], width: float, columns: int) -> list[Point]:
    """Of those in one column of pixels the first, the lowest, the highest, the last, and each that moves a bound.

    ``width``: seconds from the first point to the last.
    """
    if not points or width <= 0 or len(points) <= 4 * columns:
        return list(points)
    began = points[0].at
    kept: list[Point] = []
    for _, each in groupby(points, lambda point: int(columns * (point.at - began) / width)):
        kept += _standing_out(list(each))
    return kept


def _standing_out(column: list[Point]) -> Iterator[Point]:
    lowest = min(column, key=_serving)
    highest = max(column, key=_serving)
    last: Point | None = None
    for point in column:
        moved = last is None or (point.floor, point.ceiling) != (last.floor, last.ceiling)
        if moved or any(point is each for each in (lowest, highest, column[-1])):
            yield point
        last = point


def _serving(point: Point) -> int:
    return point.in_service or 0


def bars_of(lived: Sequence[Lived], fate: Fate) -> list[tuple[int, Lived]]:
    """Members of that fate, each with its row; of those that share a row of pixels the one that took longest."""
    found = [(row, each) for row, each in enumerate(lived) if each.fate is fate]
    together = -(-len(found) // MOST_BARS)
    groups = (found[first : first + together] for first in range(0, len(found), together or 1))
    return [max(group, key=lambda bar: bar[1].until - bar[1].began_at) for group in groups]
