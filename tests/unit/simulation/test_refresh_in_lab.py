"""The simulated service and the lab's are two readings of one set of rules: on the same boots they do the same.

Source: EC2 Auto Scaling API reference, RefreshPreferences, as docs/instance-refresh.md has its table.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.fleets.simulated import Behaviour, DelegatedFleet
from pulumi_rolling.lab.world import refresh_ends
from pulumi_rolling.lab.world.behaviour import Behaviours
from pulumi_rolling.policy.instance_refresh.arithmetic import bounds

from tests.lab.refresh_world import version, world

V1, V2 = Revision("lt-1:1", "1", "version 1"), Revision("lt-1:2", "2", "version 2")
SHUTDOWN = 0.2
"""Seconds that an instance of the lab takes to go, where nothing else is said."""
DELAY = 30
HOUR = 3600.0


@dataclass(frozen=True)
class Case:
    desired: int
    least: int
    most: int | None
    warm_up: int = 0
    checkpoints: tuple[int, ...] = ()
    bake: int = 0
    spread: float = 0.5
    turns_after: float | None = None

    def __str__(self) -> str:
        more = [f"warm-up {self.warm_up}"] * bool(self.warm_up) + [f"bake {self.bake}"] * bool(self.bake)
        more += [f"stops {self.checkpoints}"] * bool(self.checkpoints)
        more += ["equal boots"] * (not self.spread)
        more += [f"back after {self.turns_after:g}"] if self.turns_after is not None else []
        return ", ".join([f"{self.desired} at {self.least}/{self.most}", *more])

    def boots(self) -> list[float]:
        chance = random.Random(str(self))
        return [round(chance.lognormvariate(3.0, self.spread), 1) for _ in range(200)]


CASES = [
    Case(10, 90, None), Case(10, 80, 100), Case(10, 100, 110), Case(3, 100, 110), Case(3, 90, None),
    Case(1, 90, None), Case(4, 100, 100), Case(7, 50, 150), Case(10, 0, 100), Case(10, 0, 100, spread=0.0),
    Case(40, 90, 120), Case(10, 80, 100, warm_up=25), Case(10, 100, 130, warm_up=25),
    Case(9, 60, 140, warm_up=7, bake=60),
    Case(10, 80, None, checkpoints=(20, 50, 100)), Case(10, 100, 120, checkpoints=(10, 100), bake=20),
    Case(10, 50, None, warm_up=5, checkpoints=(10, 30, 100)), Case(9, 70, 110, checkpoints=(50,)),
    Case(10, 50, None, checkpoints=(10, 30, 100), spread=0.0), Case(10, 100, 150, checkpoints=(25,)),
    Case(12, 100, 125, warm_up=9, turns_after=40.0), Case(12, 75, None, turns_after=70.0),
    Case(12, 50, 150, turns_after=5.0), Case(8, 75, None, checkpoints=(50, 100), turns_after=60.0),
]  # fmt: skip


@dataclass(frozen=True)
class Became:
    """What became of the group. Seconds are since the begin."""

    batches: dict[float, int]
    """Launches by their moments."""
    lowest: int
    most: int
    service: list[tuple[float, int, int]]
    """Members in service and in all at each change."""
    gates: list[int]
    """Checkpoints that were paused at."""
    ended: float
    pointer: str


class BootsInTurn(Behaviours):
    """The lab's launches boot for the given times, one after the other."""

    def __init__(self, boots: list[float], now: Callable[[], float]) -> None:
        super().__init__(boot=10.0, spread=0.0)
        self._boots, self._now = iter(boots), now
        self.moments: list[float] = []

    def boot_of(self, behaviour: Any, normal: float) -> float:
        self.moments.append(self._now())
        return next(self._boots)


class BootInTurn(Behaviour):
    """The simulated service's launches, the same."""

    left: list[float] = []  # noqa: RUF012 - a field of the class, since the values of a frozen one are its shape

    def draw_boot(self, chance: random.Random) -> float:
        return self.left.pop(0)


def by_the_lab(case: Case) -> Became:
    cloud, group = world(case.desired)
    boots = BootsInTurn(case.boots(), lambda: cloud.now)
    cloud.behaviours = boots
    given: dict[str, Any] = {"MinHealthyPercentage": case.least, "InstanceWarmup": case.warm_up}
    given["BakeTime"] = case.bake
    if case.most is not None:
        given["MaxHealthyPercentage"] = case.most
    if case.checkpoints:
        given |= {"CheckpointPercentages": list(case.checkpoints), "CheckpointDelay": DELAY}
    began = cloud.now
    refresh = refresh_ends.start(cloud, group, given, version("2"))
    if case.turns_after is not None:
        cloud.agenda.advance(began + case.turns_after)
        refresh_ends.roll_back(cloud, group)
    cloud.agenda.advance(began + 2 * HOUR)
    points = [(each["at"] - began, each["inService"], each["total"]) for each in group.history.points]
    pauses = case.checkpoints[:-1]
    return became(
        [at - began for at in boots.moments],
        points,
        [percent for _, percent in refresh.reached if percent in pauses],
        (refresh.now.ended_at or 0.0) - began,
        str((group.now.pointer.template or {})["Version"]),
    )


def by_the_simulated(case: Case) -> Became:
    BootInTurn.left = case.boots()
    room = bounds(case.desired, case.least, case.most)
    last = case.checkpoints[-1:]
    fleet = DelegatedFleet(
        desired=case.desired,
        revision=V1,
        behaviours={"1": BootInTurn(), "2": BootInTurn()},
        keep=room.keep,
        top=room.top,
        warm_up=float(case.warm_up),
        pending=0.0,
        shutdown=SHUTDOWN,
        checkpoints=tuple(float(percent) for percent in case.checkpoints),
        overshoots=True,
        delay=float(DELAY),
        bake=float(case.bake),
        patience=HOUR,
    )
    began = fleet.now
    course = fleet.start(V2)
    if case.turns_after is not None:
        fleet.after(case.turns_after, lambda: fleet.turn(course, "asked", by_person=True))
    gates: list[int] = []
    while not course.is_over:
        fleet.advance(fleet.moves_at())
        if course.gate is not None and int(course.gate) not in (*gates, *last):
            gates.append(int(course.gate))
    ended = fleet.now - began
    fleet.advance(fleet.now + HOUR)
    points = [(each.at - began, each.in_service, each.total) for each in fleet.history]
    moments = [birth.at - began for birth in fleet.launched]
    return became(moments, points, gates, ended, fleet.pointer.digest)


def became(
    launches: list[float], points: list[tuple[float, int, int]], gates: list[int], ended: float, pointer: str
) -> Became:
    service: list[tuple[float, int, int]] = []
    for at, serving, total in points:
        point = (round(at, 1), serving, total)
        while service and service[-1][0] == point[0]:
            service.pop()
        if at >= 0 and (not service or service[-1][1:] != point[1:]):
            service.append(point)
    return Became(
        batches=dict(Counter(round(at, 1) for at in launches)),
        lowest=min(serving for _, serving, _ in service),
        most=max(total for _, _, total in service),
        service=service,
        gates=gates,
        ended=round(ended, 1),
        pointer=pointer,
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_simulated_service_replaces_as_the_lab_does(case: Case) -> None:
    """The same batches at the same moments, the same capacity, pauses and end, forward and back."""
    assert by_the_simulated(case) == by_the_lab(case)
