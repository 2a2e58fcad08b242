"""What state holds of a group: its inputs without defaults, and outputs of the rollout that it was last in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pulumi_rolling.handler.operation import Operation, Situation
from pulumi_rolling.handler.properties import inputs_of


def state_of(
    operation: Operation,
    situation: Situation,
    rollout: Any | None = None,
    last: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The outputs beside the inputs. No defaults are written: a changed default would be a diff for everyone."""
    return {**inputs_of(operation.news), **outputs_of(operation, situation, rollout, last)}


def outputs_of(
    operation: Operation,
    situation: Situation,
    rollout: Any | None = None,
    last: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    former = situation.came_from
    moved = former is not None and former.address != situation.to.address
    stayed = rollout is not None and operation.strategy.situation.telling.left_as_they_are(rollout)
    outputs = {
        "revision": situation.to.address,
        "previousRevision": former.address if former is not None and moved else None,
        "suspendedAsFound": sorted(situation.suspended_as_found),
        "status": "mixed" if stayed else "stable",
        "lastRollout": (operation.olds or {}).get("lastRollout") if rollout is None else last,
    }
    return {key: value for key, value in outputs.items() if value is not None}


def left_of(operation: Operation, situation: Situation, status: str) -> dict[str, Any]:
    """State of a group between two revisions. Its revision is where the rollout came from: the way back needs it."""
    if operation.olds is not None:
        return {**operation.olds, "status": status}
    former = situation.came_from or situation.to
    return {**state_of(operation, situation), "revision": former.address, "status": status}


def last_rollout(rollout: Any, operation: Operation) -> dict[str, Any]:
    """What state keeps of a rollout."""
    return {
        "id": rollout.goal.id,
        "startedAt": _iso(rollout.started_at),
        "finishedAt": _iso(operation.clock.now()),
        "apiCalls": operation.fleet.api_calls(),
        **operation.strategy.situation.telling.outputs(rollout, operation.olds or {}),
    }


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
