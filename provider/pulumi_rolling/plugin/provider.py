"""The ResourceProvider service: each call of Pulumi's engine as a call of the handler.

Check and Diff carry no word of whether this is a preview, so the plan is told by Create and Update, which do. What a
call means is the handler's; what its failure means to the engine is in ``failures``.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from pulumi_rolling import __version__
from pulumi_rolling.errors import Fault, RollingError, not_installed, spelled_path
from pulumi_rolling.handler import Context, Timeout
from pulumi_rolling.handler.at_rest import HandlerAtRest
from pulumi_rolling.host.engine_log import STACK, EngineLog
from pulumi_rolling.host.imports import uncollected
from pulumi_rolling.plugin import configuration
from pulumi_rolling.plugin.failures import abort, fail
from pulumi_rolling.plugin.operations import Operation, Operations
from pulumi_rolling.plugin.shipped import SHIPPED
from pulumi_rolling.plugin.wire import UNKNOWN, Path, Properties, decode, encode, is_unknown
from pulumi_rolling.policy.spelling import camel

if TYPE_CHECKING:
    from pulumi_rolling.handler import RollingGroupHandler

RESOURCE = "rolling:index:RollingGroup"
PROVIDER = "pulumi:providers:rolling"
SECRET_NAME = (
    "is secret, but names, regions and versions stand in ids, plans and messages for all to read; give the plain value "
    "(pulumi.Output.unsecret)."
)

_Service: TypeAlias = grpc.ServicerContext


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    def __init__(self, engine: str = "", *, many: bool = False) -> None:
        """``many``: this process serves all groups of a stack."""
        self.engine = EngineLog(engine)
        self.operations = Operations()
        self.configuration = configuration.Configuration()
        self.at_rest = HandlerAtRest(is_unknown, many=many, loading=uncollected)

    @property
    def handler(self) -> RollingGroupHandler:
        """For whatever a group at rest does not need."""
        return self.at_rest.whole()

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: _Service
    ) -> provider_pb2.ProviderHandshakeResponse:
        self.engine = EngineLog(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request: plugin_pb2.PluginAttach, context: _Service) -> empty_pb2.Empty:
        """The engine found us (PULUMI_DEBUG_PROVIDERS) instead of starting us."""
        self.engine = EngineLog(request.address)
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: _Service) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=__version__)

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: _Service
    ) -> provider_pb2.GetSchemaResponse:
        if request.version not in (0, 1):
            abort(context, grpc.StatusCode.INVALID_ARGUMENT, f"schema version {request.version} is not known")
        return provider_pb2.GetSchemaResponse(schema=SHIPPED.read_text(encoding="utf-8"))

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: _Service
    ) -> provider_pb2.CheckResponse:
        news, _ = decode(request.news)
        return provider_pb2.CheckResponse(
            inputs=request.news, failures=_failures(configuration.faults_of(news))
        )

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: _Service) -> provider_pb2.DiffResponse:
        olds, _ = decode(request.old_inputs if request.old_inputs.fields else request.olds)
        news, _ = decode(request.news)
        own = {"version"}
        changed = {k: v for k, v in olds.items() if k not in own} != {
            k: v for k, v in news.items() if k not in own
        }
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=configuration.replaces(olds, news),
        )

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: _Service
    ) -> provider_pb2.ConfigureResponse:
        given, _ = decode(request.args)
        faults = configuration.faults_of(given)
        if faults:
            abort(
                context, grpc.StatusCode.INVALID_ARGUMENT, "\n".join(f"rolling:{fault}" for fault in faults)
            )
        self.configuration = configuration.configuration_of(given)
        self.at_rest.configure(self.configuration.defaults, self.configuration.policy)
        self.operations.renew()
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: provider_pb2.CheckRequest, context: _Service) -> provider_pb2.CheckResponse:
        _known_type(request, context)
        olds, _ = decode(request.olds)
        news, secrets = decode(request.news)
        with self._answering(context, request.urn):
            normal, faults = self.at_rest.check(olds, news, self._context(request.urn))
            faults = [*_secret_names(secrets), *faults]
            inputs = encode(normal, secrets)
        return provider_pb2.CheckResponse(inputs=inputs, failures=_failures(faults))

    def Diff(self, request: provider_pb2.DiffRequest, context: _Service) -> provider_pb2.DiffResponse:
        _known_type(request, context)
        olds, _ = decode(request.olds)
        news, _ = decode(request.news)
        with self._answering(context, request.urn):
            found = self.at_rest.diff(olds, news, lambda: self._context(request.urn))
        none = provider_pb2.DiffResponse.DIFF_NONE
        if not found.changes:
            return provider_pb2.DiffResponse(changes=none, hasDetailedDiff=True)
        from pulumi_rolling.handler.properties import inputs_of
        from pulumi_rolling.plugin.changes import detailed

        changes = detailed(inputs_of(olds), inputs_of(news), replaces=bool(found.replaces))
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME,
            # The inputs did not change, so the group moved away from them.
            diffs=sorted({path.split(".")[0].split("[")[0] for path in changes}) or ["revision"],
            replaces=found.replaces,
            hasDetailedDiff=bool(changes),
            detailedDiff=changes,
        )

    def Create(self, request: provider_pb2.CreateRequest, context: _Service) -> provider_pb2.CreateResponse:
        _known_type(request, context)
        news, secrets = decode(request.properties)
        if request.preview:
            planned = self._foreseen(None, news, secrets, request, context)
            return provider_pb2.CreateResponse(properties=planned)
        from pulumi_rolling.handler.properties import name_in

        with self._operation(request, context, name_in(news) or "", secrets) as around:
            ident, state = self.handler.create(news, around)
        return provider_pb2.CreateResponse(id=ident, properties=encode(state, secrets))

    def Update(self, request: provider_pb2.UpdateRequest, context: _Service) -> provider_pb2.UpdateResponse:
        _known_type(request, context)
        olds, old_secrets = decode(request.olds)
        news, secrets = decode(request.news)
        if request.preview:
            planned = self._foreseen(olds, news, secrets, request, context)
            return provider_pb2.UpdateResponse(properties=planned)
        with self._operation(request, context, request.id, old_secrets | secrets) as around:
            state = self.handler.update(olds, news, around)
        return provider_pb2.UpdateResponse(properties=encode(state, secrets))

    def Read(self, request: provider_pb2.ReadRequest, context: _Service) -> provider_pb2.ReadResponse:
        """A call with state is a refresh; one with nothing but the id is an import, or a get."""
        _known_type(request, context)
        from pulumi_rolling.handler.kinds import kind_in

        state, secrets = decode(request.properties)
        with self._answering(context, request.urn):
            if kind_in(state) is not None:
                read = self.handler.read(state)
                inputs: struct_pb2.Struct = request.inputs
            else:
                adopted = self.handler.adopt(request.id, self._context(request.urn))
                given, read = adopted if adopted is not None else ({}, None)
                inputs = encode(given)
        if read is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(id=request.id, properties=encode(read, secrets), inputs=inputs)

    def Delete(self, request: provider_pb2.DeleteRequest, context: _Service) -> empty_pb2.Empty:
        _known_type(request, context)
        state, _ = decode(request.properties)
        with self._answering(context, request.urn):
            self.handler.delete(state, self._context(request.urn))
        return empty_pb2.Empty()

    def Cancel(self, request: empty_pb2.Empty, context: _Service) -> empty_pb2.Empty:
        self.operations.cancel()
        return empty_pb2.Empty()

    def Parameterize(self, request: Any, context: _Service) -> NoReturn:
        _refuse(context, "no parameters")

    def Invoke(self, request: Any, context: _Service) -> NoReturn:
        _refuse(context, f"no function {request.tok}")

    def Call(self, request: Any, context: _Service) -> NoReturn:
        _refuse(context, f"no method {request.tok}")

    def Construct(self, request: Any, context: _Service) -> NoReturn:
        _refuse(context, f"no component {request.type}")

    def GetMapping(self, request: Any, context: _Service) -> provider_pb2.GetMappingResponse:
        return provider_pb2.GetMappingResponse()

    def GetMappings(self, request: Any, context: _Service) -> provider_pb2.GetMappingsResponse:
        return provider_pb2.GetMappingsResponse()

    def List(self, request: Any, context: _Service) -> NoReturn:
        _refuse(context, "no lists of resources")

    def _context(
        self, urn: str, operation: Operation | None = None, timeout: Timeout | None = None
    ) -> Context:
        engine, operations = self.engine, self.operations
        return Context(
            urn=urn,
            say=lambda text: engine.say(urn, text),
            warn=lambda text: engine.say(urn, text, warning=True),
            status=lambda text: engine.status(urn, text),
            ask=lambda text: engine.say(STACK, text),
            answered=lambda text: engine.status(STACK, text),
            orphaned=operations.is_stopping,
            requests=operations.aborts if operation is not None else lambda: (),
            timeout=timeout,
            clock=operation.clock if operation is not None else None,
        )

    def _foreseen(
        self,
        olds: Properties | None,
        news: Properties,
        secrets: frozenset[Path],
        request: Any,
        context: _Service,
    ) -> struct_pb2.Struct:
        with self._answering(context, request.urn):
            foreseen = self.handler.foresee(olds, news, self._context(request.urn))
        return encode({**foreseen.known, **dict.fromkeys(foreseen.unknown, UNKNOWN)}, secrets)

    @contextmanager
    def _operation(
        self, request: Any, context: _Service, ident: str, secrets: frozenset[Path]
    ) -> Iterator[Context]:
        """A rollout: it can be cancelled and stopped, and may leave a state that is kept though it failed."""
        timeout = None
        if request.timeout > 0:
            kind = "create" if isinstance(request, provider_pb2.CreateRequest) else "update"
            timeout = Timeout(request.timeout, f"customTimeouts.{kind}")
        with self.operations.begin() as operation:
            around = self._context(request.urn, operation, timeout)
            with self._answering(
                context, request.urn, ident, lambda left: encode(left, secrets), lambda: operation.cancelled
            ):
                yield around

    @contextmanager
    def _answering(
        self,
        context: _Service,
        urn: str,
        ident: str = "",
        keep: Callable[[dict[str, Any]], struct_pb2.Struct] = encode,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[None]:
        """Failures in the engine's words: one of ours has its code, a bug is one line with its frames on stderr."""
        try:
            yield
        except RollingError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - the engine must hear of any, and in its own words
            missing = not_installed(error) if isinstance(error, ModuleNotFoundError) else None
            if missing is not None:
                fail(context, missing, ident, keep, cancelled=False)
            traceback.print_exc(file=sys.stderr)
            name = urn.rpartition("::")[2]
            text = f"a bug in pulumi-rolling {__version__} at {name}: {type(error).__name__}: {error}"
            abort(context, grpc.StatusCode.INTERNAL, text)
        else:
            return
        fail(context, failure, ident, keep, cancelled=cancelled())


def _known_type(request: Any, context: _Service) -> None:
    kind = request.type or request.urn.split("::")[2].rpartition("$")[2]
    if kind != RESOURCE:
        _refuse(context, f"no resource type {kind}")


def _refuse(context: _Service, what: str) -> NoReturn:
    abort(context, grpc.StatusCode.UNIMPLEMENTED, f"the rolling provider has {what}; it has {RESOURCE}")


def _failures(faults: Iterable[Fault]) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=fault.path, reason=fault.message) for fault in faults]


def _secret_names(secrets: frozenset[Path]) -> list[Fault]:
    if not secrets:
        return []
    from pulumi_rolling.handler.kinds import KINDS

    canonical = [tuple(camel(p) if isinstance(p, str) else p for p in path) for path in secrets]
    told = [p for p in sorted(canonical, key=str) if p and p[0] in KINDS]
    return [
        Fault(spelled_path(p), SECRET_NAME)
        for p in told
        if p[1:] not in {(s,) for s in KINDS[str(p[0])].secrets}
    ]
