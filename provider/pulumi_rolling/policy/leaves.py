"""Single values that blocks of any kind carry: how each spelling folds into one, and what is allowed.

A fold never fails: what it does not recognise it returns as it came. A judge returns the value as the models
carry it, or raises one sentence with what is allowed and what was found. Values that one strategy or one kind of group
has alone stand beside its block.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, TypeVar

from pydantic import PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from pulumi_rolling.core.model.durations import parse_duration
from pulumi_rolling.policy.numbers import exact
from pulumi_rolling.policy.pasted import is_function, short_tag
from pulumi_rolling.policy.spelling import key_of

E = TypeVar("E", bound=Enum)
N = TypeVar("N", int, float)

LONGEST_ROLL = 14 * 24 * 3600
LONGEST_STOP = 2 * 24 * 3600
"""172800 s: StartInstanceRefresh, CheckpointDelay and BakeTime."""
LONGEST_ALARM = 255
"""DescribeAlarms, AlarmName."""

_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,9}\.[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Fold:
    """Marks a field with the fold of its spellings."""

    apply: Callable[[Any], Any]


def fold_number(value: Any) -> Any:
    """``"2"`` as 2: CloudFormation takes numbers as strings."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return exact(float(value))
    return value


def fold_numbers(value: Any) -> Any:
    return [fold_number(item) for item in value] if isinstance(value, list) else value


def fold_flag(value: Any) -> Any:
    """``"true"`` as true: CloudFormation takes booleans as strings."""
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def fold_choice(*choices: str, **synonyms: str) -> Callable[[Any], Any]:
    """``"LockStep"`` and ``"lock_step"`` as ``lockStep``. ``synonyms`` are other words for a choice."""
    by_key = {key_of(choice): choice for choice in choices} | synonyms
    return lambda value: by_key.get(key_of(value), value) if isinstance(value, str) else value


def refusal(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("policy", "{sentence}", {"sentence": sentence})


def all_of(names: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if names[1:] else names[0]


def show(value: Any) -> str:
    """A value as a sentence can hold it."""
    if isinstance(value, Mapping):
        key = next(iter(value), "")
        if len(value) == 1 and is_function(key):
            return f"the CloudFormation function {key}, which only CloudFormation resolves"
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    tag = short_tag(value) if isinstance(value, str) else ""
    if tag:
        return f"the CloudFormation function {tag} as a text, which only CloudFormation resolves"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}..."'
    return "nothing" if value is None else f"{value!r:.60}"


def percent(value: Any) -> float:
    if type(value) in (int, float) and 0 <= value <= 100 and round(value, 1) == value:
        return float(value)
    raise refusal(f"must be a number from 0 to 100 with at most one decimal; found {show(value)}.")


def flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise refusal(f"must be true or false; found {show(value)}.")


def whole_roll(value: Any) -> int:
    seconds = parse_duration(value) if isinstance(value, str) else None
    if seconds is not None and 0 < seconds <= LONGEST_ROLL:
        return seconds
    raise refusal(
        "must be an ISO 8601 duration of more than nothing and at most P14D, "
        f"for example PT2H or P1D; found {show(value)}."
    )


def stop(value: Any) -> int:
    """How long a roll stands still on purpose."""
    seconds = parse_duration(value) if isinstance(value, str) else None
    if seconds is not None and seconds <= LONGEST_STOP:
        return seconds
    raise refusal(
        f"must be an ISO 8601 duration of at most P2D, for example PT10M or P1D; found {show(value)}."
    )


def one_of(kind: type[E]) -> Callable[[Any], E]:
    """The judge of an enumeration."""
    names = [str(choice.value) for choice in kind]
    allowed = f"{', '.join(names[:-1])} or {names[-1]}"

    def judge(value: Any) -> E:
        for choice in kind:
            if value == choice.value:
                return choice
        raise refusal(f"must be {allowed}; found {show(value)}.")

    return judge


def alarm(value: Any, info: ValidationInfo) -> str:
    """Empty for a name that is not known yet."""
    if is_not_known_yet(value, info):
        return ""
    name = text(value)
    if name.startswith("arn:"):
        raise refusal(f"must be the name of a CloudWatch alarm, not its ARN; found {show(name)}.")
    if len(name) > LONGEST_ALARM:
        raise refusal(f"must have at most {LONGEST_ALARM} characters; found {len(name)}.")
    return name


def known_once(names: tuple[str, ...]) -> tuple[str, ...]:
    """In the order given; each once, without those not known yet."""
    return tuple(dict.fromkeys(name for name in names if name))


def known(percents: tuple[N, ...]) -> tuple[N, ...]:
    """The percents without those that are not known yet, which are nought."""
    return tuple(percent for percent in percents if percent)


def text(value: Any) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise refusal(f"must be a text that is not empty; found {show(value)}.")


def url(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"https?://\S+", value):
        return value
    raise refusal(f"must be a URL that begins with http:// or https://; found {show(value)}.")


def is_not_known_yet(value: Any, info: ValidationInfo) -> bool:
    return info.context is not None and bool(info.context["is_unknown"](value))


Share = Annotated[float | None, Fold(fold_number), PlainValidator(percent)]
Flag = Annotated[bool, Fold(fold_flag), PlainValidator(flag)]
Choosable = Annotated[bool | None, Fold(fold_flag), PlainValidator(flag)]
"""A flag whose default is known only against the live group."""
Text = Annotated[str | None, PlainValidator(text)]
Stop = Annotated[int, PlainValidator(stop)]
