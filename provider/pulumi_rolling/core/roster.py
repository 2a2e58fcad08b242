"""The members of one look, sorted: the plain ones by revision, zone and age, all others one by one.

Most of a large group are plain, and what a decision asks of them is how many they are, and who is the oldest. A
fleet that knows what changed since its last look hands on the roster of that look, renewed; otherwise it is made anew.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pulumi_rolling.core.observation import Lifecycle, Member, Observation, Signal, TargetHealth


@dataclass(frozen=True, slots=True)
class Crowd:
    """The plain members of one revision."""

    ids: Mapping[str, Member]
    zones: Mapping[str, Sequence[Member]]
    """The oldest first."""


@dataclass(frozen=True, slots=True)
class Roster:
    members: tuple[Member, ...]
    """All of them, as they were seen."""
    plain: Mapping[str, Crowd]
    """By the digest of their revision."""
    others: tuple[Member, ...]

    def find(self, names: Iterable[str]) -> dict[str, Member]:
        """Those of the names that are there."""
        wanted = set(names)
        found = {m.id: m for m in self.others if m.id in wanted}
        for crowd in self.plain.values():
            found.update((name, crowd.ids[name]) for name in wanted if name in crowd.ids)
        return found


def is_plain(member: Member) -> bool:
    """In service and well, and with nothing about it that a decision has to look at."""
    return (
        member.lifecycle is Lifecycle.IN_SERVICE
        and member.healthy
        and member.alive
        and not member.protected
        and member.weight == 1
        and member.target in (None, TargetHealth.HEALTHY)
        and member.signal is not Signal.FAILURE
        and member.launched_at is not None
    )


def age(member: Member) -> tuple[float, str]:
    """Plain members go by their launch; of equals the one whose id comes first."""
    return (member.launched_at or 0.0, member.id)


def roster_of(seen: Observation) -> Roster:
    """The roster that came with the observation if it is of these members, or one made anew."""
    known = seen.roster
    if known is not None and known.members is seen.members:
        return known
    return make_roster(seen.members)


def with_roster(seen: Observation) -> Observation:
    """The observation with its roster, so that it is made once for a whole decision."""
    roster = roster_of(seen)
    return seen if roster is seen.roster else replace(seen, roster=roster)


def make_roster(members: tuple[Member, ...]) -> Roster:
    ids: dict[str, dict[str, Member]] = {}
    others: list[Member] = []
    for member in members:
        if is_plain(member):
            ids.setdefault(member.revision.digest, {})[member.id] = member
        else:
            others.append(member)
    return Roster(members, {digest: _crowd(found) for digest, found in ids.items()}, tuple(others))


def _crowd(ids: dict[str, Member]) -> Crowd:
    zones: dict[str, list[Member]] = {}
    for member in sorted(ids.values(), key=age):
        zones.setdefault(member.zone, []).append(member)
    return Crowd(ids, zones)


def renew(
    roster: Roster, members: tuple[Member, ...], changes: Iterable[tuple[Member | None, Member | None]]
) -> Roster:
    """The roster after changes, each told as the member before and after; None where it was not, or is no more."""
    plain = dict(roster.plain)
    ours: dict[str, tuple[dict[str, Member], dict[str, list[Member]]]] = {}
    others = {m.id: m for m in roster.others}

    def own(digest: str) -> tuple[dict[str, Member], dict[str, list[Member]]]:
        """What an earlier look may still hold is copied before it is changed."""
        if digest not in ours:
            known = plain.get(digest)
            ids = dict(known.ids) if known else {}
            zones = {zone: list(line) for zone, line in known.zones.items()} if known else {}
            ours[digest] = ids, zones
            plain[digest] = Crowd(ids, zones)
        return ours[digest]

    for before, after in changes:
        if before is not None and before.id not in others:
            ids, zones = own(before.revision.digest)
            del ids[before.id]
            line = zones[before.zone]
            del line[bisect_left(line, age(before), key=age)]
        if after is not None and is_plain(after):
            others.pop(after.id, None)
            ids, zones = own(after.revision.digest)
            ids[after.id] = after
            insort(zones.setdefault(after.zone, []), after, key=age)
        elif after is not None:
            others[after.id] = after
        elif before is not None:
            others.pop(before.id, None)
    return Roster(members, plain, tuple(others.values()))
