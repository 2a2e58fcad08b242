"""The only arithmetic on counts and percents: batch, capacity, ceiling, and how many failures are tolerated.

Sizing (facts observed on CloudFormation, worked example): Desired 10, MaxSize 12, floor 8, MaxBatchSize 4, all ten
old. batch = min(10, 4, 12 - 8) = 4; capacity = max(10, 8 + 4) = 12; so two are launched first, then rounds replace
(4, 4), (4, 4), (2, 0) and the group ends at ten.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.limits import Limits


@dataclass(frozen=True, slots=True)
class Sizing:
    batch: int
    capacity: int


def size_roll(limits: Limits, old: int, desired: int) -> Sizing:
    """The batch and the capacity during the roll, for ``old`` members to replace in a group of ``desired``.

    batch is 0 when there is no room between the floor and MaxSize: such a roll cannot begin.
    """
    floor = min(limits.floor, desired)
    batch = max(0, min(old, limits.batch, limits.max_size - floor))
    return Sizing(batch, max(desired, floor + batch))


def in_instances(sizes: Sizes, weights: Sequence[int]) -> Sizes:
    """Sizes in units of Desired as a policy counts them, in instances, where the members have these weights.

    A launch is taken to bring the largest weight, so that MaxSize is never passed. Without weights nothing changes.
    """
    units = sum(weights)
    if units == len(weights):
        return sizes
    each = units / len(weights)
    desired = max(1, round(sizes.desired / each)) if sizes.desired else 0
    more = max(0, sizes.max - sizes.desired) // max(weights)
    return Sizes(int(sizes.min / each), desired + more, desired)


def tenth(part: int, whole: int) -> float:
    """``part`` of ``whole`` in percent, to the nearest tenth, as CloudFormation rounds its percent properties."""
    return math.floor(1000 * part / whole + 0.5) / 10


def tolerated(whole: int, need_percent: float) -> int:
    """The most failures among ``whole`` that still leave ``need_percent``; at least 0, at most ``whole``.

    "rounded to the nearest tenth of a percent": CloudFormation, MinSuccessfulInstancesPercent.
    """
    if whole <= 0:
        return 0
    # Half a tenth of a percent is rounded away, which is a member from 2,000 on.
    allowed = min(whole, int(whole * (100.05 - need_percent) / 100) + 1)
    while allowed > 0 and tenth(whole - allowed, whole) < need_percent:
        allowed -= 1
    return allowed


def progress(done: int, whole: int) -> int:
    """Percent for the event texts, rounded half up: 67 for 2 of 3, as observed on CloudFormation."""
    return math.floor(100 * done / whole + 0.5) if whole else 100
