"""A fleet where nothing goes wrong: the stepper behind the plan, and what every act does to a group.

One step is one look. An act takes effect at once; a new member is pending for one look and ready at the next, with a
signal. Ids are ``old-1 ..`` and ``new-1 ..``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Signal, TargetHealth
from pulumi_rolling.core.replace.actions import (
    Action,
    Adjust,
    PointAt,
    Remove,
    Resize,
    Resume,
    Suspend,
    Terminate,
    Together,
)
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.roster import make_roster, renew

_COMING = (Lifecycle.PENDING, Lifecycle.WAITING)
_COUNTED = (*_COMING, Lifecycle.IN_SERVICE)


class IdealFleet:
    """Members in memory. ``at`` moves one second a step; boots take one step.

    A look and a step cost what has changed since the one before: a plan makes two looks for each batch.
    """

    def __init__(self, seen: Observation, pointer: Revision) -> None:
        self.at = seen.at
        self.in_service = 0
        """Members in service whose machine is alive."""
        self._members: dict[str, Member] = {}
        self._sizes = seen.sizes
        self._pointer = pointer
        self._suspended = seen.suspended
        self._heals = seen.heals
        self._warm = {w.id: w for w in seen.warm}
        self._born = 0
        self._asked = 0
        """Launches that are due because somebody asked for them, where nobody keeps the sizes."""
        self._unit = max((m.weight for m in seen.members), default=1)
        self._units = 0
        """Capacity units of the members that count toward Desired."""
        self._changes: list[tuple[Member | None, Member | None]] = []
        """Since the last look, each as the member before and after."""
        self._open: set[str] = set()
        """Members that a step changes: they are coming, or have not signalled."""
        for member in seen.members:
            self._put(member)
        self._changes.clear()
        self._roster = make_roster(tuple(self._members.values()))

    def observe(self) -> Observation:
        if self._changes:
            self._roster = renew(self._roster, tuple(self._members.values()), self._changes)
            self._changes = []
        return Observation(
            self.at,
            self._roster.members,
            self._sizes,
            self._pointer.address,
            self._suspended,
            heals=self._heals,
            warm=tuple(self._warm.values()),
            roster=self._roster,
        )

    def apply(self, action: Action) -> None:
        match action:
            case Suspend(processes):
                self._suspended |= processes
            case Resume(processes):
                self._suspended -= processes
            case PointAt(revision):
                self._pointer = revision
            case Resize(least, desired):
                self._sizes = replace(
                    self._sizes,
                    min=self._sizes.min if least is None else least,
                    desired=self._sizes.desired if desired is None else desired,
                )
            case Terminate(member, again):
                gone = self._take(member)
                if not again:
                    self._sizes = replace(self._sizes, desired=self._sizes.desired - gone.weight)
            case Remove(member):
                if member in self._members:
                    self._take(member)
                self._warm.pop(member, None)
            case Adjust(change):
                self._asked += max(0, change)
            case Together(acts):
                for one in acts:
                    self.apply(one)
            case _:
                assert_never(action)

    def free(self) -> None:
        """All that are waited for come free: out of protection, out of standby, out of the warm pool."""
        back = [m for m in self._members.values() if m.lifecycle is Lifecycle.STANDBY]
        for member in [m for m in self._members.values() if m.protected or m in back]:
            serving = Lifecycle.IN_SERVICE if member in back else member.lifecycle
            self._put(replace(member, protected=False, lifecycle=serving))
        self._sizes = replace(self._sizes, desired=self._sizes.desired + len(back))
        self._warm.clear()

    def step(self, to: float) -> None:
        """Go on to the moment ``to``: pending members are ready, silent ones signal, owed members are launched."""
        self.at = to
        for member in [m for m in self._members.values() if m.id in self._open] if self._open else ():
            self._put(self._settled(member))
        wanted = self._sizes.desired if self._sizes.kept else self._units + self._asked
        self._asked = 0
        while self._units < wanted:
            self._born += 1
            name = f"new-{self._born}"
            self._put(Member(name, self._pointer, Lifecycle.PENDING, launched_at=self.at, weight=self._unit))

    def _settled(self, member: Member) -> Member:
        signal = Signal.SUCCESS if member.signal is None else member.signal
        if member.lifecycle not in _COMING:
            return replace(member, signal=signal)
        return replace(
            member,
            signal=signal,
            lifecycle=Lifecycle.IN_SERVICE,
            in_service_at=self.at,
            target=TargetHealth.HEALTHY,
            checks=True,
            probe=True,
        )

    def _put(self, member: Member) -> None:
        before = self._members.get(member.id)
        if before is not None:
            self._count(before, -1)
        self._members[member.id] = member
        self._count(member, 1)
        self._changes.append((before, member))
        if member.signal is None or member.lifecycle in _COMING:
            self._open.add(member.id)
        else:
            self._open.discard(member.id)

    def _take(self, name: str) -> Member:
        gone = self._members.pop(name)
        self._count(gone, -1)
        self._changes.append((gone, None))
        self._open.discard(name)
        return gone

    def _count(self, member: Member, sign: int) -> None:
        self.in_service += sign * (member.lifecycle is Lifecycle.IN_SERVICE and member.alive)
        self._units += sign * member.weight * (member.lifecycle in _COUNTED)


def all_old(count: int, revision: Revision) -> list[Member]:
    """``count`` working members of one revision."""
    return [
        Member(f"old-{i + 1}", revision, Lifecycle.IN_SERVICE, launched_at=-1000.0 + i / 1000)
        for i in range(count)
    ]
