"""The members of one look, sorted.

In a large group most members need no closer look: a decision only needs their number, the oldest of them, and for
booting ones whether their clock has run out. The roster keeps them sorted so that a look costs what changed. A fleet
that knows what changed updates the previous roster; otherwise it is rebuilt from the members.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from pulumi_rolling.core.model.member import Lifecycle, Member, Signal, TargetHealth


@dataclass(slots=True)
class Crowd:
    """The plain members of one revision."""

    ids: Mapping[str, Member]
    zones: Mapping[str, Sequence[Member]]
    """The oldest first."""


@dataclass(slots=True)
class Roster:
    members: tuple[Member, ...]
    """All of them, as they were seen."""
    plain: Mapping[str, Crowd]
    """By the digest of their revision: in service and well, and with nothing about them that has to be looked at."""
    coming: Mapping[str, Mapping[str, Member]]
    """By digest and id: pending, and nothing else about them."""
    others: Mapping[str, Member]

    def find(self, names: Iterable[str]) -> dict[str, Member]:
        """Those of the names that are there."""
        places = [crowd.ids for crowd in self.plain.values()]
        places += (self.others, *self.coming.values())
        found = {}
        for name in names:
            for place in places:
                if name in place:
                    found[name] = place[name]
                    break
        return found


_IN_SERVICE, _PENDING = Lifecycle.IN_SERVICE, Lifecycle.PENDING
_FAILURE, _HEALTHY = Signal.FAILURE, TargetHealth.HEALTHY
"""Names of this module: each member of each look is compared with them."""


def is_plain(member: Member) -> bool:
    return (
        member.lifecycle is _IN_SERVICE
        and member.healthy
        and member.alive
        and not member.protected
        and member.weight == 1
        and (member.target is None or member.target is _HEALTHY)
        and member.signal is not _FAILURE
        and member.launched_at is not None
    )


def is_coming(member: Member) -> bool:
    return (
        member.lifecycle is _PENDING
        and member.weight == 1
        and member.signal is not _FAILURE
        and member.launched_at is not None
    )


age = attrgetter("launched_at", "id")
"""Plain members go by their launch; of equals the one whose id comes first."""


def make_roster(members: tuple[Member, ...]) -> Roster:
    ids: dict[str, dict[str, Member]] = {}
    coming: dict[str, dict[str, Member]] = {}
    others: dict[str, Member] = {}
    for member in members:
        if is_plain(member):
            ids.setdefault(member.revision.digest, {})[member.id] = member
        elif is_coming(member):
            coming.setdefault(member.revision.digest, {})[member.id] = member
        else:
            others[member.id] = member
    return Roster(members, {digest: _crowd(found) for digest, found in ids.items()}, coming, others)


def _crowd(ids: dict[str, Member]) -> Crowd:
    zones: dict[str, list[Member]] = {}
    for member in sorted(ids.values(), key=age):
        zones.setdefault(member.zone, []).append(member)
    return Crowd(ids, zones)


def renew(
    roster: Roster, members: tuple[Member, ...], changes: Iterable[tuple[Member | None, Member | None]]
) -> Roster:
    """The roster after changes, each told as the member before and after; None where it was not, or is no more."""
    made = _Copy(roster)
    for before, after in changes:
        if before is not None:
            made.take(before)
        if after is not None:
            made.put(after)
    return Roster(members, made.plain, made.coming, made.others)


class _Copy:
    """A roster to be changed. What an earlier look may still hold is copied before it is."""

    def __init__(self, roster: Roster) -> None:
        self.plain = dict(roster.plain)
        self.coming = dict(roster.coming)
        self.others = dict(roster.others)
        self._lines: dict[str, tuple[dict[str, Member], dict[str, list[Member]]]] = {}
        self._coming: dict[str, dict[str, Member]] = {}

    def take(self, member: Member) -> None:
        if self.others.pop(member.id, None) is not None:
            return
        digest = member.revision.digest
        if member.id in self.coming.get(digest, ()):
            del self._own_coming(digest)[member.id]
            return
        ids, zones = self._own_crowd(digest)
        del ids[member.id]
        line = zones[member.zone]
        del line[bisect_left(line, age(member), key=age)]

    def put(self, member: Member) -> None:
        if is_plain(member):
            ids, zones = self._own_crowd(member.revision.digest)
            ids[member.id] = member
            insort(zones.setdefault(member.zone, []), member, key=age)
        elif is_coming(member):
            self._own_coming(member.revision.digest)[member.id] = member
        else:
            self.others[member.id] = member

    def _own_crowd(self, digest: str) -> tuple[dict[str, Member], dict[str, list[Member]]]:
        if digest not in self._lines:
            known = self.plain.get(digest)
            ids = dict(known.ids) if known else {}
            zones = {zone: list(line) for zone, line in known.zones.items()} if known else {}
            self._lines[digest] = ids, zones
            self.plain[digest] = Crowd(ids, zones)
        return self._lines[digest]

    def _own_coming(self, digest: str) -> dict[str, Member]:
        if digest not in self._coming:
            self._coming[digest] = self.coming[digest] = dict(self.coming.get(digest, {}))
        return self._coming[digest]
