"""What a decision has before it: limits, rollout, what is seen, and of it the operation that is followed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pulumi_rolling.core.delegate.adopt import by_id
from pulumi_rolling.core.delegate.delegating import Delegating, Way
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.operation import Operation


@dataclass(frozen=True, slots=True)
class Look:
    limits: DelegateLimits
    """Of the direction."""
    rollout: Delegating
    seen: Delegated

    @property
    def at(self) -> float:
        return self.seen.at

    @property
    def way(self) -> Way:
        return self.rollout.way

    @property
    def operation(self) -> Operation | None:
        """The one that is followed; None: there is none, or the service does not tell of it now."""
        return by_id(self.seen.operations, self.rollout.way.operation)

    @property
    def earlier(self) -> Operation | None:
        """What has to be over first, where it is told."""
        earlier = self.rollout.earlier
        return None if earlier is None else by_id(self.seen.operations, earlier.operation)

    @property
    def patience(self) -> float:
        """How long nothing may move."""
        told, limits = self.operation or self.earlier, self.limits
        return min(limits.hopeless, limits.stall) if told is not None and told.is_hopeless else limits.stall

    @property
    def old(self) -> int:
        """Members that run something else than this direction's target."""
        target = self.rollout.target.digest
        return sum(count for digest, count in self.seen.runs.items() if digest != target)

    @property
    def matches(self) -> bool:
        """Nobody runs anything but what this direction leads to, and the group makes new members from it."""
        return self.seen.pointer == self.rollout.target.digest and not self.old

    @property
    def runs_target(self) -> bool:
        """The group matches, and as many serve as should: nobody is there before (property 16)."""
        return self.matches and self.seen.in_service >= self.seen.desired

    def leaves_equals(self, operation: Operation | None) -> bool:
        """The operation left members of before, which between equals no digest tells from the new ones."""
        return self.rollout.is_between_equals and operation is not None and not operation.whole

    def with_rollout(self, rollout: Delegating) -> Look:
        return replace(self, rollout=rollout)

    def with_way(self, way: Way) -> Look:
        return replace(self, rollout=replace(self.rollout, way=way))
