"""Single values that only a rolling update has: how each spelling folds into one, and what is allowed."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationInfo

from pulumi_rolling.core.model.durations import parse_duration, parse_pause
from pulumi_rolling.core.replace.limits import Choice, Guard, Pacing, ZoneOrder
from pulumi_rolling.policy.leaves import (
    fold_choice,
    fold_number,
    is_not_known_yet,
    one_of,
    refusal,
    show,
    text,
)
from pulumi_rolling.policy.percent import Percent

LONGEST_PAUSE = 3600
MOST_KEPT = 5
"""Failed members that one rollout may leave running, each at its price until somebody ends it."""
LONGEST_DRAIN = 7200
"""The longest heartbeat of a termination hook (PutLifecycleHook, HeartbeatTimeout)."""

LONGEST_LINE = 4096
PLACES = ("id", "privateAddress", "publicAddress", "zone", "group")
"""What a URL may hold of a member, each in braces."""
_PLACE = re.compile("|".join("\\{" + name + "\\}" for name in PLACES))

_fold_guard = fold_choice(*(choice.value for choice in Guard))


def fold_guard(value: Any) -> Any:
    """YAML 1.1 reads an ``off`` without quotes as false."""
    return Guard.OFF.value if value is False else _fold_guard(value)


def fold_canary(value: Any) -> Any:
    """``2`` and ``"10%"`` as a block with that size."""
    size = fold_number(value)
    is_size = type(size) in (int, float) or (isinstance(size, str) and size.endswith("%"))
    return {"size": size} if is_size else value


def fold_checkpoints(value: Any) -> Any:
    """A list as a block with those percents."""
    return {"percents": value} if isinstance(value, list) else value


def fold_line(value: Any) -> Any:
    """A text as a block with that command."""
    return {"run": value} if isinstance(value, str) else value


def fold_url(value: Any) -> Any:
    """A text as a block with that URL."""
    return {"url": value} if isinstance(value, str) else value


def batch(value: Any) -> int | Percent:
    share = Percent.parse(value) if isinstance(value, str) else None
    if share is not None and share.tenths > 0:
        return share
    if type(value) is int and 1 <= value <= 100:
        return value
    text = (
        f'must be a whole number from 1 to 100, or a percent of Desired such as "25%"; found {show(value)}.'
    )
    if type(value) is int and value < 1:
        text += ' CloudFormation: "MaxBatchSize must be a number greater than 0".'
    raise refusal(text)


def canary(value: Any) -> int | Percent:
    share = Percent.parse(value) if isinstance(value, str) else None
    if share is not None and share.tenths > 0:
        return share
    if type(value) is int and value >= 1:
        return value
    raise refusal(
        f'must be a whole number from 1, or a percent of Desired such as "10%"; found {show(value)}.'
    )


def floor(value: Any) -> int | Percent:
    share = Percent.parse(value) if isinstance(value, str) else None
    if share is not None:
        return share
    if type(value) is int and value >= 0:
        return value
    raise refusal(
        f'must be a whole number from 0, or a percent of Desired such as "75%"; found {show(value)}.'
    )


def kept(value: Any) -> int:
    if type(value) is int and 0 <= value <= MOST_KEPT:
        return value
    raise refusal(f"must be a whole number from 0 to {MOST_KEPT}; found {show(value)}.")


def checkpoint(value: Any, info: ValidationInfo) -> float:
    """Nought for a percent that is not known yet."""
    if is_not_known_yet(value, info):
        return 0.0
    if type(value) in (int, float) and 1 <= value <= 100 and round(value, 1) == value:
        return float(value)
    raise refusal(f"must be a number from 1 to 100 with at most one decimal; found {show(value)}.")


def pause(value: Any) -> int:
    seconds = parse_pause(value) if isinstance(value, str) else None
    if seconds is not None and seconds <= LONGEST_PAUSE:
        return seconds
    raise refusal(
        "must be in the ISO8601 time period format and must be no greater than PT3600S seconds, "
        f"for example PT5M or PT1H; found {show(value)}."
    )


def ready_within(value: Any) -> int:
    seconds = pause(value)
    if seconds > 0:
        return seconds
    raise refusal(f"must be from PT1S to PT1H; found {show(value)}.")


def drain_timeout(value: Any) -> int:
    seconds = parse_duration(value) if isinstance(value, str) else None
    if seconds is not None and 0 < seconds <= LONGEST_DRAIN:
        return seconds
    raise refusal(
        "must be an ISO 8601 duration of more than nothing and at most PT2H, "
        f"for example PT15M; found {show(value)}."
    )


def queue(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"https?://[^\s/]+/\S+", value):
        return value
    raise refusal(
        "must be the URL of an SQS queue, such as https://sqs.eu-west-1.amazonaws.com/123456789012/signals; "
        f"found {show(value)}."
    )


def line(value: Any) -> str:
    given = text(value)
    if "\0" in given or len(given) > LONGEST_LINE:
        raise refusal(
            f"must be a line for /bin/sh of at most {LONGEST_LINE} characters, without a null character; put what is "
            "longer into a script, and its path here."
        )
    return given


def template(value: Any) -> str:
    """A URL with places for what is known of a member. Only known places pass, so that filling it in cannot fail."""
    given = text(value)
    bare = _PLACE.sub("x", given)
    if not re.fullmatch(r"https?://[^\s/{}]+(/[^\s{}]*)?", bare) or len(given) > LONGEST_LINE:
        raise refusal(
            'must be a URL such as "http://{privateAddress}:8080/health", with no places but '
            f"{', '.join('{' + name + '}' for name in PLACES)}; found {show(value)}."
        )
    return given


def try_within(value: Any) -> int:
    seconds = parse_duration(value) if isinstance(value, str) else None
    if seconds is not None and 0 < seconds <= LONGEST_PAUSE:
        return seconds
    raise refusal(f"must be an ISO 8601 duration from PT1S to PT1H, for example PT10S; found {show(value)}.")


pacing = one_of(Pacing)
guard = one_of(Guard)
zone_order = one_of(ZoneOrder)
choice = one_of(Choice)
