"""What the cloud tells of a group at one moment, folded to what a decision needs."""

from __future__ import annotations

from dataclasses import field, replace
from enum import Enum

from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.model.member import Lifecycle, Member, Sizes
from pulumi_rolling.core.model.seen import Alarm, RefusedAct, Request
from pulumi_rolling.core.model.values import value
from pulumi_rolling.core.replace.roster import Roster, make_roster


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
class RefusedLaunch:
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
class Parting:
    """The command before a member's end, once it is over. ``said``: what it brought where it failed."""

    member: str
    succeeded: bool
    said: str = ""


@value(frozen=True, slots=True)
class Observation:
    """The group at one moment, as the cloud tells it."""

    at: float
    members: tuple[Member, ...]
    sizes: Sizes
    pointer: str
    suspended: frozenset[str] = frozenset()
    launches: tuple[RefusedLaunch, ...] = ()
    losses: tuple[Loss, ...] = ()
    refusals: tuple[RefusedAct, ...] = ()
    requests: tuple[Request, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    warm: tuple[Member, ...] = ()
    """Instances of the group's warm pool, which are no members."""
    others: str = ""
    """An operation on the group that somebody else began and that is under way, in words."""
    partings: tuple[Parting, ...] = ()
    """Of members that ``way.parting`` names, as far as their commands are over."""
    heals: bool = True
    """The cloud replaces a member that broke after it was ready."""
    moved: int = 0
    """What others did to the number of members since the rollout began, in a group whose sizes nobody keeps."""
    health_asked: bool = True
    """False: members have the health that load balancers told last, at an earlier look or never."""
    lease_is_ours: bool = True
    complete: bool = True
    roster: Roster | None = field(default=None, repr=False, compare=False)
    """The members sorted, from a fleet that knows what changed; it says nothing that they do not."""


def is_moving(seen: Observation) -> bool:
    """Some member comes or goes, so that a cloud that does one thing at a time takes nothing else."""
    still = (Lifecycle.IN_SERVICE, Lifecycle.STANDBY)
    return any(m.lifecycle not in still for m in seen.members)


def counted(seen: Observation) -> int:
    """Units of Desired that are there or on their way in."""
    apart = (Lifecycle.LEAVING, Lifecycle.STANDBY)
    return sum(m.weight for m in seen.members if m.lifecycle not in apart)


def roster_of(seen: Observation) -> Roster:
    """The roster that came with the observation if it is of these members, or one made anew."""
    known = seen.roster
    if known is not None and known.members is seen.members:
        return known
    return make_roster(seen.members)


def with_roster(seen: Observation) -> Observation:
    """The observation with its roster, so that it is made once for a whole decision."""
    roster = roster_of(seen)
    return seen if roster is seen.roster else replace(seen, roster=roster)
