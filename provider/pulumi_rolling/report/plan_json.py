"""The plan as JSON: a stable interface with a version, whose keys may be added to and never change meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pulumi_rolling.core.events import iso
from pulumi_rolling.core.model import Pacing
from pulumi_rolling.core.plan import Plan
from pulumi_rolling.errors import Fault

VERSION = 1


def feasible(plan: Plan, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """A plan that can be carried out. Lock-step has ``rounds``, sliding has ``window`` in their place."""
    steps: dict[str, Any]
    if plan.pacing is Pacing.LOCK_STEP:
        steps = {"rounds": [{"terminate": each.terminate, "launch": each.launch} for each in plan.rounds]}
    else:
        steps = {"window": plan.batch}
    return {
        "version": VERSION,
        "feasible": True,
        "pacing": plan.pacing.value,
        "replace": plan.replace,
        "batch": plan.batch,
        "capacityDuring": plan.capacity,
        "resize": plan.resize,
        "launchFirst": plan.launch_first,
        "floor": plan.floor,
        "lowestInService": plan.lowest_in_service,
        "warnings": list(warnings),
        **steps,
        "signals": _signals(plan),
        "failuresTolerated": plan.tolerated,
        "events": list(plan.events),
    }


def infeasible(faults: Sequence[Fault]) -> dict[str, Any]:
    """All that stands in the way, each with its canonical path."""
    return {
        "feasible": False,
        "errors": [{"path": fault.path, "message": fault.message} for fault in faults],
    }


def _signals(plan: Plan) -> dict[str, Any] | None:
    """How long each new member may take, and how many of them must signal SUCCESS."""
    if not plan.signals:
        return None
    return {"timeout": iso(plan.pause), "needed": plan.replace - plan.tolerated}
