"""A fleet where nothing goes wrong: the stepper behind the plan, and what every act does to a group.

One step is one look. An act takes effect at once; a new member is pending for one look and ready at the next, with a
signal. Ids are ``old-1 ..`` and ``new-1 ..``.
"""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Signal, Sizes, TargetHealth
from pulumi_rolling.core.replace.actions import Action, PointAt, Remove, Resize, Resume, Suspend, Terminate
from pulumi_rolling.core.replace.observation import Observation

_COMING = (Lifecycle.PENDING, Lifecycle.WAITING)


class IdealFleet:
    """Members in memory. ``at`` moves one second a step; boots take one step."""

    def __init__(
        self,
        members: list[Member],
        sizes: Sizes,
        pointer: Revision,
        suspended: frozenset[str],
        warm: tuple[Member, ...] = (),
    ) -> None:
        self.at = 0.0
        self._members = {m.id: m for m in members}
        self._sizes = sizes
        self._pointer = pointer
        self._suspended = suspended
        self._warm = {w.id: w for w in warm}
        self._born = 0
        self._unit = max((m.weight for m in members), default=1)

    def observe(self) -> Observation:
        return Observation(
            self.at,
            tuple(self._members.values()),
            self._sizes,
            self._pointer.address,
            self._suspended,
            warm=tuple(self._warm.values()),
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
                gone = self._members.pop(member)
                if not again:
                    self._sizes = replace(self._sizes, desired=self._sizes.desired - gone.weight)
            case Remove(member):
                self._members.pop(member, None)
                self._warm.pop(member, None)

    def free(self) -> None:
        """Whoever is waited for comes free: out of protection, out of standby, out of the warm pool."""
        back = sum(m.lifecycle is Lifecycle.STANDBY for m in self._members.values())
        self._members = {
            name: replace(
                m,
                protected=False,
                lifecycle=Lifecycle.IN_SERVICE if m.lifecycle is Lifecycle.STANDBY else m.lifecycle,
            )
            for name, m in self._members.items()
        }
        self._sizes = replace(self._sizes, desired=self._sizes.desired + back)
        self._warm.clear()

    def step(self, to: float) -> None:
        """Go on to the moment ``to``: pending members are ready, silent ones signal, owed members are launched."""
        self.at = to
        for member in list(self._members.values()):
            if member.signal is None:
                member = replace(member, signal=Signal.SUCCESS)
            if member.lifecycle in _COMING:
                member = replace(
                    member,
                    lifecycle=Lifecycle.IN_SERVICE,
                    in_service_at=self.at,
                    target=TargetHealth.HEALTHY,
                    checks=True,
                )
            self._members[member.id] = member
        units = sum(
            m.weight for m in self._members.values() if m.lifecycle in (*_COMING, Lifecycle.IN_SERVICE)
        )
        while units < self._sizes.desired:
            self._born += 1
            name = f"new-{self._born}"
            self._members[name] = Member(
                name, self._pointer, Lifecycle.PENDING, launched_at=self.at, weight=self._unit
            )
            units += self._unit


def all_old(count: int, revision: Revision) -> list[Member]:
    """``count`` working members of one revision."""
    return [
        Member(f"old-{i + 1}", revision, Lifecycle.IN_SERVICE, launched_at=-1000.0 + i / 1000)
        for i in range(count)
    ]
