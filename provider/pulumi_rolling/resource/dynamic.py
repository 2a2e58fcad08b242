"""The dynamic provider: RollingGroup with nothing but ``pip install``.

The path of this module and the name of the class are in users' state and never move. What the SDK's process does is
worked around here and nowhere else: no context in its calls (it comes as an input that check removes), tracebacks
instead of messages, numbers as floats. What it cannot do: Cancel, partial state, more than four operations at
a time; the plugin can.
"""

from __future__ import annotations

import atexit
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown
from pulumi.runtime import rpc

from pulumi_rolling.errors import (
    AbortedError,
    DeadlineExceededError,
    Fault,
    GroupNotFoundError,
    InterferenceError,
    LeaseHeldError,
    LeaseLostError,
    OrphanedError,
    PolicyErrors,
    RollbackFailedError,
    RollingError,
    not_installed,
)
from pulumi_rolling.host.durations import seconds
from pulumi_rolling.host.engine_log import STACK, EngineLog
from pulumi_rolling.host.imports import end_quickly, uncollected
from pulumi_rolling.host.own_end import end_after
from pulumi_rolling.resource.around import AWS, CONTEXT, TWICE
from pulumi_rolling.resource.provider_option import as_the_option_says

if TYPE_CHECKING:
    from pulumi_rolling.handler import Context, RollingGroupHandler

AT_ONCE = 4
"""Worker threads of the SDK's dynamic provider server (pulumi/dynamic/__main__.py)."""
_ENGINE_KEYS = ("__provider",)

_GOVERNED = "is of a group whose own resource has an update policy and rolls by that; keep one of the two."

_NAMES: dict[type[RollingError], str] = {
    PolicyErrors: "PolicyRefused",
    GroupNotFoundError: "GroupNotFound",
    AbortedError: "RollAborted",
    DeadlineExceededError: "RollTimedOut",
    RollbackFailedError: "RollbackFailed",
    InterferenceError: "RollInterfered",
    OrphanedError: "RollInterrupted",
    LeaseHeldError: "GroupBusy",
    LeaseLostError: "GroupBusy",
    RollingError: "RollFailed",
}
"""Names of errors, the narrow before the wide. Programs match them, so they stay."""


def _is_unknown(value: object) -> bool:
    return isinstance(value, Unknown) or (isinstance(value, str) and value == rpc.UNKNOWN)


class _Process:
    """Knowledge of this process beside its calls: the engine, the handler, and each resource's context."""

    def __init__(self) -> None:
        # Here and not above: the program imports this module for the class alone.
        with uncollected():
            from pulumi_rolling.handler import Context, Timeout
            from pulumi_rolling.handler.at_rest import HandlerAtRest
            from pulumi_rolling.host.aws_settings import AwsSettings

        self._context = Context
        self._timeout = Timeout
        self._settings = AwsSettings
        self.settings = AwsSettings(lambda name: None)
        self.lock = threading.Lock()
        self.at_rest = HandlerAtRest(_is_unknown, at_once=AT_ONCE, loading=uncollected)
        self.engine = EngineLog.of_this_process()
        self.contexts: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._heard: list[tuple[Mapping[str, Any], dict[str, Any]]] = []
        """Properties and contexts that nobody has asked for: what a group is told by, the whole handler knows."""

    @property
    def handler(self) -> RollingGroupHandler:
        """For whatever a group at rest does not need."""
        return self.at_rest.whole()

    def configure(self, read: Callable[[str], Any]) -> None:
        """``read``: a setting of the stack, ``aws:region``, which holds for refresh and destroy as well."""
        self.settings = self._settings(lambda name: read(f"aws:{name}"))
        self.at_rest.configure(self.settings.defaults())

    def remember(self, properties: Mapping[str, Any], raw: Mapping[str, Any]) -> None:
        """Whose the group is in the calls to come, which name no resource. The first that has it keeps it."""
        with self.lock:
            self._heard.append((properties, dict(raw)))

    def recall(self, properties: Mapping[str, Any], verb: str = "") -> Context:
        with self.lock:
            for heard, raw in self._heard:
                key = self._key(heard)
                other = self.contexts.get(key, {}).get("urn")
                if not key or not raw.get("urn") or other in (None, raw["urn"]):
                    self.contexts[key] = raw
            self._heard.clear()
            return self.context(self.contexts.get(self._key(properties), {}), verb)

    def _key(self, properties: Mapping[str, Any]) -> tuple[Any, ...]:
        """A resource by its group; groups whose address is not known yet share a context, which only preview sees."""
        from pulumi_rolling.handler.properties import address_in

        address = address_in(properties)
        return () if address is None or any(_is_unknown(part) for part in address) else address

    def context(self, raw: Mapping[str, Any], verb: str = "") -> Context:
        """``verb``: the operation whose customTimeouts hold."""
        urn, engine = str(raw.get("urn") or ""), self.engine
        lasts = seconds((raw.get("timeouts") or {}).get(verb))
        return self._context(
            urn=urn,
            dry_run=bool(raw.get("dryRun")),
            say=lambda text: engine.say(urn, text),
            warn=lambda text: engine.say(urn, text, warning=True),
            status=lambda text: engine.status(urn, text),
            ask=lambda text: engine.say(STACK, text),
            answered=lambda text: engine.status(STACK, text),
            orphaned=engine.is_gone,
            timeout=None if lasts is None else self._timeout(lasts, f"customTimeouts.{verb}"),
        )


