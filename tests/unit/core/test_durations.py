"""Seconds and the durations that CloudFormation writes for them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_rolling.core.model.durations import iso, parse_duration, parse_pause


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
    """A pause has hours, minutes or seconds, in that order, each whole, and nothing else."""
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
    """Days are allowed beside the clock; weeks, months and an empty clock are not."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "PT0S"),
        (300, "PT5M"),
        (3661, "PT1H1M1S"),
        (86400, "PT24H"),
        (59, "PT59S"),
        (59.6, "PT1M"),
        (0.4, "PT0S"),
    ],
)
def test_the_shortest_form_is_written(seconds: float, text: str) -> None:
    """Units of nothing are left out, days are written as hours, and parts of a second are rounded away."""
    assert iso(seconds) == text


@settings(deadline=None)
@given(st.integers(0, 10**8))
def test_what_is_written_reads_back(seconds: int) -> None:
    """The text of whole seconds means the same seconds, as a pause and as a duration."""
    assert parse_pause(iso(seconds)) == seconds
    assert parse_duration(iso(seconds)) == seconds
