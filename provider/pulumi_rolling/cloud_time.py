"""What time it is by the cloud's own clock, and how long anything took.

Launches, signals and activities carry the cloud's times, so ages are counted by its clock: this machine's may be
minutes off, or be set while we roll (property 17). Each answer's Date says within a second what time it was between
question and answer; from many such bounds the offset is known to a fraction of that. Ages of our own deeds need no
time of day and come from ``steady``.

Worked example: steady clock 100.0 when asked and 100.2 when answered, Date 5000: the cloud's clock is ahead of the
steady one by 4899.8 to 4901.0. A second answer, 107.5 to 107.6 with Date 5008: by 4900.4 to 4901.5. Both: 4900.4 to
4901.0, and where this machine's own clock says 4900.5, it is right.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

_GOES_ON_ASLEEP = getattr(time, "CLOCK_BOOTTIME", None)
"""Linux's monotonic clock stands still while the machine sleeps; this one does not."""


def steady() -> float:
    """Seconds since some moment; no step of the machine's clock changes them."""
    return time.monotonic() if _GOES_ON_ASLEEP is None else time.clock_gettime(_GOES_ON_ASLEEP)


class CloudTime:
    """The time of day as answers told it. Before the first it is this machine's, as it was at the start."""

    def __init__(self, local: Callable[[], float] = time.time, elapsed: Callable[[], float] = steady) -> None:
        self._elapsed = elapsed
        self._ours = local() - elapsed()
        self._lock = threading.Lock()
        self._bounds = (-math.inf, math.inf)
        self._doubted: tuple[float, float] | None = None

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.at(self._elapsed())

    def at(self, moment: float) -> float:
        """The time of day at a moment of the steady clock."""
        low, high = self._bounds
        return moment + (self._ours if low <= self._ours <= high else (low + high) / 2)

    def heard(self, date: float, asked_at: float, answered_at: float) -> None:
        """An answer of that Date, in whole seconds, to a question asked and answered at those steady moments.

        One answer that contradicts all before it, of a proxy or a server whose clock is off, is not believed; a second
        one that agrees with it is.
        """
        told = date - answered_at, date + 1.0 - asked_at
        with self._lock:
            known = _both(self._bounds, told)
            if known is None and self._doubted is not None:
                known = _both(self._doubted, told)
            if known is None:
                self._doubted = told
            else:
                self._bounds, self._doubted = known, None


def _both(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float] | None:
    low, high = max(one[0], other[0]), min(one[1], other[1])
    return (low, high) if low <= high else None


CLOUD = CloudTime()
"""Of this process: the time is the same in every region."""
