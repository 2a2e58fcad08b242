"""Groups side by side, each with the state of its rollout, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.explain import sentence
from pulumi_rolling.report.counted import counted
from pulumi_rolling.report.standing import Standing, way
from pulumi_rolling.report.status_json import VERSION, not_rolling_json, rollout_json

_BETWEEN = "  "


@dataclass(frozen=True, slots=True)
class ListedRoll:
    """A group as a list shows it. ``standing`` knows no members."""

    group: str
    members: int | None = None
    """None where the group is not there."""
    standing: Standing[Any] | None = None
    resource: str = ""
    """The resource of the stack that rolls it, where a stack is listed."""
    region: str = ""
    fault: str = ""
    """Why nothing more can be told."""


def listing_text(rolls: Sequence[ListedRoll]) -> str:
    """A line a group under a heading; those that roll stand first."""
    with_resources = any(roll.resource for roll in rolls)
    with_regions = any(roll.region for roll in rolls)
    rows = [("GROUP", "INSTANCES", "RESOURCE", "REGION", "STATE")]
    for roll in sorted(rolls, key=lambda each: (each.standing is None, each.group, each.resource)):
        count = "" if roll.members is None else str(roll.members)
        rows.append((roll.group, count, roll.resource, roll.region, _state(roll)))
    shown = [True, True, with_resources, with_regions, True]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)]
        lines.append(
            _BETWEEN.join(cell for cell, is_shown in zip(cells, shown, strict=True) if is_shown).rstrip()
        )
    return "\n".join(lines)


def listing_json(rolls: Sequence[ListedRoll]) -> dict[str, Any]:
    """Each group as `rolling status` tells it, without the members."""
    return {"version": VERSION, "groups": [_json(roll) for roll in rolls]}


def _json(roll: ListedRoll) -> dict[str, Any]:
    if roll.fault or roll.members is None:
        told = {**not_rolling_json(roll.group), "state": "unreadable" if roll.fault else "missing"}
    elif roll.standing is None:
        told = not_rolling_json(roll.group)
    else:
        told = rollout_json(roll.standing)
    return {
        **told,
        "instances": roll.members,
        "resourceName": roll.resource or None,
        "region": roll.region or None,
        "fault": roll.fault or None,
    }


def _state(roll: ListedRoll) -> str:
    if roll.fault:
        return roll.fault
    if roll.members is None:
        return "there is no such group"
    if roll.standing is None:
        return "not rolling"
    standing, now = roll.standing, counted(roll.standing)
    parts = [way(standing).removeprefix(f"{standing.group}: ")]
    if not standing.is_driven:
        return ", ".join([*parts, "nobody drives it"])
    if standing.status is not None and now.total:
        parts.append(f"{now.replaced}/{now.total} replaced")
    if standing.rollout.way.paused:
        parts.append("paused")
    elif standing.because is not None:
        parts.append(sentence(standing.because, standing.addressed))
    return ", ".join(parts)
