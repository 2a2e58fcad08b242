"""The engine on the simulated fleet under virtual time, and a death at any call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.replace.actions import Action
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.core.replace.takeover import resume
from pulumi_rolling.engine.clock import Clock
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import Journal, read
from pulumi_rolling.engine.retry import Retrier
from pulumi_rolling.fleets.base import Shelf
from pulumi_rolling.fleets.replace import Facts, Fleet, Glance, Sight
from pulumi_rolling.fleets.simulated import SimulatedFleet

T = TypeVar("T")


class FleetClock:
    """Virtual time: waiting lets the simulated cloud work. A driver that asks for it ever again is one that hangs."""

    def __init__(self, fleet: SimulatedFleet, patience: int = 60_000) -> None:
        """``patience``: more questions than any driver of the test has."""
        self._fleet = fleet
        self._patience = patience

    def now(self) -> float:
        self._patience -= 1
        assert self._patience, "the driver goes on for ever"
        return self._fleet.now

    def steady(self) -> float:
        return self.now()

    def wait(self, seconds: float) -> None:
        self.now()
        self._fleet.advance(self._fleet.now + max(0.001, seconds))


class Death(BaseException):
    """The process is gone. Not an Exception: nothing may catch it."""


@dataclass
class Intercepted:
    """A fleet of which every call goes through ``through``; what it does there is the subclass's own.

    The protocol stands here once. A call by another name, or without effect on the group, passes as it is.
    """

    inner: Fleet

    def through(self, name: str, call: Callable[[], T]) -> T:
        return call()

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def call(self) -> str:
        return self.inner.call

    @property
    def shelf(self) -> Shelf:
        return self.inner.shelf

    def facts(self) -> Facts:
        return self.through("facts", self.inner.facts)

    def glance(self) -> Glance:
        return self.through("glance", self.inner.glance)

    def target(self) -> Revision:
        return self.through("target", self.inner.target)

    def at(self, address: str) -> Revision:
        return self.through("at", lambda: self.inner.at(address))

    def contents(self, revision: Revision) -> Mapping[str, Any]:
        return self.inner.contents(revision)

    def observe(self, rollout: Rollout) -> Sight:
        return self.through("observe", lambda: self.inner.observe(rollout))

    def apply(self, action: Action) -> None:
        self.through(type(action).__name__, lambda: self.inner.apply(action))

    def ends(self, machines: Sequence[str]) -> str:
        return self.inner.ends(machines)

    def key(self, action: Action) -> str:
        return self.inner.key(action)

    def marks(self) -> Mapping[str, str]:
        return self.through("marks", self.inner.marks)

    def write_marks(self, marks: Mapping[str, str]) -> None:
        self.through("write", lambda: self.inner.write_marks(marks))

    def remove_marks(self, keys: list[str]) -> None:
        self.through("remove", lambda: self.inner.remove_marks(keys))

    def api_calls(self) -> int:
        return self.inner.api_calls()

    def give_back(self, record: Any) -> None:
        self.through("give back", lambda: self.inner.give_back(record))


READS = frozenset({"facts", "glance", "target", "at", "marks"})


@dataclass
class MortalFleet(Intercepted):
    """A fleet whose driver dies at its ``dies_at``-th call, before or after the call has had its effect.

    Looks of the loop, acts and writes count; other reads do not.
    """

    dies_at: int = 0
    after: bool = False
    calls: list[str] = field(default_factory=list)

    def through(self, name: str, call: Callable[[], T]) -> T:
        dying = name not in READS and self._count(name)
        answer = call()
        if dying:
            raise Death
        return answer

    def _count(self, name: str) -> bool:
        self.calls.append(name)
        if len(self.calls) == self.dies_at:
            if not self.after:
                raise Death
            return True
        return False


class RetryingFleet(Intercepted):
    """What a real fleet does with ``Retry``, for the simulated one."""

    def __init__(self, inner: Fleet, clock: Clock) -> None:
        super().__init__(inner)
        self._retry = Retrier(clock)

    def through(self, name: str, call: Callable[[], T]) -> T:
        return self._retry(call)


def drive(
    fleet: Fleet,
    clock: Clock,
    limits: Limits,
    fresh: Rollout,
    *,
    owner: str = "me",
    orphaned: bool = False,
    seen: list[Decided] | None = None,
) -> Decided:
    """Take the lease, go on from a record or start ``fresh``, and drive to the end."""
    lease = Lease(fleet, owner, clock, limits.poll)
    marks = lease.acquire()
    found = read(marks)
    rollout = fresh if found is None else resume(found[1], clock.now())
    return Drive(
        REPLACE,
        fleet,
        limits,
        Journal(fleet, owner),
        lease,
        clock,
        on_decision=lambda _, decision: seen.append(decision) if seen is not None else None,
        orphaned=lambda: orphaned,
    ).run(rollout)
