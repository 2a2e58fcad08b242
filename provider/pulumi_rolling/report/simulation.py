"""Figures of simulated rollouts, which text, JSON and plot all show.

A trial is one build under one policy with many seeds; an entry is one policy with its trials. Seconds and members.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.replace.limits import Limits


class Roll(Protocol):
    """One simulated rollout."""

    @property
    def done(self) -> bool: ...
    @property
    def returned(self) -> bool | None: ...
    @property
    def why(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def stopped(self) -> float | None: ...
    @property
    def lowest(self) -> int: ...
    @property
    def touched(self) -> int: ...
    @property
    def relaunched(self) -> int: ...
    @property
    def calls(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Distribution:
    """Quantiles, mean, and spread (standard deviation) of one figure over the seeds."""

    p5: float
    p50: float
    p95: float
    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One build under one policy. A figure is None where no seed came to it."""

    bad: float
    silent: float
    rolls: int
    arrived: int
    returned: int
    stopped_by: Mapping[str, int]
    """Counts of the verdicts that ended the way forward, by their codes."""
    roll: Distribution | None
    """Seconds until everything was done, of those that arrived."""
    stopped: Distribution | None
    """Seconds until the way forward was ended, of those that failed."""
    back: Distribution | None
    """Seconds until the group was back, of those that went back."""
    lowest: Distribution
    touched: Distribution
    relaunched: Distribution
    calls: Distribution
    roll_samples: tuple[float, ...] = field(default=(), repr=False)
    touched_samples: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """One policy: its limits for this group, and its trials with each build."""

    name: str
    limits: Limits | DelegateLimits
    batch: int
    """Members under replacement at a time, as far as the group's sizes allow."""
    trials: tuple[Trial, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Simulation:
    """Policies side by side: the same group, the same builds, the same seeds."""

    desired: int
    max_size: int
    min_size: int
    mean_boot: float
    spread: float
    quantiles: tuple[tuple[float, float], ...]
    """Quantiles of the boots, in place of mean and spread where they are given."""
    seeds: int
    grain: float
    entries: tuple[Entry, ...]


def trial(bad: float, silent: float, rolls: Sequence[Roll]) -> Trial:
    arrived = [roll.seconds for roll in rolls if roll.done]
    back = [roll.seconds for roll in rolls if roll.returned]
    touched = tuple(roll.touched for roll in rolls)
    return Trial(
        bad=bad,
        silent=silent,
        rolls=len(rolls),
        arrived=len(arrived),
        returned=len(back),
        stopped_by=Counter(roll.why for roll in rolls if roll.why),
        roll=distribution(arrived),
        stopped=distribution([roll.stopped for roll in rolls if roll.stopped is not None]),
        back=distribution(back),
        lowest=_known([roll.lowest for roll in rolls]),
        touched=_known(touched),
        relaunched=_known([roll.relaunched for roll in rolls]),
        calls=_known([roll.calls for roll in rolls]),
        roll_samples=tuple(arrived),
        touched_samples=touched,
    )


def distribution(values: Sequence[float]) -> Distribution | None:
    return _known(values) if values else None


def _known(values: Sequence[float]) -> Distribution:
    ordered = sorted(values)
    mean = math.fsum(ordered) / len(ordered)
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in ordered) / len(ordered))
    return Distribution(
        _quantile(ordered, 0.05), _quantile(ordered, 0.5), _quantile(ordered, 0.95), mean, spread
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of a share, on the line between the two values beside it."""
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
