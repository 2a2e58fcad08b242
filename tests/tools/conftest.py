"""The engine's tools lie outside the package; their folder is put on the path here. The stand-in serves a lab."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import grpc
import pytest
from pulumi.runtime.proto import provider_pb2_grpc
from pulumi_rolling.lab import Lab

TOOLS = Path(__file__).resolve().parents[2] / "tools" / "pulumi"
sys.path.insert(0, str(TOOLS))

from standin import kind  # noqa: E402
from standin.provider import Package, Provider  # noqa: E402
from standin.wire import Properties  # noqa: E402
from standin_aws.provider import AWS  # noqa: E402

from tests.tools.engine_side import FIRST, GROUP, TEMPLATE, Resource  # noqa: E402


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(boot=0.02) as running:
        yield running


@pytest.fixture
def aws(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> boto3.session.Session:
    """A session like the one that the stand-in makes from the environment."""
    for name, value in lab.environment.items():
        monkeypatch.setenv(name, value)
    return boto3.session.Session()


@contextmanager
def serving(package: Package) -> Iterator[Any]:
    """A stand-in of its own, and the engine's side of the wire to it."""
    server = grpc.server(futures.ThreadPoolExecutor(4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(package), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    server.stop(None)


@pytest.fixture(scope="module")
def served() -> Iterator[Any]:
    with serving(AWS) as stub:
        yield stub


@pytest.fixture
def stub(served: Any, aws: boto3.session.Session, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(kind, "POLL_SECONDS", 0.02)
    return served


@pytest.fixture
def template(stub: Any) -> Resource:
    resource = Resource(stub, TEMPLATE, f"t{uuid.uuid4().hex[:8]}")
    resource.create({"imageId": FIRST, "instanceType": "t3.small"})
    return resource


@pytest.fixture
def declared(template: Resource) -> Properties:
    return {
        "minSize": 2,
        "maxSize": 5,
        "desiredCapacity": 3,
        "availabilityZones": ["us-east-1b", "us-east-1a"],
        "launchTemplate": {"id": template.id, "version": "1"},
        "suspendedProcesses": ["AZRebalance"],
        "tags": [{"key": "app", "value": "web", "propagateAtLaunch": True}],
    }


@pytest.fixture
def group(stub: Any, declared: Properties) -> Resource:
    resource = Resource(stub, GROUP, f"g{uuid.uuid4().hex[:8]}")
    resource.create(declared)
    return resource
