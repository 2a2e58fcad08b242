"""A member as a target of its group's target groups.

Sources: Elastic Load Balancing user guide, "Target health status": initial while it is being registered and
first checked, then healthy or unhealthy; draining from deregistration on, for the deregistration delay.
EC2 Auto Scaling user guide, "How lifecycle hooks work": a member is deregistered first when it terminates,
and the hooks follow; "Suspend and resume processes": with AddToLoadBalancer suspended nothing is registered.
The delay is 300 seconds in AWS unless it is set; here it is none unless it is set. This module refuses to know what
a group does about an unhealthy target.
"""

from __future__ import annotations

from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.member import Member

REGISTERING = ("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
HEALTHY = ("healthy", None, None)
FAILED = ("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
DRAINING = ("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")

Health = tuple[str, str | None, str | None]


def deregister(cloud: Cloud, group: Group, member: Member) -> float:
    """The member's end as a target begins; seconds until its connections are drained.

    A machine that does not run has no connections.
    """
    if member.registered_at is None or member.deregistered_at is not None:
        return max(0.0, member.drained_at - cloud.now)
    delays = [cloud.drains.get(arn, 0.0) for arn in group.now.target_groups]
    delay = max(delays, default=0.0) if member.behaviour.drain is None else member.behaviour.drain
    member.deregistered_at = cloud.now
    member.drained_at = cloud.now + (0.0 if member.dead else delay)
    weigh(cloud, group, member)
    return member.drained_at - cloud.now


def target_health(cloud: Cloud, member: Member) -> Health | None:
    """State, reason and description; None when the member is no target (any more)."""
    if member.registered_at is None or not member.now.belongs:
        return None
    if member.deregistered_at is not None:
        return DRAINING if member.now.terminating or cloud.now < member.drained_at else None
    if cloud.now < member.registered_at + member.behaviour.target_after:
        return REGISTERING
    return HEALTHY if member.well and member.answering and not member.dead else FAILED


def weigh(cloud: Cloud, group: Group, member: Member) -> None:
    """The group's counts learn whether requests reach the member at this moment."""
    reached = not _attached(group) or target_health(cloud, member) == HEALTHY
    if reached is not member.now.reached:
        group.change(cloud.now, member, reached=reached)
        cloud.stir(group)


def failed(cloud: Cloud, group: Group, member: Member) -> bool:
    """The member's targets fail, and the group by its health check type takes that for the member's health."""
    return _attached(group) and checks_targets(group) and target_health(cloud, member) == FAILED


def unknown(cloud: Cloud, group: Group, member: Member) -> bool:
    """The member's targets are not checked yet, and the group goes by them."""
    return _attached(group) and checks_targets(group) and target_health(cloud, member) == REGISTERING


def _attached(group: Group) -> bool:
    return bool(group.now.target_groups or group.now.balancers)


def checks_targets(group: Group) -> bool:
    return "ELB" in str(group.now.extra.get("HealthCheckType"))
