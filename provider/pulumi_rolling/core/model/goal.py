"""Where a rollout goes and where it came from, and what follows if it fails."""

from __future__ import annotations

from enum import Enum

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.values import value


class Direction(Enum):
    FORWARD = "forward"
    BACK = "back"


class OnFailure(Enum):
    """What follows a failed rollout: the way back, everything left where it is, or waiting for somebody's word."""

    ROLL_BACK = "rollBack"
    LEAVE = "leave"
    HOLD = "hold"


@value(frozen=True, slots=True)
class Goal:
    """One move of one group: from which revision to which. It outlives a change of direction."""

    id: str
    to: Revision
    came_from: Revision | None = None
    forced: bool = False
    """Members are replaced although their revision is equal (triggers)."""
    fresh: bool = False
    """A create: members younger than the slot's clock are judged, too."""
    abandoned: tuple[str, ...] = ()
    """Digests that were targets before this one."""

    @property
    def has_way_back(self) -> bool:
        """There is a former revision that can still be launched, and it makes other members than those that failed."""
        former = self.came_from
        return (
            former is not None and former.exists and (former.digest != self.to.digest or bool(self.abandoned))
        )

    def target(self, direction: Direction) -> Revision:
        """The revision that the direction leads to."""
        if direction is Direction.BACK and self.came_from is not None:
            return self.came_from
        return self.to
