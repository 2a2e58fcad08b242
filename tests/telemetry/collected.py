"""Providers that keep what they are given, in place of exporters."""

from __future__ import annotations

from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pulumi_rolling.telemetry.providers import Providers


class Collected:
    def __init__(self) -> None:
        self._spans, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        tracers = TracerProvider(shutdown_on_exit=False)
        tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self.providers = Providers(tracers, MeterProvider([self._reader], shutdown_on_exit=False))

    def spans(self, name: str) -> list[ReadableSpan]:
        return [each for each in self._spans.get_finished_spans() if each.name == f"rolling.{name}"]

    def span(self, name: str) -> ReadableSpan:
        (found,) = self.spans(name)
        return found

    def metrics(self) -> dict[tuple[str, str], Any]:
        """The points, by instrument and what tells them apart."""
        told = self._reader.get_metrics_data()
        assert told is not None
        points: dict[tuple[str, str], Any] = {}
        for resource in told.resource_metrics:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    for point in metric.data.data_points:
                        attributes = dict(point.attributes or {})
                        attributes.pop("rolling.group")
                        points[metric.name, "".join(map(str, attributes.values()))] = point
        return points
