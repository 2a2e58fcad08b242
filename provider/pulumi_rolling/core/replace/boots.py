"""What the boots seen say of the next one: a lognormal law, from this rollout and at first from the last one."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pulumi_rolling.core.replace.rollout import Boots

PRIOR_SPREAD = 0.5
PRIOR_WEIGHT = 2.0
"""The spread that is expected before boots say otherwise, and how many boots it counts for (facts on pacing)."""
LAST_ROLL = 4
"""How many boots the last rollout counts for at most: the new revision may boot otherwise."""


@dataclass(slots=True)
class Law:
    """Natural logs of seconds: their mean, the spread of boots, and the spread of a prediction from so few."""

    mean: float
    spread: float
    predictive: float

    def slower_than(self, age: float) -> float:
        """The share of good boots that take longer than ``age`` seconds."""
        return self.slower_than_each([age])[0]

    def slower_than_each(self, ages: Iterable[float]) -> list[float]:
        mean, scale = self.mean, self.predictive * math.sqrt(2)
        log, erfc = math.log, math.erfc
        return [0.5 * erfc((log(age) - mean) / scale) if age > 0 else 1.0 for age in ages]


def add_boots(boots: Boots, seconds: Collection[float]) -> Boots:
    if not seconds:
        return boots
    logs, squares = boots.logs, boots.squares
    for each in seconds:
        log = math.log(max(0.001, each))
        logs += log
        squares += log * log
    return Boots(boots.n + len(seconds), logs, squares)


def law_of(boots: Boots, prior: Boots) -> Law | None:
    """The law of the boots seen, the last rollout's among them as a few; None where there are none at all."""
    weight = min(prior.n, LAST_ROLL)
    share = weight / prior.n if prior.n else 0.0
    n = boots.n + weight
    if not n:
        return None
    mean = (boots.logs + share * prior.logs) / n
    around = max(0.0, boots.squares + share * prior.squares - n * mean * mean)
    variance = (around + PRIOR_WEIGHT * PRIOR_SPREAD**2) / (n + PRIOR_WEIGHT - 1)
    return Law(mean, math.sqrt(variance), math.sqrt(variance * (1 + 1 / n)))
