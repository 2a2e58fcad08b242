"""A simulation as JSON: a stable interface with a version, whose keys may be added to and never change meaning.

Times are seconds, counts are members or calls. A figure that no seed came to is null.
"""

from __future__ import annotations

from typing import Any

from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.report.simulation import Distribution, Entry, Simulation, Trial

VERSION = 1


def simulation_json(made: Simulation) -> dict[str, Any]:
    boots: dict[str, Any] = {"mean": round(made.mean_boot, 3), "spread": round(made.spread, 4)}
    if made.quantiles:
        boots = {"quantiles": {f"p{100 * share:g}": seconds for share, seconds in made.quantiles}}
    return {
        "version": VERSION,
        "group": {"desired": made.desired, "maxSize": made.max_size, "minSize": made.min_size},
        "boots": boots,
        "seeds": made.seeds,
        "grain": round(made.grain, 3),
        "policies": [_entry(entry) for entry in made.entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    limits = entry.limits
    rolls = _refresh(limits) if isinstance(limits, DelegateLimits) else _rolling_update(limits)
    return {
        "name": entry.name,
        "batch": entry.batch,
        **rolls,
        "warnings": list(entry.warnings),
        "builds": [_trial(trial) for trial in entry.trials],
    }


def _rolling_update(limits: Limits) -> dict[str, Any]:
    return {
        "strategy": "rollingUpdate",
        "pacing": limits.pacing.value,
        "floor": limits.floor,
        "guard": limits.guard.value if limits.pacing is Pacing.SLIDING else None,
        "canary": limits.canary,
    }


def _refresh(limits: DelegateLimits) -> dict[str, Any]:
    """The service has no pacing, guard or canary."""
    foreseen = limits.foreseen
    return {
        "strategy": "instanceRefresh",
        "pacing": None,
        "floor": foreseen.lowest,
        "most": foreseen.most,
        "guard": None,
        "canary": None,
        "warmUpSeconds": foreseen.warm_up,
        "checkpoints": [gate.percent for gate in foreseen.gates],
        "endsAtPercent": foreseen.ends_at,
        "bakeSeconds": foreseen.bake,
    }


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "bad": trial.bad,
        "silent": trial.silent,
        "rolls": trial.rolls,
        "arrived": trial.arrived,
        "returned": trial.returned,
        "stoppedBy": dict(sorted(trial.stopped_by.items())),
        "rollSeconds": _figure(trial.roll),
        "stoppedAfterSeconds": _figure(trial.stopped),
        "backAfterSeconds": _figure(trial.back),
        "lowestInService": _figure(trial.lowest),
        "touched": _figure(trial.touched),
        "relaunchedByCloud": _figure(trial.relaunched),
        "apiCalls": _figure(trial.calls),
    }


def _figure(found: Distribution | None) -> dict[str, float] | None:
    if found is None:
        return None
    return {
        "p5": round(found.p5, 2),
        "p50": round(found.p50, 2),
        "p95": round(found.p95, 2),
        "mean": round(found.mean, 2),
        "spread": round(found.spread, 2),
    }
