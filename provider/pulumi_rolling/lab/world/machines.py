"""EC2's part: a machine is ended, stopped or started behind its group's back.

The group is not told; a health check of the member comes soon. This module refuses to know what that leads to.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world import health
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.member import BY_USER, Member


def kill(cloud: Cloud, member: Member, reason: tuple[str, str] = BY_USER) -> None:
    """EC2 ends the instance; the reason is EC2's own."""
    if member.now.machine in ("shutting-down", "terminated"):
        return
    cloud.change(member, machine="shutting-down")
    member.illness, member.end_reason = health.DEAD, reason
    cloud.agenda.after(member.behaviour.shutdown, partial(_off, cloud, member, "shutting-down", "terminated"))
    health.notice(cloud, member)


def stop(cloud: Cloud, member: Member) -> None:
    if member.now.machine != "running":
        return
    cloud.change(member, machine="stopping")
    member.end_reason = BY_USER
    cloud.agenda.after(member.behaviour.shutdown, partial(_off, cloud, member, "stopping", "stopped"))
    health.notice(cloud, member)


def start(cloud: Cloud, member: Member) -> None:
    if member.now.machine == "stopped":
        cloud.change(member, machine="running")
        member.end_reason = None


def _off(cloud: Cloud, member: Member, before: str, after: str) -> None:
    if member.now.machine == before:
        cloud.change(member, machine=after)
