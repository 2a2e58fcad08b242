"""Our language runtime: the engine asks it to run the program, and it registers a Wish with the engine's monitor.

Registrations run side by side along their needs. This module knows the order and the references between them; what is
registered was decided before.
"""

from __future__ import annotations

import base64
import queue
from collections.abc import Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import (
    language_pb2,
    language_pb2_grpc,
    plugin_pb2,
    resource_pb2,
    resource_pb2_grpc,
)

from pulumi_rolling.stack import request
from pulumi_rolling.stack.assets import with_contents
from pulumi_rolling.stack.deployment import Entry, plain
from pulumi_rolling.stack.hook_call import Rolls
from pulumi_rolling.stack.hook_server import Around, bind, hooks_served
from pulumi_rolling.stack.own_hooks import hooks_in, own_hooks
from pulumi_rolling.stack.rebinding import Changes, UncertainError, changes_of, followed, rebound
from pulumi_rolling.stack.request import Plugin
from pulumi_rolling.stack.script import Script, Told
from pulumi_rolling.stack.wish import Left, Registration, Why

LARGEST = (
    ("grpc.max_receive_message_length", 400 * 1024 * 1024),
    ("grpc.max_send_message_length", 400 * 1024 * 1024),
)
"""Pulumi's own limit of a message."""


@contextmanager
def serving(script: Script, rolls: Rolls) -> Iterator[tuple[str, Told]]:
    """The runtime's address for `--client`, while the block lasts, and what its runs find out."""
    server = grpc.server(futures.ThreadPoolExecutor(4), options=LARGEST)
    told = Told()
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(_Runtime(script, told, rolls), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}", told
    finally:
        server.stop(grace=1).wait()


class _Runtime(language_pb2_grpc.LanguageRuntimeServicer):
    def __init__(self, script: Script, told: Told, rolls: Rolls) -> None:
        self._script, self._told, self._rolls = script, told, rolls
        self._engine = ""

    def Handshake(self, request: Any, context: Any) -> Any:
        self._engine = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version="1.0.0")

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPackagesResponse()

    def Run(self, request: Any, context: Any) -> Any:
        try:
            with grpc.insecure_channel(request.monitor_address, options=LARGEST) as channel:
                monitor = resource_pb2_grpc.ResourceMonitorStub(channel)
                run = _Run(self._script, self._told, monitor, request.dryRun)
                around = Around(self._engine, request.dryRun, run.settings_of, run.at_once)
                with hooks_served(run.hooks, self._rolls, around, monitor):
                    run.carry_out()
        except grpc.RpcError:
            # The engine has reported it below the resource, or is going down.
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse()


