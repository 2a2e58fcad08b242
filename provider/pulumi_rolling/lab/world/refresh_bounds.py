"""The arithmetic of an instance refresh: capacity that stays ready, and capacity that there may be.

Sources: EC2 Auto Scaling API reference, RefreshPreferences: MinHealthyPercentage is "rounded up to the nearest
integer" (in its older text); where neither bound leaves room, one more is launched first if MaxHealthyPercentage was
given, and otherwise one is terminated while its replacement is launched. User guide, limitations of instance refresh:
with a weight of at least the desired capacity all instances may be replaced at once.
This module refuses to know which members there are.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """keep: units that stay in service, healthy and warm; top: units in service or pending."""

    keep: int
    top: int


def bounds(
    desired: int, minimum: int, maximum: int | None, *, heaviest: int = 1, rounds_up: bool = False
) -> Bounds:
    """`minimum` and `maximum` are percentages of the desired capacity; `maximum` is None where it was not given."""
    keep = -(-desired * minimum // 100)
    share = desired * (100 if maximum is None else maximum)
    top = -(-share // 100) if rounds_up else share // 100
    if heaviest > 1 and heaviest >= desired:
        return Bounds(0, top)
    if keep >= desired and top <= desired:
        return Bounds(desired - 1, desired) if maximum is None else Bounds(keep, desired + 1)
    return Bounds(keep, top)
