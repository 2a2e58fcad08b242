"""Misfortunes on order: what befalls one instance, and what an operator does to it."""

from __future__ import annotations

from collections.abc import Callable

from pulumi_rolling.lab.world import machines, script, standby
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.member import BY_SPOT, Member

MISFORTUNES: dict[str, Callable[[Cloud, Member], None]] = {
    "terminate": machines.kill,
    "unhealthy": script.fall_ill,
    "targetUnhealthy": script.stop_answering,
    "spotInterruption": lambda cloud, member: machines.kill(cloud, member, BY_SPOT),
}
BY_OPERATOR: dict[str, Callable[[Cloud, Group, Member], object]] = {
    "standby": lambda cloud, group, member: standby.enter(
        cloud, group, [member], decrement=group.now.desired > group.now.minimum
    ),
    "return": lambda cloud, group, member: standby.leave(cloud, group, [member]),
    "protect": lambda cloud, group, member: standby.protect(cloud, group, [member], True),
    "unprotect": lambda cloud, group, member: standby.protect(cloud, group, [member], False),
    "expire": standby.expire,
}


class WrongMisfortune(ValueError):
    """A misfortune that does not exist."""


def befall(cloud: Cloud, member: Member, do: str) -> None:
    if do in MISFORTUNES:
        MISFORTUNES[do](cloud, member)
    elif do in BY_OPERATOR:
        group = cloud.group_of(member)
        if group is None:
            raise KeyError(member.id)
        BY_OPERATOR[do](cloud, group, member)
    else:
        raise WrongMisfortune(
            f"no such misfortune: {do}; there are {', '.join([*MISFORTUNES, *BY_OPERATOR])}"
        )
