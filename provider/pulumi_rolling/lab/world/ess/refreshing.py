"""A refresh's steps: replacements are launched, and the outdated go as far as the bounds allow.

Source: ESS API reference, StartInstanceRefresh, and user guide, "Instance refresh". Alibaba publishes no rounding; the
members that stay are rounded up and the most there may be down. This module refuses to know which call moves a refresh.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

from pulumi_rolling.lab.world.ess import launching, refresh, sizes
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.member import AUTO_CREATED, IN_SERVICE, Member
from pulumi_rolling.lab.world.ess.refresh import Refresh
from pulumi_rolling.lab.world.ess.source import Source

TOO_LONG = "The instance refresh task exceeded its maximum run time."


def active(group: Group) -> Refresh | None:
    """The group's refresh that is not over; there is at most one."""
    return next((each for each in group.refreshes if not each.over), None)


def desired_source(cloud: EssCloud, group: Group, task: Refresh) -> Source:
    """What a refresh launches: the desired configuration, or what the group points at."""
    desired = task.asked.desired
    if desired.get("LaunchTemplateId"):
        return cloud.template(desired["LaunchTemplateId"]).source(desired.get("LaunchTemplateVersion"))
    if desired.get("ScalingConfigurationId"):
        return cloud.configuration(desired["ScalingConfigurationId"]).source
    image = desired.get("ImageId") or next(
        (each.get("Image") for each in desired.get("Containers") or []), None
    )
    source = cloud.source(group.now)
    return replace(source, image=image) if image else source


def launches_from(cloud: EssCloud, group: Group) -> Source | None:
    """What a new member is made from at this moment, also one that scaling asks for."""
    task = active(group)
    if task is None or task.now.status == refresh.ROLLING_BACK:
        return launching.source_or_none(cloud, group)
    return launching.or_none(partial(desired_source, cloud, group, task))


def matches(member: Member, source: Source, by_image: bool) -> bool:
    """A member is up to date by the id of its configuration; the contents are not compared."""
    if by_image and member.source.image != source.image:
        return False
    return member.source.label == source.label


def may_be_replaced(member: Member) -> bool:
    """Attached members, and those in Standby or protected, are passed by."""
    return member.creation == AUTO_CREATED and member.now.lifecycle == IN_SERVICE


def bounds(cloud: EssCloud, capacity: int, task: Refresh) -> tuple[int, int]:
    """How many stay in service, and how many there may be; one at a time where no room is left."""
    low = capacity * task.asked.minimum / 100
    floor = math.floor(low) if cloud.rules.floor_minimum else math.ceil(low)
    most = capacity * task.asked.maximum // 100
    if floor >= capacity and most <= capacity:
        most = capacity + 1
    return floor, most


def step(cloud: EssCloud, group: Group) -> bool:
    """One step of the group's refresh; whether it looked after the sizes, too."""
    task = active(group)
    if task is None:
        return False
    if cloud.now - task.started_at >= cloud.rules.week:
        _end(cloud, group, task, failed=True)
        return False
    if task.now.status == refresh.PENDING:
        task.set(cloud.now, status=refresh.IN_PROGRESS)
    if task.now.status == refresh.CANCELLING:
        if not any(each.refresh_id == task.id for each in group.running):
            task.set(cloud.now, status=refresh.CANCELLED, ended_at=cloud.now)
        return False
    capacity = group.now.desired if group.now.desired is not None else task.capacity
    _, most = bounds(cloud, capacity, task)
    if task.now.status not in refresh.STEPPING:
        sizes.adjust(cloud, group, launches_from(cloud, group), most)
        return True
    left = _left(group, task)
    _count(cloud, group, task)
    if _pauses(cloud, group, task):
        return True
    if not left and not _going(group, task) and group.count(stable=True) >= capacity:
        if group.count(pending=True) == 0:
            _end(cloud, group, task, failed=False)
        return False
    _move(cloud, group, task, capacity, left)
    return True


def _left(group: Group, task: Refresh) -> list[Member]:
    """Those that are still to go, the oldest first."""
    there = [group.members[each] for each in task.outdated if each in group.members]
    return sorted((each for each in there if may_be_replaced(each)), key=lambda each: each.number)


def _going(group: Group, task: Refresh) -> int:
    return sum(group.members[each].now.removing for each in task.outdated if each in group.members)


