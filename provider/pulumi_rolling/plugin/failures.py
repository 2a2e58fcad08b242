"""Answers to the engine when an operation fails: a code, one line, and what is kept of the resource.

FAILED_PRECONDITION: the group is as it was, and so is the state. ABORTED: the same after Ctrl-C. UNKNOWN with
ErrorResourceInitFailed: the group is between two revisions, and these outputs say so; the next update goes on, diff or
not (facts of the engine: pkg/engine/update.go, step_generator.go). Anything else would be read as a corrupt state.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import grpc
from google.protobuf import any_pb2, struct_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2

from pulumi_rolling.errors import AbortedError, OrphanedError, RollingError

DETAILS = "grpc-status-details-bin"
CANCELLED = "cancelled (Ctrl-C); "

Encode = Callable[[dict[str, Any]], struct_pb2.Struct]


def fail(
    context: grpc.ServicerContext, error: RollingError, resource: str, encode: Encode, *, cancelled: bool
) -> NoReturn:
    """End the call. ``resource`` is the id under which the state that was left is kept."""
    text = str(error)
    if isinstance(error, AbortedError):
        abort(context, grpc.StatusCode.ABORTED, f"{CANCELLED}{text}" if cancelled else text)
    if isinstance(error, OrphanedError):
        abort(context, grpc.StatusCode.ABORTED, text)
    if error.left is None:
        abort(context, grpc.StatusCode.FAILED_PRECONDITION, text)
    left = provider_pb2.ErrorResourceInitFailed(id=resource, properties=encode(error.left), reasons=[text])
    packed = any_pb2.Any()
    packed.Pack(left)
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=text, details=[packed])
    context.set_trailing_metadata(((DETAILS, status.SerializeToString()),))
    abort(context, code, text)


def abort(context: grpc.ServicerContext, code: grpc.StatusCode, text: str) -> NoReturn:
    context.abort(code, text)
    raise AssertionError("abort does not return")
