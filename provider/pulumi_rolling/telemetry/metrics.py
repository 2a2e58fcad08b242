"""Counts, durations and the state of rollouts as OpenTelemetry's instruments; what they count is read off decisions."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.core.replace.rollout import Rollout


class Metrics:
    """One group's. Instruments of a name are one, however many groups make them."""

    def __init__(self, meter: Any, group: str) -> None:
        self._group = {"rolling.group": group}
        self._rollouts = meter.create_counter(
            "rolling.rollouts", unit="{rollout}", description="Drives that ended, by rolling.outcome"
        )
        self._lasted = meter.create_histogram(
            "rolling.rollout.duration",
            unit="s",
            description="From the rollout's beginning to the drive's end",
        )
        self._members = meter.create_counter(
            "rolling.members", unit="{instance}", description="New instances judged, by rolling.result"
        )
        gauges = {"in_service": "In service", "replaced": "Replaced so far", "total": "To replace"}
        self._gauges = {
            name: meter.create_gauge(f"rolling.{name}", unit="{instance}", description=words)
            for name, words in gauges.items()
        }

    def hear(self, before: Any, decision: Decision[Any, Any]) -> None:
        status = decision.status
        for name, gauge in self._gauges.items():
            gauge.set(getattr(status, name), self._group)
        # A turn counts those that are ready anew, and what was judged before it stays counted.
        turned = before.direction is not decision.next.direction
        self._judged("ready", _ready(decision.next) - (0 if turned else _ready(before)))
        self._judged("failed", _failed(decision.next) - _failed(before))

    def _judged(self, result: str, more: int) -> None:
        if more > 0:
            self._members.add(more, {**self._group, "rolling.result": result})

    def end(self, seconds: float, outcome: str) -> None:
        told = {**self._group, "rolling.outcome": outcome}
        self._rollouts.add(1, told)
        self._lasted.record(seconds, told)


def _ready(rollout: Rollout | Delegating) -> int:
    """Where the cloud rolls, how many it has replaced."""
    return len(rollout.way.succeeded) if isinstance(rollout, Rollout) else rollout.way.done


def _failed(rollout: Rollout | Delegating) -> int:
    """Where the cloud rolls, it does not tell which failed."""
    return rollout.failures if isinstance(rollout, Rollout) else 0
