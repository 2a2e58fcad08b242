"""What the cloud tells of a group at one moment, folded to what a decision needs."""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.model.member import Member, Sizes
from pulumi_rolling.core.model.seen import Alarm, Refusal, Request
from pulumi_rolling.core.model.values import value

if TYPE_CHECKING:
    from pulumi_rolling.core.replace.roster import Roster


class LaunchError(Enum):
    PERMANENT = "permanent"
    """Image, quota, authorization, template: the cloud's own retries will fail as well."""
    CAPACITY = "capacity"
    """The cloud retries, possibly in another zone, and may succeed."""

    @property
    def remedy(self) -> Remedy:
        """What mends it, as far as this alone tells."""
        return Remedy.CAPACITY if self is LaunchError.CAPACITY else Remedy.OBJECTION


@value(frozen=True, slots=True)
class Launch:
    """A launch that the cloud refused since the rollout began."""

    id: str
    at: float
    error: LaunchError
    cause: str = ""
    remedy: Remedy | None = None
    """None: that of the error."""
    hint: str = ""


@value(frozen=True, slots=True)
class Loss:
    """Why a member went, where the cloud says so. Excused: scaling, rebalancing, spot interruption."""

    member: str
    at: float
    excused: bool
    cause: str = ""
    remedy: Remedy | None = None
    """None: what the member ran is at fault."""
    hint: str = ""


@value(frozen=True, slots=True)
class Observation:
    """The group at one moment, as the cloud tells it."""

    at: float
    members: tuple[Member, ...]
    sizes: Sizes
    pointer: str
    suspended: frozenset[str] = frozenset()
    launches: tuple[Launch, ...] = ()
    losses: tuple[Loss, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    requests: tuple[Request, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    warm: tuple[Member, ...] = ()
    """Instances of the group's warm pool, which are no members."""
    lease_is_ours: bool = True
    complete: bool = True
    roster: Roster | None = field(default=None, repr=False, compare=False)
    """The members sorted, from a fleet that knows what changed; it says nothing that they do not."""
