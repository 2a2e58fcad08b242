"""The engine on the simulated fleet under virtual time, and a death at any call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi_rolling.core.replace.actions import Action
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.core.replace.takeover import resume
from pulumi_rolling.engine.clock import Clock
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import Journal, read
from pulumi_rolling.engine.retry import Retrier
from pulumi_rolling.fleets.base import Fleet, GroupFacts, Sight
from pulumi_rolling.fleets.simulated import SimulatedFleet


class FleetClock:
    """Virtual time: waiting lets the simulated cloud work."""

    def __init__(self, fleet: SimulatedFleet) -> None:
        self._fleet = fleet

    def now(self) -> float:
        return self._fleet.now

    def wait(self, seconds: float) -> None:
        self._fleet.advance(self._fleet.now + max(0.001, seconds))


class Death(BaseException):
    """The process is gone. Not an Exception: nothing may catch it."""


@dataclass
class MortalFleet:
    """A fleet whose driver dies at its ``dies_at``-th call, before or after the call has had its effect."""

    inner: Fleet
    dies_at: int = 0
    after: bool = False
    calls: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.inner.name

    def _count(self, name: str) -> bool:
        self.calls.append(name)
        if len(self.calls) == self.dies_at:
            if not self.after:
                raise Death
            return True
        return False

    def facts(self) -> GroupFacts:
        return self.inner.facts()

    def observe(self, rollout: Rollout) -> Sight:
        dying = self._count("observe")
        sight = self.inner.observe(rollout)
        if dying:
            raise Death
        return sight

    def apply(self, action: Action) -> None:
        dying = self._count(type(action).__name__)
        self.inner.apply(action)
        if dying:
            raise Death

    def write_marks(self, marks: Mapping[str, str]) -> None:
        dying = self._count("write")
        self.inner.write_marks(marks)
        if dying:
            raise Death

    def remove_marks(self, keys: list[str]) -> None:
        dying = self._count("remove")
        self.inner.remove_marks(keys)
        if dying:
            raise Death

    def marks(self) -> Mapping[str, str]:
        return self.inner.marks()

    def api_calls(self) -> int:
        return self.inner.api_calls()


class RetryingFleet:
    """What a real fleet does with ``Retry``, for the simulated one."""

    def __init__(self, inner: SimulatedFleet, clock: Clock) -> None:
        self.inner = inner
        self.name = inner.name
        self._retry = Retrier(clock)

    def facts(self) -> GroupFacts:
        return self._retry(self.inner.facts)

    def observe(self, rollout: Rollout) -> Sight:
        return self._retry(lambda: self.inner.observe(rollout))

    def apply(self, action: Action) -> None:
        self._retry(lambda: self.inner.apply(action))

    def write_marks(self, marks: Mapping[str, str]) -> None:
        self._retry(lambda: self.inner.write_marks(marks))

    def remove_marks(self, keys: list[str]) -> None:
        self._retry(lambda: self.inner.remove_marks(keys))

    def marks(self) -> Mapping[str, str]:
        return self._retry(self.inner.marks)

    def api_calls(self) -> int:
        return self.inner.api_calls()


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
        fleet,
        limits,
        Journal(fleet, owner),
        lease,
        clock,
        on_decision=lambda _, decision: seen.append(decision) if seen is not None else None,
        orphaned=lambda: orphaned,
    ).run(rollout)
