"""One member of the simulated fleet as moments, so that it can be shown as it was at any time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Signal, TargetHealth
from pulumi_rolling.core.replace.observation import Loss
from pulumi_rolling.fleets.simulated.behaviour import NEVER

T = TypeVar("T")


class Track(Generic[T]):
    """A value over time. What is put must not be older than what was put before."""

    __slots__ = ("_times", "_values")

    def __init__(self, first: T) -> None:
        self._times = [-NEVER]
        self._values = [first]

    @property
    def last(self) -> T:
        return self._values[-1]

    def put(self, at: float, value: T) -> None:
        self._times.append(at)
        self._values.append(value)

    def at(self, at: float) -> T:
        if at >= self._times[-1]:
            return self._values[-1]
        return self._values[bisect_right(self._times, at) - 1]

    def moments(self) -> Iterator[float]:
        return iter(self._times[1:])


@dataclass(slots=True)
class Life:
    """What befalls one member, and when. Moments may lie ahead; ``NEVER`` is one that does not come."""

    id: str
    revision: Revision
    zone: str
    launched_at: float
    weight: int = 1
    """Units of Desired that it counts for."""
    in_service_at: float = NEVER
    signals: list[tuple[float, Signal]] = field(default_factory=list)
    dead_at: float = NEVER
    leaves_at: float = NEVER
    gone_at: float = NEVER
    targets: Track[TargetHealth] | None = None
    checks: Track[bool] | None = None
    standby: Track[bool] | None = None
    protected: Track[bool] | None = None
    counted: bool = False
    """Whether it counts toward Desired, as of the last moment that the fleet has played."""
    serving: bool = False
    loss: Loss | None = None
    """Why it goes, to be told when it does."""
    warm: bool = False
    """It stands in the warm pool and is no member."""

    def again(self) -> Life:
        """The same member for another group, as long as nothing has befallen it."""
        made = Life(self.id, self.revision, self.zone, self.launched_at, self.weight, self.in_service_at)
        made.targets, made.checks = self.targets and Track(TargetHealth.HEALTHY), self.checks and Track(True)
        made.counted = made.serving = True
        return made

    def counts(self, at: float) -> bool:
        """Toward Desired."""
        if self.warm or not self.launched_at <= at < self.leaves_at:
            return False
        return self.standby is None or not self.standby.at(at)

    def is_standby(self, at: float) -> bool:
        return self.standby is not None and self.standby.at(at)

    def is_protected(self, at: float) -> bool:
        return self.protected is not None and self.protected.at(at)

    def moments(self, now: float) -> set[float]:
        """When it changes after ``now``, as far as that is known."""
        found = {
            self.in_service_at,
            self.dead_at,
            self.leaves_at,
            self.gone_at,
            *[at for at, _ in self.signals],
        }
        if self.targets is not None:
            found.update(self.targets.moments())
        if self.checks is not None:
            found.update(self.checks.moments())
        return {at for at in found if now < at < NEVER}

    def show(self, at: float) -> Member:
        """The member as the cloud shows it. Launch times carry whole seconds."""
        serving = at >= self.in_service_at
        if at >= self.leaves_at:
            lifecycle = Lifecycle.LEAVING
        elif self.warm or (self.standby is not None and self.standby.at(at)):
            lifecycle = Lifecycle.STANDBY
        else:
            lifecycle = Lifecycle.IN_SERVICE if serving else Lifecycle.PENDING
        signal, signal_at = self._signal(at) if self.signals else (None, None)
        return Member(
            self.id,
            self.revision,
            lifecycle,
            True,
            at < self.dead_at,
            self.zone,
            self.launched_at // 1,
            self.in_service_at if serving else None,
            self.protected is not None and self.protected.at(at),
            signal,
            signal_at,
            self._target(at) if self.targets is not None else None,
            None if self.checks is None else self.checks.at(at),
            self.weight,
            True,
        )

    def _signal(self, at: float) -> tuple[Signal | None, float | None]:
        """A repeated SUCCESS counts once; after a FAILURE nothing else counts.

        "Signals may only be updated with a FAILURE status" (CloudFormation).
        """
        known: tuple[Signal | None, float | None] = (None, None)
        if len(self.signals) == 1:
            moment, signal = self.signals[0]
            return (signal, moment) if moment <= at else known
        for moment, signal in sorted(self.signals, key=lambda each: each[0]):
            if moment > at or known[0] is Signal.FAILURE:
                break
            if known[0] is None or signal is Signal.FAILURE:
                known = (signal, moment)
        return known

    def _target(self, at: float) -> TargetHealth | None:
        if self.targets is None:
            return None
        if at >= self.leaves_at:
            return TargetHealth.DRAINING
        return self.targets.at(at)


def at_work(life: Life, targets: bool, checks: bool) -> Life:
    """A member that has been working since its launch, and counts already."""
    life.in_service_at = life.launched_at
    life.targets = Track(TargetHealth.HEALTHY) if targets else None
    life.checks = Track(True) if checks else None
    life.counted = life.serving = True
    return life
