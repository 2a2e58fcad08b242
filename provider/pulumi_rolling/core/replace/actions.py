"""The acts of the replace machine: few, and idempotent."""

from __future__ import annotations

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.values import value


@value(frozen=True, slots=True)
class Suspend:
    processes: frozenset[str]


@value(frozen=True, slots=True)
class Resume:
    processes: frozenset[str]


@value(frozen=True, slots=True)
class PointAt:
    revision: Revision


@value(frozen=True, slots=True)
class Resize:
    """Set the least size and Desired; None leaves that one as it is. MaxSize is never changed."""

    min: int | None = None
    desired: int | None = None


@value(frozen=True, slots=True)
class Terminate:
    member: str
    relaunch: bool
    """True: the cloud launches another; False: Desired falls by ``weight`` with it."""
    weight: int = 1
    keep: bool = False
    """True: its machine leaves the group and lives on, for people to look at."""


KEEP = "keep "
"""How a termination that keeps the machine is called where it is refused, before the member."""


@value(frozen=True, slots=True)
class Remove:
    """End an instance that stands outside Desired (in standby, or in the warm pool): Desired stays."""

    member: str


@value(frozen=True, slots=True)
class Adjust:
    """So many members more, launched as one; below 0 the cloud picks who goes. For sizes that nobody keeps."""

    change: int


@value(frozen=True, slots=True)
class Together:
    """Ends of members that a cloud takes as one act, since it does one thing at a time. No record has it."""

    acts: tuple[Terminate | Remove, ...]


Single = Suspend | Resume | PointAt | Resize | Terminate | Remove | Adjust
Action = Single | Together


def spread(actions: tuple[Action, ...]) -> tuple[Single, ...]:
    """The acts one by one, as a record has them."""
    return tuple(
        one for action in actions for one in (action.acts if isinstance(action, Together) else (action,))
    )
