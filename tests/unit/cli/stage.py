"""A rollout on a group in memory as its driver would have left it, for the commands that look at one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.member import Member, Revision
from pulumi_rolling.core.replace.actions import PointAt, Terminate
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.process import own_name
from pulumi_rolling.engine.record.pieces import LEASE, pack
from pulumi_rolling.fleets.simulated import SimulatedFleet

from tests.rollouts import changed

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
COMMANDS = ("status", "requests", "watch")


class Looked(SimulatedFleet):
    """What the command line asks of a live group beside what every fleet offers."""

    def use_signals(self, source: object) -> None:
        """Members of a simulated group bring their signals along."""


def killed() -> str:
    """A driver whose process was of this machine, as its lease tells it: one of this id that began at another time."""
    place, pid, began = (own_name() or "..0").split(".")
    return f"driver-{place}.{pid}.{int(began) + 1}"


@dataclass
class Staged:
    """The group ``web`` of four: three old ones, one new one that was launched by the rollout."""

    fleet: Looked = field(default_factory=lambda: Looked(desired=4, max_size=6, revision=V1, name="web"))

    @property
    def old(self) -> list[Member]:
        return [member for member in self.fleet.members() if member.revision == V1]

    def new(self) -> Member:
        """One old member is replaced by one of version 2, which boots."""
        self.fleet.apply(PointAt(V2))
        self.fleet.apply(Terminate(self.old[0].id, relaunch=True))
        return next(member for member in self.fleet.members() if member.revision == V2)

    def record(self, *, lease_for: float | None = 60.0, driver: str = "driver-1", **changes: Any) -> Rollout:
        """What a driver would have written; its lease runs for so many more seconds, or is given back."""
        seen = self.fleet.facts().observation
        begun = new_rollout("r1", V2, V1, seen.sizes, frozenset(), seen.at)
        rollout = changed(begun, step=Step.ROLL, watermark=seen.at - 300, total=4, batch=1, desired=4)
        rollout = changed(rollout, desired_before=4, **changes)
        self.fleet.write_marks(pack(rollout, "urn-hash", 1, self.fleet.shelf))
        if lease_for is not None:
            self.fleet.write_marks({LEASE: f"{driver} urn-hash {seen.at + lease_for:.0f}"})
        return rollout


def staged(monkeypatch: pytest.MonkeyPatch) -> Staged:
    """A group that every command finds under whatever name it is given."""
    stage = Staged()
    for command in COMMANDS:
        monkeypatch.setattr(f"pulumi_rolling.cli.{command}.rolled_group", lambda *_: stage.fleet)
    return stage
