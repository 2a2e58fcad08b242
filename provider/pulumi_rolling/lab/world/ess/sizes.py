"""The check of sizes: what a group lacks is launched from its pointer, what is too much goes.

Source: ESS user guide, "Expected number of instances". A group without an expected number is kept between its bounds
and nothing more. This module refuses to know who changed a size.
"""

from __future__ import annotations

from pulumi_rolling.lab.world.ess import activities, launching, removing
from pulumi_rolling.lab.world.ess.activity import BY_SERVICE, Activity
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.member import IN_SERVICE, Member
from pulumi_rolling.lab.world.ess.source import Source

CHECKED = 'The {} of the scaling group is checked, changing the Total Capacity from "{}" to "{}".'


def adjust(cloud: EssCloud, group: Group, source: Source | None, most: int | None = None) -> None:
    """Bring the group to its number; `most` is a greater number that is borne with."""
    now, total = group.now, group.count(stable=True, pending=True)
    if now.desired is not None:
        low, high, what = now.desired, now.desired, "expected number"
    else:
        low, high, what = now.minimum, now.maximum, "bounds"
    high = max(high, most or 0)
    if total < low:
        grow(cloud, group, low - total, source, what)
    elif total > high:
        shrink(cloud, group, victims(group, total - high), what)


def grow(cloud: EssCloud, group: Group, count: int, source: Source | None, what: str) -> Activity | None:
    """An activity of the service itself, unless the process or another activity forbids it."""
    if count <= 0 or "ScaleOut" in group.now.suspended or not activities.is_free(cloud, group, BY_SERVICE):
        return None
    activity = activities.begin(cloud, group, BY_SERVICE, _cause(group, what, count), adds(count))
    launching.launch(cloud, group, activity, count, source)
    return activity


def shrink(cloud: EssCloud, group: Group, leaving: list[Member], what: str) -> Activity | None:
    if not leaving or "ScaleIn" in group.now.suspended or not activities.is_free(cloud, group, BY_SERVICE):
        return None
    cause = _cause(group, what, -len(leaving))
    activity = activities.begin(cloud, group, BY_SERVICE, cause, removes(len(leaving)))
    removing.remove(cloud, group, activity, leaving)
    return activity


def _cause(group: Group, what: str, change: int) -> str:
    return CHECKED.format(what, group.total, group.total + change)


def removes(count: int) -> str:
    return f'Remove "{count}" ECS instance'


def adds(count: int) -> str:
    return f'Add "{count}" ECS instance'


def victims(group: Group, count: int) -> list[Member]:
    """Who goes: never a member in Standby or protected, by default the oldest configuration and then the oldest."""
    there = [each for each in group.members.values() if each.now.lifecycle == IN_SERVICE or each.now.pending]
    policies = group.now.told.get("RemovalPolicies") or ["OldestScalingConfiguration", "OldestInstance"]
    chosen = sorted(there, key=lambda each: (not each.now.pending, *_rank(each, policies)))
    return chosen[:count]


def _rank(member: Member, policies: list[str]) -> list[float]:
    ranks = {
        "OldestInstance": float(member.number),
        "NewestInstance": -float(member.number),
        "OldestScalingConfiguration": member.source.since,
    }
    return [ranks.get(policy, 0.0) for policy in policies]
