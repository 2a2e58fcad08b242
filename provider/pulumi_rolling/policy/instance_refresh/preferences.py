"""The preferences that a start is sent, with the defaults that hold for the group as it is.

A field that is not given is not sent where the service's own default is the one that holds: it may change there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.instance_refresh.leaves import RefreshDefaults
from pulumi_rolling.policy.instance_refresh.rules import WIDEST

SERVICE_LEAST = 90
"""MinHealthyPercentage (RefreshPreferences); its MaxHealthyPercentage has no default."""
CLOUD_FORMATION_LEAST, CLOUD_FORMATION_MOST = 100, 110
"""AutoScalingInstanceRefresh (CloudFormation, UpdatePolicy attribute), with Strategy Rolling."""


@dataclass(frozen=True, slots=True)
class Maintenance:
    """The instance maintenance policy of a group, in percent of Desired."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Percentages:
    """The two percentages that hold, and who said them."""

    least: int
    most: int | None
    """None: none is given, which is not the same as 100."""
    source: str
    """In words, empty where the block gives all that holds."""

    @property
    def are_too_wide(self) -> bool:
        return self.most is not None and self.most - self.least > WIDEST


def percentages(refresh: InstanceRefresh, maintenance: Maintenance | None) -> Percentages:
    """A maintenance policy goes before defaults, the block before both."""
    least, most = refresh.min_healthy_percentage, refresh.max_healthy_percentage
    if least is not None and most is not None:
        return Percentages(least, most, "")
    if maintenance is not None:
        return Percentages(
            maintenance.least if least is None else least,
            maintenance.most if most is None else most,
            "the group's instance maintenance policy",
        )
    if refresh.defaults is RefreshDefaults.CLOUD_FORMATION:
        floor = CLOUD_FORMATION_LEAST if least is None else least
        return Percentages(floor, min(CLOUD_FORMATION_MOST, floor + WIDEST), "CloudFormation's defaults")
    return Percentages(SERVICE_LEAST if least is None else least, None, "the service's defaults")


def rolls_back_itself(refresh: InstanceRefresh, on_failure: OnFailure) -> bool:
    """Whether the service is to return the group. CloudFormation's way back is another refresh."""
    if refresh.auto_rollback is not None:
        return refresh.auto_rollback
    return on_failure is OnFailure.ROLL_BACK and refresh.defaults is RefreshDefaults.SERVICE


def preferences(
    refresh: InstanceRefresh,
    maintenance: Maintenance | None = None,
    *,
    on_failure: OnFailure = OnFailure.ROLL_BACK,
    reversible: bool = True,
    forced: bool = False,
) -> dict[str, Any]:
    """RefreshPreferences of a start, in the service's names.

    ``reversible``: the service can return the group. ``forced``: members go although they match (triggers).
    """
    least, most = _percentages_sent(refresh, maintenance)
    percents = list(refresh.checkpoint_percentages)
    sent = {
        "MinHealthyPercentage": least,
        "MaxHealthyPercentage": most,
        "InstanceWarmup": refresh.instance_warmup,
        "CheckpointPercentages": percents or None,
        "CheckpointDelay": refresh.checkpoint_delay if percents else None,
        "SkipMatching": refresh.skip_matching and not forced,
        "AutoRollback": reversible and rolls_back_itself(refresh, on_failure),
        "AlarmSpecification": {"Alarms": list(refresh.alarms)} if refresh.alarms else None,
        "BakeTime": refresh.bake_time or None,
        "ScaleInProtectedInstances": refresh.scale_in_protected_instances.value,
        "StandbyInstances": refresh.standby_instances.value,
    }
    return {name: value for name, value in sent.items() if value is not None}


def back_preferences(refresh: InstanceRefresh, maintenance: Maintenance | None = None) -> dict[str, Any]:
    """Those of a refresh to the former version: nothing is tried out on it, and nobody returns it."""
    plain = refresh.model_copy(
        update={"checkpoint_percentages": (), "alarms": (), "bake_time": 0, "auto_rollback": False}
    )
    return preferences(plain, maintenance)


def _percentages_sent(
    refresh: InstanceRefresh, maintenance: Maintenance | None
) -> tuple[int | None, int | None]:
    """As given, and CloudFormation's where those hold: the service does not know them."""
    if maintenance is None and refresh.defaults is RefreshDefaults.CLOUD_FORMATION:
        hold = percentages(refresh, maintenance)
        return hold.least, hold.most
    return refresh.min_healthy_percentage, refresh.max_healthy_percentage
