"""Pulumi's provider of dynamic resources, made to outlive commands: it also answers an engine that attaches."""

from __future__ import annotations

import runpy
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2_grpc


def attached(_service: Any, _request: Any, _context: Any) -> Any:
    """The engine's address, which the provider has no use for."""
    return empty_pb2.Empty()


provider_pb2_grpc.ResourceProviderServicer.Attach = attached  # type: ignore[assignment, method-assign]
runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)
