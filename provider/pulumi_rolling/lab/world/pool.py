"""A group's warm pool: machines prepared beforehand, from which the group launches first.

Sources: EC2 Auto Scaling API reference, PutWarmPool (the pool holds MaxGroupPreparedCapacity, or else the maximum
size, less the desired capacity, and never less than MinSize) and DeleteWarmPool; user guide, "Warm pools" (states,
and that a pool is not renewed when the group points elsewhere). A prepared machine keeps the revision it was made
from. Starting a stopped one takes a quarter of its boot here, a running one is there at once.
This module refuses to know when the group launches, and how many members it lacks.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world import launches, lives, places
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.member import Member

START = 0.25
RETRY = 1.0
STATES = ("Stopped", "Running", "Hibernated")
READY = tuple(f"Warmed:{state}" for state in STATES)
USABLE = ("stopped", "running")
INTO = "Launching a new EC2 instance into warm pool"
FROM = "Launching a new EC2 instance from warm pool"


def wanted(group: Group) -> int:
    """The number of instances that the pool should hold."""
    settings = group.now.warm_pool
    if settings is None or settings.get("Status") or group.now.deleting:
        return 0
    most = settings.get("MaxGroupPreparedCapacity", -1)
    prepared = group.now.maximum if most == -1 else most
    return max(int(settings["MinSize"]), int(prepared) - group.now.desired)


def refill(cloud: Cloud, group: Group) -> None:
    """The pool launches what it lacks, from what the group points at now, or ends what is too many."""
    kept = [member for member in group.warm.values() if not member.now.terminating]
    target = wanted(group)
    at = cloud.clock(cloud.now)
    for member in kept[: max(0, len(kept) - target)]:
        end(cloud, group, member, f"At {at} an instance was taken out of a warm pool that is too large.")
    if group.suspended("Launch") or group.pool_retrying:
        return
    cause = (
        f"At {at} an instance was started in response to a difference between desired and actual capacity, "
        f"increasing the warm pool capacity from {len(kept)} to {target}."
    )
    for _ in range(target - len(kept)):
        made = launches.prepare(cloud, group, places.place(group), cause, INTO, "Warmed:Pending")
        if made is None:
            group.pool_retrying = True
            cloud.agenda.after(RETRY, partial(_retry, cloud, group))
            return
        group.warm[made.id] = made
        cloud.agenda.after(made.boot, partial(_prepared, cloud, group, made))


def _retry(cloud: Cloud, group: Group) -> None:
    group.pool_retrying = False
    cloud.stir(group)


def _prepared(cloud: Cloud, group: Group, member: Member) -> None:
    """The machine has booted once; it is stopped again unless the pool keeps its machines running."""
    if member.now.lifecycle != "Warmed:Pending" or member.now.machine != "pending":
        return
    state = (group.now.warm_pool or {}).get("PoolState", STATES[0])
    member.booted_at = cloud.now
    cloud.change(member, lifecycle=f"Warmed:{state}", machine="running" if state == "Running" else "stopped")
    if member.launch_activity is not None:
        member.launch_activity.finish(cloud.now, "Successful")
    cloud.stir(group)


def take(cloud: Cloud, group: Group, cause: str) -> Member | None:
    """The oldest prepared machine joins the group, Pending as any launch; None when there is none.

    EC2's launch time of a machine that was stopped is the time of its last start.
    """
    ready = (member for member in group.warm.values() if member.now.lifecycle in READY)
    usable = (
        member
        for member in ready
        if member.now.machine in USABLE
        and member.zone not in group.lost_zones
        and not group.passes_by(member)
    )
    member = next(usable, None)
    if member is None:
        return None
    del group.warm[member.id]
    running = member.now.machine == "running"
    if not running:
        member.launched_at, member.booted_at = cloud.now, None
    cloud.change(member, lifecycle="Pending", machine="running" if running else "pending")
    member.launch_activity = group.activities.start(
        cloud.now, f"{FROM}: {member.id}", cause, member.zone, member.subnet, "PreInService"
    )
    lives.begin(cloud, group, member, START * member.boot)
    return member


def drop_dead(cloud: Cloud, member: Member) -> None:
    """A pool's machine that EC2 has ended is no part of it any more, and another is prepared."""
    group = cloud.groups.get((member.region, member.group_name))
    if (
        group is None
        or member.id not in group.warm
        or member.now.machine not in ("shutting-down", "terminated")
    ):
        return
    if not member.now.terminating:
        at = cloud.clock(cloud.now)
        end(cloud, group, member, f"At {at} {member.illness}")
        cloud.stir(group)


def close(cloud: Cloud, group: Group, force: bool) -> None:
    """DeleteWarmPool: the pool is PendingDelete until its instances are gone, with force gone at once."""
    settings = group.now.warm_pool
    if settings is not None:
        group.alter(cloud.now, warm_pool=None if force else {**settings, "Status": "PendingDelete"})
    at = cloud.clock(cloud.now)
    for member in list(group.warm.values()):
        if not member.now.terminating:
            end(cloud, group, member, f"At {at} an instance was taken out of a warm pool that is deleted.")
    _closed(cloud, group)
    cloud.stir(group)


def end(cloud: Cloud, group: Group, member: Member, cause: str) -> None:
    """A prepared machine is ended, and another is prepared in its place where the pool lacks one."""
    if member.launch_activity is not None:
        member.launch_activity.finish(cloud.now, "Cancelled")
    description = f"Terminating EC2 instance from warm pool: {member.id}"
    member.end_activity = group.activities.start(cloud.now, description, cause, member.zone, member.subnet)
    gone = member.now.machine == "terminated"
    cloud.change(member, lifecycle="Warmed:Terminating", machine="terminated" if gone else "shutting-down")
    cloud.agenda.after(0.0 if gone else member.behaviour.shutdown, partial(_leave, cloud, group, member))


def _leave(cloud: Cloud, group: Group, member: Member) -> None:
    cloud.change(member, lifecycle="Warmed:Terminated", machine="terminated")
    group.warm.pop(member.id, None)
    if member.end_activity is not None:
        member.end_activity.finish(cloud.now, "Successful")
    _closed(cloud, group)
    cloud.stir(group)


def _closed(cloud: Cloud, group: Group) -> None:
    if not group.warm and (group.now.warm_pool or {}).get("Status"):
        group.alter(cloud.now, warm_pool=None)
