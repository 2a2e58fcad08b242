"""What the cloud's answers show of a group: itself as it was a while ago. Members that did not change stay the same
objects, and their tuple the same tuple, so that a look at a large group costs what changed in it."""

from __future__ import annotations

import heapq
from itertools import count

from pulumi_rolling.core.model import Member
from pulumi_rolling.fleets.simulated.behaviour import NEVER
from pulumi_rolling.fleets.simulated.life import Life


class View:
    """``stale``: seconds by which answers are late."""

    def __init__(self, stale: float) -> None:
        self._stale = stale
        self._due: list[tuple[float, int, Life | None]] = []
        self._number = count()
        self._shown: dict[str, Member] = {}
        self._warm: dict[str, Member] = {}
        self._members: tuple[Member, ...] = ()
        self._pool: tuple[Member, ...] = ()

    def touch(self, life: Life | None, at: float) -> None:
        """Something changed at ``at``: a member, or the group itself (None)."""
        heapq.heappush(self._due, (at + self._stale, next(self._number), life))

    def changes_at(self) -> float:
        """When answers next differ from the last one, of what has happened so far."""
        return self._due[0][0] if self._due else NEVER

    def look(self, now: float) -> tuple[tuple[Member, ...], tuple[Member, ...]]:
        """Members and warm pool as shown at ``now``."""
        at = now - self._stale
        changed = pool_changed = False
        while self._due and self._due[0][0] <= now:
            life = heapq.heappop(self._due)[2]
            if life is None:
                continue
            shown = self._warm if life.warm else self._shown
            if life.launched_at <= at < life.gone_at:
                shown[life.id] = life.show(at)
            else:
                shown.pop(life.id, None)
            changed = changed or not life.warm
            pool_changed = pool_changed or life.warm
        if changed:
            self._members = tuple(self._shown.values())
        if pool_changed:
            self._pool = tuple(self._warm.values())
        return self._members, self._pool
