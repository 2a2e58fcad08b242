"""Which signals the environment wants exported, and by what, in OpenTelemetry's own variables. Loads nothing of it.

The variables are those of "Environment Variable Specification" and "OTLP Exporter Configuration" (OpenTelemetry). Where
that lets a program export by default, this one does so only once an endpoint or an exporter is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_OTLP = "otlp"
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Names of exporters, as their packages register them; empty where a signal is not exported."""

    traces: str = ""
    metrics: str = ""

    def __bool__(self) -> bool:
        return bool(self.traces or self.metrics)


def wanted_in(environment: Mapping[str, str]) -> Wanted:
    read = {name: value.strip() for name, value in environment.items() if name.startswith("OTEL_")}
    if read.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return Wanted()
    return Wanted(_exporter(read, "TRACES"), _exporter(read, "METRICS"))


def _exporter(read: Mapping[str, str], signal: str) -> str:
    named = read.get(f"OTEL_{signal}_EXPORTER", "").split(",")[0].strip()
    own = f"OTEL_EXPORTER_OTLP_{signal}_"
    if not named:
        named = _OTLP if read.get(_ENDPOINT) or read.get(f"{own}ENDPOINT") else _NONE
    if named == _NONE:
        return ""
    if named != _OTLP:
        return named
    protocol = read.get(f"{own}PROTOCOL") or read.get("OTEL_EXPORTER_OTLP_PROTOCOL") or "http/protobuf"
    return "otlp_proto_grpc" if protocol == "grpc" else "otlp_proto_http"
