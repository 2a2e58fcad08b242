"""Scheduled actions of a group.

An action with a StartTime takes place once, at that time, and is gone; while ScheduledActions is suspended it is
skipped and not made up for. Recurrences are kept and never come due. Source: EC2 Auto Scaling user guide,
"Scheduled scaling" and "Suspend and resume processes". This module refuses to know what new sizes lead to.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pulumi_rolling.lab.world import sizes
from pulumi_rolling.lab.world.cloud import ACCOUNT, Cloud
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.refusal import Refused

KEPT = ("StartTime", "EndTime", "Recurrence", "MinSize", "MaxSize", "DesiredCapacity", "TimeZone")


def schedule(cloud: Cloud, group: Group, action: Mapping[str, Any]) -> None:
    """The action is kept, in the API's own words and epoch seconds; one that has a time goes on the agenda."""
    name = action["ScheduledActionName"]
    kept = {key: action[key] for key in KEPT if action.get(key) is not None}
    kept["AutoScalingGroupName"] = group.name
    kept["ScheduledActionName"] = name
    kept["ScheduledActionARN"] = (
        f"arn:aws:autoscaling:{group.region}:{ACCOUNT}:scheduledUpdateGroupAction:{cloud.new_id()}:"
        f"autoScalingGroupName/{group.name}:scheduledActionName/{name}"
    )
    group.scheduled[name] = kept
    if "StartTime" in kept and "Recurrence" not in kept:
        cloud.agenda.at(kept["StartTime"] - cloud.epoch, partial(_take_place, cloud, group, kept))


def _take_place(cloud: Cloud, group: Group, action: Mapping[str, Any]) -> None:
    name = action["ScheduledActionName"]
    if group.scheduled.get(name) is not action or group.now.deleting:
        return
    del group.scheduled[name]
    if group.suspended("ScheduledActions"):
        return
    try:
        wanted = (action.get("MinSize"), action.get("MaxSize"), action.get("DesiredCapacity"))
        after = sizes.after(group.now, *wanted)
    except Refused:
        # No caller is there to be told: a refusal would meet the call that happens to come next.
        return
    sizes.apply(cloud, group, after, "scheduled action")
