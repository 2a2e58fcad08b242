"""Minimum, maximum and desired capacity: what is allowed and what a change of one does to the others.

Source: EC2 Auto Scaling API reference, UpdateAutoScalingGroup: without DesiredCapacity, a new MinSize above
or MaxSize below the desired capacity moves the desired capacity there. This module refuses to know which members
come and go for it.
"""

from __future__ import annotations

from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group, Occasion, Settings
from pulumi_rolling.lab.world.refusal import invalid


def checked(minimum: int, maximum: int, desired: int) -> dict[str, int]:
    if minimum > maximum:
        raise invalid(f"Min bound, {minimum}, must be less than or equal to max bound, {maximum}")
    if not minimum <= desired <= maximum:
        raise invalid(
            f"Desired capacity:{desired} must be between the specified min size:{minimum} and max "
            f"size:{maximum}"
        )
    return {"minimum": minimum, "maximum": maximum, "desired": desired}


def after(now: Settings, minimum: int | None, maximum: int | None, desired: int | None) -> dict[str, int]:
    """Sizes after a call that names some of them."""
    low = now.minimum if minimum is None else minimum
    high = now.maximum if maximum is None else maximum
    return checked(low, high, max(min(now.desired, high), low) if desired is None else desired)


def apply(cloud: Cloud, group: Group, sizes: dict[str, int], who: str) -> None:
    """All three sizes are set; `who` is what the activities name: a user request, a scheduled action."""
    before = group.now.desired
    text = ""
    if sizes["desired"] != before:
        text = (
            f"At {cloud.clock(cloud.now)} a {who} update of AutoScalingGroup constraints to min: "
            f"{sizes['minimum']}, max: {sizes['maximum']}, desired: {sizes['desired']} changing the desired "
            f"capacity from {before} to {sizes['desired']}.  "
        )
    resize(cloud, group, text, **sizes)


def resize(cloud: Cloud, group: Group, opening: str, **sizes: int) -> None:
    """Sizes are set; `opening` is what the causes of the activities that follow begin with."""
    group.alter(cloud.now, **sizes)
    group.because(Occasion(opening=opening))
    cloud.stir(group)
