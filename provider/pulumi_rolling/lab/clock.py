"""The lab's clock: real time, or time that jumps, so that tests need not wait for a boot.

A clock knows seconds, and refuses to know what happens in them.
"""

from __future__ import annotations

import time
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """`now` counts seconds, and never goes back; `epoch` is the Unix time of its zero."""

    @property
    def epoch(self) -> float: ...

    def now(self) -> float: ...

    def wait(self, seconds: float) -> None: ...


class WallClock:
    """Real time; a wall clock that is put right moves the epoch alone."""

    def __init__(self) -> None:
        self._zero = time.monotonic()

    @property
    def epoch(self) -> float:
        return time.time() - self.now()

    def now(self) -> float:
        return time.monotonic() - self._zero

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


class JumpingClock:
    """Time that stands still until a thread moves it; to wait is to move it."""

    def __init__(self, epoch: float | None = None) -> None:
        """`epoch` is the Unix time at which the clock starts, otherwise the present."""
        self._epoch = time.time() if epoch is None else epoch
        self._now = 0.0
        self._moving = Lock()

    @property
    def epoch(self) -> float:
        return self._epoch

    def now(self) -> float:
        return self._now

    def jump(self, seconds: float) -> None:
        """Time goes on by so many seconds, at once."""
        with self._moving:
            self._now += seconds

    def wait(self, seconds: float) -> None:
        self.jump(seconds)
