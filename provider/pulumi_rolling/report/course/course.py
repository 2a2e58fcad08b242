"""The course of a rollout from its points: members from act to fate, operations, stops, and what it came to.

A launch has no name before its member appears, so acts and members are told in order: the first that appears is that
of the oldest launch that is open. A member for which none is open was launched by the cloud itself.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from enum import StrEnum

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


@dataclass(slots=True)
class _Members:
    """The members of one way as its points tell of them."""

    open: deque[float] = field(default_factory=deque)
    lived: dict[str, Lived] = field(default_factory=dict)

    def take(self, point: Point) -> None:
        for _ in range(-point.launches):
            # The oldest of those that were asked for plainly did not happen.
            if self.open:
                self.open.popleft()
        for name in point.appeared:
            self._appear(name, point)
        for name in point.readied:
            self._judge(name, point, Fate.READY)
        for failed in point.failed:
            if failed.named:
                self._judge(failed.id, point, Fate.FAILED, failed.reason, failed.words)
        self.open.extend([point.at] * max(0, point.launches))

    def _appear(self, name: str, point: Point) -> None:
        if name not in self.lived:
            acted = self.open.popleft() if self.open else None
            self.lived[name] = Lived(name, point.way, acted, point.at, point.at)

    def _judge(self, name: str, point: Point, fate: Fate, reason: str = "", words: str = "") -> None:
        self._appear(name, point)
        known = self.lived[name]
        if known.fate is Fate.OPEN or fate is Fate.FAILED:
            self.lived[name] = replace(known, until=point.at, fate=fate, reason=reason, words=words)

    def close(self, at: float) -> list[Lived]:
        """All of them; those whose fate is open are not asked about after that moment."""
        return [
            replace(each, until=at) if each.fate is Fate.OPEN else each
            for each in sorted(self.lived.values(), key=lambda each: each.began_at)
        ]


def members(course: Course) -> list[Lived]:
    """All members that came to the group on either way, in the order of their acts."""
    found: list[Lived] = []
    way = _Members()
    for before, point in zip((None, *course.points), course.points, strict=False):
        if before is not None and before.way != point.way:
            way.take(replace(point, way=before.way, launches=0, appeared=(), readied=()))
            found += way.close(point.at)
            way = _Members()
            point = replace(point, failed=() if point.verdict is not None else point.failed)
        way.take(point)
    return found + way.close(course.last_at)


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
