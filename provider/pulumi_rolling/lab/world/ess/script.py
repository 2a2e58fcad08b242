"""The instance's part: what an image's instance does by itself, which is signal, fall ill and die.

This module refuses to know how the group reacts to what an instance does.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world.ess import health, hooks
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.member import Member
from pulumi_rolling.lab.world.ess.waits import ABANDON, CONTINUE, SCALE_OUT, Party

TAG = "rolling:signal"


def booted(cloud: EssCloud, group: Group, member: Member) -> None:
    cloud.agenda.after(member.behaviour.signal_after, partial(_signal, cloud, group, member))


def _signal(cloud: EssCloud, group: Group, member: Member) -> None:
    """A running instance sends its image's signal; a dead one sends nothing.

    Instances that a hook with the default ABANDON holds answer there; all others tag themselves.
    """
    status = member.behaviour.signal
    if status is None or not member.now.belongs or member.now.machine != "Running":
        return
    member.signalled = (status, cloud.now)
    holding = [each for each in group.hooks if each.transition == SCALE_OUT]
    if not any(each.default == ABANDON for each in holding):
        group.change(cloud.now, member, tags={**member.now.tags, TAG: status})
    for party in [each for each in group.parties if member in each.members]:
        asked(cloud, group, party)
    _doom(cloud, group, member)


def asked(cloud: EssCloud, group: Group, party: Party) -> None:
    """The party's tokens wait. One failure abandons them; they continue when every instance has succeeded."""
    said = [member.signalled[0] if member.signalled else None for member in party.members]
    if "FAILURE" in said:
        result = ABANDON
    elif said and all(each == "SUCCESS" for each in said):
        result = CONTINUE
    else:
        return
    for action in party.open:
        if action.hook.transition == SCALE_OUT:
            hooks.complete(cloud, group, action, result)


def in_service(cloud: EssCloud, group: Group, member: Member) -> None:
    if not member.behaviour.healthy:
        fall_ill(cloud, group, member)
    _doom(cloud, group, member)


def fall_ill(cloud: EssCloud, group: Group, member: Member) -> None:
    member.well = False
    group.note(cloud.now)
    health.notice(cloud, group, member)


def _doom(cloud: EssCloud, group: Group, member: Member) -> None:
    """The time to death of a lying image's instance begins: it is in service, and has signalled if it signals."""
    after = member.behaviour.dies_after
    silent = member.behaviour.signal is not None and member.signalled is None
    if after is not None and not member.doomed and member.in_service_at is not None and not silent:
        member.doomed = True
        cloud.agenda.after(after, partial(health.kill, cloud, group, member))
