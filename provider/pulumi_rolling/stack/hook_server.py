"""Our own hooks in a return: the engine calls them here, and who can roll a group carries them out.

This package knows no group: what a call says goes on in plain values, with the policy and the group's provider.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import json_format
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

from pulumi_rolling.stack.deployment import plain
from pulumi_rolling.stack.hook_call import HookCall, Rolls
from pulumi_rolling.stack.own_hooks import OwnHook

_KINDS = {"BeforeCreate": "before_create", "AfterCreate": "after_create", "BeforeUpdate": "before_update"}
"""Kinds of hooks in state that ours are of, by the names that a registration has for them."""


@dataclass(frozen=True)
class Around:
    """What is true of all calls of one run."""

    engine: str
    """The engine's address."""
    dry_run: bool
    settings: Callable[[str], Mapping[str, Any]]
    """Inputs of the provider of the resource with this URN."""
    at_once: int
    """How many resources have hooks; groups share those of one policy, and all of them may roll at once."""


@contextmanager
def hooks_served(hooks: Mapping[str, OwnHook], rolls: Rolls, around: Around, monitor: Any) -> Iterator[None]:
    """While the block lasts the engine can call these hooks."""
    if not hooks:
        yield
        return
    server = grpc.server(futures.ThreadPoolExecutor(around.at_once + 1))
    callback_pb2_grpc.add_CallbacksServicer_to_server(_Callbacks(hooks, rolls, around), server)
    target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        for name in hooks:
            callback = callback_pb2.Callback(target=target, token=name)
            monitor.RegisterResourceHook(
                resource_pb2.RegisterResourceHookRequest(name=name, callback=callback, on_dry_run=True)
            )
        yield
    finally:
        server.stop(grace=1).wait()


def bind(message: Any, recorded: Mapping[str, list[str]], hooks: Mapping[str, OwnHook]) -> None:
    """The hooks of ours among those that state records, in the registration of their resource."""
    for kind, field in _KINDS.items():
        getattr(message.hooks, field).extend(name for name in recorded.get(kind, ()) if name in hooks)


class _Callbacks(callback_pb2_grpc.CallbacksServicer):
    def __init__(self, hooks: Mapping[str, OwnHook], rolls: Rolls, around: Around) -> None:
        self._hooks, self._rolls, self._around = hooks, rolls, around

    def Invoke(self, request: Any, context: Any) -> Any:
        asked = resource_pb2.ResourceHookRequest.FromString(request.request)
        hook, around = self._hooks[request.token], self._around
        call = HookCall(
            urn=asked.urn,
            name=asked.name,
            type=asked.type,
            old_inputs=_moment(asked, "old_inputs"),
            new_inputs=_moment(asked, "new_inputs"),
            old_outputs=_moment(asked, "old_outputs"),
            new_outputs=_moment(asked, "new_outputs"),
            policy=hook.policy,
            on_failure=hook.on_failure,
            provider=around.settings(asked.urn),
            engine=around.engine,
            dry_run=around.dry_run,
        )
        answer = resource_pb2.ResourceHookResponse(error=self._rolls(call))
        return callback_pb2.CallbackInvokeResponse(response=answer.SerializeToString())


def _moment(asked: Any, name: str) -> dict[str, Any] | None:
    """Properties at one moment; None where the call has none."""
    if not asked.HasField(name):
        return None
    found: dict[str, Any] = plain(json_format.MessageToDict(getattr(asked, name)))
    return found
