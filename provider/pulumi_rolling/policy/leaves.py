"""Single values of the block: how each spelling folds into one, and what is allowed.

A fold never fails: what it does not recognise it returns as it came. A judge returns the value as the models
carry it, or raises one sentence with what is allowed and what was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from pulumi_rolling.core.model.durations import parse_duration, parse_pause
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.replace.limits import Choice, Guard, Pacing, ZoneOrder
from pulumi_rolling.policy.percent import Percent

E = TypeVar("E", bound=Enum)

PROCESSES = (
    "Launch",
    "Terminate",
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "ReplaceUnhealthy",
    "ScheduledActions",
)
NEEDED_PROCESSES = frozenset({"Launch", "Terminate"})
"""A roll launches and terminates through the cloud, so these two must run."""

LONGEST_PAUSE = 3600
LONGEST_ROLL = 14 * 24 * 3600
LONGEST_STOP = 2 * 24 * 3600
"""172800 s: StartInstanceRefresh, CheckpointDelay and BakeTime."""
LONGEST_DRAIN = 7200
"""The longest heartbeat of a termination hook (PutLifecycleHook, HeartbeatTimeout)."""
LONGEST_ALARM = 255
"""DescribeAlarms, AlarmName."""

_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,9}\.[0-9]{1,9}")
_VERSION = re.compile(r"[1-9][0-9]*|\$Latest|\$Default")
_EXACT = 2**53
"""Above this a float no longer holds every whole number, so it is left as it is."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Marks a field with the fold of its spellings."""

    apply: Callable[[Any], Any]


def plain(value: Any) -> Any:
    """Whole floats as ints (Pulumi sends every number as a float), and lists as lists, at any depth."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def key_of(text: str) -> str:
    """What remains of a name when its spelling is taken away."""
    return text.replace("_", "").replace("-", "").lower()


def fold_number(value: Any) -> Any:
    """``"2"`` as 2: CloudFormation takes numbers as strings."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return plain(float(value))
    return value


def fold_flag(value: Any) -> Any:
    """``"true"`` as true: CloudFormation takes booleans as strings."""
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def fold_version(value: Any) -> Any:
    """3 as ``"3"``: a version is a number in one resource's outputs and a string in another's."""
    return str(value) if type(value) is int else value


def fold_choice(*choices: str, **synonyms: str) -> Callable[[Any], Any]:
    """``"LockStep"`` and ``"lock_step"`` as ``lockStep``. ``synonyms`` are other words for a choice."""
    by_key = {key_of(choice): choice for choice in choices} | synonyms
    return lambda value: by_key.get(key_of(value), value) if isinstance(value, str) else value


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


def fold_numbers(value: Any) -> Any:
    return [fold_number(item) for item in value] if isinstance(value, list) else value


_fold_process = fold_choice(*PROCESSES)


def fold_processes(value: Any) -> Any:
    """``"azrebalance"`` as ``AZRebalance``; duplicates stay, so that a fault's index is the user's."""
    return [_fold_process(item) for item in value] if isinstance(value, list) else value


def refusal(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("policy", "{sentence}", {"sentence": sentence})


def show(value: Any) -> str:
    """A value as a sentence can hold it."""
    if isinstance(value, Mapping):
        key = next(iter(value), "")
        if len(value) == 1 and isinstance(key, str) and (key == "Ref" or key.startswith("Fn::")):
            return f"the CloudFormation function {key}, which only CloudFormation resolves"
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}..."'
    return "nothing" if value is None else f"{value!r:.60}"


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


def percent(value: Any) -> float:
    if type(value) in (int, float) and 0 <= value <= 100 and round(value, 1) == value:
        return float(value)
    raise refusal(f"must be a number from 0 to 100 with at most one decimal; found {show(value)}.")


def flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise refusal(f"must be true or false; found {show(value)}.")


def will_replace(value: Any) -> bool:
    if flag(value):
        raise refusal(
            "is not what RollingGroup does: Pulumi creates a new group before it deletes the old one when "
            "the group resource itself is replaced, for example by replaceOnChanges: [launchTemplate] in "
            "that resource's options; remove autoScalingReplacingUpdate here."
        )
    return False


def checkpoint(value: Any, info: ValidationInfo) -> float:
    """Nought for a percent that is not known yet."""
    if _is_unknown(value, info):
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


def drain_timeout(value: Any) -> int:
    seconds = parse_duration(value) if isinstance(value, str) else None
    if seconds is not None and 0 < seconds <= LONGEST_DRAIN:
        return seconds
    raise refusal(
        "must be an ISO 8601 duration of more than nothing and at most PT2H, "
        f"for example PT15M; found {show(value)}."
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


pacing = one_of(Pacing)
guard = one_of(Guard)
zone_order = one_of(ZoneOrder)
choice = one_of(Choice)
on_failure = one_of(OnFailure)


def process(value: Any, info: ValidationInfo) -> str:
    """Empty for a name that is not known yet."""
    if _is_unknown(value, info):
        return ""
    if value not in PROCESSES:
        allowed = ", ".join(name for name in PROCESSES if name not in NEEDED_PROCESSES)
        raise refusal(f"must be one of {allowed}; found {show(value)}.")
    if value in NEEDED_PROCESSES:
        literal = processes_suspended([str(value)])
        raise refusal(f'must not be {value}, which the roll needs. CloudFormation: "{literal}"')
    return str(value)


def processes_suspended(names: list[str]) -> str:
    """CloudFormation's literal refusal."""
    return (
        f"Autoscaling rolling updates cannot be performed because the [{', '.join(names)}] process(es) have "
        "been suspended; please resume these processes and then retry the update."
    )


def alarm(value: Any, info: ValidationInfo) -> str:
    """Empty for a name that is not known yet."""
    if _is_unknown(value, info):
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


def known(percents: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(percent for percent in percents if percent)


def text(value: Any) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise refusal(f"must be a text that is not empty; found {show(value)}.")


def endpoint(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"https?://\S+", value):
        return value
    raise refusal(f"must be a URL that begins with http:// or https://; found {show(value)}.")


def queue(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"https?://[^\s/]+/\S+", value):
        return value
    raise refusal(
        "must be the URL of an SQS queue, such as https://sqs.eu-west-1.amazonaws.com/123456789012/signals; "
        f"found {show(value)}."
    )


def version(value: Any) -> str:
    if isinstance(value, str) and _VERSION.fullmatch(value):
        return value
    raise refusal(f"must be a version number, $Latest or $Default; found {show(value)}.")


def triggers(value: Any) -> list[Any] | dict[str, Any]:
    """The items are judged in ``rules``, where each has its own path."""
    if isinstance(value, list | dict):
        return value
    raise refusal(f"must be a list or a mapping of texts, numbers, booleans or nulls; found {show(value)}.")


def _is_unknown(value: Any, info: ValidationInfo) -> bool:
    return info.context is not None and bool(info.context["is_unknown"](value))
