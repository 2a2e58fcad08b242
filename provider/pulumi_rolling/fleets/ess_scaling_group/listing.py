"""ESS scaling groups of these ids, as they are listed: a call for twenty of them, and no look at an instance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pulumi_rolling.fleets.alibaba.api import AlibabaApi
from pulumi_rolling.fleets.alibaba.place import ESS
from pulumi_rolling.fleets.base import ListedGroup
from pulumi_rolling.fleets.ess_scaling_group import description as described

MOST_IDS = 20
"""Ids of one call (DescribeScalingGroups, ESS API), which a page holds."""


def listed(api: AlibabaApi, ids: Sequence[str]) -> Iterator[ListedGroup]:
    """Those that are there."""
    for first in range(0, len(ids), MOST_IDS):
        asked = list(ids[first : first + MOST_IDS])
        answer = api.call(ESS, "DescribeScalingGroups", ScalingGroupIds=asked, PageSize=MOST_IDS)
        for group in answer["ScalingGroups"]:
            yield ListedGroup(
                group["ScalingGroupId"], int(group.get("TotalCapacity") or 0), described.tags(group)
            )
