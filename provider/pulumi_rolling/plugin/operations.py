"""Operations under way in this process, and the three ways in which they are asked to end early.

Ctrl-C (``cancel``): every rollout is aborted: what is in flight is settled, then the group returns, or stays as
onFailure says. A second one, or the death of the engine (``stop``): every rollout stops where it is; the record stays
for the next run. A timeout of the operation itself is no matter of this module.

The engine sends Cancel at every normal end as well, when nothing is under way, so it is no failure by itself. An
operation that comes after it was sent before the engine knew, and is aborted before it touches anything. Configure
begins a new run where a debugger keeps one process for several.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_rolling.core.model.seen import Request
    from pulumi_rolling.engine.clock import SystemClock

ABORT = "abort"


def _clock() -> SystemClock:
    # Here and not above: a process that finds nothing to do carries nothing out.
    from pulumi_rolling.engine.clock import SystemClock

    return SystemClock()


@dataclass(eq=False, slots=True)
class Operation:
    """One create, update or delete."""

    clock: SystemClock = field(default_factory=_clock)
    cancelled: bool = False


class Operations:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way: set[Operation] = set()
        self._request: str | None = None
        self._stopping = False

    @contextmanager
    def begin(self) -> Iterator[Operation]:
        operation = Operation()
        with self._changed:
            self._under_way.add(operation)
            operation.cancelled = self._request is not None
        try:
            yield operation
        finally:
            with self._changed:
                self._under_way.discard(operation)
                self._changed.notify_all()

    def renew(self) -> None:
        with self._changed:
            self._request = None
            self._stopping = False

    def cancel(self) -> None:
        """Abort the operations under way at their next look, which is now."""
        with self._changed:
            if self._request is None:
                # A request is acted on once, by its id, so two processes must not ask under one id.
                self._request = f"cancel-{uuid.uuid4().hex[:8]}"
            for operation in self._under_way:
                operation.cancelled = True
        self._wake()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
        self._wake()

    def aborts(self) -> tuple[Request, ...]:
        with self._changed:
            request = self._request
        if request is None:
            return ()
        from pulumi_rolling.core.model.seen import Request

        return (Request(request, ABORT),)

    def is_stopping(self) -> bool:
        return self._stopping

    def count(self) -> int:
        with self._changed:
            return len(self._under_way)

    def settle(self, patience: float, wake_every: float = 0.1) -> bool:
        """Wait until nothing is under way; operations are woken from their waits. False: patience ran out."""
        tries = max(1, round(patience / wake_every))
        for _ in range(tries):
            with self._changed:
                if not self._under_way or self._changed.wait_for(lambda: not self._under_way, wake_every):
                    return True
            self._wake()
        return False

    def _wake(self) -> None:
        with self._changed:
            for operation in self._under_way:
                operation.clock.wake()
