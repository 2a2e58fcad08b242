"""What one drive records of its rollout: spans, metrics, or both, as the environment wants them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.report.course.point import Point
from pulumi_rolling.telemetry.metrics import Metrics
from pulumi_rolling.telemetry.providers import NAME, Providers
from pulumi_rolling.telemetry.spans import Spans


@dataclass
class Recording:
    """``now``: the time of day in seconds."""

    providers: Providers
    spans: Spans | None
    metrics: Metrics | None
    now: Callable[[], float]
    _began: float | None = None
    _last: float = 0.0

    def hear(self, point: Point, rollout: Any) -> None:
        """``rollout``: as the point's decision left it."""
        if self._began is None:
            self._began = rollout.started_at
        self._last = point.at
        if self.spans is not None:
            self.spans.hear(point, rollout)
        if self.metrics is not None:
            self.metrics.hear(point)

    def close(self, outcome: str, sentence: str) -> None:
        """The drive is over, with a word and a sentence for how."""
        if self._began is None:
            return
        # The clock may have been set back.
        now = max(self.now(), self._last)
        if self.spans is not None:
            self.spans.end(now, outcome, sentence)
        if self.metrics is not None:
            self.metrics.end(max(0.0, now - self._began), outcome)
        self.providers.flush()


def recording(
    providers: Providers, group: str, now: Callable[[], float], environment: Mapping[str, str]
) -> Recording:
    """``environment``: TRACEPARENT, where it stands there, is the span that started this process."""
    spans = metrics = None
    if providers.tracers is not None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier = {
            key: environment[key.upper()]
            for key in ("traceparent", "tracestate")
            if key.upper() in environment
        }
        parent = TraceContextTextMapPropagator().extract(carrier)
        spans = Spans(providers.tracers.get_tracer(NAME), group, parent)
    if providers.meters is not None:
        metrics = Metrics(providers.meters.get_meter(NAME), group)
    return Recording(providers, spans, metrics, now)
