"""Sizes of an interrupted rollout in the resource's state, for when its record is lost from the group.

A refresh reads the record and then lets the group's own resource remove it; Desired stays raised where the program does
not declare it. State keeps from the record what the sizes were and what the rollout set them to, so that the next
update can tell a raise of ours from a wish of somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.acts import desired_at_end
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.policy.outputs import SIZES_AS_FOUND, SizesAsFound


@dataclass(frozen=True, slots=True)
class KeptSizes:
    """``least`` and ``desired``: what the rollout set MinSize and Desired to."""

    found: Sizes
    least: frozenset[int]
    desired: int


def kept_of(record: Rollout) -> dict[str, SizesAsFound]:
    """The output of a resource whose rollout was interrupted."""
    found, ours = record.found.sizes, record.ours
    # In the cloud's own count, with those in standby: who stands there by the next update is not known.
    kept: SizesAsFound = {
        "min": found.told,
        "max": found.max + found.standby,
        "desired": desired_at_end(record) + found.standby,
        "minSet": sorted(ours.least),
        "desiredSet": ours.desired + found.standby,
    }
    return {SIZES_AS_FOUND: kept}


def kept_in(state: Mapping[str, Any] | None) -> KeptSizes | None:
    """None where state has none; whole numbers come back from Pulumi as floats."""
    kept = (state or {}).get(SIZES_AS_FOUND) or {}
    try:
        found = Sizes(int(kept["min"]), int(kept["max"]), int(kept["desired"]))
        return KeptSizes(found, frozenset(map(int, kept["minSet"])), int(kept["desiredSet"]))
    except (KeyError, TypeError, ValueError):
        return None
