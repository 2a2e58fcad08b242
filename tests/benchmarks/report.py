"""The page of a roll: how long it takes to make, and how large it is, as the group grows."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

from pulumi_rolling.core.model.member import Signal
from pulumi_rolling.fleets.simulated import Behaviour
from pulumi_rolling.report.course.course import Course
from pulumi_rolling.report.course.document import document
from pulumi_rolling.report.course.lines import drive_line, head_line, point_line
from pulumi_rolling.report.course.page import page
from pulumi_rolling.report.course.picture import Form, drawn

from tests.courses import limits, replaced

SIZES = (12, 100, 1000, 10_000)
REPEATS = 5
SOME_FAIL = (Behaviour(boot=90.0, spread=0.4, signal=Signal.FAILURE, share=0.05),)


def report() -> None:
    print(f"report: a roll of which one in twenty fails, each a median of {REPEATS}")
    page(_course(12))  # the library is loaded, and has found its letters
    for size in SIZES:
        _report_of(size, _course(size))


def _report_of(size: int, course: Course) -> None:
    lines = [head_line(course.head), *map(drive_line, course.drives), *map(point_line, course.points)]
    kept = sum(map(len, lines))
    told, text = json.dumps(document(course)), page(course)
    print(
        f"  {size:>5} members: {len(course.points):>4} points, course {_kb(kept)}, JSON {_kb(len(told))} in "
        f"{_ms(lambda: json.dumps(document(course)))}, page {_kb(len(text))} in {_ms(lambda: page(course))}, "
        f"PNG in {_ms(lambda: drawn(course, Form.PNG))}"
    )


def _course(size: int) -> Course:
    window = max(2, size // 10)
    return replaced(limits(size, window, need_percent=80.0), size, SOME_FAIL)


def _kb(characters: int) -> str:
    return f"{characters / 1000:.0f} kB"


def _ms(work: Callable[[], object]) -> str:
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return f"{1000 * statistics.median(took):.0f} ms"
