"""The group's health checks: a member that is dead or unwell is found out, marked and terminated.

Sources: EC2 Auto Scaling user guide, "Health checks for instances in an Auto Scaling group" (an instance that
EC2 does not run is unhealthy; the load balancer is asked only where HealthCheckType names it) and "Suspend
and resume processes": with HealthCheck suspended no member is marked, so that a dead instance goes on to look
InService and Healthy, while marks by SetInstanceHealth still act; with ReplaceUnhealthy or Terminate
suspended marked members stay. Checks and replacements take a moment each. The grace period is not waited for.
This module refuses to know how a member fell ill, and what is launched in its place.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world import lives, pool, targets
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group, Occasion
from pulumi_rolling.lab.world.member import BY_USER, Member

CHECK_AFTER = 0.1
REPLACE_AFTER = 0.1

OUT = "an instance was taken out of service in response to"
DEAD = f"{OUT} an EC2 health check indicating it has been terminated or stopped."
UNWELL = f"{OUT} an EC2 instance status checks failure."
UNANSWERED = f"{OUT} an ELB system health check failure."
MARKED = f"{OUT} a user health-check."
REPLACED = "an instance was launched in response to an unhealthy instance needing to be replaced."


def notice(cloud: Cloud, member: Member) -> None:
    cloud.agenda.after(CHECK_AFTER, partial(check, cloud, member))


def check(cloud: Cloud, member: Member) -> None:
    """One health check of one member."""
    group = cloud.group_of(member)
    if group is None:
        pool.drop_dead(cloud, member)
    if group is None or not member.now.active:
        return
    if member.well and not member.dead and not targets.failed(cloud, group, member):
        return
    if member.now.lifecycle != "InService":
        if member.dead:
            _lose_launch(cloud, group, member)
        return
    if group.suspended("HealthCheck"):
        return
    if not member.dead:
        member.illness = UNANSWERED if targets.checks_targets(group) else UNWELL
    mark(cloud, group, member, member.illness or DEAD)


def _lose_launch(cloud: Cloud, group: Group, member: Member) -> None:
    """The launch of an instance that dies before it was in service is cancelled, whatever is suspended."""
    why = (member.end_reason or BY_USER)[1]
    reason = (
        "Instance became unhealthy while waiting for instance to be in InService state. "
        f"Termination Reason: {why}"
    )
    lives.terminate(
        cloud, group, member, f"At {cloud.clock(cloud.now)} {member.illness or DEAD}", unlaunched=reason
    )


def mark(cloud: Cloud, group: Group, member: Member, illness: str) -> None:
    member.illness = illness
    group.change(cloud.now, member, health="Unhealthy")
    cloud.stir(group)
    cloud.agenda.after(REPLACE_AFTER, partial(replace, cloud, member))


def replace(cloud: Cloud, member: Member) -> None:
    group = cloud.group_of(member)
    if group is None or member.now.health != "Unhealthy" or not member.now.active:
        return
    if group.suspended("ReplaceUnhealthy") or group.suspended("Terminate"):
        return
    at = cloud.clock(cloud.now)
    group.because(Occasion(cause=f"At {at} {REPLACED}"))
    lives.terminate(cloud, group, member, f"At {at} {member.illness}")


def look_again(cloud: Cloud, group: Group) -> None:
    """Every member is looked at, and after them the group: what was left alone meanwhile is dealt with."""
    for member in group.members.values():
        cloud.agenda.at_once(partial(_look_at, cloud, member))
    cloud.agenda.at_once(partial(cloud.stir, group))


def _look_at(cloud: Cloud, member: Member) -> None:
    check(cloud, member)
    replace(cloud, member)
