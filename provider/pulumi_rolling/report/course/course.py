"""The course of a rollout from its points: members from act to fate, operations, stops, and what it came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.report.course.point import End, Point

FORWARD = Direction.FORWARD.value


@dataclass(frozen=True, slots=True)
class Head:
    """What is true of a course from its first point on."""

    id: str
    group: str
    kind: str
    started_at: float
    stack: str = ""
    """``project/stack``; empty where no program of Pulumi's asked for the rollout."""
    resource: str = ""
    noun: tuple[str, str] = ("instance", "instances")


@dataclass(frozen=True, slots=True)
class Drive:
    """A process that drove the rollout from a moment on; the one before it had ended, or died."""

    at: float
    strategy: str
    machine: str
    to: str
    came_from: str = ""


class Fate(StrEnum):
    READY = "ready"
    FAILED = "failed"
    OPEN = "open"
    """The rollout turned or ended before it was known."""


@dataclass(frozen=True, slots=True)
class Lived:
    """A member of the target's revision. ``acted_at``: None where the cloud launched it by itself."""

    id: str
    way: str
    acted_at: float | None
    seen_at: float
    until: float
    """When its fate was known, or nobody asked any more."""
    fate: Fate = Fate.OPEN
    reason: str = ""
    words: str = ""

    @property
    def began_at(self) -> float:
        return self.seen_at if self.acted_at is None else self.acted_at


@dataclass(frozen=True, slots=True)
class Ran:
    """An operation of the service. ``states``: each with the moment at which it was first seen."""

    id: str
    way: str
    theirs: bool
    began_at: float
    until: float
    states: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which it stood still. ``code``: of the reason."""

    code: str
    why: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Course:
    head: Head
    drives: tuple[Drive, ...]
    points: tuple[Point, ...]
    cut: bool = False
    """It grew too long, and only its landmarks were kept from then on."""

    @property
    def group(self) -> str:
        return self.head.group

    @property
    def to(self) -> str:
        return self.drives[-1].to if self.drives else ""

    @property
    def came_from(self) -> str:
        return self.drives[-1].came_from if self.drives else ""

    @property
    def strategy(self) -> str:
        """The one that went forward."""
        return self.drives[0].strategy if self.drives else ""

    @property
    def end(self) -> End | None:
        """None where it goes on, or was interrupted."""
        if not self.points or (self.drives and self.drives[-1].at > self.points[-1].at):
            return None
        return self.points[-1].end

    @property
    def last_at(self) -> float:
        return self.points[-1].at if self.points else self.head.started_at

    @property
    def seconds(self) -> float:
        return max(0.0, self.last_at - self.head.started_at)

    @property
    def replaced(self) -> int:
        """On the way forward."""
        return max((point.replaced for point in self.points if point.way == FORWARD), default=0)

    @property
    def total(self) -> int:
        forward = [point.total for point in self.points if point.way == FORWARD and point.total]
        return forward[-1] if forward else 0

    @property
    def failed(self) -> int:
        return max((point.failures for point in self.points), default=0)

    @property
    def lowest(self) -> int | None:
        return min((p.lowest for p in self.points if p.lowest is not None), default=None)

    @property
    def verdict(self) -> str:
        """Why the way forward ended, in words; empty for a success."""
        told = [point.verdict.words for point in self.points if point.verdict is not None]
        return told[-1] if told else ""

    @property
    def back_failed(self) -> str:
        told = [point.back_failed.words for point in self.points if point.back_failed is not None]
        return told[-1] if told else ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a point tells of members: who is new, and whose time is over."""

    came: list[Lived]
    over: list[Lived]


class Members:
    """The members of a course, as one point after the other tells of them."""

    def __init__(self) -> None:
        self._way = ""
        self._lived: dict[tuple[str, str], Lived] = {}
        self._open: dict[str, None] = {}
        """Those of this way whose time goes on, in the order in which they came."""
        self._acts: dict[str, float] = {}

    def take(self, point: Point) -> Told:
        told = Told([], [])
        self._acts = {each.id: each.at for each in point.acted}
        turned = self._way not in ("", point.way)
        # The verdict's failures are of the way that it ended.
        late = turned and point.verdict is not None
        if late:
            self._fail(point, told)
        if turned:
            self._leave(list(self._open), point, told)
        self._way = point.way
        for name in point.appeared:
            self._appear(name, point, told)
        for name in point.readied:
            self._judge(name, point, told, fate=Fate.READY)
        if not late:
            self._fail(point, told)
        self._leave(point.gone, point, told)
        return told

    def all(self, at: float) -> list[Lived]:
        """The way forward first, each in the order of acts; nobody asks after that moment about those that are open."""
        going = {(self._way, name) for name in self._open}
        found = [replace(each, until=at) if key in going else each for key, each in self._lived.items()]
        return sorted(found, key=lambda each: (each.way != FORWARD, each.began_at))

    def _fail(self, point: Point, told: Told) -> None:
        for each in point.failed:
            if each.named:
                self._judge(each.id, point, told, fate=Fate.FAILED, reason=each.reason, words=each.words)

    def _appear(self, name: str, point: Point, told: Told) -> None:
        if (self._way, name) not in self._lived:
            act = self._acts.get(name)
            # By the clock of another driver it may have been later than it was seen.
            acted_at = None if act is None else min(act, point.at)
            lived = Lived(name, self._way, acted_at, point.at, point.at)
            self._lived[self._way, name] = lived
            self._open[name] = None
            told.came.append(lived)

    def _judge(self, name: str, point: Point, told: Told, **fate: Any) -> None:
        self._appear(name, point, told)
        lived = self._lived[self._way, name]
        if name in self._open or fate["fate"] is Fate.FAILED:
            self._open.pop(name, None)
            self._lived[self._way, name] = replace(lived, until=point.at, **fate)
            told.over.append(self._lived[self._way, name])

    def _leave(self, names: Iterable[str], point: Point, told: Told) -> None:
        for name in names:
            if name in self._open:
                self._judge(name, point, told, fate=Fate.OPEN)


def members(course: Course) -> list[Lived]:
    """All members that came to the group on either way, in the order of their acts."""
    found = Members()
    for point in course.points:
        found.take(point)
    return found.all(course.last_at)


def operations(course: Course) -> list[Ran]:
    found: dict[tuple[str, str], Ran] = {}
    for point in course.points:
        told = point.operation
        if told is None:
            continue
        key = (told.id, point.way)
        ran = found.get(key, Ran(told.id, point.way, told.theirs, point.at, point.at, ()))
        known = {state for state, _ in ran.states}
        fresh = tuple((state, point.at) for state in told.states if state not in known)
        found[key] = replace(ran, until=point.at, states=(*ran.states, *fresh))
    return list(found.values())


def stops(course: Course) -> list[Stop]:
    """Gates, pauses and holds, from the point that told of each to the one that told of something else."""
    found: list[Stop] = []
    standing: Stop | None = None
    for point in course.points:
        if standing is not None and point.stands != standing.code:
            found.append(replace(standing, until=point.at))
            standing = None
        if point.stands and standing is None:
            standing = Stop(point.stands, point.why, point.at, point.at)
    if standing is not None:
        found.append(replace(standing, until=course.last_at))
    return found
