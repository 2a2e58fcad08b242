"""Messages on their way: a thread for each target, so that one that is slow or broken holds up nobody and nothing.

A target that fails is told of once; what comes after is sent to it all the same. What is not sent when the drive ends
is waited for a few seconds, and no longer.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pulumi_rolling.notify.failing import NotToldError
from pulumi_rolling.notify.message import Message
from pulumi_rolling.notify.targets import By, Target

PATIENCE = 5.0
"""Seconds at the end of a drive for what is still on its way."""

Send = Callable[[str, Message], Any]
"""Sends a message to a URL once, or raises."""


class _Line:
    """What one target is still to be told, in order."""

    def __init__(self, target: Target, send: Send) -> None:
        self.target = target
        self.broken = ""
        """Why it failed first, until somebody has asked."""
        self.failed = False
        self._send = send
        self._messages: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"notify {target.by.value}", daemon=True)
        self._thread.start()

    def put(self, message: Message | None) -> None:
        """None: nothing comes after."""
        self._messages.put(message)

    def ended(self, within: float) -> bool:
        self._thread.join(max(0.0, within))
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (message := self._messages.get()) is not None:
            try:
                self._send(self.target.url, message)
            except NotToldError as error:
                self._fails(str(error))
            except Exception as error:  # noqa: BLE001 - a library may fail in any way, and its words may hold the URL
                self._fails(type(error).__name__)

    def _fails(self, why: str) -> None:
        if not self.failed:
            self.failed, self.broken = True, why


class Messenger:
    """Sends messages to all targets. Nothing of it raises or blocks, but for ``close``, which waits a little."""

    def __init__(self, targets: Sequence[Target], by: Mapping[By, Send]) -> None:
        self._lines = [_Line(target, by[target.by]) for target in targets]

    def send(self, message: Message) -> None:
        for line in self._lines:
            line.put(message)

    def faults(self) -> list[str]:
        """What failed and was not asked for yet, each target once."""
        told = []
        for line in self._lines:
            if line.broken:
                told.append(f"{line.target.label}: {line.broken}")
                line.broken = ""
        return told

    def close(self) -> list[str]:
        """The faults at the end, with what was not sent in time."""
        until = time.monotonic() + PATIENCE
        for line in self._lines:
            line.put(None)
        open_still = [line for line in self._lines if not line.ended(until - time.monotonic())]
        late = [line.target.label for line in open_still if not line.failed]
        return [*self.faults(), *(f"{label}: no answer within {PATIENCE:g} s" for label in late)]
