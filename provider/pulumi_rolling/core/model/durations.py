"""Durations in ISO 8601 as CloudFormation writes them, ``PT#H#M#S``, and days for what may outlast a pause.

This is the only place that turns seconds into text and back; what a duration is allowed to be stands elsewhere.
Seconds are whole. Years, months, weeks and fractions are no part of the grammar.
"""

from __future__ import annotations

import re

HOUR = 3600.0
"""In seconds."""
_DIGITS = "([0-9]{1,9})"
_CLOCK = re.compile(f"PT(?=[0-9])(?:{_DIGITS}H)?(?:{_DIGITS}M)?(?:{_DIGITS}S)?")
_DAYS = re.compile(f"P(?=[0-9T])(?:{_DIGITS}D)?(?:T(?=[0-9])(?:{_DIGITS}H)?(?:{_DIGITS}M)?(?:{_DIGITS}S)?)?")


def iso(seconds: float) -> str:
    """The shortest ``PT#H#M#S`` of seconds, rounded to whole ones: 300 is PT5M, a day PT24H, nothing PT0S."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, last = divmod(rest, 60)
    parts = [f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (last, "S")) if count]
    return "PT" + ("".join(parts) or "0S")


def parse_pause(text: str) -> int | None:
    """Seconds of ``PT#H#M#S``, at least one of the three; None where the text is not of that form."""
    match = _CLOCK.fullmatch(text)
    return None if match is None else _seconds("0", *match.groups())


def parse_duration(text: str) -> int | None:
    """Seconds of ``P#DT#H#M#S``, at least one of the four; None where the text is not of that form."""
    match = _DAYS.fullmatch(text)
    return None if match is None else _seconds(*match.groups())


def _seconds(days: str | None, hours: str | None, minutes: str | None, seconds: str | None) -> int:
    return ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
