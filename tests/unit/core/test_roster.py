"""The roster says nothing that the members do not, however it came about."""

from __future__ import annotations

import random
from dataclasses import replace

from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Signal, Sizes, TargetHealth
from pulumi_rolling.core.replace.census import take_census
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.observation import Observation, roster_of, with_roster
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.roster import Roster, make_roster, renew

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")


def drawn(name: str, chance: random.Random) -> Member:
    return Member(
        name,
        chance.choice([V1, V2]),
        chance.choice([Lifecycle.IN_SERVICE] * 6 + list(Lifecycle)),
        healthy=chance.random() < 0.9,
        alive=chance.random() < 0.9,
        zone=chance.choice("abc"),
        launched_at=chance.choice([None, *range(100, 110)]),
        protected=chance.random() < 0.1,
        signal=chance.choice([None, Signal.SUCCESS, Signal.SUCCESS, Signal.FAILURE]),
        target=chance.choice([None, None, TargetHealth.HEALTHY, TargetHealth.UNHEALTHY]),
        weight=chance.choice([1, 1, 1, 2]),
    )


def contents(roster: Roster) -> tuple[object, ...]:
    plain = {
        digest: (dict(crowd.ids), {zone: list(line) for zone, line in crowd.zones.items() if line})
        for digest, crowd in roster.plain.items()
        if crowd.ids
    }
    return plain, set(roster.others), roster.members


def test_a_renewed_roster_is_the_one_made_anew() -> None:
    """Whatever joins, changes and goes: renewing by the changes comes to the same as sorting all again."""
    chance = random.Random(1)
    group = {f"i-{number}": drawn(f"i-{number}", chance) for number in range(30)}
    roster = make_roster(tuple(group.values()))
    for step in range(200):
        changes: list[tuple[Member | None, Member | None]] = []
        for name in chance.sample(sorted(group), 3):
            before, after = group[name], drawn(name, chance) if chance.random() < 0.8 else None
            changes.append((before, after))
            del group[name]
            if after is not None:
                group[name] = after
        fresh = drawn(f"n-{step}", chance)
        group[fresh.id] = fresh
        changes.append((None, fresh))
        members = tuple(group.values())
        earlier, kept = roster, contents(roster)
        roster = renew(roster, members, changes)
        assert contents(roster) == contents(make_roster(members))
        assert contents(earlier) == kept, "a look of before keeps its roster"


def test_lines_are_in_the_order_of_age() -> None:
    """The oldest of a zone comes first; of equal age the one whose id does."""
    members = tuple(
        Member(name, V1, Lifecycle.IN_SERVICE, zone="a", launched_at=at)
        for name, at in (("c", 5.0), ("b", 7.0), ("a", 7.0), ("d", 1.0))
    )
    assert [m.id for m in make_roster(members).plain["one"].zones["a"]] == ["d", "c", "a", "b"]


def test_a_roster_of_other_members_is_not_believed() -> None:
    """An observation whose members were replaced is sorted anew, although it carries a roster."""
    members = tuple(
        Member(f"i-{n}", V1, Lifecycle.IN_SERVICE, zone="a", launched_at=float(n)) for n in range(3)
    )
    seen = with_roster(Observation(10.0, members, Sizes(0, 3, 3), V1.address))
    assert roster_of(seen) is seen.roster
    fewer = replace(seen, members=members[:2])
    assert roster_of(fewer).members == members[:2]
    limits = Limits(batch=1, floor=0, max_size=3, pacing=Pacing.SLIDING)
    rollout = new_rollout("r", V2, V1, Sizes(0, 3, 3), frozenset(), 0.0)
    assert len(take_census(limits, rollout, fewer).counted) == 2
