"""The plugin in this process, called over gRPC as the engine does it, and the lab for what it calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2_grpc
from pulumi_rolling.fleets.auto_scaling_group import poll as group_poll
from pulumi_rolling.fleets.aws import launch_templates
from pulumi_rolling.lab import Lab
from pulumi_rolling.plugin.provider import Provider
from pulumi_rolling.plugin.serving import Threads, served

from tests.end_to_end.stage import ROLLING
from tests.in_lab import use_lab
from tests.plugin.engine_side import Heard, Plugged, Web, WithPolicy


@pytest.fixture
def heard() -> Iterator[Heard]:
    """The engine's own service, which takes lines."""
    server = grpc.server(Threads())
    heard = Heard()
    engine_pb2_grpc.add_EngineServicer_to_server(heard, server)
    heard.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield heard
    server.stop(0)


@pytest.fixture
def plugged(heard: Heard) -> Iterator[Plugged]:
    provider = Provider(heard.address)
    server, port = served(provider)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        plugged = Plugged(provider, provider_pb2_grpc.ResourceProviderStub(channel), heard)
        plugged.configure()
        yield plugged
    server.stop(0)


@pytest.fixture(scope="module")
def running_lab() -> Iterator[Lab]:
    with Lab(boot=0.05) as lab:
        yield lab


@pytest.fixture
def lab(running_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    use_lab(monkeypatch, running_lab.environment, poll=0.05, settle=0.5)
    running_lab.reset()
    # The new cloud gives old ids to new things, and versions are kept for the life of a process.
    monkeypatch.setattr(launch_templates, "_all", {})
    monkeypatch.setattr(group_poll, "_polls", {})
    return running_lab


@pytest.fixture
def web(lab: Lab, plugged: Plugged) -> Web:
    """Two members of version 1 in group web, deployed through the plugin."""
    return Web(lab, plugged)


@pytest.fixture
def six(lab: Lab, plugged: Plugged) -> WithPolicy:
    """Deploys six members of version 1; call it once in a test."""

    def opened(group: dict[str, Any] | None = None, **fields: Any) -> Web:
        policy = {key: value for key, value in {**ROLLING, **fields}.items() if value is not None}
        made = {"MinSize": 4, "MaxSize": 8, **(group or {})}
        return Web(lab, plugged, members=6, policy=policy, **made)

    return opened
