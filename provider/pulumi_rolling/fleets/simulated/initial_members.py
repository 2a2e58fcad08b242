"""The members that a simulated group begins with. Many groups begin alike, so they are made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.replace.roster import Roster, make_roster
from pulumi_rolling.fleets.simulated.life import Life, at_work

START = 1000.0
"""The moment at which a simulation begins."""


@dataclass(frozen=True, slots=True)
class Before:
    lives: tuple[Life, ...]
    """To be copied: what befalls one group is nothing to another."""
    roster: Roster


@lru_cache(maxsize=32)
def members_before(
    desired: int, revision: Revision, zones: int, targets: bool, checks: bool, weights: tuple[int, ...]
) -> Before:
    """Members that have been working for a while, each zone in turn and each weight."""
    lives: list[Life] = []
    units = 0
    while units < desired:
        number = len(lives)
        at = 100.0 + number * min(1.0, 800.0 / desired)
        weight = weights[number % len(weights)]
        zone = zone_names(zones)[number % zones]
        lives.append(at_work(Life(f"i-{number + 1:017x}", revision, zone, at, weight), targets, checks))
        units += weight
    return Before(tuple(lives), make_roster(tuple(life.show(START) for life in lives)))


def zone_names(count: int) -> tuple[str, ...]:
    return tuple(f"zone-{number + 1}" for number in range(count))