_process: _Process | None = None
_process_lock = threading.Lock()


def _here() -> _Process:
    """This process, made on the first call and not on import: the program imports this module, too."""
    global _process
    with _process_lock:
        if _process is None:
            _process = _Process()
            end_after(_process.engine.is_gone)
            atexit.register(end_quickly)
        return _process


class RollingGroupProvider(ResourceProvider):
    """Serialized by reference (module and name), so an update of this package is no diff."""

    serialize_as_secret_always = False

    def configure(self, req: ConfigureRequest) -> None:
        _here().configure(req.config.get)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        with _clean_errors():
            process = _here()
            given = {k: v for k, v in news.items() if k not in (*_ENGINE_KEYS, CONTEXT)}
            raw = news.get(CONTEXT)
            raw = raw if isinstance(raw, Mapping) else {}
            given, elsewhere = as_the_option_says(given, raw.get(AWS) or {}, process.settings.defaults())
            elsewhere += process.settings.faults()
            if elsewhere:
                # Nothing is looked at where it would be the wrong place.
                return CheckResult({**news, **given}, [_failure(fault) for fault in elsewhere])
            normal, faults = process.at_rest.check(_without_engine_keys(_olds), given, process.context(raw))
            process.remember(normal, raw)
            if raw.get(TWICE) is True:
                from pulumi_rolling.handler.properties import name_path

                faults.append(Fault(name_path(normal), _GOVERNED))
            kept = {k: news[k] for k in _ENGINE_KEYS if k in news}
            return CheckResult({**normal, **kept}, [_failure(fault) for fault in faults])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        with _clean_errors():
            process = _here()
            news = _without_engine_keys(_news)
            olds = _without_engine_keys(_olds)
            result = process.at_rest.diff(olds, news, lambda: process.recall(news))
            return DiffResult(
                changes=result.changes, replaces=list(result.replaces), delete_before_replace=False
            )

    def create(self, props: dict[str, Any]) -> CreateResult:
        with _clean_errors():
            process = _here()
            news = _without_engine_keys(props)
            name, state = process.handler.create(news, process.recall(news, "create"))
            return CreateResult(name, {**state, **_engine_keys(props)})

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        with _clean_errors():
            process = _here()
            news = _without_engine_keys(_news)
            context = process.recall(news, "update")
            state = process.handler.update(_without_engine_keys(_olds), news, context)
            return UpdateResult({**state, **_engine_keys(_news)})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        with _clean_errors():
            state = _here().handler.read(_without_engine_keys(props))
            if state is None:
                return ReadResult("", {})
            return ReadResult(id_, {**state, **_engine_keys(props)})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        with _clean_errors():
            process = _here()
            props = _without_engine_keys(_props)
            process.handler.delete(props, process.recall(props))


def _failure(fault: Fault) -> CheckFailure:
    """The path goes into the sentence: for a nested property the engine would add a value that it cannot find."""
    return CheckFailure("", str(fault))


def _engine_keys(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: properties[key] for key in _ENGINE_KEYS if key in properties}


def _without_engine_keys(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if key not in _ENGINE_KEYS}


@contextmanager
def _clean_errors() -> Iterator[None]:
    """Our errors as one line: the SDK formats a traceback of what is raised, so that is a bare class without frames."""
    try:
        yield
    except RollingError as error:
        failure = error
    except ModuleNotFoundError as error:
        missing = not_installed(error)
        if missing is None:
            raise
        failure = missing
    else:
        return
    text = str(failure)
    name = next(name for kind, name in _NAMES.items() if isinstance(failure, kind))
    clean = type(name, (Exception,), {"__module__": "builtins"})
    # Process-wide, so only at the moment of raising: nothing after it needs frames more than users need a clean line.
    sys.tracebacklimit = 0
    raise clean(text) from None
