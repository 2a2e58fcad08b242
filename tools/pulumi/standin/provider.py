"""The ResourceProvider service for a stand-in: what each call means, how failures are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
import serving
from google.protobuf import any_pb2, empty_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from standin import fields, names
from standin.cloud import Cloud
from standin.failures import Failed, Refused, Unfinished, one_line
from standin.kind import Change, Kind
from standin.package_schema import schema
from standin.wire import Properties, decode, encode, is_unknown

INTERNAL = "__"
"""Inputs that begin so are the engine's or the provider's own."""


@dataclass(frozen=True)
class Package:
    """One provider that is stood in for."""

    name: str
    version: str
    settings: frozenset[str]
    kinds: Mapping[str, Kind[Any]]
    """By the token of each."""
    cloud: Callable[[], Cloud]
    errors: tuple[type[Exception], ...]
    """Of the cloud's SDK."""
    worded: Callable[[Exception], str]
    """Such an error in a sentence, without what was being done."""


def kinds(*each: Kind[Any]) -> dict[str, Kind[Any]]:
    return {kind.token: kind for kind in each}


def run(package: Package, arguments: Sequence[str]) -> None:
    provider = Provider(package)
    serving.serve(
        lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server),
        serving.engine_address(arguments),
        provider.cloud.ending.set,
    )


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    def __init__(self, package: Package) -> None:
        self.package = package
        self.cloud = package.cloud()

    def Handshake(
        self, request: Any, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Several engines, one after the other, may share a process that each finds by PULUMI_DEBUG_PROVIDERS."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self.package.version)

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.GetSchemaResponse:
        package = self.package
        return provider_pb2.GetSchemaResponse(
            schema=schema(package.name, package.version, package.settings, package.kinds.values())
        )

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        unknown = sorted(
            name
            for name in request.news.fields
            if name not in self.package.settings and not name.startswith(INTERNAL)
        )
        reason = self._not_known("setting")
        refused = [provider_pb2.CheckFailure(property=name, reason=reason) for name in unknown]
        return provider_pb2.CheckResponse(inputs=request.news, failures=refused)

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Another endpoint or region never replaces what stands."""
        same = decode(request.old_inputs or request.olds) == decode(request.news)
        changes = provider_pb2.DiffResponse.DIFF_NONE if same else provider_pb2.DiffResponse.DIFF_SOME
        return provider_pb2.DiffResponse(changes=changes)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        given = {name: value for name, value in decode(request.args).items() if not is_unknown(value)}
        self.cloud.configure(given)
        return provider_pb2.ConfigureResponse(supportsPreview=True, supports_autonaming_configuration=True)

    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        kind = self._kind(request, context)
        news = decode(request.news)
        refused = [
            provider_pb2.CheckFailure(property=p.path, reason=p.reason) for p in self._unfit(kind, news)
        ]
        if not refused:
            try:
                if kind.name_length is not None:
                    news = names.automatic(request, decode(request.olds), news, kind.name_length)
                kind.check(news)
            except Refused as problem:
                refused.append(provider_pb2.CheckFailure(property=problem.path, reason=problem.reason))
        return provider_pb2.CheckResponse(inputs=encode(news), failures=refused)

    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        kind = self._kind(request, context)
        olds, news = decode(request.olds), decode(request.news)
        changes = _changes(kind, request)
        if not changes.names:
            return provider_pb2.DiffResponse(
                changes=provider_pb2.DiffResponse.DIFF_NONE, hasDetailedDiff=True
            )
        moved = kind.moved_by(changes.names, news)
        same_name = "name" not in news.get(fields.DEFAULTED, ()) and news.get("name") == olds.get("name")
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME,
            diffs=sorted(changes.names | moved),
            replaces=sorted(changes.replacing),
            deleteBeforeReplace=bool(changes.replacing) and "name" in news and same_name,
            stables=["id", "arn", "name"],
            hasDetailedDiff=True,
            detailedDiff=_detailed(changes, olds, news)
            | {name: provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.UPDATE) for name in moved},
        )

    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        kind, news = self._kind(request, context), decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encode(_outputs(kind.planned_create(news))))
        with self._telling(context, f"creating {kind.what} ({_label(request.urn)})"):
            id, found = kind.create(self.cloud, _inputs(news))
        return provider_pb2.CreateResponse(id=id, properties=encode(found))

    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """The declared inputs come back with the live values: the next update sees what to put back."""
        kind, inputs = self._kind(request, context), decode(request.inputs)
        with self._telling(context, f"reading {kind.what} ({request.id})"):
            found = kind.read(self.cloud, request.id, decode(request.properties))
        if found is None:
            return provider_pb2.ReadResponse()
        if inputs:
            now = fields.declared(kind.fields, inputs, found)
        else:
            now = {name: found[name] for name in kind.fields if found.get(name) not in (None, "", [], {})}
        return provider_pb2.ReadResponse(id=request.id, properties=encode(found), inputs=encode(now))

    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        kind = self._kind(request, context)
        change = Change(
            request.id, decode(request.olds), _inputs(decode(request.news)), _changes(kind, request).names
        )
        if request.preview:
            return provider_pb2.UpdateResponse(properties=encode(_outputs(kind.planned_update(change))))
        if not change.names:
            # The engine asks again after a failure, when nothing differs any more: no call is made, as by the real one.
            return provider_pb2.UpdateResponse(properties=encode(change.olds))
        doing = f"updating {kind.what} ({request.id})"
        failures: tuple[type[Exception], ...] = (Failed, *self.package.errors)
        with self._telling(context, doing):
            try:
                found = kind.update(self.cloud, change)
            except failures as error:
                left = kind.left_by_failure(change)
                said = (
                    str(error) if isinstance(error, Failed) else one_line(doing, self.package.worded(error))
                )
                raise Unfinished(said, request.id, left) from error
        return provider_pb2.UpdateResponse(properties=encode(found))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        kind = self._kind(request, context)
        with self._telling(context, f"deleting {kind.what} ({request.id})"):
            kind.delete(self.cloud, request.id, decode(request.properties), request.timeout)
        return empty_pb2.Empty()

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> NoReturn:
        self._refuse(context, f"function {request.tok}")

    def Call(self, request: provider_pb2.CallRequest, context: grpc.ServicerContext) -> NoReturn:
        self._refuse(context, f"method {request.tok}")

    def Construct(self, request: provider_pb2.ConstructRequest, context: grpc.ServicerContext) -> NoReturn:
        self._refuse(context, f"component {request.type}")

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self.cloud.ending.set()
        return empty_pb2.Empty()

    def _kind(self, request: Any, context: grpc.ServicerContext) -> Kind[Any]:
        token = request.type or request.urn.split("::")[2].rpartition("$")[2]
        if token not in self.package.kinds:
            self._refuse(context, f"resource type {token}")
        return self.package.kinds[token]

    def _refuse(self, context: grpc.ServicerContext, what: str) -> NoReturn:
        known = ", ".join(sorted(self.package.kinds))
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            f"the stand-in {self.package.name} provider has no {what}; it knows {known}; the real one has it",
        )
        raise AssertionError("abort does not return")

    def _not_known(self, what: str) -> str:
        return f"the stand-in {self.package.name} provider does not know this {what}; install the real plugin to use it"

    def _unfit(self, kind: Kind[Any], news: Properties) -> list[Refused]:
        reason = self._not_known("property")
        unknown = [
            Refused(name, reason)
            for name in news
            if name not in kind.fields and not name.startswith(INTERNAL)
        ]
        missing = [
            Refused(name, "is required but was not given")
            for name, field in kind.fields.items()
            if field.required and name not in news
        ]
        return unknown + missing

    @contextmanager
    def _telling(self, context: grpc.ServicerContext, doing: str) -> Iterator[None]:
        """Every failure of the cloud becomes one line; none becomes a traceback."""
        try:
            yield
        except Unfinished as unfinished:
            _abort_unfinished(context, unfinished)
        except (Failed, Refused) as failed:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, " ".join(str(failed).split()))
        except self.package.errors as error:
            told = one_line(doing, self.package.worded(error))
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, told)


def _changes(kind: Kind[Any], request: Any) -> fields.Changes:
    """Both Diff and Update requests carry the old state, the old and new inputs and what to ignore."""
    ignored = {path.split(".")[0].split("[")[0] for path in request.ignoreChanges}
    return fields.compare(
        kind.fields, decode(request.olds), decode(request.old_inputs), decode(request.news), ignored
    )


def _detailed(
    changes: fields.Changes, olds: Properties, news: Properties
) -> dict[str, provider_pb2.PropertyDiff]:
    kinds = provider_pb2.PropertyDiff
    detailed = {}
    for name in changes.names:
        steps = (kinds.UPDATE, kinds.UPDATE_REPLACE)
        if name not in news:
            steps = (kinds.DELETE, kinds.DELETE_REPLACE)
        elif not olds.get(name):
            steps = (kinds.ADD, kinds.ADD_REPLACE)
        detailed[name] = kinds(kind=steps[name in changes.replacing])
    return detailed


def _inputs(news: Properties) -> Properties:
    return {name: value for name, value in news.items() if not name.startswith(INTERNAL)}


_outputs = _inputs


def _label(urn: str) -> str:
    return urn.rpartition("::")[2]


def _abort_unfinished(context: grpc.ServicerContext, unfinished: Unfinished) -> NoReturn:
    """The engine's way to hear of a resource that exists but is not as wanted."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=unfinished.id, properties=encode(unfinished.outputs), reasons=[str(unfinished)]
    )
    packed = any_pb2.Any()
    packed.Pack(detail)
    status = status_pb2.Status(
        code=grpc.StatusCode.UNKNOWN.value[0], message=str(unfinished), details=[packed]
    )
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(unfinished))
    raise AssertionError("abort does not return")
