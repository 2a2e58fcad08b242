"""Our hooks in a return, called as the engine calls them."""

from __future__ import annotations

import threading
from concurrent import futures
from typing import Any

import grpc
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2
from pulumi_rolling.stack.hook_call import HookCall
from pulumi_rolling.stack.hook_server import Around, hooks_served
from pulumi_rolling.stack.own_hooks import OwnHook

GROUPS = 5
PATIENCE = 60.0


class Monitor:
    """The engine's, as far as hooks are registered with it."""

    def __init__(self) -> None:
        self.hooks: list[Any] = []

    def RegisterResourceHook(self, asked: Any) -> None:
        self.hooks.append(asked)


def test_all_groups_of_one_policy_are_heard_at_once() -> None:
    """One hook is registered, and no group waits until another one has rolled; each is called by its own name."""
    together = threading.Barrier(GROUPS)
    names: list[str] = []

    def rolls(call: HookCall) -> str:
        together.wait(PATIENCE)
        names.append(call.name)
        return f"{call.name} {call.policy}"

    monitor = Monitor()
    around = Around("", dry_run=False, settings=lambda urn: {}, at_once=GROUPS)
    with hooks_served({"policy-1": OwnHook("policy-1", {"a": 1})}, rolls, around, monitor):
        [hook] = monitor.hooks
        with (
            grpc.insecure_channel(hook.callback.target) as channel,
            futures.ThreadPoolExecutor(GROUPS) as pool,
        ):
            stub = callback_pb2_grpc.CallbacksStub(channel)
            said = sorted(pool.map(lambda n: answer(stub, hook, f"web-{n}"), range(GROUPS)))
    assert said == [f"web-{n} {{'a': 1}}" for n in range(GROUPS)] and len(names) == GROUPS


def answer(stub: Any, hook: Any, name: str) -> str:
    asked = resource_pb2.ResourceHookRequest(urn=f"urn::{name}", name=name, type="a:b:C")
    call = callback_pb2.CallbackInvokeRequest(token=hook.callback.token, request=asked.SerializeToString())
    return str(resource_pb2.ResourceHookResponse.FromString(stub.Invoke(call).response).error)
