"""How a group finds out that a member is dead or unwell, and replaces it.

Sources: EC2 Auto Scaling user guide, "Health checks for instances in an Auto Scaling group" (an instance that
EC2 does not run is unhealthy; the load balancer is asked only where HealthCheckType names it) and "Suspend
and resume processes": with HealthCheck suspended nobody is marked, so that a dead instance goes on to look
InService and Healthy, while marks by SetInstanceHealth still act; with ReplaceUnhealthy or Terminate
suspended marked members stay. Checks and replacements take a moment each. The grace period is not waited for.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world import balance, lives, pool, targets
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.member import Member

CHECK_AFTER = 0.1
REPLACE_AFTER = 0.1

OUT = "an instance was taken out of service in response to"
DEAD = f"{OUT} an EC2 health check indicating it has been terminated or stopped."
UNWELL = f"{OUT} an EC2 instance status checks failure."
UNANSWERED = f"{OUT} an ELB system health check failure."
MARKED = f"{OUT} a user health-check."
BY_USER = ("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown")
BY_ITSELF = (
    "Client.InstanceInitiatedShutdown",
    "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
)
BY_SPOT = ("Server.SpotInstanceTermination", "Server.SpotInstanceTermination: Spot instance termination")
REPLACED = "an instance was launched in response to an unhealthy instance needing to be replaced."


def kill(cloud: Cloud, member: Member, reason: tuple[str, str] = BY_USER) -> None:
    """EC2 ends the instance and the group has not been told; the reason is EC2's own."""
    if member.now.machine in ("shutting-down", "terminated"):
        return
    cloud.change(member, machine="shutting-down")
    member.illness, member.end_reason = DEAD, reason
    cloud.agenda.after(member.behaviour.shutdown, partial(_off, cloud, member, "shutting-down", "terminated"))
    notice(cloud, member)


def stop(cloud: Cloud, member: Member) -> None:
    if member.now.machine != "running":
        return
    cloud.change(member, machine="stopping")
    member.end_reason = BY_USER
    cloud.agenda.after(member.behaviour.shutdown, partial(_off, cloud, member, "stopping", "stopped"))
    notice(cloud, member)


def start(cloud: Cloud, member: Member) -> None:
    if member.now.machine == "stopped":
        cloud.change(member, machine="running")
        member.end_reason = None


def sicken(cloud: Cloud, member: Member) -> None:
    """The machine runs but its work fails; only a health check can tell."""
    member.well = False
    notice(cloud, member)


def fail_target(cloud: Cloud, member: Member) -> None:
    """The machine and its work are well, and the load balancer gets no answer from it."""
    member.answering = False
    notice(cloud, member)


def doom(cloud: Cloud, member: Member) -> None:
    """Begin the time after which an instance of a lying image dies: it was in service, and has signalled if
    its image signals.
    """
    after = member.behaviour.dies_after
    signalling = member.behaviour.signal is not None and member.signalled is None
    if after is None or member.doomed or member.in_service_at is None or signalling:
        return
    member.doomed = True
    cloud.agenda.after(after, partial(kill, cloud, member, BY_ITSELF))


def _off(cloud: Cloud, member: Member, before: str, after: str) -> None:
    if member.now.machine == before:
        cloud.change(member, machine=after)


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
    """An instance that dies before it was in service: the launch is cancelled, whatever is suspended but
    Terminate.
    """
    why = (member.end_reason or BY_USER)[1]
    reason = (
        "Instance became unhealthy while waiting for instance to be in InService state. "
        f"Termination Reason: {why}"
    )
    lives.terminate(
        cloud, group, member, f"At {cloud.clock(cloud.now)} {member.illness or DEAD}", unlaunched=reason
    )
    balance.refill(cloud, group)


def mark(cloud: Cloud, group: Group, member: Member, illness: str) -> None:
    member.illness = illness
    group.change(cloud.now, member, health="Unhealthy")
    cloud.agenda.after(REPLACE_AFTER, partial(replace, cloud, member))


def replace(cloud: Cloud, member: Member) -> None:
    group = cloud.group_of(member)
    if group is None or member.now.health != "Unhealthy" or not member.now.active:
        return
    if group.suspended("ReplaceUnhealthy") or group.suspended("Terminate"):
        return
    at = cloud.clock(cloud.now)
    lives.terminate(cloud, group, member, f"At {at} {member.illness}")
    balance.refill(cloud, group, cause=f"At {at} {REPLACED}")


def look_again(cloud: Cloud, group: Group) -> None:
    """After processes were resumed: what was left alone meanwhile is dealt with."""
    for member in list(group.members.values()):
        check(cloud, member)
        replace(cloud, member)
