"""Moves of other parties on order: what they do to a whole group beside the cloud's API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.lab.world import health, machines, refresh, refresh_ends, sizes
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import PROCESSES, Group, Pointer, Tag
from pulumi_rolling.lab.world.schedule import schedule

MOVES = (
    "desired",
    "minSize",
    "maxSize",
    "scheduledActions",
    "zoneLost",
    "zoneBack",
    "suspend",
    "resume",
    "tags",
    "refresh",
)
REFRESHES = ("start", "cancel", "rollback", "fail")


class WrongMove(ValueError):
    """A move that does not exist, or with a wrong value."""


def move(cloud: Cloud, group: Group, moves: Mapping[str, Any]) -> None:
    unknown = [name for name in moves if name not in MOVES]
    if unknown:
        raise WrongMove(f"no such move: {', '.join(unknown)}; there are {', '.join(MOVES)}")
    for action in moves.get("scheduledActions", []):
        schedule(cloud, group, _scheduled(cloud, action))
    suspended = {
        **group.now.suspended,
        **dict.fromkeys(_processes(moves.get("suspend", [])), cloud.now),
    }
    resumed = _processes(moves.get("resume", []))
    tags = dict(group.now.tags)
    for key, value in moves.get("tags", {}).items():
        tags.pop(key, None)
        if value is not None:
            tags[key] = Tag(value)
    left = {process: since for process, since in suspended.items() if process not in resumed}
    group.alter(cloud.now, suspended=left, tags=tags)
    if "zoneLost" in moves:
        _lose_zone(cloud, group, moves["zoneLost"])
    if "zoneBack" in moves:
        group.lost_zones.discard(moves["zoneBack"])
    if any(size in moves for size in ("desired", "minSize", "maxSize")):
        wanted = (moves.get("minSize"), moves.get("maxSize"), moves.get("desired"))
        sizes.apply(cloud, group, sizes.after(group.now, *wanted), "user request")
    if "refresh" in moves:
        _refresh(cloud, group, moves["refresh"])
    if resumed:
        health.look_again(cloud, group)
    else:
        cloud.stir(group)


def _processes(names: list[str]) -> list[str]:
    for name in names:
        if name not in PROCESSES:
            raise WrongMove(f"no such process: {name}; there are {', '.join(PROCESSES)}")
    return names


def _lose_zone(cloud: Cloud, group: Group, zone: str) -> None:
    """Every instance of the zone dies, and none can be launched there."""
    group.lost_zones.add(zone)
    for member in list(group.members.values()):
        if member.zone == zone:
            machines.kill(cloud, member)


def _refresh(cloud: Cloud, group: Group, order: Mapping[str, Any]) -> None:
    """Somebody else starts, cancels or rolls back an instance refresh, or it fails by itself."""
    match order.get("do"):
        case "start":
            template = order.get("launchTemplate")
            desired = None if template is None else Pointer(template=template)
            if desired is not None:
                cloud.templates.revisions(group.region, desired)
            refresh_ends.start(cloud, group, order.get("preferences", {}), desired)
        case "cancel":
            refresh_ends.cancel(cloud, group)
        case "rollback":
            refresh_ends.roll_back(cloud, group)
        case "fail":
            at_work = refresh.active_of(cloud, group)
            if at_work is None:
                raise WrongMove("no instance refresh is at work")
            refresh_ends.fail(cloud, at_work, order.get("reason", "Failed on the lab's order."))
        case other:
            raise WrongMove(f"no such thing to do with a refresh: {other}; there are {', '.join(REFRESHES)}")


def _scheduled(cloud: Cloud, action: Mapping[str, Any]) -> dict[str, Any]:
    """The short form (`name`, `in` seconds, sizes) as the API's own."""
    names = {
        "desired": "DesiredCapacity",
        "minSize": "MinSize",
        "maxSize": "MaxSize",
        "recurrence": "Recurrence",
    }
    unknown = [key for key in action if key not in (*names, "name", "in")]
    if unknown or "name" not in action:
        raise WrongMove(
            "a scheduled action has a name, and may have in (seconds), desired, minSize, maxSize, recurrence"
        )
    kept: dict[str, Any] = {names[key]: value for key, value in action.items() if key in names}
    kept["ScheduledActionName"] = action["name"]
    if "in" in action:
        kept["StartTime"] = cloud.stamp(cloud.now + action["in"])
    return kept
