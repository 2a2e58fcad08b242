"""Misfortunes of instances on order: what befalls one, and what an operator does to it."""

from __future__ import annotations

from collections.abc import Callable

from pulumi_rolling.lab.misfortunes import WrongMisfortune
from pulumi_rolling.lab.world.ess import health, orders, script
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.member import IN_SERVICE, PROTECTED, Member


def _standby(cloud: EssCloud, group: Group, member: Member) -> None:
    orders.to_standby(cloud, group, [member])


def _return(cloud: EssCloud, group: Group, member: Member) -> None:
    orders.from_standby(cloud, group, [member])


def _protect(cloud: EssCloud, group: Group, member: Member) -> None:
    if member.now.lifecycle == IN_SERVICE:
        group.change(cloud.now, member, lifecycle=PROTECTED)


def _unprotect(cloud: EssCloud, group: Group, member: Member) -> None:
    if member.now.lifecycle == PROTECTED:
        group.change(cloud.now, member, lifecycle=IN_SERVICE)


MISFORTUNES: dict[str, Callable[[EssCloud, Group, Member], None]] = {
    "terminate": health.kill,
    "unhealthy": script.fall_ill,
    "stop": health.stop,
    "start": health.start,
    "standby": _standby,
    "return": _return,
    "protect": _protect,
    "unprotect": _unprotect,
}


def befall(cloud: EssCloud, member: Member, do: str) -> None:
    if do not in MISFORTUNES:
        raise WrongMisfortune(f"no such misfortune: {do}; there are {', '.join(MISFORTUNES)}")
    group = cloud.group_of(member)
    if group is None:
        raise KeyError(member.id)
    MISFORTUNES[do](cloud, group, member)
