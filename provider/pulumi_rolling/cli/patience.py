"""The patience of somebody at a terminal: a busy cloud is waited for, an address where nobody answers is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pulumi_rolling.engine.clock import SystemClock
from pulumi_rolling.engine.retry import Retrier
from pulumi_rolling.errors import PermanentFleetError, TemporaryFleetError

PATIENCE = 30.0
"""Seconds for which a person waits at the terminal while the cloud throttles."""
UNREACHABLE = frozenset(
    {
        "EndpointConnectionError",
        "ConnectTimeoutError",
        "ProxyConnectionError",
        "SSLErrorConnectionClosedError",
        "NewConnectionError",
        "NameResolutionError",
        "ProxyError",
        "SSLError",
    }
)
"""What botocore and urllib3 say where no answer came at all."""


class AtATerminal:
    """A retry of calls. Until the cloud has answered once, a connection that fails is a wrong address."""

    def __init__(self) -> None:
        self._retry = Retrier(SystemClock(), patience=PATIENCE)
        self._has_answered = False

    def __call__(self, call: Callable[[], Any]) -> Any:
        return self._retry(lambda: self._attempt(call))

    def _attempt(self, call: Callable[[], Any]) -> Any:
        try:
            answer = call()
        except TemporaryFleetError as error:
            if not self._has_answered and error.code in UNREACHABLE:
                raise PermanentFleetError(
                    error.message,
                    operation=error.operation,
                    code=error.code,
                    hint="Check --endpoint, --region and the network.",
                ) from error
            self._has_answered = self._has_answered or error.code not in UNREACHABLE
            raise
        self._has_answered = True
        return answer
