"""What the environment wants exported, by OpenTelemetry's own variables."""

from __future__ import annotations

import pytest
from pulumi_rolling.errors import RollingError
from pulumi_rolling.telemetry.providers import providers_of, trouble
from pulumi_rolling.telemetry.wanted import Wanted, wanted_in

URL = "http://127.0.0.1:4318"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, Wanted()),
        ({"EXPORTER_OTLP_ENDPOINT": URL}, Wanted("otlp_proto_http", "otlp_proto_http")),
        ({"EXPORTER_OTLP_TRACES_ENDPOINT": URL}, Wanted("otlp_proto_http", "")),
        ({"EXPORTER_OTLP_ENDPOINT": URL, "METRICS_EXPORTER": "none"}, Wanted("otlp_proto_http", "")),
        (
            {"EXPORTER_OTLP_ENDPOINT": URL, "EXPORTER_OTLP_PROTOCOL": "grpc"},
            Wanted("otlp_proto_grpc", "otlp_proto_grpc"),
        ),
        (
            {"EXPORTER_OTLP_ENDPOINT": URL, "EXPORTER_OTLP_METRICS_PROTOCOL": "grpc"},
            Wanted("otlp_proto_http", "otlp_proto_grpc"),
        ),
        ({"TRACES_EXPORTER": "console"}, Wanted("console", "")),
        ({"EXPORTER_OTLP_ENDPOINT": URL, "SDK_DISABLED": "true"}, Wanted()),
        ({"EXPORTER_OTLP_ENDPOINT": " ", "SERVICE_NAME": "shop"}, Wanted()),
    ],
)
def test_a_signal_is_exported_where_an_exporter_or_an_endpoint_is_named(
    given: dict[str, str], wanted: Wanted
) -> None:
    """Without either there is none, whatever the specification's own default is."""
    found = wanted_in({f"OTEL_{name}": value for name, value in given.items()})
    assert found == wanted and bool(found) is bool(wanted.traces or wanted.metrics)


def test_exporters_are_found_by_their_registered_names() -> None:
    """HTTP and gRPC come with the extra and with Pulumi; a name that nobody registers is said with what to install."""
    for name in ("otlp_proto_http", "otlp_proto_grpc"):
        made = providers_of(Wanted(name, name))
        assert made.tracers is not None and made.meters is not None
        assert providers_of(Wanted(name, name)) is made, "one of each for a process"
    assert "otlp_proto_x for traces is not installed. Run pip install 'pulumi-rolling[otel]'." in trouble(
        Wanted("otlp_proto_x")
    )
    with pytest.raises(RollingError, match="exporter zipkin for metrics is not installed"):
        providers_of(Wanted(metrics="zipkin"))
