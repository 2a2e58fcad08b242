"""Single values that only an ECS deployment has: how each spelling folds into one, and what is allowed.

Limits are those of UpdateService (ECS API reference, DeploymentConfiguration and the types within it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

from pydantic import ValidationInfo

from pulumi_rolling.core.model.durations import parse_duration
from pulumi_rolling.policy.leaves import fold_choice, fold_number, is_not_known_yet, refusal, show

C = TypeVar("C", bound=Enum)

DAY = 1440
"""Minutes: the longest bake time of each kind (LinearConfiguration, CanaryConfiguration)."""
LONGEST_HOOK = 20160
"""Minutes: 14 days (DeploymentLifecycleHookTimeoutConfiguration)."""


class DeploymentStrategy(Enum):
    """How the service brings a new revision in."""

    ROLLING = "ROLLING"
    BLUE_GREEN = "BLUE_GREEN"
    LINEAR = "LINEAR"
    CANARY = "CANARY"


class ThresholdType(Enum):
    """What the value of the breaker's threshold is."""

    COUNT = "COUNT"
    BOUNDED_PERCENT = "BOUNDED_PERCENT"
    UNBOUNDED_PERCENT = "UNBOUNDED_PERCENT"


class HookTarget(Enum):
    """What a lifecycle hook does."""

    AWS_LAMBDA = "AWS_LAMBDA"
    PAUSE = "PAUSE"


class HookAction(Enum):
    """What happens when a hook is not answered in time."""

    ROLLBACK = "ROLLBACK"
    CONTINUE = "CONTINUE"


class RevisionCleanup(Enum):
    """When old tasks are stopped, where success is declared early."""

    BLOCKING = "BLOCKING"
    DEFERRED = "DEFERRED"


STAGES = (
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
)
"""DeploymentLifecycleHook, lifecycleStages."""
SHIFTS = ("TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT")
"""Stages at which no PAUSE may stand (DeploymentLifecycleHook)."""

_fold_stage = fold_choice(*STAGES)


def fold_stages(value: Any) -> Any:
    """``"PostScaleUp"`` as ``POST_SCALE_UP``."""
    return [_fold_stage(item) for item in value] if isinstance(value, list) else value


def fold_names(value: Any) -> Any:
    """A list of alarms as the mapping that the API has."""
    return {"alarmNames": value} if isinstance(value, list) else value


def fold_minutes(value: Any) -> Any:
    """``"PT1H"`` and ``"60"`` as 60; a duration that is not of whole minutes stays as it is."""
    seconds = parse_duration(value) if isinstance(value, str) else None
    if seconds is None:
        return fold_number(value)
    return seconds // 60 if seconds % 60 == 0 else value


def least_healthy(value: Any) -> int:
    return _whole(value, 0, 100)


def most_running(value: Any) -> int:
    return _whole(value, 100, None)


def healthy_share(value: Any) -> int:
    return _whole(value, 0, 100)


def tolerated(value: Any) -> int:
    return _whole(value, 1, None)


def bake(value: Any) -> int:
    return _minutes(value, 0, DAY)


def hook_timeout(value: Any) -> int:
    return _minutes(value, 1, LONGEST_HOOK)


def step_percent(value: Any) -> float:
    return _tenths(value, 3.0)


def canary_percent(value: Any) -> float:
    return _tenths(value, 0.1)


def stage(value: Any, info: ValidationInfo) -> str:
    """Empty for a stage that is not known yet."""
    if is_not_known_yet(value, info):
        return ""
    if value not in STAGES:
        raise refusal(f"must be one of {', '.join(STAGES)}; found {show(value)}.")
    return str(value)


def details(value: Any) -> Any:
    """What a hook hands to its function: any JSON, unread."""
    if isinstance(value, Mapping | list | str | int | float | bool):
        return value
    raise refusal(f"must be a value of JSON; found {show(value)}.")


def fold_word(kind: type[C]) -> Callable[[Any], Any]:
    """A word of the API in any spelling."""
    return fold_choice(*(str(each.value) for each in kind))


def _whole(value: Any, least: int, most: int | None) -> int:
    if type(value) is int and value >= least and (most is None or value <= most):
        return value
    allowed = f"from {least}" if most is None else f"from {least} to {most}"
    raise refusal(f"must be a whole number {allowed}; found {show(value)}.")


def _minutes(value: Any, least: int, most: int) -> int:
    if type(value) is int and least <= value <= most:
        return value
    raise refusal(
        f"must be a whole number of minutes from {least} to {most}, or an ISO 8601 duration of whole minutes such as "
        f"PT10M; found {show(value)}."
    )


def _tenths(value: Any, least: float) -> float:
    """A percent of traffic, in steps of a tenth."""
    if type(value) in (int, float) and least <= value <= 100 and round(value, 1) == value:
        return float(value)
    raise refusal(f"must be a number from {least:g} to 100 with at most one decimal; found {show(value)}.")
