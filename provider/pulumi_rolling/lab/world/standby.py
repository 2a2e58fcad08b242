"""Members in special states: Standby, Detached, protected from scale-in, too old.

Sources: EC2 Auto Scaling user guide, "Temporarily remove instances from your Auto Scaling group" (a member in
Standby does not count; without decrement another is launched in its place; leaving Standby raises the desired
capacity; no hooks run), "Detach instances", "Use instance scale-in protection" and "Replace Auto Scaling
instances based on maximum instance lifetime" (a protected one is not replaced). The cause of such a replacement
is not published and is worded here. This module refuses to know what is launched in a member's place.
"""

from __future__ import annotations

from pulumi_rolling.lab.world import lives, targets
from pulumi_rolling.lab.world.activities import Activity
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group, Occasion
from pulumi_rolling.lab.world.member import Member
from pulumi_rolling.lab.world.refusal import invalid


def _shrink(cloud: Cloud, group: Group, members: list[Member], decrement: bool, doing: str) -> str:
    """The desired capacity falls if that was asked for; returns the end of the activities' cause."""
    before = group.now.desired
    counted = sum(member.units for member in members if member.now.active)
    if not decrement or not counted:
        return "."
    if before - counted < group.now.minimum:
        raise invalid(
            f"AutoScalingGroup {group.name} has min-size={group.now.minimum}, max-size={group.now.maximum}, "
            f"and desired-size={before}. To {doing} {counted} instance{'s' if counted > 1 else ''}, "
            "please update the AutoScalingGroup sizes appropriately."
        )
    group.alter(cloud.now, desired=before - counted)
    return f", shrinking the capacity from {before} to {before - counted}."


def _record(cloud: Cloud, group: Group, member: Member, description: str, cause: str) -> Activity:
    text = f"At {cloud.clock(cloud.now)} instance {member.id} {cause}"
    activity = group.activities.start(
        cloud.now, f"{description}: {member.id}", text, member.zone, member.subnet
    )
    activity.finish(cloud.now, "Successful")
    return activity


def enter(cloud: Cloud, group: Group, members: list[Member], decrement: bool) -> list[Activity]:
    for member in members:
        if member.now.lifecycle != "InService":
            raise invalid(f"The instance {member.id} is not in InService.")
    end = _shrink(cloud, group, members, decrement, "place into standby")
    made = []
    for member in members:
        group.change(cloud.now, member, lifecycle="Standby")
        targets.deregister(cloud, group, member)
        cause = f"was moved to standby in response to a user request{end}"
        made.append(_record(cloud, group, member, "Moving EC2 instance to Standby", cause))
    cloud.stir(group)
    return made


def leave(cloud: Cloud, group: Group, members: list[Member]) -> list[Activity]:
    for member in members:
        if member.now.lifecycle != "Standby":
            raise invalid(f"The instance {member.id} is not in Standby.")
    before = group.now.desired
    after = before + sum(member.units for member in members)
    if after > group.now.maximum:
        raise invalid(
            f"AutoScalingGroup {group.name} has min-size={group.now.minimum}, max-size={group.now.maximum}, "
            f"and desired-size={before}. To remove from standby {len(members)} instances, please update the "
            "AutoScalingGroup sizes appropriately."
        )
    group.alter(cloud.now, desired=after)
    made = []
    for member in members:
        lives.enter_service(cloud, group, member)
        cause = "was moved out of standby in response to a user request"
        grown = f"{cause}, increasing the capacity from {before} to {after}."
        made.append(_record(cloud, group, member, "Moving EC2 instance out of Standby", grown))
    return made


def detach(cloud: Cloud, group: Group, members: list[Member], decrement: bool) -> list[Activity]:
    """Detached instances go on running and belong to no group."""
    for member in members:
        if member.now.lifecycle not in ("InService", "Standby"):
            raise invalid(f"The instance {member.id} is not in InService or Standby.")
    end = _shrink(cloud, group, members, decrement, "detach")
    made = []
    for member in members:
        tags = {key: value for key, value in member.now.tags.items() if key != "aws:autoscaling:groupName"}
        cause = f"was detached in response to a user request{end}"
        made.append(_record(cloud, group, member, "Detaching EC2 instance", cause))
        targets.deregister(cloud, group, member)
        group.change(cloud.now, member, lifecycle="Detached", tags=tags)
    cloud.stir(group)
    return made


def protect(cloud: Cloud, group: Group, members: list[Member], protected: bool) -> None:
    for member in members:
        if member.now.lifecycle not in ("InService", "Standby"):
            raise invalid(f"The instance {member.id} is not in InService or EnteringStandby or Standby.")
    for member in members:
        group.change(cloud.now, member, protected=protected)
    cloud.stir(group)


def expire(cloud: Cloud, group: Group, member: Member) -> None:
    """The member is older than MaxInstanceLifetime allows: the group terminates and replaces it."""
    if member.now.lifecycle != "InService" or member.now.protected:
        raise invalid(f"The instance {member.id} is not in InService, or is protected.")
    at = cloud.clock(cloud.now)
    cause = f"At {at} an instance was taken out of service in response to the maximum instance lifetime."
    began = f"At {at} an instance was launched in response to the maximum instance lifetime of another."
    group.because(Occasion(cause=began))
    lives.terminate(cloud, group, member, cause)
