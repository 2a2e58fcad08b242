"""What a user of the lab does beside the cloud's API: describe images, order faults, read the truth, move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pulumi_rolling.lab.faults import fault_from
from pulumi_rolling.lab.world import balance, health, sizes, standby
from pulumi_rolling.lab.world.behaviour import behaviour_from
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import PROCESSES, Group, Tag
from pulumi_rolling.lab.world.member import Member
from pulumi_rolling.lab.world.schedule import schedule

if TYPE_CHECKING:
    from pulumi_rolling.lab.stage import Stage

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
)
MISFORTUNES = ("terminate", "unhealthy", "spotInterruption", "standby")


class WrongMove(ValueError):
    """A move or misfortune that does not exist."""


class Control:
    """The methods of the lab; keywords are spelled as in the JSON of the HTTP interface."""

    def __init__(self, stage: Callable[[], Stage]) -> None:
        """`stage` gives the lab's state, waiting for it if it is not there yet."""
        self._the_stage = stage

    @property
    def _stage(self) -> Stage:
        return self._the_stage()

    def image(self, image: str, **behaviour: Any) -> dict[str, Any]:
        """Say how instances launched from an image behave from now on."""
        described = behaviour_from(behaviour)
        with self._stage.cloud() as cloud:
            cloud.behaviours.by_image[image] = described
        return described.as_json()

    def images(self) -> dict[str, Any]:
        with self._stage.cloud() as cloud:
            return {image: behaviour.as_json() for image, behaviour in cloud.behaviours.by_image.items()}

    def fault(self, action: str = "*", **fault: Any) -> dict[str, Any]:
        """Order a fault for an action, or for all (`*`)."""
        described = fault_from(fault)
        with self._stage.cloud():
            self._stage.faults.by_action[action] = described
        return described.as_json()

    def clear_fault(self, action: str | None = None) -> None:
        """Take back the fault of an action, or all faults."""
        with self._stage.cloud():
            if action is None:
                self._stage.faults.by_action.clear()
            else:
                self._stage.faults.by_action.pop(action, None)

    def faults(self) -> dict[str, Any]:
        with self._stage.cloud():
            return {action: fault.as_json() for action, fault in self._stage.faults.by_action.items()}

    def calls(self, log: bool = False) -> dict[str, Any]:
        with self._stage.cloud():
            return self._stage.calls.as_json(log)

    def clear_calls(self) -> None:
        with self._stage.cloud():
            self._stage.calls.log.clear()

    def groups(self) -> list[str]:
        with self._stage.cloud() as cloud:
            return [name for _, name in cloud.groups]

    def group(self, name: str) -> dict[str, Any]:
        """The truth about a group, without the API's delays; KeyError when there is none of that name."""
        with self._stage.cloud() as cloud:
            return _truth(cloud.found(name))

    def history(self, name: str) -> list[dict[str, Any]]:
        """Change points of a group, also of one that has been deleted."""
        with self._stage.cloud() as cloud:
            former = [group for group in cloud.deleted if group.name == name]
            try:
                return list(cloud.found(name).history.points)
            except KeyError:
                if not former:
                    raise
                return list(former[-1].history.points)

    def member(self, instance_id: str, do: str) -> None:
        """Let a misfortune befall an instance."""
        with self._stage.cloud() as cloud:
            _befall(cloud, cloud.machines[instance_id], do)

    def move_group(self, name: str, **moves: Any) -> dict[str, Any]:
        """Do to a group what another party would do."""
        unknown = [move for move in moves if move not in MOVES]
        if unknown:
            raise WrongMove(f"no such move: {', '.join(unknown)}; there are {', '.join(MOVES)}")
        with self._stage.cloud() as cloud:
            group = cloud.found(name)
            _move(cloud, group, moves)
            return _truth(group)

    def reset(self, seed: int = 1) -> None:
        """An empty cloud: groups, images, counts and faults gone, time at zero."""
        self._stage.reset(seed)


def _truth(group: Group) -> dict[str, Any]:
    now = group.now
    pointer = now.pointer
    return {
        "name": group.name,
        "region": group.region,
        "arn": group.arn,
        "minSize": now.minimum,
        "maxSize": now.maximum,
        "desired": now.desired,
        "launchTemplate": pointer.template,
        "mixedInstancesPolicy": pointer.mixed,
        "launchConfiguration": pointer.configuration,
        "suspended": sorted(now.suspended),
        "tags": {key: tag.value for key, tag in now.tags.items()},
        "zonesLost": sorted(group.lost_zones),
        "scheduledActions": sorted(group.scheduled),
        "deleting": now.deleting,
        "inService": group.tally.in_service,
        "total": group.tally.total,
        "members": [_member_truth(member) for member in group.members.values()],
    }


def _member_truth(member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "revision": member.revision.label,
        "template": member.revision.template_id,
        "image": member.revision.image,
        "type": member.revision.instance_type,
        "zone": member.zone,
        "lifecycle": member.now.lifecycle,
        "health": member.now.health,
        "ec2": member.now.machine,
        "protected": member.now.protected,
        "boot": member.boot,
        "launchedAt": member.launched_at,
        "inServiceAt": member.in_service_at,
        "signalled": member.signalled[0] if member.signalled else None,
        "signalledAt": member.signalled[1] if member.signalled else None,
        "waitingFor": {name: wait.token for name, wait in member.waits.items()},
    }


def _befall(cloud: Cloud, member: Member, do: str) -> None:
    if do == "terminate":
        health.kill(cloud, member)
    elif do == "spotInterruption":
        health.kill(cloud, member, health.BY_SPOT)
    elif do == "unhealthy":
        health.sicken(cloud, member)
    elif do == "standby":
        group = cloud.group_of(member)
        if group is None:
            raise KeyError(member.id)
        standby.enter(cloud, group, [member], decrement=group.now.desired > group.now.minimum)
    else:
        raise WrongMove(f"no such misfortune: {do}; there are {', '.join(MISFORTUNES)}")


def _move(cloud: Cloud, group: Group, moves: Mapping[str, Any]) -> None:
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
    if resumed:
        health.look_again(cloud, group)
    balance.refill(cloud, group)


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
            health.kill(cloud, member)


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
