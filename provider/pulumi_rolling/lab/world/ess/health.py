"""Health: a machine that does not run, or whose work fails, is marked and then removed by an activity.

Source: ESS user guide, "Health check": Standby and Protected members are not looked at, and a removal for health goes
below MinSize. This module refuses to know who takes the place of the removed.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world.ess import activities, removing
from pulumi_rolling.lab.world.ess.activity import BY_SERVICE
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.member import IN_SERVICE, Member

CAUSE = 'A health check finds unhealthy instances, changing the Total Capacity from "{}" to "{}".'


def kill(cloud: EssCloud, group: Group, member: Member) -> None:
    """ECS releases the machine behind the group's back."""
    if member.now.machine in ("Stopping", "Released"):
        return
    group.change(cloud.now, member, machine="Released")
    cloud.stir(group, 0.0)
    notice(cloud, group, member)


def stop(cloud: EssCloud, group: Group, member: Member) -> None:
    if member.now.machine == "Running":
        group.change(cloud.now, member, machine="Stopped")
        notice(cloud, group, member)


def start(cloud: EssCloud, group: Group, member: Member) -> None:
    if member.now.machine == "Stopped":
        group.change(cloud.now, member, machine="Running")


def notice(cloud: EssCloud, group: Group, member: Member) -> None:
    cloud.agenda.after(cloud.rules.health, partial(_mark, cloud, group, member))


def _mark(cloud: EssCloud, group: Group, member: Member) -> None:
    well = member.well and member.now.machine == "Running"
    if well or "HealthCheck" in group.now.suspended or not member.now.belongs:
        return
    if member.now.lifecycle == IN_SERVICE:
        group.change(cloud.now, member, health="Unhealthy")
        cloud.stir(group, 0.0)


def look(cloud: EssCloud, group: Group) -> None:
    """Mark what was left alone while checks were suspended."""
    for member in list(group.members.values()):
        if member.now.health == "Healthy":
            _mark(cloud, group, member)


def remove_unhealthy(cloud: EssCloud, group: Group) -> bool:
    """Remove the marked in one activity, if one may begin; whether there was anybody to remove."""
    marked = [
        each
        for each in group.members.values()
        if each.now.lifecycle == IN_SERVICE and each.now.health == "Unhealthy"
    ]
    suspended = {"HealthCheck", "ScaleIn"} & group.now.suspended
    if not marked or suspended or not activities.is_free(cloud, group, BY_SERVICE):
        return False
    before = group.total
    cause = CAUSE.format(before, before - len(marked))
    activity = activities.begin(cloud, group, BY_SERVICE, cause, f'Remove "{len(marked)}" ECS instance')
    removing.remove(cloud, group, activity, marked)
    return True
