"""Lines on a terminal: each in its width, what is wrapped below its own column."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from pulumi_rolling.report.wrapping import wrapped

from tests.unit.cli.conftest import Ran

Rolling = Callable[..., Ran]
POLICY = (
    '{"rollingUpdate":{"maxBatchSize":2,"minInstancesInService":5,"canary":1,"alarms":["web-5xx","web-latency"],'
    '"waitOnResourceSignals":true,"pauseTime":"PT1M"}}'
)
OFFLINE = ("plan", "--policy", POLICY, "--desired", "6", "--max-size", "8")


def test_a_row_goes_on_below_its_own_column() -> None:
    """The label stands alone on the left."""
    line = "  guard      balanced, as the window slides: no new starts while overdue instances"
    assert wrapped(line, 50).splitlines() == [
        "  guard      balanced, as the window slides: no",
        "             new starts while overdue instances",
    ]


def test_a_sentence_goes_on_with_a_small_indent() -> None:
    """What has no label keeps its own indent, and a word that is too long stands whole."""
    assert wrapped("web: replacing 6 instances, version 1", 30).splitlines() == [
        "web: replacing 6 instances,",
        "version 1",
    ]
    assert (
        wrapped("a/very/long/path/without/any/space/in/it", 20) == "a/very/long/path/without/any/space/in/it"
    )
    assert wrapped("", 20) == ""


@pytest.mark.parametrize("columns", [80, 120])
def test_a_plan_fits_the_terminal(rolling: Rolling, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """On a terminal no line is wider than it; the words are those that a pipe is given."""
    piped = rolling(*OFFLINE).out
    assert max(map(len, piped.splitlines())) > 80
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    shown = rolling(*OFFLINE).out
    assert max(map(len, shown.splitlines())) <= columns
    assert shown.split() == piped.split()
