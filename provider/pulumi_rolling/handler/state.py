"""What state holds of a group: its inputs without defaults, and outputs of the rollout that it was last in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.handler.situation import Situation
from pulumi_rolling.handler.wiring import Wiring
from pulumi_rolling.policy.inputs import INPUTS


def inputs_of(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: properties[key] for key in INPUTS if properties.get(key) is not None}


def state_of(
    olds: Mapping[str, Any] | None,
    news: Mapping[str, Any],
    situation: Situation,
    rollout: Rollout | None = None,
    last: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The outputs beside the inputs. No defaults are written: a changed default would be a diff for everyone."""
    return {**inputs_of(news), **outputs_of(olds, situation, rollout, last)}


def outputs_of(
    olds: Mapping[str, Any] | None,
    situation: Situation,
    rollout: Rollout | None = None,
    last: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    former = situation.came_from
    moved = former is not None and former.address != situation.to.address
    outputs = {
        "revision": situation.to.address,
        "previousRevision": former.address if former is not None and moved else None,
        "suspendedAsFound": sorted(situation.rollout.found_suspended),
        "status": "mixed" if rollout is not None and rollout.skipped else "stable",
        "lastRollout": (olds or {}).get("lastRollout") if rollout is None else last,
    }
    return {key: value for key, value in outputs.items() if value is not None}


def left_of(
    olds: Mapping[str, Any] | None, news: Mapping[str, Any], situation: Situation, status: str
) -> dict[str, Any]:
    """State of a group between two revisions. Its revision is where the rollout came from: the way back needs it."""
    if olds is not None:
        return {**olds, "status": status}
    former = situation.came_from or situation.to
    return {**state_of(None, news, situation), "revision": former.address, "status": status}


def last_rollout(rollout: Rollout, wiring: Wiring) -> dict[str, Any]:
    """What state keeps of a rollout. One without boots of its own hands on those of the last."""
    boots = rollout.boots if rollout.boots.n else rollout.prior
    told = {
        "id": rollout.id,
        "startedAt": _iso(rollout.started_at),
        "finishedAt": _iso(wiring.clock.now()),
        "replaced": rollout.total,
        "failed": rollout.failures,
        "relaunchedByCloud": max(0, rollout.seen_new - rollout.launched),
        "lowestInService": rollout.lowest,
        "apiCalls": wiring.fleet.api_calls(),
        "boots": {"n": boots.n, "logs": round(boots.logs, 4), "squares": round(boots.squares, 4)},
    }
    return {**told, "skipped": sorted(rollout.skipped)} if rollout.skipped else told


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
