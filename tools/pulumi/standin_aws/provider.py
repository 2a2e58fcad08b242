"""The ResourceProvider service for the stand-in: what each call means, how failures are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import grpc
import serving
from botocore.exceptions import BotoCoreError, ClientError
from google.protobuf import any_pb2, empty_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from standin_aws import FOLLOWS, failures, fields, names
from standin_aws.cloud import KNOWN, Cloud
from standin_aws.ecs import Cluster, Service, TaskDefinition
from standin_aws.failures import Failed, Refused, Unfinished
from standin_aws.group import Group
from standin_aws.group_parts import Attachment, LifecycleHook, Tag
from standin_aws.kind import Change, Kind
from standin_aws.launch_template import LaunchTemplate
from standin_aws.listener import Listener
from standin_aws.load_balancer import LoadBalancer
from standin_aws.package_schema import schema
from standin_aws.target_group import TargetGroup
from standin_aws.wire import Properties, decode, encode, is_unknown

KINDS: dict[str, Kind] = {
    kind.token: kind
    for kind in (
        LaunchTemplate(),
        Group(),
        LifecycleHook(),
        Tag(),
        Attachment(),
        TargetGroup(),
        LoadBalancer(),
        Listener(),
        Cluster(),
        TaskDefinition(),
        Service(),
    )
}
INTERNAL = "__"
"""Inputs that begin so are the engine's or the provider's own."""


def run(arguments: Sequence[str]) -> None:
    provider = Provider(FOLLOWS)
    serving.serve(
        lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server),
        serving.engine_address(arguments),
        provider.cloud.ending.set,
    )


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    def __init__(self, version: str) -> None:
        self.version = version
        self.cloud = Cloud()

    def Handshake(
        self, request: Any, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Several engines, one after the other, may share a process that each finds by PULUMI_DEBUG_PROVIDERS."""
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self.version)

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.GetSchemaResponse:
        return provider_pb2.GetSchemaResponse(schema=schema(self.version, KINDS.values()))

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        unknown = sorted(
            name for name in request.news.fields if name not in KNOWN and not name.startswith(INTERNAL)
        )
        reason = "the stand-in aws provider does not know this setting; install the real plugin to use it"
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
        kind = _kind(request, context)
        news = decode(request.news)
        refused = [provider_pb2.CheckFailure(property=p.path, reason=p.reason) for p in _unfit(kind, news)]
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
        kind = _kind(request, context)
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
        kind, news = _kind(request, context), decode(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encode(_outputs(kind.planned_create(news))))
        with _telling(context, f"creating {kind.what} ({_label(request.urn)})"):
            id, found = kind.create(self.cloud, _inputs(news))
        return provider_pb2.CreateResponse(id=id, properties=encode(found))

    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """The declared inputs come back with the live values: the next update sees what to put back."""
        kind, inputs = _kind(request, context), decode(request.inputs)
        with _telling(context, f"reading {kind.what} ({request.id})"):
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
        kind = _kind(request, context)
        change = Change(
            request.id, decode(request.olds), _inputs(decode(request.news)), _changes(kind, request).names
        )
        if request.preview:
            return provider_pb2.UpdateResponse(properties=encode(_outputs(kind.planned_update(change))))
        if not change.names:
            # The engine asks again after a failure, when nothing differs any more: no call is made, as by the real one.
            return provider_pb2.UpdateResponse(properties=encode(change.olds))
        doing = f"updating {kind.what} ({request.id})"
        with _telling(context, doing):
            try:
                found = kind.update(self.cloud, change)
            except (Failed, ClientError, BotoCoreError) as error:
                left = kind.left_by_failure(change)
                raise Unfinished(failures.said(doing, error), request.id, left) from error
        return provider_pb2.UpdateResponse(properties=encode(found))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        kind = _kind(request, context)
        with _telling(context, f"deleting {kind.what} ({request.id})"):
            kind.delete(self.cloud, request.id, decode(request.properties), request.timeout)
        return empty_pb2.Empty()

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> NoReturn:
        _refuse(context, f"function {request.tok}")

    def Call(self, request: provider_pb2.CallRequest, context: grpc.ServicerContext) -> NoReturn:
        _refuse(context, f"method {request.tok}")

    def Construct(self, request: provider_pb2.ConstructRequest, context: grpc.ServicerContext) -> NoReturn:
        _refuse(context, f"component {request.type}")

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self.cloud.ending.set()
        return empty_pb2.Empty()


def _kind(request: Any, context: grpc.ServicerContext) -> Kind:
    token = request.type or request.urn.split("::")[2].rpartition("$")[2]
    if token not in KINDS:
        _refuse(context, f"resource type {token}")
    return KINDS[token]


def _refuse(context: grpc.ServicerContext, what: str) -> NoReturn:
    context.abort(
        grpc.StatusCode.UNIMPLEMENTED,
        f"the stand-in aws provider has no {what}; it knows {', '.join(sorted(KINDS))}; the real one has it",
    )
    raise AssertionError("abort does not return")


def _unfit(kind: Kind, news: Properties) -> list[Refused]:
    reason = "the stand-in aws provider does not know this property; install the real plugin to use it"
    unknown = [
        Refused(name, reason) for name in news if name not in kind.fields and not name.startswith(INTERNAL)
    ]
    missing = [
        Refused(name, "is required but was not given")
        for name, field in kind.fields.items()
        if field.required and name not in news
    ]
    return unknown + missing


def _changes(kind: Kind, request: Any) -> fields.Changes:
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


@contextmanager
def _telling(context: grpc.ServicerContext, doing: str) -> Iterator[None]:
    """Every failure of the cloud becomes one line; none becomes a traceback."""
    try:
        yield
    except Unfinished as unfinished:
        _abort_unfinished(context, unfinished)
    except (Failed, Refused) as failed:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, " ".join(str(failed).split()))
    except (ClientError, BotoCoreError) as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, failures.one_line(doing, error))


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
