"""Single values that only an instance refresh has: how each spelling folds into one, and what is allowed.

Limits are those of StartInstanceRefresh (EC2 Auto Scaling API reference, RefreshPreferences).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from pydantic import ValidationInfo

from pulumi_rolling.core.model.durations import parse_duration
from pulumi_rolling.policy.leaves import LONGEST_STOP, fold_number, is_not_known_yet, refusal, show
from pulumi_rolling.policy.spelling import camel, forms

MINUTE = 60


class RefreshStrategy(Enum):
    """What the service does with an instance."""

    ROLLING = "Rolling"


class ProtectedInstances(Enum):
    """What the service does with members that are protected from scale-in."""

    REFRESH = "Refresh"
    IGNORE = "Ignore"
    WAIT = "Wait"


class StandbyInstances(Enum):
    """What the service does with members in standby."""

    TERMINATE = "Terminate"
    IGNORE = "Ignore"
    WAIT = "Wait"


class RefreshDefaults(Enum):
    """Whose defaults a field has that is not given."""

    SERVICE = "service"
    CLOUD_FORMATION = "cloudFormation"


def fold_nested(value: Any) -> Any:
    """The block as CloudFormation and the service nest it, flat: Preferences, and AlarmSpecification within it."""
    for name in ("preferences", "alarmSpecification"):
        value = _hoisted(value, name)
    return _of_ess(value)


def _of_ess(value: Any) -> Any:
    """ESS's own names: Checkpoints, each with its Percentage, and CheckpointPauseTime in minutes."""
    if not isinstance(value, Mapping):
        return value
    return {key: item for name, given in value.items() for key, item in _renamed(name, given, value)}


def _renamed(name: Any, given: Any, beside: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    """A field under our name, unless that stands beside it or the value is not of ESS's form."""
    others = {camel(str(key)) for key in beside}
    if name in forms("checkpoints") and "checkpointPercentages" not in others and isinstance(given, list):
        percents = [_only(each, "percentage") for each in given]
        if None not in percents:
            return [("checkpointPercentages", percents)]
    minutes = fold_number(given) if name in forms("checkpointPauseTime") else None
    if type(minutes) is int and "checkpointDelay" not in others:
        return [("checkpointDelay", MINUTE * minutes)]
    return [(name, given)]


def _only(given: Any, name: str) -> Any:
    """The one field of a mapping; None where it has another or several."""
    fields = list(given.items()) if isinstance(given, Mapping) else []
    return fields[0][1] if len(fields) == 1 and fields[0][0] in forms(name) else None


def _hoisted(value: Any, name: str) -> Any:
    """The mapping with the fields of its inner one beside the others; as it came where one would stand twice."""
    if not isinstance(value, Mapping):
        return value
    inner = [key for key in value if key in forms(name)]
    if len(inner) != 1 or not isinstance(value[inner[0]], Mapping):
        return value
    outer = {key: item for key, item in value.items() if key != inner[0]}
    if {camel(str(key)) for key in outer} & {camel(str(key)) for key in value[inner[0]]}:
        return value
    return {**outer, **value[inner[0]]}


def fold_seconds(value: Any) -> Any:
    """``"PT5M"`` and ``"300"`` as 300."""
    seconds = parse_duration(value) if isinstance(value, str) else None
    return fold_number(value) if seconds is None else seconds


def strategy(value: Any) -> RefreshStrategy:
    if value == RefreshStrategy.ROLLING.value:
        return RefreshStrategy.ROLLING
    if value == "ReplaceRootVolume":
        raise refusal(
            "must be Rolling: ReplaceRootVolume changes the root volume of instances that stay, by an image in each "
            "override of a mixed instances policy, and a launch template version is what this resource deploys; to "
            "replace volumes alone, start it by hand (aws autoscaling start-instance-refresh)."
        )
    raise refusal(f"must be Rolling; found {show(value)}.")


def least_healthy(value: Any) -> int:
    return _whole(value, 0, 100)


def most_healthy(value: Any) -> int:
    return _whole(value, 100, 200)


def checkpoint(value: Any, info: ValidationInfo) -> int:
    """Nought for a percent that is not known yet."""
    return 0 if is_not_known_yet(value, info) else _whole(value, 1, 100)


def warm_up(value: Any) -> int:
    if type(value) is int and value >= 0:
        return value
    raise refusal(
        f"must be a whole number of seconds from 0, or an ISO 8601 duration such as PT5M; found {show(value)}."
    )


def pause(value: Any) -> int:
    if type(value) is int and 0 <= value <= LONGEST_STOP:
        return value
    raise refusal(
        f"must be a whole number of seconds from 0 to {LONGEST_STOP}, or an ISO 8601 duration of at most P2D such as "
        f"PT10M; found {show(value)}."
    )


def _whole(value: Any, least: int, most: int) -> int:
    if type(value) is int and least <= value <= most:
        return value
    raise refusal(f"must be a whole number from {least} to {most}; found {show(value)}.")
