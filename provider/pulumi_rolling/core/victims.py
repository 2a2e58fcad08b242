"""Whom next: members that serve nobody first, then the zone with most old members, then the oldest.

CloudFormation does not publish its order; this one is documented in docs/design.md. On the way back the newest go
first, so that a bad revision is left fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pulumi_rolling.core.census import is_working
from pulumi_rolling.core.model import Direction, Member, Rollout, Signal

Age = tuple[float, str]


@dataclass(frozen=True, slots=True)
class Victims:
    """Candidates in the order in which they go: ``broken`` ones, then ``working`` ones, sorted as they are taken."""

    broken: tuple[Member, ...]
    working: Iterator[Member]


def in_order(rollout: Rollout, candidates: Iterable[Member]) -> Victims:
    """The zone rule looks at what is left after each pick."""
    sign = -1.0 if rollout.direction is Direction.BACK else 1.0
    failed = {f.id for f in rollout.failed}

    def age(member: Member) -> Age:
        return (sign * (member.launched_at if member.launched_at is not None else float("inf")), member.id)

    broken: list[tuple[bool, Age, Member]] = []
    others: list[Member] = []
    for member in candidates:
        working = is_working(member)
        if not working or member.signal is Signal.FAILURE or member.id in failed:
            broken.append((working, age(member), member))
        else:
            others.append(member)
    broken.sort(key=lambda entry: entry[:2])
    return Victims(tuple(member for _, _, member in broken), _spread((age(m), m) for m in others))


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
