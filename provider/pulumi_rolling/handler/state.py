"""What state holds of a group: its inputs without defaults, and outputs of the rollout that it was last in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.handler.operation import Operation, Situation
from pulumi_rolling.handler.properties import inputs_of
from pulumi_rolling.policy.outputs import SIZES_AS_FOUND, STABLE
from pulumi_rolling.report.wording import utc


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
    fixed = operation.strategy.is_fixed(operation.fleet, situation.to)
    outputs = {
        "revision": situation.to.address,
        "fixedRevision": situation.to.address if fixed else None,
        "previousRevision": former.address if former is not None and moved else None,
        "suspendedAsFound": sorted(situation.suspended_as_found),
        "status": "mixed" if stayed else STABLE,
        "lastRollout": (operation.olds or {}).get("lastRollout") if rollout is None else last,
    }
    return {key: value for key, value in outputs.items() if value is not None}


def left_of(
    operation: Operation, situation: Situation, status: str, record: Any | None = None
) -> dict[str, Any]:
    """State of a group between two revisions. Its revision is where the rollout came from: the way back needs it.

    ``record``: that of the rollout, where it stays on the group.
    """
    kept = {} if record is None else operation.strategy.situation.telling.kept(record)
    if operation.olds is not None:
        return {**without_sizes(operation.olds), **kept, "status": status}
    former = situation.came_from or situation.to
    return {**state_of(operation, situation), **kept, "revision": former.address, "status": status}


def without_sizes(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a group whose rollout is over."""
    return {key: value for key, value in state.items() if key != SIZES_AS_FOUND}


def last_rollout(rollout: Any, operation: Operation) -> dict[str, Any]:
    """What state keeps of a rollout."""
    return {
        "id": rollout.goal.id,
        "startedAt": utc(rollout.started_at),
        "finishedAt": utc(operation.clock.now()),
        "apiCalls": operation.fleet.api_calls(),
        **operation.strategy.situation.telling.outputs(rollout, operation.olds or {}),
    }
