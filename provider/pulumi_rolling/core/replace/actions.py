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


Action = Suspend | Resume | PointAt | Resize | Terminate | Remove
