"""A member as a target of its group's target groups.

Source: Elastic Load Balancing user guide, "Target health status": initial while it is being registered and
first checked, then healthy or unhealthy; draining from deregistration on. Targets are registered when the
member goes in service, unless AddToLoadBalancer is suspended.
"""

from __future__ import annotations

from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.member import Member

FIRST_CHECKS = 0.2
REGISTERING = ("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
HEALTHY = ("healthy", None, None)
FAILED = ("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
DRAINING = ("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")

Health = tuple[str, str | None, str | None]


def target_health(cloud: Cloud, group: Group, member: Member) -> Health | None:
    """State, reason and description; None when the member is no target (any more)."""
    if member.registered_at is None or not member.now.belongs:
        return None
    if member.deregistered_at is not None:
        return DRAINING if member.now.terminating else None
    if cloud.now < member.registered_at + FIRST_CHECKS:
        return REGISTERING
    return FAILED if member.dead or not member.well else HEALTHY
