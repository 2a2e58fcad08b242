"""Counts, times, lists and failures of members as every report words them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from pulumi_rolling.core.explain import failure_words
from pulumi_rolling.core.model.verdict import Failure

Row = tuple[str, str]
"""A label and a sentence."""

MOST_LISTED = 6
"""Words of a list that are said one by one."""


Noun = tuple[str, str]
"""What a member is called, one and many."""
INSTANCE: Noun = ("instance", "instances")
TASK: Noun = ("task", "tasks")
NOUNS = (INSTANCE, TASK)


def instances(count: int) -> str:
    return counted(count, INSTANCE)


def counted(count: int, noun: Noun) -> str:
    return f"{count} {noun[count != 1]}"


def any_one(noun: Noun) -> str:
    """``an instance``, ``a task``."""
    return f"{'an' if noun[0][0] in 'aeiou' else 'a'} {noun[0]}"


def span(seconds: float) -> str:
    """A fixed length of time: ``90 s``, ``5 min``, ``1 h 30 min``; none where a clock was set back meanwhile."""
    whole = max(0, round(seconds))
    if whole < 120 and whole % 60:
        return f"{whole} s"
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = [f"{count} {unit}" for count, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if count]
    return " ".join(parts) or "0 s"


def utc(at: float) -> str:
    """A moment for programs, to the second: ``2026-01-31T12:00:00+00:00``."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def time_of_day(at: float) -> str:
    """A moment before a line of a log, in UTC."""
    return f"{datetime.fromtimestamp(at, UTC):%H:%M:%S}"


def failed_because(failure: Failure) -> str:
    """Why one member failed, with the cause where it is known: ``launch refused: You are not authorized``."""
    return failure_words(failure) + (f": {failure.cause}" if failure.cause else "")


def listed(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; of many the first, the second and the last."""
    if len(words) > MOST_LISTED:
        return f"{words[0]}, {words[1]} ... {words[-1]}"
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def ends(timeout: float | None, *, approval: bool) -> Iterator[str]:
    """What people and the policy's deadline do to a duration, at its end."""
    if approval:
        yield "and as long as approvals take"
    if timeout is not None:
        yield f"given up after {span(timeout)}"
