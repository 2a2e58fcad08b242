"""The law of boots that a simulation draws from: mean and spread, quantiles, or the boots of a group's last rollout."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pulumi_rolling.errors import Fault, PolicyErrors


@dataclass(frozen=True, slots=True)
class BootLaw:
    """Lognormal with this mean (seconds) and spread (sigma of the log), or straight between ``quantiles``."""

    mean: float
    spread: float = 0.0
    quantiles: tuple[tuple[float, float], ...] = ()


def law_from(given: Any, option: str) -> BootLaw:
    """``{"n", "logs", "squares"}`` as in state's lastRollout.boots, or quantiles as ``{"p5": 60, "p50": 90, ...}``.

    Raises PolicyErrors with the path of what is wrong.
    """
    if not isinstance(given, Mapping) or not given:
        raise _fault(option, 'must be {"n": ..., "logs": ..., "squares": ...} or {"p5": 60, "p50": 90, ...}.')
    if set(given) == {"n", "logs", "squares"}:
        return _from_boots(given, option)
    return _from_quantiles(given, option)


def _from_boots(given: Mapping[str, Any], option: str) -> BootLaw:
    n, logs, squares = (_number(given[key], f"{option}.{key}") for key in ("n", "logs", "squares"))
    if n < 2:
        raise _fault(f"{option}.n", f"must be at least 2, or there is no spread; found {n:g}.")
    mean = logs / n
    spread = math.sqrt(max(0.0, squares - n * mean * mean) / (n - 1))
    return BootLaw(math.exp(mean + spread * spread / 2), spread)


def _from_quantiles(given: Mapping[str, Any], option: str) -> BootLaw:
    points: list[tuple[float, float]] = []
    for key, value in given.items():
        path = f"{option}.{key}"
        share = _share(str(key))
        if share is None:
            raise _fault(path, "is no quantile; write p0 to p100, for example p50.")
        seconds = _number(value, path)
        if seconds <= 0:
            raise _fault(path, f"must be above 0 seconds; found {seconds:g}.")
        points.append((share, seconds))
    points.sort()
    for low, high in pairwise(points):
        if high[1] < low[1]:
            raise _fault(f"{option}.p{100 * high[0]:g}", f"must be at least {low[1]:g}; found {high[1]:g}.")
    return BootLaw(_mean(points), quantiles=tuple(points))


def _mean(points: list[tuple[float, float]]) -> float:
    """Of the law that is straight between the points and cut off beyond the outermost."""
    total = points[0][0] * points[0][1] + (1 - points[-1][0]) * points[-1][1]
    for low, high in pairwise(points):
        total += (high[0] - low[0]) * (low[1] + high[1]) / 2
    return total


def _share(key: str) -> float | None:
    try:
        percent = float(key[1:]) if key.startswith("p") else math.nan
    except ValueError:
        return None
    return percent / 100 if 0 <= percent <= 100 else None


def _number(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _fault(path, f"must be a number; found {value!r}.")
    return float(value)


def _fault(path: str, message: str) -> PolicyErrors:
    return PolicyErrors([Fault(path, message)])
