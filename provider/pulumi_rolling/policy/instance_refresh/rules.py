"""What can be wrong between the fields of a normalised instance refresh. No rule speaks where its value is unknown.

cfn-lint checks single fields of AutoScalingInstanceRefresh and none of these rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.block import IsUnknown
from pulumi_rolling.policy.lists import alarm_faults, ascending_faults

WIDEST = 100
"""Between the two percentages: "the difference ... cannot be greater than 100" (RefreshPreferences)."""
MOST = 200


def refresh_faults(refresh: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
    """Faults of a refresh of EC2 Auto Scaling, with paths within the block."""
    yield from _percent_faults(refresh)
    yield from checkpoint_faults(refresh)
    yield from alarm_faults(refresh.get("alarms"), is_unknown)
    if "allowContainerRefresh" in refresh:
        yield Fault("allowContainerRefresh", "is about ESS scaling groups of container instances; remove it.")


def _percent_faults(refresh: Mapping[str, Any]) -> Iterator[Fault]:
    least, most = refresh.get("minHealthyPercentage"), refresh.get("maxHealthyPercentage")
    if "maxHealthyPercentage" in refresh and "minHealthyPercentage" not in refresh:
        yield Fault(
            "minHealthyPercentage",
            "is required with maxHealthyPercentage: the service takes the most only together with the least.",
        )
    if type(least) is not int or type(most) is not int or least < 0 or most > MOST:
        return
    if most - least > WIDEST:
        yield Fault(
            "maxHealthyPercentage",
            f"must be at most {WIDEST} more than minHealthyPercentage; found {most} with {least}. Raise the one or "
            "lower the other.",
        )


def checkpoint_faults(refresh: Mapping[str, Any]) -> Iterator[Fault]:
    """Percents that do not grow, and pauses and approvals at checkpoints that never come."""
    percents = refresh.get("checkpointPercentages", [])
    if "checkpointDelay" in refresh and percents == []:
        yield Fault("checkpointPercentages", "is required with checkpointDelay: there the refresh pauses.")
    if refresh.get("approval") is True and isinstance(percents, list) and len(percents) < 2:
        yield Fault(
            "approval",
            "needs checkpointPercentages with one before the last: there it is asked for; the last ends the refresh.",
        )
    yield from ascending_faults("checkpointPercentages", percents)
