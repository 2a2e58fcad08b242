"""What happens when: a heap of due acts, each carried out at its own time however late the caller looks."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count


class Agenda:
    """Acts by due time, in seconds since the world began; `now` is the due time while an act is carried out.

    Because an act sees its own due time, what it records is the true time of the transition,
    and what it schedules follows from that and not from the moment somebody looked.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._order = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def at(self, when: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (max(when, self.now), next(self._order), act))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        self.at(self.now + seconds, act)

    @property
    def next_due(self) -> float | None:
        return self._due[0][0] if self._due else None

    def advance(self, to: float) -> None:
        """Carry out everything due up to `to`, including what those acts add."""
        while self._due and self._due[0][0] <= to:
            due, _, act = heapq.heappop(self._due)
            self.now = max(self.now, due)
            act()
        self.now = max(self.now, to)
