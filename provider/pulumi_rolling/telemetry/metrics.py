"""Counts, durations and the state of rollouts as OpenTelemetry's instruments; what they count is read off points."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.report.course.point import Point


class Metrics:
    """One group's. Instruments of a name are one, however many groups make them."""

    def __init__(self, meter: Any, group: str) -> None:
        self._group = {"rolling.group": group}
        self._last: Point | None = None
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

    def hear(self, point: Point) -> None:
        seen = {"in_service": point.in_service, "replaced": point.replaced, "total": point.total}
        for name, count in seen.items():
            if count is not None:
                self._gauges[name].set(count, self._group)
        last, self._last = self._last, point
        if point.operation is None:
            self._judged("ready", len(point.readied))
            # With a turn the point names the first few of those that failed, and counts all.
            self._judged("failed", len(point.failed) if last is None else point.failures - last.failures)
        elif last is not None:
            # The service tells how many it has replaced, and neither names them nor tells which failed.
            self._judged("ready", point.replaced - (last.replaced if last.way == point.way else 0))

    def _judged(self, result: str, more: int) -> None:
        if more > 0:
            self._members.add(more, {**self._group, "rolling.result": result})

    def end(self, seconds: float, outcome: str) -> None:
        told = {**self._group, "rolling.outcome": outcome}
        self._rollouts.add(1, told)
        self._lasted.record(seconds, told)
