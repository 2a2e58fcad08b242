"""The plan as JSON: a stable interface with a version, whose keys may be added to and never change meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pulumi_rolling.core.delegate.plan import DelegatePlan
from pulumi_rolling.core.model.durations import iso
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.replace.limits import Choice, Limits, Pacing, ZoneOrder
from pulumi_rolling.core.replace.plan import Plan
from pulumi_rolling.errors import Fault

VERSION = 1


def planned(plan: Plan | DelegatePlan, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """A plan that can be carried out, by us or by the cloud."""
    return delegated(plan, warnings) if isinstance(plan, DelegatePlan) else feasible(plan, warnings)


def feasible(plan: Plan, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """A plan that can be carried out. Lock-step has ``rounds``, sliding has ``window`` in their place.

    What the policy asks for beyond CloudFormation has a key only where it asks for it.
    """
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
        "lossesTolerated": plan.losses,
        **_precautions(plan.limits, plan.replace),
        "events": list(plan.events),
    }


def delegated(plan: DelegatePlan, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """A plan that the cloud carries out. It has no rounds, since the service picks the members."""
    foreseen = plan.limits.foreseen
    return {
        "version": VERSION,
        "feasible": True,
        "rolls": "service",
        "replace": plan.replace,
        "batch": plan.batch,
        "lowestInService": plan.lowest_in_service,
        "mostInstances": plan.most,
        "warnings": list(warnings),
        "wayBack": [way.value for way in plan.way_back],
        **_given(
            follows=plan.follows,
            checkpoints=[{"name": gate.name, "wait": _duration(gate.wait)} for gate in plan.gates],
            approval=plan.limits.approval,
            leftOld=plan.left_old,
            alarms=list(foreseen.alarms or plan.limits.alarms),
            bakeTime=_duration(foreseen.bake + plan.limits.bake),
            warmUp=_duration(foreseen.warm_up),
            timeout=_duration(plan.limits.timeout),
            onFailure=_unless_rolled_back(plan.limits.on_failure),
        ),
    }


def infeasible(faults: Sequence[Fault]) -> dict[str, Any]:
    """Faults that stand in the way, each with its canonical path."""
    return {
        "feasible": False,
        "errors": [{"path": fault.path, "message": fault.message} for fault in faults],
    }


def _signals(plan: Plan) -> dict[str, Any] | None:
    """Signals: how long each new member may take, and how many of them must send SUCCESS."""
    if not plan.signals:
        return None
    return {"timeout": iso(plan.pause), "needed": plan.replace - plan.tolerated}


def _precautions(limits: Limits, replaced: int) -> dict[str, Any]:
    """Precautions under the names of the policy; durations in ISO 8601, counts in members."""
    canary = min(limits.canary, replaced)
    guard = limits.guard.value if limits.pacing is Pacing.SLIDING else None
    zones = limits.zone_order.value if limits.zone_order is not ZoneOrder.BALANCED else None
    return _given(
        guard=guard,
        slowStart=limits.slow_start,
        canary=_given(size=canary, soak=_duration(limits.soak)) if canary else None,
        checkpoints=_given(
            percents=[_number(percent) for percent in limits.checkpoints],
            delay=_duration(limits.checkpoint_delay),
        ),
        approval=limits.approval,
        readiness=_given(
            targetHealth=limits.target_health,
            statusChecks=limits.status_checks,
            probes=limits.probes,
            warmUp=_duration(limits.warm_up),
            timeout=_duration(limits.ready_within),
        ),
        alarms=list(limits.alarms),
        bakeTime=_duration(limits.bake),
        zoneOrder=zones,
        standbyInstances=_unless(limits.standby, Choice.IGNORE),
        scaleInProtectedInstances=_unless(limits.protected, Choice.REPLACE),
        warmPoolInstances=_unless(limits.warm_pool, Choice.REPLACE),
        beforeTerminate=_duration(limits.before_terminate),
        drainTimeout=_duration(limits.drain),
        keepFailed=limits.keep_failed,
        timeout=_duration(limits.timeout),
        onFailure=_unless_rolled_back(limits.on_failure),
    )


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}


def _duration(seconds: float | None) -> str | None:
    return iso(seconds) if seconds else None


def _number(percent: float) -> int | float:
    return int(percent) if percent.is_integer() else percent


def _unless(choice: Choice, default: Choice) -> str | None:
    return None if choice is default else choice.value


def _unless_rolled_back(chosen: OnFailure) -> str | None:
    return None if chosen is OnFailure.ROLL_BACK else chosen.value
