"""A group kept at its desired capacity: launches, retries of refused ones, the cloud's choice at scale-in.

Sources: EC2 Auto Scaling user guide, "Configure termination policies" (the zone with most members, then the
oldest launch template version, then the one closest to the next billing hour, for which the oldest stands
here; never one that is protected) and "Suspend and resume processes" (Launch, Terminate). Members in Standby
are no candidates. This module looks at what the group is and what it should be, and refuses to know what changed.
"""

from __future__ import annotations

from collections import Counter
from functools import partial

from pulumi_rolling.lab.world import launches, lives, places, pool, refresh
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group, Occasion
from pulumi_rolling.lab.world.member import Member

FIRST_RETRY = 0.25
LONGEST_RETRY = 2.0


def reconcile(cloud: Cloud, group: Group) -> None:
    """The group comes closer to its desired capacity, its pool to its size; the agenda alone calls this.

    Called again without a change, it does nothing.
    """
    occasion, group.occasion = group.occasion, Occasion()
    _balance(cloud, group, occasion)
    pool.refill(cloud, group)
    _forget_if_empty(cloud, group)
    at_work = refresh.active_of(cloud, group)
    if at_work is not None:
        cloud.stir(at_work)


def _balance(cloud: Cloud, group: Group, occasion: Occasion, tries: int = 0) -> None:
    """Launch what is missing, or terminate what is too many, as far as the suspended processes allow."""
    missing = group.wanted - group.tally.active - group.retrying
    if missing > 0 and not group.suspended("Launch"):
        _launch(cloud, group, missing, occasion, tries)
    elif group.tally.active > group.wanted and not group.suspended("Terminate"):
        _scale_in(cloud, group, occasion)


def _launch(cloud: Cloud, group: Group, missing: int, occasion: Occasion, tries: int) -> None:
    at = cloud.clock(cloud.now)
    text = occasion.cause or (
        f"{occasion.opening}At {at} an instance was started in response to a difference between desired and "
        f"actual capacity, increasing the capacity from {group.tally.active} to {group.wanted}."
    )
    failed = 0
    while missing > 0:
        member = pool.take(cloud, group, text) or launches.launch(cloud, group, places.place(group), text)
        failed += member is None
        missing -= member.units if member is not None else 1
    if failed:
        group.retrying += failed
        pause = min(FIRST_RETRY * 2 ** min(tries, 9), LONGEST_RETRY)
        cloud.agenda.after(pause, partial(_retry, cloud, group, failed, tries + 1))


def _retry(cloud: Cloud, group: Group, slots: int, tries: int) -> None:
    group.retrying -= slots
    if not group.now.deleting:
        _balance(cloud, group, Occasion(), tries)
        cloud.stir(group)


def _scale_in(cloud: Cloud, group: Group, occasion: Occasion) -> None:
    at = cloud.clock(cloud.now)
    had = group.tally.active
    for victim in victims(group, had - group.wanted):
        cause = (
            f"{occasion.opening}At {at} an instance was taken out of service in response to a difference "
            f"between desired and actual capacity, shrinking the capacity from {had} to {group.wanted}.  "
            f"At {at} instance {victim.id} was selected for termination."
        )
        lives.terminate(cloud, group, victim, cause)


def victims(group: Group, surplus: int) -> list[Member]:
    """The members that the cloud ends to lose `surplus` capacity units without falling below the desired capacity."""
    policies = (*(group.now.extra.get("TerminationPolicies") or ()), "Default")
    active = [member for member in group.members.values() if member.now.active]
    zones = Counter(member.zone for member in active)
    queues: dict[str, list[Member]] = {zone: [] for zone in zones}
    for member in sorted(active, key=lambda member: tuple(_rank(member, policy) for policy in policies)):
        if not member.now.protected:
            queues[member.zone].append(member)
    chosen: list[Member] = []
    while surplus > 0:
        firsts = [next((m for m in queue if m.units <= surplus), None) for queue in queues.values()]
        fitting = [member for member in firsts if member is not None]
        if not fitting:
            break
        victim = max(fitting, key=lambda member: zones[member.zone])
        chosen.append(victim)
        queues[victim.zone].remove(victim)
        zones[victim.zone] -= 1
        surplus -= victim.units
    return chosen


def _rank(member: Member, policy: str) -> tuple[bool, int, float]:
    """Lower goes first. Instances of a launch configuration go before those of a template."""
    number = member.revision.number
    version = (number is not None, int(number or 0))
    match policy:
        case "OldestInstance" | "ClosestToNextInstanceHour":
            return (False, 0, member.launched_at)
        case "NewestInstance":
            return (False, 0, -member.launched_at)
        case "OldestLaunchTemplate" | "OldestLaunchConfiguration":
            return (*version, 0.0)
        case "Default":
            return (*version, member.launched_at)
        case _:
            return (False, 0, 0.0)


def _forget_if_empty(cloud: Cloud, group: Group) -> None:
    """A group being deleted is gone with its last instance."""
    if group.now.deleting and not group.now.gone and not group.members and not group.warm:
        group.alter(cloud.now, gone=True)
        cloud.groups.pop((group.region, group.name), None)
        cloud.deleted.append(group)
