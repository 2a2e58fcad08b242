"""Which activities may begin beside others, how one begins, and how it ends.

Source: ESS user guide, "Expected number of instances"; without one any activity excludes all others. This module
refuses to know what an activity does between.
"""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.world.ess.activity import (
    ALONE,
    FAILED,
    HAND,
    REJECTED,
    SUCCESSFUL,
    WARNING,
    Activity,
    ActivityState,
)
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import DELETING, Group
from pulumi_rolling.lab.world.refusal import Refused
from pulumi_rolling.lab.world.timeline import Timeline

BUSY = (
    "You cannot delete a scaling group or launch a new scaling activity while there is a scaling activity in "
    "progress for the specified scaling group."
)


def is_free(cloud: EssCloud, group: Group, trigger: str) -> bool:
    """Whether an activity of this trigger may begin now."""
    running = group.running
    if not group.expects or not cloud.rules.parallel or trigger in ALONE:
        return not running
    return not any(each.trigger in ALONE for each in running)


def needs_free(cloud: EssCloud, group: Group, trigger: str = HAND) -> None:
    if not is_free(cloud, group, trigger):
        raise busy()


def busy() -> Refused:
    return Refused("ScalingActivityInProgress", BUSY)


def begin(cloud: EssCloud, group: Group, trigger: str, cause: str, description: str) -> Activity:
    activity = Activity(
        id=cloud.new_id("asa"),
        group_id=group.id,
        cause=cause,
        description=description,
        trigger=trigger,
        started_at=cloud.now,
        states=Timeline(cloud.now, ActivityState()),
    )
    group.activities.append(activity)
    return activity


def reject(cloud: EssCloud, group: Group, trigger: str, cause: str) -> None:
    """An activity that an alarm or a schedule asked for at a wrong time stays in the list as Rejected."""
    activity = begin(cloud, group, trigger, cause, "")
    activity.set(cloud.now, status=REJECTED, message=BUSY, progress=100, ended_at=cloud.now)


def done(cloud: EssCloud, group: Group, activity: Activity, member_id: str, **changes: Any) -> None:
    """One of the activity's members is dealt with; with the last one the activity ends."""
    if member_id not in activity.open:
        return
    activity.open.discard(member_id)
    rest = 100 * (activity.planned - len(activity.open)) // max(activity.planned, 1)
    activity.set(cloud.now, progress=rest, **changes)
    end_if_over(cloud, group, activity)


def end_if_over(cloud: EssCloud, group: Group, activity: Activity) -> None:
    if activity.open or activity.over:
        return
    state = activity.now
    well = len(state.created) + len(state.destroyed) + len(state.moved)
    status = SUCCESSFUL if well >= activity.planned else WARNING if well else FAILED
    text = (
        state.error[1] if state.error and status == FAILED else f'"{well}" ECS instances are {_word(state)}.'
    )
    activity.set(cloud.now, status=status, message=text, progress=100, ended_at=cloud.now)
    if status == SUCCESSFUL:
        group.failures = 0
        cloud.stir(group)
    else:
        cloud.stir_late(group)
    forget_if_empty(cloud, group)


def _word(state: ActivityState) -> str:
    if state.created:
        return "created"
    return "removed" if state.destroyed else "moved"


def forget_if_empty(cloud: EssCloud, group: Group) -> None:
    """A group that is being deleted is gone with its last member."""
    if group.now.state == DELETING and not group.members and group.id in cloud.groups:
        cloud.forget(group)
