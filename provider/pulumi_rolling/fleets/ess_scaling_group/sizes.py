"""Sizes of a scaling group as the core counts them: without members in standby.

ESS counts a member in standby toward the expected number, and the core does not: there Desired is how many are to
serve. So what is read is less by those in standby, and what is written is more by them. Where MinSize is less than
their number the core sees nought, and has no reason to write it.

Worked example: 2/8/5 (least, greatest, expected) with one in standby is 1/7/4 here. The core lowers the least to 0:
written is 1. It gives 1 back: written is 2.
"""

from __future__ import annotations

from pulumi_rolling.core.model.member import Lifecycle, Sizes
from pulumi_rolling.fleets.alibaba.api import Answer
from pulumi_rolling.fleets.ess_scaling_group.description import Listed


class Counted:
    """The sizes of one group. Who goes into standby meanwhile is no change of sizes by us or by others."""

    def __init__(self) -> None:
        self._standby = 0
        self._set: tuple[int, int] | None = None
        """MinSize as we wrote it last, and what the core knows it as."""

    def read(self, group: Answer, members: tuple[Listed, ...]) -> Sizes:
        self._standby = sum(each.lifecycle is Lifecycle.STANDBY for each in members)
        least, greatest = int(group["MinSize"]), int(group["MaxSize"])
        desired = int(group.get("DesiredCapacity") or 0)
        counted = max(0, least - self._standby)
        if self._set is not None and self._set[0] == least:
            counted = self._set[1]
        return Sizes(counted, max(0, greatest - self._standby), max(0, desired - self._standby))

    def written(self, least: int | None, desired: int | None) -> Answer:
        """The parameters of ModifyScalingGroup."""
        sizes: Answer = {}
        if least is not None:
            sizes["MinSize"] = least + self._standby
            self._set = (least + self._standby, least)
        if desired is not None:
            sizes["DesiredCapacity"] = desired + self._standby
        return sizes
