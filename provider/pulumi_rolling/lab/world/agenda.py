"""The cloud's time: acts by the moment at which they are due, each carried out at its own moment.

The agenda refuses to know what the acts do, and what a real clock says: its time moves when `advance` is called.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from itertools import count

Act = Callable[[], None]


class Agenda:
    """Acts by due time, in seconds since the world began; `now` is the due time while an act is carried out.

    Because an act sees its own due time, what it records is the true time of the transition,
    and what it schedules follows from that and not from the moment somebody looked.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._order = count()
        self._due: list[tuple[float, int, Act]] = []
        self._at_once: deque[Act] = deque()

    def at(self, when: float, act: Act) -> None:
        heapq.heappush(self._due, (max(when, self.now), next(self._order), act))

    def after(self, seconds: float, act: Act) -> None:
        self.at(self.now + seconds, act)

    def at_once(self, act: Act) -> None:
        """An act at this moment, once the present act or call is over and before everything else that is due."""
        self._at_once.append(act)

    def next(self, act: Act) -> None:
        """An act at once that goes before all others: they find what it left."""
        self._at_once.appendleft(act)

    def catch_up(self) -> None:
        """Carry out what is to be done at once; time stands still."""
        while self._at_once:
            self._at_once.popleft()()

    def advance(self, to: float) -> None:
        """Carry out everything due up to `to`, including what those acts add."""
        self.catch_up()
        while self._due and self._due[0][0] <= to:
            due, _, act = heapq.heappop(self._due)
            self.now = max(self.now, due)
            act()
            self.catch_up()
        self.now = max(self.now, to)
