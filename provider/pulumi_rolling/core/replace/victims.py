"""Whom next: members that serve nobody first, then the zone with most old members, then the oldest.

CloudFormation does not publish its order; this one is documented in docs/design.md. On the way back the newest go
first, so that a bad revision is left fast. Zone by zone, only the zone whose turn it is gives members that serve.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Member, Signal
from pulumi_rolling.core.replace.census import is_working
from pulumi_rolling.core.replace.rollout import Rollout

Age = tuple[float, str]
Lines = Mapping[str, Sequence[Member]]
NONE: Lines = {}


@dataclass(slots=True)
class Victims:
    """Candidates in the order in which they go: ``broken`` ones, then ``working`` ones, sorted as they are taken."""

    broken: tuple[Member, ...]
    working: Iterator[Member]


def in_order(rollout: Rollout, candidates: Collection[Member], lines: Lines = NONE) -> Victims:
    """The zone rule looks at what is left after each pick. ``lines``: more candidates, plain ones (core.roster)."""
    broken, others = _parted(rollout, candidates)
    return Victims(broken, _spread(rollout, _joined(rollout, others, lines)))


def zone_by_zone(
    rollout: Rollout, candidates: Collection[Member], lines: Lines = NONE, *, free: bool
) -> tuple[str, Victims]:
    """The zone whose turn it is, and the order in it. Another zone's turn comes only when no slot is in use.

    Members that serve nobody may go in every zone: nothing is lost with them. Zones go by name, on the way back in
    reverse, so that an interrupted rollout goes on where it was.
    """
    broken, others = _parted(rollout, candidates)
    joined = _joined(rollout, others, lines)
    zones = sorted(joined, reverse=rollout.direction is Direction.BACK)
    zone = rollout.way.zone
    if zone not in zones and zones and free:
        zone = zones[0]
    here = {zone: joined[zone]} if zone in joined else {}
    return zone, Victims(broken, _spread(rollout, here))


def _parted(rollout: Rollout, candidates: Collection[Member]) -> tuple[tuple[Member, ...], list[Member]]:
    if not candidates:
        return (), []
    failed = {f.id for f in (*rollout.way.failed, *rollout.way.lost)} | rollout.way.retried
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


def _joined(rollout: Rollout, others: list[Member], lines: Lines) -> dict[str, Sequence[Member]]:
    """All that work by zone, each zone in the order in which it goes. Lines are in that order on the way forward."""
    joined = {zone: line for zone, line in lines.items() if line}
    if not others and rollout.direction is Direction.FORWARD:
        return joined
    mixed = {m.zone for m in others}
    if rollout.direction is Direction.BACK:
        mixed |= joined.keys()
    for zone in mixed:
        whole = [*joined.get(zone, ()), *(m for m in others if m.zone == zone)]
        joined[zone] = sorted(whole, key=lambda m: _age(rollout, m))
    return joined


def _age(rollout: Rollout, member: Member) -> Age:
    sign = -1.0 if rollout.direction is Direction.BACK else 1.0
    return (sign * (member.launched_at if member.launched_at is not None else float("inf")), member.id)


def _spread(rollout: Rollout, zones: Mapping[str, Sequence[Member]]) -> Iterator[Member]:
    """One from the zone with most left; of equals, the one whose next is the first to go."""
    left = {zone: len(line) for zone, line in zones.items()}
    while left:
        most = max(left.values())
        tied = [zone for zone, count in left.items() if count == most]
        zone = tied[0]
        if len(tied) > 1:
            zone = min(tied, key=lambda z: _age(rollout, zones[z][-left[z]]))
        yield zones[zone][-left[zone]]
        left[zone] -= 1
        if not left[zone]:
            del left[zone]
