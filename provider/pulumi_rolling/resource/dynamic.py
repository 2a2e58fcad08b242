"""The dynamic provider: RollingGroup with nothing but ``pip install``.

The path of this module and the name of the class are in users' state and never move. What the SDK's process does is
worked around here and nowhere else: no context in its calls (it comes as an input that check removes), tracebacks
instead of messages, numbers as floats. What it cannot do: Cancel, partial state, customTimeouts, more than four
operations at a time; the plugin can.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
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
    LeaseHeldError,
    LeaseLostError,
    OrphanedError,
    PolicyErrors,
    RollbackFailedError,
    RollingError,
)
from pulumi_rolling.host.engine_log import EngineLog

if TYPE_CHECKING:
    from pulumi_rolling.handler import Context

AT_ONCE = 4
"""Worker threads of the SDK's dynamic provider server (pulumi/dynamic/__main__.py)."""
_CONTEXT = "context"
_ENGINE_KEYS = ("__provider",)

_NAMES: dict[type[RollingError], str] = {
    PolicyErrors: "PolicyRefused",
    GroupNotFoundError: "GroupNotFound",
    AbortedError: "RollAborted",
    DeadlineExceededError: "RollTimedOut",
    RollbackFailedError: "RollbackFailed",
    OrphanedError: "RollInterrupted",
    LeaseHeldError: "GroupBusy",
    LeaseLostError: "GroupBusy",
    RollingError: "RollFailed",
}
"""In order, the narrow before the wide; programs match the names, so they stay."""


def _is_unknown(value: object) -> bool:
    return isinstance(value, Unknown) or (isinstance(value, str) and value == rpc.UNKNOWN)


class _Process:
    """What this process knows beside its calls: the engine, the handler, and each resource's context."""

    def __init__(self) -> None:
        # Here and not above: the program imports this module for the class alone.
        from pulumi_rolling.handler import Context, RollingGroupHandler
        from pulumi_rolling.handler.properties import name_in

        self._context = Context
        self._name_in = name_in
        self.lock = threading.Lock()
        self.handler = RollingGroupHandler(is_unknown=_is_unknown, at_once=AT_ONCE)
        self.engine = EngineLog.of_this_process()
        self.contexts: dict[str, dict[str, Any]] = {}

    def remember(self, properties: Mapping[str, Any], raw: Mapping[str, Any]) -> Context:
        with self.lock:
            self.contexts[self._key(properties)] = dict(raw)
        return self.context(raw)

    def recall(self, properties: Mapping[str, Any]) -> Context:
        with self.lock:
            return self.context(self.contexts.get(self._key(properties), {}))

    def _key(self, properties: Mapping[str, Any]) -> str:
        """A resource by its group; groups whose name is not known yet share a context, which only preview sees."""
        name = self._name_in(properties)
        return "" if name is None or _is_unknown(name) else name

    def context(self, raw: Mapping[str, Any]) -> Context:
        urn, engine = str(raw.get("urn") or ""), self.engine
        return self._context(
            urn=urn,
            dry_run=bool(raw.get("dryRun")),
            say=lambda text: engine.say(urn, text),
            warn=lambda text: engine.say(urn, text, warning=True),
            status=lambda text: engine.status(urn, text),
            orphaned=engine.is_gone,
        )


_process: _Process | None = None
_process_lock = threading.Lock()


def _here() -> _Process:
    """Made on the first call, not on import: the program imports this module, too."""
    global _process
    with _process_lock:
        if _process is None:
            _process = _Process()
        return _process


class RollingGroupProvider(ResourceProvider):
    """Serialized by reference (module and name), so an update of this package is no diff."""

    serialize_as_secret_always = False

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        with _clean_errors():
            process = _here()
            given = {k: v for k, v in news.items() if k not in (*_ENGINE_KEYS, _CONTEXT)}
            raw = news.get(_CONTEXT)
            context = process.remember(given, raw if isinstance(raw, Mapping) else {})
            normal, faults = process.handler.check(_without_engine_keys(_olds), given, context)
            process.remember(normal, raw if isinstance(raw, Mapping) else {})
            kept = {k: news[k] for k in _ENGINE_KEYS if k in news}
            return CheckResult({**normal, **kept}, [_failure(fault) for fault in faults])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        with _clean_errors():
            process = _here()
            news = _without_engine_keys(_news)
            result = process.handler.diff(_without_engine_keys(_olds), news, process.recall(news))
            return DiffResult(
                changes=result.changes, replaces=list(result.replaces), delete_before_replace=False
            )

    def create(self, props: dict[str, Any]) -> CreateResult:
        with _clean_errors():
            process = _here()
            news = _without_engine_keys(props)
            name, state = process.handler.create(news, process.recall(news))
            return CreateResult(name, {**state, **_engine_keys(props)})

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        with _clean_errors():
            process = _here()
            news = _without_engine_keys(_news)
            state = process.handler.update(_without_engine_keys(_olds), news, process.recall(news))
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
    """One line instead of the SDK's traceback: it formats whatever is raised, so a bare class without frames is."""
    try:
        yield
    except RollingError as error:
        text = str(error)
        name = next(name for kind, name in _NAMES.items() if isinstance(error, kind))
    else:
        return
    clean = type(name, (Exception,), {"__module__": "builtins"})
    # Process-wide, so only at the moment of raising: nothing after it needs frames more than users need a clean line.
    sys.tracebacklimit = 0
    raise clean(text) from None
