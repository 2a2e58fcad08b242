"""Scale-in: an activity takes members out of a group, and releases, stops or only detaches their machines.

Source: ESS API reference, RemoveInstances and DetachInstances; user guide, "Scaling activity process". This module
refuses to know why a group shrinks.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world.ess import activities, hooks
from pulumi_rolling.lab.world.ess.activity import Activity
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.member import (
    AUTO_CREATED,
    IN_SERVICE,
    PROTECTED,
    REMOVING,
    REMOVING_WAIT,
    STANDBY,
    Member,
)
from pulumi_rolling.lab.world.ess.waits import CONTINUE, ROLLBACK, SCALE_IN, Party

RELEASE = "release"
RECYCLE = "recycle"
DETACH = "detach"
TAKEN_OUT = ("InstanceRemoved", "The instance was removed while it was being created.")


def remove(
    cloud: EssCloud, group: Group, activity: Activity, members: list[Member], policy: str = RELEASE
) -> None:
    """Take the members out within an activity; they wait at the hooks first, and a detachment calls none."""
    activity.planned = len(members)
    before = {member.id: member.now.lifecycle for member in members}
    for pending in [each for each in members if each.now.pending]:
        _leave_launch(cloud, group, pending)
    activity.open = set(before)
    after = partial(_after_hooks, cloud, group, before, policy)
    holding = [] if policy == DETACH else hooks.of(group, activity, SCALE_IN)
    alone = cloud.rules.token_per_instance
    for together in [[each] for each in members] if alone else [list(members)]:
        party = Party(activity, together, after)
        for member in together:
            lifecycle = REMOVING_WAIT if holding else REMOVING
            group.change(cloud.now, member, lifecycle=lifecycle, weight=0)
        if holding:
            group.parties.append(party)
            hooks.wait(cloud, group, party, holding)
        else:
            after(party, CONTINUE)
    cloud.stir(group)


def _leave_launch(cloud: EssCloud, group: Group, member: Member) -> None:
    """A member that is still being launched ends that launch for itself."""
    hooks.leave(group, member)
    for activity in group.running:
        failed = (*activity.now.failed, member.id)
        activities.done(cloud, group, activity, member.id, failed=failed, error=TAKEN_OUT)


def _after_hooks(
    cloud: EssCloud, group: Group, before: dict[str, str], policy: str, party: Party, result: str
) -> None:
    for member in list(party.members):
        if result == ROLLBACK:
            was = before[member.id]
            kept = was if was in (IN_SERVICE, STANDBY, PROTECTED) else IN_SERVICE
            group.change(cloud.now, member, lifecycle=kept)
            activities.done(cloud, group, party.activity, member.id)
            continue
        group.change(cloud.now, member, lifecycle=REMOVING)
        wait = cloud.rules.detach if group.now.balanced else 0.0
        cloud.agenda.after(wait, partial(_drained, cloud, group, member, party.activity, policy))


def _drained(cloud: EssCloud, group: Group, member: Member, activity: Activity, policy: str) -> None:
    """The load balancer has let go; an attached machine that was not entrusted runs on, as does a detached one."""
    stays = policy == DETACH or (member.creation != AUTO_CREATED and not member.entrusted)
    if stays or member.now.machine == "Released":
        _out(cloud, group, member, activity)
        return
    group.change(cloud.now, member, machine="Stopping")
    cloud.agenda.after(member.behaviour.shutdown, partial(_shut_down, cloud, group, member, activity, policy))


def _shut_down(cloud: EssCloud, group: Group, member: Member, activity: Activity, policy: str) -> None:
    if policy == RECYCLE:
        group.change(cloud.now, member, machine="Stopped", lifecycle="Stopped")
        destroyed = (*activity.now.destroyed, member.id)
        activities.done(cloud, group, activity, member.id, destroyed=destroyed)
        return
    group.change(cloud.now, member, machine="Released")
    _out(cloud, group, member, activity)


def _out(cloud: EssCloud, group: Group, member: Member, activity: Activity) -> None:
    group.change(cloud.now, member, belongs=False)
    destroyed = (*activity.now.destroyed, member.id)
    activities.done(cloud, group, activity, member.id, destroyed=destroyed)
    cloud.stir(group)
