"""What a call or another party orders of a group: remove, detach, attach, adjust, move into Standby and back.

Source: ESS API reference of each call. This module refuses to know in which form an order arrives.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from pulumi_rolling.lab.world.ess import activities, launching, refreshing, removing, sizes
from pulumi_rolling.lab.world.ess.activity import HAND, Activity
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import Group, incorrect_status
from pulumi_rolling.lab.world.ess.member import (
    ATTACHED,
    FULL_WEIGHT,
    IN_SERVICE,
    PROTECTED,
    STANDBY,
    Member,
)
from pulumi_rolling.lab.world.refusal import Refused

BY_HAND = 'A user requests to {}, changing the Total Capacity from "{}" to "{}".'
BELOW = "To remove the instances, the total capacity will be lesser than the MinSize."
ABOVE = "To attach the instances, the total capacity will be greater than the MaxSize."
UNCHANGED = "The capacity of the scaling group does not change."
WRONG_STATUS = "The current status of the specified instance does not support this action."
CONFIGURING = "The load balancer is being configured; try again later."


def _cause(group: Group, what: str, change: int) -> str:
    return BY_HAND.format(what, group.total, group.total + change)


def take_out(
    cloud: EssCloud, group: Group, members: list[Member], policy: str, decrease: bool, context: dict[str, Any]
) -> Activity:
    """RemoveInstances and DetachInstances: one activity for all members, or a refusal."""
    group.needs_active()
    if "ScaleIn" in group.now.suspended:
        raise incorrect_status()
    activities.needs_free(cloud, group)
    if any(each.now.removing for each in members):
        raise activities.busy()
    if not cloud.rules.pending_removable and any(each.now.pending for each in members):
        raise Refused("IncorrectInstanceStatus", WRONG_STATUS)
    if group.total - len(members) < group.now.minimum:
        raise Refused("IncorrectCapacity.MinSize", BELOW)
    what = "detach instances" if policy == removing.DETACH else "remove instances"
    cause = _cause(group, what, -len(members))
    activity = activities.begin(cloud, group, HAND, cause, sizes.removes(len(members)))
    activity.context = context
    if decrease and group.now.desired is not None:
        group.set(cloud.now, desired=max(group.now.minimum, group.now.desired - len(members)))
    removing.remove(cloud, group, activity, members, policy)
    return activity


def attach(cloud: EssCloud, group: Group, members: list[Member], entrusted: bool) -> Activity:
    """AttachInstances: machines of the lab that no group has."""
    group.needs_active()
    if "ScaleOut" in group.now.suspended:
        raise incorrect_status()
    activities.needs_free(cloud, group)
    if group.total + len(members) > group.now.maximum:
        raise Refused("IncorrectCapacity.MaxSize", ABOVE)
    cause = _cause(group, "attach instances", len(members))
    activity = activities.begin(cloud, group, HAND, cause, sizes.adds(len(members)))
    activity.planned, activity.open = len(members), {member.id for member in members}
    if group.now.desired is not None:
        group.set(cloud.now, desired=group.now.desired + len(members))
    for member in members:
        member.group_id, member.creation, member.entrusted = group.id, ATTACHED, entrusted
        member.activity_id = activity.id
        group.members[member.id] = member
        group.change(cloud.now, member, belongs=True, lifecycle="Pending", health="Healthy")
        launching.attach(cloud, group, member, activity)
    return activity


def wanted(group: Group, kind: str, value: int, least: int) -> int:
    """The number that an adjustment asks for, within the bounds.

    In a group with an expected number it counts from the stable members, not from that number.
    """
    base = group.count(stable=True) if group.expects else group.total
    match kind:
        case "TotalCapacity":
            number = value
        case "PercentChangeInCapacity":
            change = math.ceil(abs(base * value) / 100)
            number = base + int(math.copysign(max(change, least), value))
        case _:
            number = base + value
    return max(group.now.minimum, min(group.now.maximum, number))


def adjust(cloud: EssCloud, group: Group, number: int, at_once: bool, trigger: str = HAND) -> Activity | None:
    """ScaleWithAdjustment: an expected number moves and the check acts; otherwise an activity begins now."""
    group.needs_active()
    activities.needs_free(cloud, group, trigger)
    if group.now.desired is not None and not at_once:
        if number == group.now.desired:
            raise Refused("IncorrectCapacity.NoChange", UNCHANGED)
        group.set(cloud.now, desired=number)
        cloud.stir(group)
        return None
    change = number - (group.count(stable=True, pending=True) if group.expects else group.total)
    if change == 0:
        raise Refused("IncorrectCapacity.NoChange", UNCHANGED)
    if ("ScaleOut" if change > 0 else "ScaleIn") in group.now.suspended:
        raise incorrect_status()
    if group.expects:
        group.set(cloud.now, desired=number)
    words = sizes.adds(change) if change > 0 else sizes.removes(-change)
    activity = activities.begin(cloud, group, trigger, _cause(group, "adjust the capacity", change), words)
    if change > 0:
        launching.launch(cloud, group, activity, change, refreshing.launches_from(cloud, group))
    else:
        removing.remove(cloud, group, activity, sizes.victims(group, -change))
    return activity


def to_standby(cloud: EssCloud, group: Group, members: list[Member]) -> Activity:
    allowed = (IN_SERVICE, PROTECTED) if cloud.rules.protected_to_standby else (IN_SERVICE,)
    return _move(cloud, group, members, allowed, STANDBY)


def from_standby(cloud: EssCloud, group: Group, members: list[Member]) -> Activity:
    return _move(cloud, group, members, (STANDBY,), IN_SERVICE)


def _move(
    cloud: EssCloud, group: Group, members: list[Member], allowed: tuple[str, ...], to: str
) -> Activity:
    """An activity that takes its time; a load balancer bears one at a time."""
    group.needs_active()
    if not activities.is_free(cloud, group, HAND):
        raise incorrect_status()
    if group.moving and group.now.balanced:
        raise Refused("BackendServer.configuring", CONFIGURING)
    if any(each.now.lifecycle not in allowed or each.id in group.moving for each in members):
        raise Refused("IncorrectInstanceStatus", WRONG_STATUS)
    words = f'Move "{len(members)}" ECS instance to {to}'
    activity = activities.begin(cloud, group, HAND, _cause(group, f"move instances to {to}", 0), words)
    activity.planned, activity.open = len(members), {member.id for member in members}
    group.moving |= activity.open
    for member in members:
        cloud.agenda.after(cloud.rules.standby, partial(_moved, cloud, group, member, activity, to))
    return activity


def _moved(cloud: EssCloud, group: Group, member: Member, activity: Activity, to: str) -> None:
    group.moving.discard(member.id)
    if member.now.stable:
        weight = FULL_WEIGHT if to == IN_SERVICE and group.now.balanced else 0
        group.change(cloud.now, member, lifecycle=to, weight=weight)
    activities.done(cloud, group, activity, member.id, moved=(*activity.now.moved, member.id))
