"""What state holds of a group: its inputs without defaults, and outputs of the rollout that it was last in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.properties import inputs_of
from pulumi_rolling.handler.replace.kept_sizes import kept_of, without_sizes
from pulumi_rolling.handler.replace.situation import Situation


def state_of(
    operation: Operation,
    situation: Situation,
    rollout: Rollout | None = None,
    last: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The outputs beside the inputs. No defaults are written: a changed default would be a diff for everyone."""
    return {**inputs_of(operation.news), **outputs_of(operation, situation, rollout, last)}


def outputs_of(
    operation: Operation,
    situation: Situation,
    rollout: Rollout | None = None,
    last: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    former = situation.came_from
    moved = former is not None and former.address != situation.to.address
    outputs = {
        "revision": situation.to.address,
        "previousRevision": former.address if former is not None and moved else None,
        "suspendedAsFound": sorted(situation.rollout.found.suspended),
        "status": "mixed" if rollout is not None and rollout.way.skipped else "stable",
        "lastRollout": (operation.olds or {}).get("lastRollout") if rollout is None else last,
    }
    return {key: value for key, value in outputs.items() if value is not None}


def left_of(
    operation: Operation, situation: Situation, status: str, record: Rollout | None = None
) -> dict[str, Any]:
    """State of a group between two revisions. Its revision is where the rollout came from: the way back needs it.

    ``record``: that of the rollout, where it stays on the group.
    """
    kept = {} if record is None else kept_of(record)
    if operation.olds is not None:
        return {**without_sizes(operation.olds), **kept, "status": status}
    former = situation.came_from or situation.to
    return {**state_of(operation, situation), **kept, "revision": former.address, "status": status}


def last_rollout(rollout: Rollout, operation: Operation) -> dict[str, Any]:
    """What state keeps of a rollout. One without boots of its own hands on those of the last."""
    boots = rollout.way.boots if rollout.way.boots.n else rollout.prior
    told = {
        "id": rollout.goal.id,
        "startedAt": _iso(rollout.started_at),
        "finishedAt": _iso(operation.clock.now()),
        "replaced": rollout.way.total,
        "failed": rollout.way.failures,
        "relaunchedByCloud": max(0, rollout.ours.seen_new - rollout.ours.launched),
        "lowestInService": rollout.ours.lowest,
        "apiCalls": operation.fleet.api_calls(),
        "boots": {"n": boots.n, "logs": round(boots.logs, 4), "squares": round(boots.squares, 4)},
    }
    return {**told, "skipped": sorted(rollout.way.skipped)} if rollout.way.skipped else told


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
