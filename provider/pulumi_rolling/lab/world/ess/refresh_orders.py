"""What a call asks of refreshes: begin one, pause it, go on, cancel, turn back.

Source: ESS API reference, StartInstanceRefresh and its siblings. Codes for a running task and for a wrong state are not
published; the lab has OperationDenied. This module refuses to know what a refresh does next.
"""

from __future__ import annotations

from typing import Any

from pulumi_rolling.lab.world.ess import refresh, refreshing
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.refresh import Asked, Refresh, RefreshState
from pulumi_rolling.lab.world.refusal import Refused
from pulumi_rolling.lab.world.timeline import Timeline

MOVING = ("recycle", "forcerecycle")


def denied(text: str) -> Refused:
    return Refused("OperationDenied", text)


def begin(cloud: EssCloud, group: Group, asked: Asked) -> Refresh:
    """A refresh of what does not match, or a refusal."""
    group.needs_active()
    _check_group(cloud, group)
    capacity = group.now.desired if group.now.desired is not None else group.total
    task = Refresh(
        id=cloud.new_id("ir"),
        group_id=group.id,
        asked=asked,
        capacity=capacity,
        started_at=cloud.now,
        states=Timeline(cloud.now, RefreshState()),
        outdated=set(),
    )
    _check_desired(group, asked.desired)
    source = refreshing.desired_source(cloud, group, task)
    by_image = cloud.rules.image_compared and bool(
        asked.desired.get("ImageId") or asked.desired.get("Containers")
    )
    for member in group.members.values():
        same = asked.skip_matching and refreshing.matches(member, source, by_image)
        if refreshing.may_be_replaced(member) and not same:
            task.outdated.add(member.id)
    if not task.outdated:
        text = "No instance needs to be refreshed."
        raise Refused("InvalidInstance.NoInstanceNeedBeRefreshed", text)
    task.set(cloud.now, needed=len(task.outdated))
    group.refreshes.append(task)
    cloud.stir(group)
    return task


def _check_group(cloud: EssCloud, group: Group) -> None:
    if refreshing.active(group) is not None:
        raise denied("An instance refresh task is already in progress in the scaling group.")
    told = group.now.told
    if told.get("MultiAZPolicy", "PRIORITY") != "PRIORITY":
        raise denied("An instance refresh needs the scaling policy PRIORITY.")
    if told.get("ScalingPolicy", "release") in MOVING:
        raise denied("An instance refresh is not supported in economical mode.")
    if told.get("GroupType", "ECS") == "ECI" and not cloud.rules.container_refresh:
        raise denied("An instance refresh is supported for ECS scaling groups only.")


def _check_desired(group: Group, desired: dict[str, Any]) -> None:
    kinds = ("ScalingConfigurationId", "ImageId", "LaunchTemplateId", "Containers")
    if sum(bool(desired.get(kind)) for kind in kinds) > 1:
        text = f"At most one of {', '.join(kinds)} can be specified."
        raise Refused("InvalidParameter.Conflict", text)
    if desired.get("ImageId") and group.now.template_id:
        text = "ImageId cannot be specified for a scaling group with a launch template."
        raise Refused("InvalidParameter.Conflict", text)
    if desired.get("LaunchTemplateOverrides") and not desired.get("LaunchTemplateId"):
        text = "LaunchTemplateOverrides needs LaunchTemplateId."
        raise Refused("InvalidParameter.Conflict", text)


def suspend(cloud: EssCloud, group: Group, task: Refresh) -> None:
    _needs(task, refresh.IN_PROGRESS, refresh.CHECKPOINT_PAUSE, refresh.PENDING)
    task.set(cloud.now, status=refresh.PAUSED)


def resume(cloud: EssCloud, group: Group, task: Refresh) -> None:
    early = [refresh.CHECKPOINT_PAUSE] if cloud.rules.resume_ends_checkpoint else []
    _needs(task, refresh.PAUSED, *early)
    task.set(cloud.now, status=refresh.IN_PROGRESS)
    cloud.stir(group)


def cancel(cloud: EssCloud, group: Group, task: Refresh) -> None:
    """What has been replaced stays; what has begun ends first."""
    _needs(task, *refresh.FORWARD)
    task.set(cloud.now, status=refresh.CANCELLING)
    cloud.stir(group)


def roll_back(cloud: EssCloud, group: Group, task: Refresh) -> None:
    _needs(task, *refresh.FORWARD)
    if task.asked.desired.get("LaunchTemplateVersion") in ("Default", "Latest"):
        raise denied("A refresh to the default or the latest version cannot be rolled back.")
    refreshing.turn_back(cloud, group, task)


def _needs(task: Refresh, *statuses: str) -> None:
    if task.now.status not in statuses:
        raise denied(f"The instance refresh task is in the state {task.now.status}.")
