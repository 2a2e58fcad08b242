"""A made-up kind of group in memory: all that a further kind has to bring.

Its cloud acts at once: a machine that is ended is followed by one of the pointer's revision, which is in service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import pytest
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Sizes
from pulumi_rolling.core.replace.actions import Action, PointAt, Resize, Terminate
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.clock import SystemClock
from pulumi_rolling.errors import Fault, GroupNotFoundError
from pulumi_rolling.fleets.base import Shelf
from pulumi_rolling.fleets.replace import Facts, Glance, Sight, counts_of, key_of, returning_acts
from pulumi_rolling.handler.kinds import KINDS
from pulumi_rolling.handler.operation import Kind, Reach, Strategy
from pulumi_rolling.handler.replace.replacing import Replacing
from pulumi_rolling.handler.replace.surroundings import Surroundings
from pulumi_rolling.policy.block import GroupBlock, IsUnknown
from pulumi_rolling.policy.leaves import Text
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.rolling_update.limits import limits


class TinyBlock(GroupBlock):
    """The inputs of the kind: which group, and which build is wanted."""

    name: Text = None
    build: Text = None

    key: ClassVar[str] = "tinyGroup"
    path: ClassVar[str] = key

    @classmethod
    def faults(cls, given: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
        if "build" not in given:
            yield Fault("build", "is required: the build to run.")


@dataclass
class TinyCloud:
    """The truth: groups by their names, and a clock that whoever waits moves on."""

    now: float = 1_000.0
    groups: dict[str, TinyGroup] = field(default_factory=dict)

    def group(self, name: str, build: str, size: int) -> TinyGroup:
        made = self.groups[name] = TinyGroup(build, Sizes(0, size + 1, size))
        while len(made.members) < size:
            made.launch(self.now - 600.0)
        return made


@dataclass
class TinyGroup:
    build: str
    sizes: Sizes
    members: dict[str, Member] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    born: int = 0

    def launch(self, at: float) -> None:
        self.born += 1
        ident = f"tiny-{self.born}"
        self.members[ident] = Member(ident, revision(self.build), Lifecycle.IN_SERVICE, launched_at=at)


def revision(build: str) -> Revision:
    return Revision(f"build:{build}", build, f"build {build}")


class TinyClock(SystemClock):
    def __init__(self, cloud: TinyCloud) -> None:
        super().__init__()
        self._cloud = cloud

    def now(self) -> float:
        return self._cloud.now

    def steady(self) -> float:
        return self._cloud.now

    def wait(self, seconds: float) -> None:
        self._cloud.now += max(0.01, seconds)


class TinyFleet:
    shelf = Shelf(count=20, characters=128)

    def __init__(self, cloud: TinyCloud, name: str, build: str) -> None:
        self.name = self.call = name
        self._cloud = cloud
        self._build = build
        self._calls = 0

    def _group(self) -> TinyGroup:
        self._calls += 1
        if self.name not in self._cloud.groups:
            raise GroupNotFoundError(f"There is no tiny group {self.name!r}.")
        return self._cloud.groups[self.name]

    def _seen(self) -> Observation:
        group = self._group()
        members = tuple(group.members.values())
        return Observation(self._cloud.now, members, group.sizes, f"build:{group.build}")

    def facts(self) -> Facts:
        seen, group = self._seen(), self._group()
        return Facts(
            name=self.name,
            id=self.name,
            pointer=seen.pointer,
            current=revision(group.build),
            tags=dict(group.tags),
            observation=seen,
        )

    def glance(self) -> Glance:
        seen, group = self._seen(), self._group()
        return Glance(
            target=self.target(),
            current=revision(group.build),
            pointer=seen.pointer,
            tags=dict(group.tags),
            counts=counts_of(seen.members),
            members=seen.members,
        )

    def target(self) -> Revision:
        return revision(self._build)

    def at(self, address: str) -> Revision:
        return revision(address.removeprefix("build:"))

    def contents(self, of: Revision) -> Mapping[str, Any]:
        return {"build": of.digest}

    def observe(self, rollout: Rollout) -> Sight:
        return Sight(self._seen(), dict(self._group().tags))

    def apply(self, action: Action) -> None:
        group = self._group()
        match action:
            case PointAt(to):
                group.build = to.digest
            case Resize(least, desired):
                wanted = {"min": least, "desired": desired}
                given: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
                group.sizes = replace(group.sizes, **given)
            case Terminate(member, again):
                group.members.pop(member, None)
                if not again:
                    group.sizes = replace(group.sizes, desired=group.sizes.desired - 1)
        while len(group.members) < group.sizes.desired:
            group.launch(self._cloud.now)

    def ends(self, machines: Sequence[str]) -> str:
        return f"end {' '.join(machines)}"

    def key(self, action: Action) -> str:
        return key_of(action)

    def marks(self) -> Mapping[str, str]:
        return dict(self._group().tags)

    def write_marks(self, marks: Mapping[str, str]) -> None:
        self._group().tags.update(marks)

    def remove_marks(self, keys: list[str]) -> None:
        for key in keys:
            self._group().tags.pop(key, None)

    def api_calls(self) -> int:
        return self._calls

    def give_back(self, record: Rollout) -> None:
        for action in returning_acts(record):
            self.apply(action)


def tiny_kind(cloud: TinyCloud) -> Kind:
    """The row, the only one."""

    def fleet_of(block: TinyBlock, reach: Reach) -> TinyFleet:
        return TinyFleet(cloud, block.name or "", block.build or "")

    return Kind(
        key=TinyBlock.key,
        inputs=TinyBlock,
        strategies={
            RollingUpdate.key: Strategy(
                block=RollingUpdate, limits=limits, fleet=fleet_of, situation=Replacing(Surroundings())
            )
        },
        identity=("name",),
        address=("name",),
        pointer_property=lambda to: "build",
        as_inputs=lambda pointer: {"build": pointer.removeprefix("build:")},
        at_version=lambda pointer, version: {"build": version or pointer.removeprefix("build:")},
        kin=lambda address: "build",
        noun=("box", "boxes"),
        mend=lambda block: "the build",
    )


def register(cloud: TinyCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, TinyBlock.key, tiny_kind(cloud))
