"""ISO 8601 durations."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_rolling.policy import format_duration, parse_duration, parse_pause


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT5M", 300),
        ("PT0S", 0),
        ("PT1H", 3600),
        ("PT3600S", 3600),
        ("PT1H30M15S", 5415),
        ("PT90M", 5400),
        ("PT", None),
        ("", None),
        ("5M", None),
        ("pt5m", None),
        ("PT5", None),
        ("PT5M3H", None),
        ("PT1.5S", None),
        ("PT-5M", None),
        ("P1D", None),
        (" PT5M", None),
        ("PT5M\n", None),
        ("PT\u0665M", None),
        ("PT" + "9" * 5000 + "S", None),
    ],
)
def test_a_pause_is_hours_minutes_and_seconds(text: str, seconds: int | None) -> None:
    assert parse_pause(text) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("P14D", 14 * 86400),
        ("P1DT2H", 93600),
        ("PT2H", 7200),
        ("P0D", 0),
        ("P", None),
        ("PT", None),
        ("P1DT", None),
        ("P1W", None),
        ("P1M", None),
    ],
)
def test_a_long_duration_may_have_days(text: str, seconds: int | None) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "PT0S"), (300, "PT5M"), (3661, "PT1H1M1S"), (86400, "PT24H"), (59, "PT59S")]
)
def test_the_shortest_form_is_written(seconds: int, text: str) -> None:
    assert format_duration(seconds) == text


@settings(deadline=None)
@given(st.integers(0, 10**8))
def test_what_is_written_reads_back(seconds: int) -> None:
    assert parse_pause(format_duration(seconds)) == seconds
    assert parse_duration(format_duration(seconds)) == seconds
