"""The whole world: groups by region and name, every EC2 instance they ever launched, one agenda, one seed.

A transition stirs a thing, and the agenda then reconciles it once. The cloud refuses to know what reconciling means
and what an instance does by itself: both are rows of `Kinds`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any, Protocol, TypeVar
from uuid import UUID

from pulumi_rolling.lab.world.activities import ActivityLog
from pulumi_rolling.lab.world.agenda import Agenda
from pulumi_rolling.lab.world.behaviour import Behaviours, Draw, draw
from pulumi_rolling.lab.world.capacity import Capacity
from pulumi_rolling.lab.world.group import Group, Pointer, Settings
from pulumi_rolling.lab.world.member import Member, Revision
from pulumi_rolling.lab.world.refusal import invalid
from pulumi_rolling.lab.world.timeline import Timeline

ACCOUNT = "123456789012"

Part = TypeVar("Part")


class Templates(Protocol):
    """Where launch templates are kept.

    `revisions` resolves a pointer at the moment of a launch, to one revision or several in the order of preference.
    It raises Refused where there is none.
    """

    def revisions(self, region: str, pointer: Pointer) -> list[Revision]: ...


@dataclass(frozen=True, slots=True)
class Kinds:
    """What the cloud does with each kind of thing, by the thing's class.

    `reconcile` brings a thing from what it is to what it should be, and does nothing when called again.
    `script` is told of a thing's transition, and does what that thing does by itself.
    """

    reconcile: Mapping[type, Callable[[Cloud, Any], None]]
    script: Mapping[type, Callable[[Cloud, Any, Any], None]]


def _no_alarm(region: str, name: str) -> str | None:
    return None


class Cloud:
    """Times are seconds since the world began; `epoch` is that moment's wall clock."""

    def __init__(
        self,
        *,
        seed: int,
        epoch: float,
        behaviours: Behaviours,
        templates: Templates,
        send: Callable[[str, dict[str, Any]], None],
        kinds: Kinds,
    ) -> None:
        self.seed = seed
        self.epoch = epoch
        self.templates = templates
        self.send = send
        self.alarm: Callable[[str, str], str | None] = _no_alarm
        """The state of a region's alarm by its name, where somebody keeps alarms; None where there is none."""
        self.agenda = Agenda()
        self.behaviours = behaviours
        self.groups: dict[tuple[str, str], Group] = {}
        self.deleted: list[Group] = []
        self.drains: dict[str, float] = {}
        self.machines: dict[str, Member] = {}
        self._launches: dict[str, int] = {}
        self._tries: dict[str, int] = {}
        self._random = Random(f"{seed}/ids")
        self._kinds = kinds
        self._parts: dict[type, Any] = {}
        self._stirred: set[Any] = set()

    @property
    def now(self) -> float:
        return self.agenda.now

    def part(self, kind: type[Part]) -> Part:
        """The part of the cloud that keeps things of another kind; empty when it is asked for first."""
        part: Part = self._parts.setdefault(kind, kind())
        return part

    def is_full(self, instance_type: str) -> bool:
        """Whether one more instance of the type would be refused."""
        capacity = self.part(Capacity)
        if not capacity.by_type:
            return False
        living = (each for each in self.machines.values() if each.revision.instance_type == instance_type)
        return capacity.is_full(instance_type, sum(each.now.machine != "terminated" for each in living))

    def stir(self, thing: Any) -> None:
        """One reconcile of the thing, at this moment, however often it is stirred before that."""
        if thing not in self._stirred:
            self._stirred.add(thing)
            self.agenda.next(partial(self._reconcile, thing))

    def _reconcile(self, thing: Any) -> None:
        self._stirred.remove(thing)
        self._kinds.reconcile[type(thing)](self, thing)

    def tell(self, thing: Any, transition: Any) -> None:
        """The thing's script is told of a transition."""
        self._kinds.script[type(thing)](self, thing, transition)

    def stamp(self, at: float) -> float:
        return self.epoch + at

    def clock(self, at: float) -> str:
        """The time as AWS writes it into an activity's cause."""
        return datetime.fromtimestamp(self.stamp(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def new_id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def group(self, region: str, name: str) -> Group:
        group = self.groups.get((region, name))
        if group is None:
            raise invalid("AutoScalingGroup name not found - null")
        return group

    def group_of(self, member: Member) -> Group | None:
        group = self.groups.get((member.region, member.group_name))
        return group if group is not None and member.id in group.members else None

    def change(self, member: Member, **changes: Any) -> None:
        """Change a member's state, in its group's counts too if it still has a group."""
        group = self.group_of(member)
        if group is not None:
            group.change(self.now, member, **changes)
        else:
            member.states.set(self.now, replace(member.now, **changes))

    def found(self, name: str, region: str | None = None) -> Group:
        """A group by name, in that region or in whichever one."""
        for (place, known), group in self.groups.items():
            if known == name and region in (None, place):
                return group
        raise KeyError(name)

    def managed(self, region: str, instance_id: str) -> tuple[Group, Member]:
        member = self.machines.get(instance_id)
        group = self.group_of(member) if member is not None and member.region == region else None
        if member is None or group is None:
            raise invalid(f"Instance Id not found - No managed instance found for instance ID: {instance_id}")
        return group, member

    def found_group(self, region: str, name: str, settings: Settings) -> Group:
        """Bring a group into being, without members."""
        own = f"autoScalingGroup:{self.new_id()}:autoScalingGroupName/{name}"
        arn = f"arn:aws:autoscaling:{region}:{ACCOUNT}:{own}"
        group = Group(
            name=name,
            region=region,
            arn=arn,
            created_at=self.now,
            settings=Timeline(self.now, settings),
            activities=ActivityLog(name, arn, self.new_id),
        )
        self.groups[region, name] = group
        group.history.note(self.now, group.tally, settings.desired)
        return group

    def draw(self, group: Group) -> Draw:
        """The chance of the group's next launch; the same until a launch succeeds, but for the share."""
        key = f"{group.region}/{group.name}"
        tries = self._tries.get(key, 0)
        self._tries[key] = tries + 1
        return draw(self.seed, key, self._launches.get(key, 0), tries)

    def launched(self, member: Member) -> None:
        key = f"{member.region}/{member.group_name}"
        self._launches[key] = self._launches.get(key, 0) + 1
        self._tries[key] = 0
        self.machines[member.id] = member

    def address(self) -> str:
        number = len(self.machines) + 4
        return f"172.31.{number // 256 % 256}.{number % 256}"
