"""What can be wrong in a normalised refresh of an ESS scaling group: limits of ESS, and fields that it has no equal of.

Source: StartInstanceRefresh (ESS API reference, 2022-02-22), whose names beside ours are: Checkpoints for
checkpointPercentages, CheckpointPauseTime (minutes) for checkpointDelay (seconds).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.block import IsUnknown
from pulumi_rolling.policy.instance_refresh.leaves import MINUTE, RefreshDefaults
from pulumi_rolling.policy.instance_refresh.rules import checkpoint_faults
from pulumi_rolling.policy.leaves import show

WHOLE = 100
_NO_WATCH = (
    "has no counterpart in a refresh of ESS, which watches no alarms; remove it, and end a bad roll by "
)
_UNLIKE: Mapping[str, str] = {
    "instanceWarmup": "has no counterpart in a refresh of ESS, which goes on once an instance is in service. Give the "
    "group a lifecycle hook of its scale-out that the instance completes when it is warm, or use rollingUpdate with "
    "readiness.warmUp.",
    "alarms": f"{_NO_WATCH}'rolling abort', or at a checkpoint with approval.",
    "bakeTime": f"{_NO_WATCH}'rolling abort', or at a last checkpoint with approval.",
    "autoRollback": "has no counterpart in a refresh of ESS, which returns nothing by itself; remove it. This program "
    "asks for the rollback where onFailure is rollBack.",
}
_PASSED_BY: Mapping[str, str] = {
    "scaleInProtectedInstances": "protected instances",
    "standbyInstances": "instances in standby",
}


def ess_refresh_faults(refresh: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
    """Faults of a refresh of ESS, with paths within the block."""
    yield from (Fault(name, sentence) for name, sentence in _UNLIKE.items() if name in refresh)
    for name, who in _PASSED_BY.items():
        value = refresh.get(name, "Ignore")
        if value != "Ignore" and not is_unknown(value):
            yield Fault(
                name,
                f"must be Ignore, since a refresh of ESS passes {who} by; found {show(value)}. Change their state "
                "first, or use rollingUpdate.",
            )
    if refresh.get("defaults") == RefreshDefaults.CLOUD_FORMATION.value:
        yield Fault(
            "defaults",
            "must be service: CloudFormation's block is about EC2 Auto Scaling. Write it as instanceRefresh.",
        )
    yield from checkpoint_faults(refresh)
    yield from _ends(refresh.get("checkpointPercentages"), is_unknown)
    yield from _delay(refresh.get("checkpointDelay"))


def _ends(percents: Any, is_unknown: IsUnknown) -> Iterator[Fault]:
    """The last checkpoint is the end of the refresh ("the last must be 100")."""
    if not isinstance(percents, list) or not percents or is_unknown(percents[-1]):
        return
    if type(percents[-1]) is int and percents[-1] != WHOLE:
        yield Fault(
            f"checkpointPercentages[{len(percents) - 1}]",
            f"must be {WHOLE}: a refresh of ESS replaces all, and its last checkpoint says so; found {percents[-1]}.",
        )


def _delay(seconds: Any) -> Iterator[Fault]:
    """ESS has whole minutes, from 1 to 2880; above that the field itself ends."""
    if type(seconds) is int and (seconds < MINUTE or seconds % MINUTE):
        yield Fault(
            "checkpointDelay",
            f"must be whole minutes from PT1M to P2D in ESS; found {show(seconds)} seconds.",
        )