def _count(cloud: EssCloud, group: Group, task: Refresh) -> None:
    finished = task.now.needed - len(_left(group, task)) - _going(group, task)
    if finished != task.now.finished:
        task.set(cloud.now, finished=max(0, finished))


def _goal(task: Refresh) -> int:
    """So many may be replaced up to the next checkpoint."""
    ahead = task.asked.checkpoints[task.reached :]
    if not ahead or task.now.status == refresh.ROLLING_BACK:
        return task.now.needed
    return math.ceil(task.now.needed * ahead[0] / 100)


def _pauses(cloud: EssCloud, group: Group, task: Refresh) -> bool:
    """At a checkpoint below 100 the refresh waits."""
    goal = _goal(task)
    if task.now.status != refresh.IN_PROGRESS or goal >= task.now.needed or task.now.finished < goal:
        return False
    task.reached += 1
    task.set(cloud.now, status=refresh.CHECKPOINT_PAUSE)
    reached = task.reached
    cloud.agenda.after(
        task.asked.pause * cloud.rules.minute, partial(_pause_over, cloud, group, task, reached)
    )
    return True


def _pause_over(cloud: EssCloud, group: Group, task: Refresh, reached: int) -> None:
    if task.now.status == refresh.CHECKPOINT_PAUSE and task.reached == reached:
        task.set(cloud.now, status=refresh.IN_PROGRESS)
        cloud.stir(group)


def _move(cloud: EssCloud, group: Group, task: Refresh, capacity: int, left: list[Member]) -> None:
    """Launch up to the bound, and let go what the ready ones can do without."""
    floor, most = bounds(cloud, capacity, task)
    begun = task.now.needed - len(left)
    open_ = max(0, _goal(task) - begun)
    total = group.count(stable=True, pending=True)
    lacking = min(most, capacity + min(open_, len(left))) - total
    source = launches_from(cloud, group)
    started = sizes.grow(cloud, group, lacking, source, f'instance refresh "{task.id}"')
    if started is not None:
        started.refresh_id = task.id
        task.made |= {each.id for each in group.members.values() if each.activity_id == started.id}
    serving = sum(each.now.lifecycle == IN_SERVICE and each.well for each in group.members.values())
    spare = serving - floor
    if most > capacity:
        spare = min(spare, group.count(stable=True) - capacity)
    ended = sizes.shrink(cloud, group, left[: max(0, min(spare, open_))], f'instance refresh "{task.id}"')
    if ended is not None:
        ended.refresh_id = task.id


def _end(cloud: EssCloud, group: Group, task: Refresh, failed: bool) -> None:
    """The pointer moves at success alone."""
    back = task.now.status == refresh.ROLLING_BACK
    if failed:
        status = refresh.ROLLBACK_FAILED if back else refresh.FAILED
        task.set(cloud.now, status=status, detail=TOO_LONG, ended_at=cloud.now)
        return
    if not back:
        _point(cloud, group, task)
    status = refresh.ROLLED_BACK if back else refresh.SUCCESSFUL
    task.set(cloud.now, status=status, ended_at=cloud.now)
    cloud.stir(group)


def _point(cloud: EssCloud, group: Group, task: Refresh) -> None:
    desired = task.asked.desired
    if desired.get("LaunchTemplateId"):
        # Nobody tells what becomes of overrides that were not sent along; here they go.
        told = {**group.now.told, "LaunchTemplateOverrides": desired.get("LaunchTemplateOverrides")}
        group.set(
            cloud.now,
            template_id=desired["LaunchTemplateId"],
            template_version=desired.get("LaunchTemplateVersion"),
            told=told,
        )
    elif desired.get("ScalingConfigurationId"):
        group.set(cloud.now, configuration_id=desired["ScalingConfigurationId"])
    elif group.now.configuration_id in cloud.configurations:
        told = cloud.configurations[group.now.configuration_id].told
        if desired.get("ImageId"):
            told["ImageId"] = desired["ImageId"]
        for container in desired.get("Containers") or []:
            for own in told.get("Containers") or []:
                if own.get("Name") == container.get("Name"):
                    own.update(container)


def turn_back(cloud: EssCloud, group: Group, task: Refresh) -> None:
    """All that was made from the desired configuration is to go again."""
    task.outdated = {each for each in task.made if each in group.members}
    task.set(cloud.now, status=refresh.ROLLING_BACK, needed=len(task.outdated), finished=0)
    cloud.stir(group)
