"""A call of a cloud's API on its way through the faults on order: counted, late, refused, lost, or carried out.

This module refuses to know which cloud is called and how it answers.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from pulumi_rolling.lab.clock import Clock
from pulumi_rolling.lab.faults import DROP, LOST, Calls, Faults

Environ = dict[str, Any]
Answer = tuple[int, list[tuple[str, str]], bytes]
GONE: Answer = (500, [], b"")


class HasTime(Protocol):
    @property
    def now(self) -> float: ...


class HasOrders(Protocol):
    """A lab's state as far as faults and counts go."""

    clock: Clock
    faults: Faults
    calls: Calls

    def cloud(self) -> AbstractContextManager[HasTime]: ...


@dataclass(frozen=True, slots=True)
class Named:
    """What the log says of a call."""

    service: str
    action: str
    subject: str | None


def put_through(
    state: HasOrders,
    named: Named,
    environ: Environ,
    refuse: Callable[[str], Answer],
    carry_out: Callable[[float], Answer],
) -> Answer:
    """The answer: `refuse` gives that of an error's code, `carry_out` that of the cloud, seen so many seconds ago."""
    with state.cloud() as cloud:
        state.calls.note(cloud.now, named.service, named.action, named.subject)
        fault = state.faults.of(named.action)
        struck = fault.error if state.faults.strikes(fault) else None
        latency, stale = fault.latency, fault.stale
    if latency:
        state.clock.wait(latency)
    if struck is not None and struck not in (DROP, LOST):
        return refuse(struck)
    answer = GONE if struck == DROP else carry_out(stale)
    if struck in (DROP, LOST):
        _hang_up(environ)
    return answer


def _hang_up(environ: Environ) -> None:
    """The connection is closed without an answer; what is written afterwards goes nowhere."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionError("closed on order")
