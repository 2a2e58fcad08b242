"""What the delegate machine asks of a group: the service's operations on it, and the few acts that steer them.

Shared by the kinds that are rolled so. Nothing of one cloud stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, assert_never

from pulumi_rolling.core.delegate.actions import Act, Begin, Continue, Pause, RollBack, Stop
from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.fleets import base


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts(base.Facts):
    """The group as found before a rollout, with the operations on it."""

    observation: Delegated


@dataclass(frozen=True, slots=True)
class Sight(base.Sight[Delegated]):
    """One look at the group during a rollout."""


class Service(Protocol):
    """The service's own calls. Each does once what it is asked twice, and raises the errors of ``errors`` alone.

    What the service refuses for good is a PermanentFleetError; where another operation is in the way it is a
    BusyFleetError. The loop brings both back to ``decide`` as refused acts; none ends a drive.
    """

    def begin(self, act: Begin) -> None:
        """Begin the operation. Where the answer names it, the next looks tell that operation with ``act.token``."""
        ...

    def go_on(self, act: Continue) -> None: ...

    def pause(self, act: Pause) -> None: ...

    def stop(self, act: Stop) -> None:
        """End the operation where it stands; one that is over already is no error."""
        ...

    def roll_back(self, act: RollBack) -> None:
        """Ask for the service's own way back; one that is returning already is no error."""
        ...


class Fleet(base.Driven[Delegating, Delegated, Act], Service, Protocol):
    """One group. ``apply`` is ``carry_out``, ``key`` is ``core.delegate.actions.key_of``.

    ``observe`` tells the operations that are not over, those that ended lately, and those of ``rollout.way`` and
    ``rollout.earlier`` whatever became of them.
    """

    def facts(self) -> Facts: ...

    def observe(self, rollout: Delegating) -> Sight: ...


def carry_out(service: Service, act: Act) -> None:
    """One act, by the call that it stands for."""
    match act:
        case Begin():
            service.begin(act)
        case Continue():
            service.go_on(act)
        case Pause():
            service.pause(act)
        case Stop():
            service.stop(act)
        case RollBack():
            service.roll_back(act)
        case _:
            assert_never(act)