class _Run:
    """One run of the program: a preview or an update."""

    def __init__(self, script: Script, told: Told, monitor: Any, dry_run: bool) -> None:
        self.script, self.told, self.monitor, self.dry_run = script, told, monitor, dry_run
        self.open = {each.entry.urn: each for each in script.wish.registrations}
        # A resource that stays as it is may have a hook that the good deployment did not have.
        self.hooks = {**hooks_in(each.entry for each in self.open.values()), **own_hooks(script.good)}
        self.done: dict[str, str] = {}
        self.changes: dict[str, Changes] = {}
        self.packages: dict[str, str] = {}
        self.answers: queue.SimpleQueue[tuple[Registration, Any]] = queue.SimpleQueue()

    def carry_out(self) -> None:
        waiting = {
            urn: {need for need in each.entry.needs if need in self.open} for urn, each in self.open.items()
        }
        blocked: dict[str, list[str]] = {}
        for urn, needs in waiting.items():
            for need in needs:
                blocked.setdefault(need, []).append(urn)
        running = sum(self._start(urn) for urn, needs in waiting.items() if not needs)
        while running:
            each, answer = self.answers.get()
            running -= 1
            self._hear(each, answer.result())
            for urn in blocked.get(each.entry.urn, ()):
                waiting[urn].discard(each.entry.urn)
                if not waiting[urn]:
                    running += self._start(urn)
        self._outputs()
        self.monitor.SignalAndWaitForShutdown(empty_pb2.Empty())

    def _start(self, urn: str) -> int:
        each = self.open[urn]
        entry = each.entry
        try:
            inputs = self._inputs(each)
        except UncertainError as error:
            self.told.left.append(Left(urn, Why.UNCERTAIN, str(error)))
            each = Registration(each.now or entry, each.now, kept=True)
            inputs = self._inputs(each)
        if entry.read:
            answer = self.monitor.ReadResource.future(request.read(entry, inputs, self._plugin(entry)))
        else:
            message = request.register(each, inputs, self._plugin(entry), self.open.__contains__)
            bind(message, entry.hooks, self.hooks)
            answer = self.monitor.RegisterResource.future(message)
        answer.add_done_callback(lambda done: self.answers.put((each, done)))
        return 1

    @property
    def at_once(self) -> int:
        """How many resources may have a hook of ours called at one time."""
        return sum(bool(each.entry.hooks) for each in self.open.values())

    def settings_of(self, urn: str) -> Mapping[str, Any]:
        """Inputs of the provider of a resource: where its cloud is, and as whom it is called."""
        each = self.open.get(urn)
        named = "" if each is None else each.entry.provider.rpartition("::")[0]
        made = self.script.good.living.get(named) or self.script.now.living.get(named)
        return {} if made is None else plain(made.inputs)

    def _inputs(self, each: Registration) -> dict[str, Any]:
        given = request.inputs_of(each.entry, self.dry_run)
        if each.kept:
            return given
        given = with_contents(given, each.now)
        return rebound(given, each.entry, self.changes)

    def _hear(self, each: Registration, answer: Any) -> None:
        entry = each.entry
        self.done[entry.urn] = answer.id if not entry.read else entry.id
        if entry.custom and not entry.read and not each.kept:
            outputs = json_format.MessageToDict(answer.object)
            self.changes[entry.urn] = changes_of(entry, answer.id, outputs)

    def _plugin(self, entry: Entry) -> Plugin:
        if entry.is_provider:
            return self._package(entry)
        urn, _, _ = entry.provider.rpartition("::")
        if not urn:
            return Plugin()
        if urn in self.done:
            return Plugin(provider=f"{urn}::{self.done[urn]}")
        made = self.script.good.living.get(urn) or self.script.now.living.get(urn)
        return Plugin() if made is None else self._package(made)

    def _package(self, provider: Entry) -> Plugin:
        """How the engine finds the plugin that the recorded provider was of."""
        internal = provider.inputs.get(request.INTERNAL) or {}
        version = str(provider.inputs.get("version") or "")
        url = str(internal.get("pluginDownloadURL") or provider.inputs.get("pluginDownloadURL") or "")
        if "parameterization" not in internal:
            return Plugin(version=version, download_url=url)
        if provider.urn not in self.packages:
            name = provider.type.rpartition(":")[2]
            asked = resource_pb2.RegisterPackageRequest(
                name=str(internal.get("name") or name),
                version=str(internal.get("version") or ""),
                download_url=url,
                parameterization=resource_pb2.Parameterization(
                    name=name, version=version, value=base64.b64decode(internal["parameterization"])
                ),
            )
            self.packages[provider.urn] = self.monitor.RegisterPackage(asked).ref
        return Plugin(package=self.packages[provider.urn])

    def _outputs(self) -> None:
        """Outputs of components and of the stack, which a program registers itself.

        They depend on nothing that is recorded, so they follow every text that has changed.
        """
        changes = {old: new for known in self.changes.values() for old, new in known.items()}
        for urn, each in self.open.items():
            if each.entry.custom or urn not in self.done:
                continue
            outputs = followed(request.wire(each.entry.outputs), changes)
            asked = resource_pb2.RegisterResourceOutputsRequest(urn=urn, outputs=request.struct(outputs))
            self.monitor.RegisterResourceOutputs(asked)
