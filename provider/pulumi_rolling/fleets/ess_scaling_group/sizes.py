"""Sizes of a scaling group as the core counts them: without members in standby.

ESS counts a member in standby in all sizes, and the core does not: there Desired is how many are to serve. So what is
read is less by those in standby, and what is written is more by them. MinSize ends as found to the number, also where
members went into standby or out of it meanwhile: it is given back as the record has it in the cloud's own count. One
that the core lowers is written without those in standby: lower than it had to be, and so known again.

Worked example: 2/8/5 (least, greatest, expected) with one in standby is 1/7/4 here. The core lowers the least to 0:
written is 0. The one in standby comes back: read is 0/8/5. The core gives back what it found: written is 2.

A group without an expected number has as many members as it has: Desired is a count, and nobody writes it.
"""

from __future__ import annotations

from pulumi_rolling.core.model.member import Lifecycle, Sizes
from pulumi_rolling.fleets.alibaba.api import Answer
from pulumi_rolling.fleets.ess_scaling_group.description import Listed, expects

_APART = (Lifecycle.STANDBY, Lifecycle.LEAVING)


class Counted:
    """The sizes of one group, as of the last look."""

    def __init__(self) -> None:
        self._read: Sizes | None = None
        self._found: int | None = None
        """MinSize to be given back, as ESS counts it."""

    def found(self, sizes: Sizes) -> None:
        """What the rollout that is driven found."""
        self._found = sizes.told

    def read(self, group: Answer, members: tuple[Listed, ...]) -> Sizes:
        standby = sum(each.lifecycle is Lifecycle.STANDBY for each in members)
        there = sum(each.lifecycle not in _APART for each in members)
        least, kept = int(group["MinSize"]), expects(group)
        desired = int(group.get("DesiredCapacity") or 0) - standby if kept else there
        self._read = read = Sizes(
            max(0, least - standby),
            max(0, int(group["MaxSize"]) - standby),
            max(0, desired),
            standby=standby,
            told_min=least,
            kept=kept,
        )
        return read

    def written(self, least: int | None, desired: int | None) -> Answer:
        """The parameters of ModifyScalingGroup; none where nothing would change."""
        sizes: Answer = {}
        read = self._read
        standby = 0 if read is None else read.standby
        if least is not None:
            found = least if self._found is None else self._found
            told = least if least < found - standby else found
            if read is None or told != read.told_min:
                sizes["MinSize"] = told
        if desired is not None and (read is None or read.kept):
            sizes["DesiredCapacity"] = desired + standby
        return sizes
