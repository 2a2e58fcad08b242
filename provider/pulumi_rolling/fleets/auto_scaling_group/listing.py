"""Auto Scaling groups of a region, as they are listed: a call for each page, and no look at a member."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pulumi_rolling.fleets.auto_scaling_group import description as described
from pulumi_rolling.fleets.auto_scaling_group.poll import MOST_NAMES, PAGE
from pulumi_rolling.fleets.aws.api import AUTO_SCALING, AwsApi
from pulumi_rolling.fleets.base import ListedGroup


def listed(api: AwsApi, names: Sequence[str] | None = None) -> Iterator[ListedGroup]:
    """All groups, or those of these names that are there."""
    asked: list[dict[str, object]] = [{"MaxRecords": PAGE}]
    if names is not None:
        asked = [
            {"AutoScalingGroupNames": names[first : first + MOST_NAMES], "MaxRecords": MOST_NAMES}
            for first in range(0, len(names), MOST_NAMES)
        ]
    for parameters in asked:
        for page in api.pages(AUTO_SCALING, "DescribeAutoScalingGroups", **parameters):
            for group in page["AutoScalingGroups"]:
                yield ListedGroup(
                    group["AutoScalingGroupName"], len(group.get("Instances", [])), described.tags(group)
                )
