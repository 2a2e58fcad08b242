"""What another party does to a scaling group on order: sizes, processes, tags, alarms and schedules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pulumi_rolling.lab.world.ess import activities, orders
from pulumi_rolling.lab.world.ess.activity import BY_ALARM, BY_SCHEDULE
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import PROCESSES, Group, Tag
from pulumi_rolling.lab.world.refusal import Refused

SIZES = {"desired": "desired", "minSize": "minimum", "maxSize": "maximum"}
ALARM = "An alarm requests to execute a scaling rule."
SCHEDULE = "A scheduled task requests to execute a scaling rule."


class WrongMove(ValueError):
    """A move was ordered that does not exist, or that the cloud would refuse."""


def move(cloud: EssCloud, group: Group, moves: Mapping[str, Any]) -> None:
    """Carry out all of them, or refuse before the first."""
    unknown = [name for name in moves if name not in {*SIZES, *MOVES}]
    if unknown:
        raise WrongMove(f"no such move: {unknown[0]}; there are {', '.join([*SIZES, *MOVES])}")
    sizes = {SIZES[name]: value for name, value in moves.items() if name in SIZES}
    if sizes:
        _resize(cloud, group, sizes)
    for name, value in moves.items():
        if name in MOVES:
            MOVES[name](cloud, group, value)


def _resize(cloud: EssCloud, group: Group, sizes: Mapping[str, Any]) -> None:
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in sizes.values()):
        raise WrongMove("a size must be a whole number")
    now = group.now
    low, high = sizes.get("minimum", now.minimum), sizes.get("maximum", now.maximum)
    desired = sizes.get("desired", now.desired)
    if low > high or (desired is not None and not low <= desired <= high):
        raise WrongMove("sizes must keep minSize <= desired <= maxSize")
    group.set(cloud.now, **sizes)
    cloud.stir(group)


def _processes(names: Any) -> set[str]:
    if not isinstance(names, list) or not set(names) <= set(PROCESSES):
        raise WrongMove(f"there are {', '.join(PROCESSES)}")
    return set(names)


def _suspend(cloud: EssCloud, group: Group, names: Any) -> None:
    group.set(cloud.now, suspended=group.now.suspended | _processes(names))


def _resume(cloud: EssCloud, group: Group, names: Any) -> None:
    group.set(cloud.now, suspended=group.now.suspended - _processes(names))
    cloud.stir(group)


def _tag(cloud: EssCloud, group: Group, tags: Any) -> None:
    if not isinstance(tags, dict):
        raise WrongMove("tags must be an object of texts")
    kept = {key: tag for key, tag in group.now.tags.items() if key not in tags}
    new = {key: Tag(str(value)) for key, value in tags.items() if value is not None}
    group.set(cloud.now, tags={**kept, **new})


def _rule(trigger: str, process: str, cause: str, cloud: EssCloud, group: Group, change: Any) -> None:
    """A rule of so many more or fewer; at a wrong time it is rejected, and suspended it is not heard."""
    if not isinstance(change, int) or isinstance(change, bool):
        raise WrongMove("a rule changes by a whole number")
    if process in group.now.suspended:
        return
    number = orders.wanted(group, "QuantityChangeInCapacity", change, 1)
    try:
        orders.adjust(cloud, group, number, True, trigger)
    except Refused:
        activities.reject(cloud, group, trigger, cause)


def _system(cloud: EssCloud, group: Group, suspended: Any) -> None:
    if not isinstance(suspended, bool):
        raise WrongMove("systemSuspended must be true or false")
    group.set(cloud.now, system_suspended=suspended)
    cloud.stir(group)


MOVES: dict[str, Callable[[EssCloud, Group, Any], None]] = {
    "suspend": _suspend,
    "resume": _resume,
    "tags": _tag,
    "alarm": partial(_rule, BY_ALARM, "AlarmNotification", ALARM),
    "schedule": partial(_rule, BY_SCHEDULE, "ScheduledAction", SCHEDULE),
    "systemSuspended": _system,
}
