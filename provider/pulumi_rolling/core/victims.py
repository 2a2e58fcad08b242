"""Whom next: members that serve nobody first, then the zone with most old members, then the oldest.

CloudFormation does not publish its order; this one is documented in docs/design.md. On the way back the newest go
first, so that a bad revision is left fast. Zone by zone, only the zone whose turn it is gives members that serve.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pulumi_rolling.core.census import is_working
from pulumi_rolling.core.observation import Member, Signal
from pulumi_rolling.core.rollout import Direction, Rollout

Age = tuple[float, str]


@dataclass(frozen=True, slots=True)
class Victims:
    """Candidates in the order in which they go: ``broken`` ones, then ``working`` ones, sorted as they are taken."""

    broken: tuple[Member, ...]
    working: Iterator[Member]


def in_order(rollout: Rollout, candidates: Iterable[Member]) -> Victims:
    """The zone rule looks at what is left after each pick."""
    broken, others = _parted(rollout, candidates)
    return Victims(broken, _spread((_age(rollout, m), m) for m in others))


def zone_by_zone(rollout: Rollout, candidates: Iterable[Member], *, free: bool) -> tuple[str, Victims]:
    """The zone whose turn it is, and the order in it. Another zone's turn comes only when no slot is in use.

    Members that serve nobody may go in every zone: nothing is lost with them. Zones go by name, on the way back in
    reverse, so that an interrupted rollout goes on where it was.
    """
    broken, others = _parted(rollout, candidates)
    zones = sorted({m.zone for m in others}, reverse=rollout.direction is Direction.BACK)
    zone = rollout.zone
    if zone not in zones and zones and free:
        zone = zones[0]
    here = (m for m in others if m.zone == zone)
    return zone, Victims(broken, _spread((_age(rollout, m), m) for m in here))


def _parted(rollout: Rollout, candidates: Iterable[Member]) -> tuple[tuple[Member, ...], list[Member]]:
    failed = {f.id for f in rollout.failed} | rollout.retried
    broken: list[tuple[bool, Age, Member]] = []
    others: list[Member] = []
    for member in candidates:
        working = is_working(member)
        if not working or member.signal is Signal.FAILURE or member.id in failed:
            broken.append((working, _age(rollout, member), member))
        else:
            others.append(member)
    broken.sort(key=lambda entry: entry[:2])
    return tuple(member for _, _, member in broken), others


def _age(rollout: Rollout, member: Member) -> Age:
    sign = -1.0 if rollout.direction is Direction.BACK else 1.0
    return (sign * (member.launched_at if member.launched_at is not None else float("inf")), member.id)


def _spread(aged: Iterable[tuple[Age, Member]]) -> Iterator[Member]:
    zones: dict[str, list[tuple[Age, Member]]] = {}
    for entry in sorted(aged, key=lambda entry: entry[0], reverse=True):
        zones.setdefault(entry[1].zone, []).append(entry)
    while zones:
        most = max(len(queue) for queue in zones.values())
        zone = min((z for z, queue in zones.items() if len(queue) == most), key=lambda z: zones[z][-1][0])
        yield zones[zone].pop()[1]
        if not zones[zone]:
            del zones[zone]
