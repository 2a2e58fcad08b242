"""What the cloud's answers show of a group: itself as it was a while ago.

Members that did not change stay the same objects, and the roster is renewed by those that did, so that a look at a
large group costs what changed in it.
"""

from __future__ import annotations

import heapq
from itertools import count

from pulumi_rolling.core.model.member import Member
from pulumi_rolling.core.replace.roster import Roster, make_roster, renew
from pulumi_rolling.fleets.simulated.behaviour import NEVER
from pulumi_rolling.fleets.simulated.life import Life

FEW = 8
"""Changes up to which a roster is renewed; beyond them, and a quarter of the members, it is made anew."""


class View:
    """``stale``: seconds by which answers are late."""

    def __init__(self, stale: float) -> None:
        self._stale = stale
        self._touched: list[Life | None] = []
        """What changed since the last look, where answers are not late."""
        self._due: list[tuple[float, int, Life | None]] = []
        self._number = count()
        self._shown: dict[str, Member] = {}
        self._warm: dict[str, Member] = {}
        self._roster = make_roster(())
        self._pool: tuple[Member, ...] = ()

    def begin(self, roster: Roster) -> None:
        """Members that have been there for a while are shown from the first look on, however late answers are."""
        self._roster = roster
        self._shown = {member.id: member for member in roster.members}

    def touch(self, life: Life | None, at: float) -> None:
        """Something changed at ``at``: a member, or the group itself (None)."""
        if self._stale:
            heapq.heappush(self._due, (at + self._stale, next(self._number), life))
        else:
            self._touched.append(life)

    def changes_at(self) -> float:
        """When answers next differ from the last one, of what has happened so far."""
        if self._touched:
            return -NEVER
        return self._due[0][0] if self._due else NEVER

    def look(self, now: float) -> tuple[Roster, tuple[Member, ...]]:
        """Members and warm pool as shown at ``now``."""
        at = now - self._stale
        before: dict[str, Member | None] = {}
        pool_changed = False
        for life in self._changed(now):
            if life is None:
                continue
            name = life.id
            if life.warm:
                shown, pool_changed = self._warm, True
            else:
                shown = self._shown
                if name not in before:
                    before[name] = shown.get(name)
            if life.launched_at <= at < life.gone_at:
                shown[name] = life.show(at)
            else:
                shown.pop(name, None)
        if before:
            self._renew(before)
        if pool_changed:
            self._pool = tuple(self._warm.values())
        return self._roster, self._pool

    def _changed(self, now: float) -> list[Life | None]:
        changed, self._touched = self._touched, []
        while self._due and self._due[0][0] <= now:
            changed.append(heapq.heappop(self._due)[2])
        return changed

    def _renew(self, before: dict[str, Member | None]) -> None:
        members = tuple(self._shown.values())
        if len(before) > max(FEW, len(members) // 4):
            self._roster = make_roster(members)
        else:
            changes = [(member, self._shown.get(name)) for name, member in before.items()]
            self._roster = renew(self._roster, members, changes)
