"""Time as the engine sees it: now, how long, and waiting that something can end."""

from __future__ import annotations

import threading
from typing import Protocol

from pulumi_rolling.cloud_time import CLOUD, steady


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the epoch."""
        ...

    def steady(self) -> float:
        """Seconds by a clock that nobody sets and that goes on while this machine sleeps: for ages."""
        ...

    def wait(self, seconds: float) -> bool | None:
        """Return after ``seconds``, or sooner when woken; True where the clock knows that it was woken."""
        ...


class SystemClock:
    """The time by the cloud's answers, and waits by a clock that nobody sets.

    ``wake`` ends a wait from another thread, or the next one where nobody waits.
    So a wake during a look is not lost: the wait that follows returns at once. Two wakes before a wait has returned are
    one, since the look after it sees what both were about. Another that waits on the same clock would take the wakes
    away from the loop, so retries have a clock of their own.
    """

    def __init__(self) -> None:
        self._woken = threading.Event()

    def now(self) -> float:
        return CLOUD.now()

    def steady(self) -> float:
        return steady()

    def wait(self, seconds: float) -> bool | None:
        woken = self._woken.wait(max(0.0, seconds))
        if woken:
            self._woken.clear()
        return woken

    def wake(self) -> None:
        self._woken.set()
