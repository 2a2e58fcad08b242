"""Time as the engine sees it: now, and waiting that something can end."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def wait(self, seconds: float) -> None:
        """Return after ``seconds``, or sooner when woken."""
        ...


class SystemClock:
    """The machine's clock. ``wake`` ends a wait from another thread."""

    def __init__(self) -> None:
        self._woken = threading.Event()

    def now(self) -> float:
        return time.time()

    def wait(self, seconds: float) -> None:
        if self._woken.wait(max(0.0, seconds)):
            self._woken.clear()

    def wake(self) -> None:
        self._woken.set()
