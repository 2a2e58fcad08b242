"""OpenTelemetry's SDK, loaded when the first rollout wants it: one tracer and one meter for this process.

They are ours alone: a program that has providers of its own keeps them. What cannot be exported in time is dropped.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points, version
from typing import Any

from pulumi_rolling.errors import RollingError, not_installed
from pulumi_rolling.telemetry.wanted import Wanted

NAME = "pulumi-rolling"
PATIENCE = 5.0
"""Seconds at the end of a drive for what is still to be exported."""
_GROUPS = {"traces": "opentelemetry_traces_exporter", "metrics": "opentelemetry_metrics_exporter"}
_made: dict[Wanted, Providers] = {}
_making = threading.Lock()


@dataclass(frozen=True, slots=True)
class Providers:
    """None where the signal is not wanted."""

    tracers: Any = None
    meters: Any = None

    def flush(self) -> None:
        """Bounded, whatever the exporter does."""
        thread = threading.Thread(target=self._flush, name="otel flush", daemon=True)
        thread.start()
        thread.join(PATIENCE)

    def _flush(self) -> None:
        for provider in (self.tracers, self.meters):
            if provider is not None:
                provider.force_flush()


def trouble(wanted: Wanted) -> str:
    """Why nothing can be exported; empty where it can."""
    try:
        providers_of(wanted)
    except RollingError as error:
        return str(error)
    return ""


def providers_of(wanted: Wanted) -> Providers:
    """The same for all rollouts of a process. Raises RollingError where an exporter is not installed."""
    with _making:
        if wanted not in _made:
            try:
                _made[wanted] = _providers(wanted)
            except ModuleNotFoundError as error:
                missing = not_installed(error)
                if missing is None:
                    raise
                raise missing from error
        return _made[wanted]


def _providers(wanted: Wanted) -> Providers:
    from opentelemetry.sdk.resources import Resource

    resource = Resource.create(_described())
    return Providers(
        _tracers(resource, wanted.traces) if wanted.traces else None,
        _meters(resource, wanted.metrics) if wanted.metrics else None,
    )


def _described() -> Mapping[str, str]:
    """OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go before it: the SDK reads them last."""
    import os

    named = os.environ.get("OTEL_SERVICE_NAME", "").strip() or NAME
    return {"service.name": named, "service.version": version(NAME)}


def _tracers(resource: Any, exporter: str) -> Any:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(_exporter("traces", exporter)))
    return provider


def _meters(resource: Any, exporter: str) -> Any:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader

    made = _exporter("metrics", exporter)
    reader = made if isinstance(made, MetricReader) else PeriodicExportingMetricReader(made)
    return MeterProvider([reader], resource=resource, shutdown_on_exit=False)


def _exporter(signal: str, name: str) -> Any:
    """By the name under which its package registers it."""
    found = next(iter(entry_points(group=_GROUPS[signal], name=name)), None)
    if found is None:
        hint = "Run pip install 'pulumi-rolling[otel]'." if name.startswith("otlp") else ""
        raise RollingError(f"OpenTelemetry's exporter {name} for {signal} is not installed", hint=hint)
    return found.load()()
