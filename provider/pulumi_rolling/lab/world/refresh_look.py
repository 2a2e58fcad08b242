"""One look at a group that an instance refresh works on: who is ready, who is to go, how far it is.

Sources: EC2 Auto Scaling API reference, InstanceRefresh: a replacement is done once it is healthy and warmed up, and
the percentage falls back to zero while a refresh is rolled back. InstancesToUpdate is read from live answers, which
show 25 % and 2 to update of 4 while one warms up: replacements that have begun are not in it. The percentage of a
group that lacks capacity is lower, as the user guide says of a scale-out. This module refuses to know what follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pulumi_rolling.lab.world import pool, targets
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group, Pointer
from pulumi_rolling.lab.world.member import Member, Revision
from pulumi_rolling.lab.world.refresh import IGNORE, Progress, Refresh
from pulumi_rolling.lab.world.refresh_rules import RefreshRules
from pulumi_rolling.lab.world.refusal import Refused


class Readiness(Enum):
    """How a refresh sees a member that counts against the desired capacity."""

    COMING = "is pending"
    UNWELL = "is unhealthy"
    UNKNOWN = "has insufficient data to evaluate its health with"
    WARMING = "is warming up"
    READY = "is ready"


@dataclass(frozen=True, slots=True)
class Look:
    """Capacity in units, members that are to go, and how many replacements are not ready yet.

    `leaving` says that a replaced instance is still on its way out; `warms_at` is when the next member is warm,
    and `warm_at` when the last of the new ones is.
    """

    states: dict[Member, Readiness]
    desired: int
    ready: int
    outdated: list[Member]
    outdated_warm: list[Member]
    missing: int
    missing_warm: int
    leaving: bool
    warms_at: float | None
    warm_at: float

    @property
    def to_go(self) -> int:
        return len(self.outdated) + len(self.outdated_warm) + self.missing + self.missing_warm

    @property
    def heaviest(self) -> int:
        return max((member.units for member in self.states), default=1)


def look(cloud: Cloud, refresh: Refresh) -> Look:
    group, now = refresh.group, cloud.now
    states = {each: readiness(cloud, refresh, each) for each in group.members.values() if each.now.active}
    ready = sum(member.units for member, state in states.items() if state is Readiness.READY)
    heaviest = max((member.units for member in states), default=1)
    short = max(0, group.now.desired - ready)
    warm = {each: ready_at(cloud, refresh, each) for each in states if states[each] in _SOON}
    prepared = [each for each in group.warm.values() if each.now.lifecycle in pool.READY]
    every = (*group.members.values(), *group.warm.values())
    return Look(
        states=states,
        desired=group.now.desired,
        ready=ready,
        outdated=[each for each in group.members.values() if to_go(refresh, each)],
        outdated_warm=[each for each in group.warm.values() if to_go(refresh, each)],
        missing=-(-short // heaviest),
        missing_warm=max(0, pool.wanted(group) - len(prepared)),
        leaving=any(each.id in refresh.outdated and each.now.terminating for each in every),
        warms_at=min((at for at in warm.values() if at > now), default=None),
        warm_at=max((at for each, at in warm.items() if each.id not in refresh.outdated), default=0.0),
    )


def readiness(cloud: Cloud, refresh: Refresh, member: Member) -> Readiness:
    if member.now.lifecycle != "InService":
        return Readiness.COMING
    group = refresh.group
    if (
        member.dead
        or not member.well
        or member.now.health != "Healthy"
        or targets.failed(cloud, group, member)
    ):
        return Readiness.UNWELL
    known_at = (member.in_service_at or 0.0) + cloud.part(RefreshRules).insufficient
    if cloud.now < known_at or targets.unknown(cloud, group, member):
        return Readiness.UNKNOWN
    return Readiness.WARMING if cloud.now < ready_at(cloud, refresh, member) else Readiness.READY


_SOON = (Readiness.UNKNOWN, Readiness.WARMING)


def ready_at(cloud: Cloud, refresh: Refresh, member: Member) -> float:
    """When a healthy member is warm and known to be so; the warm-up is for those that come during the refresh."""
    warmup = 0 if member.id in refresh.before else refresh.preferences.warmup
    return (member.in_service_at or 0.0) + max(warmup, cloud.part(RefreshRules).insufficient)


def to_go(refresh: Refresh, member: Member) -> bool:
    """The member is one that the refresh replaces, and is not on its way out yet."""
    state, told = member.now, refresh.preferences
    if member.id not in refresh.outdated or state.terminating or not state.belongs:
        return False
    if state.lifecycle == "Standby" and told.standby == IGNORE:
        return False
    return not (state.protected and told.protected == IGNORE)


def progress(cloud: Cloud, refresh: Refresh, seen: Look) -> Progress:
    """Counts of a refresh; those of one that goes back are never better than they were at the turn."""
    rules, turn = cloud.part(RefreshRules), refresh.now.turn
    total, live_total = refresh.total, refresh.total - refresh.total_warm
    live, warm = len(seen.outdated), len(seen.outdated_warm)

    def counted(whole: int, untouched: int, missing: int) -> tuple[int, int]:
        undone = min(whole, untouched + missing)
        left = undone if rules.begun_counts else min(whole, untouched)
        if refresh.backwards:
            return _share(undone, whole, rules.percent_rounds), whole - left
        return _share(whole - undone, whole, rules.percent_rounds), left

    percent, left = counted(total, live + warm, seen.missing + seen.missing_warm)
    of_live = counted(live_total, live, seen.missing)
    of_warm = counted(refresh.total_warm, warm, seen.missing_warm)
    if refresh.backwards and turn is not None:
        was = turn.progress
        percent, left = min(percent, was.percent), max(left, was.left)
        of_live = min(of_live[0], was.live[0]), max(of_live[1], was.live[1])
        of_warm = min(of_warm[0], was.warm[0]), max(of_warm[1], was.warm[1])
    return Progress(percent, left, of_live, of_warm)


def _share(part: int, whole: int, rounds: bool) -> int:
    if whole == 0:
        return 100
    return (200 * part + whole) // (2 * whole) if rounds else 100 * part // whole


def matching(cloud: Cloud, group: Group, pointer: Pointer) -> list[Member]:
    """The members that were made from what the pointer means at this moment."""
    try:
        wanted = cloud.templates.revisions(group.region, pointer)
    except Refused:
        return []
    every = (*group.members.values(), *group.warm.values())
    mixed = pointer.mixed is not None
    return [each for each in every if any(_same(each.revision, one, mixed) for one in wanted)]


def _same(one: Revision, other: Revision, mixed: bool) -> bool:
    type_counts = not mixed or one.instance_type == other.instance_type
    return type_counts and _source(one) == _source(other)


def _source(one: Revision) -> tuple[str | None, ...]:
    return one.template_id, one.number, one.configuration, one.own_image
