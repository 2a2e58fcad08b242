"""What the replace machine asks of a group: members of which it picks each victim, and sizes that it may change.

Shared by the kinds that are rolled so. Nothing of one cloud stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Signal, Sizes
from pulumi_rolling.core.replace.actions import KEEP, Action, PointAt, Resize, Resume, Terminate
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.fleets import base

Strays = Mapping[str, str]
"""Members that the group would make otherwise now, each with what sets it apart, as its label goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts(base.Facts):
    """The group as found before a rollout, with its members."""

    observation: Observation
    strays: Strays = field(default_factory=dict)
    """Members that the group would make otherwise now although their revision is the same, each with why."""

    @property
    def sizes(self) -> Sizes:
        return self.observation.sizes

    @property
    def suspended(self) -> frozenset[str]:
        return self.observation.suspended

    @property
    def standby(self) -> tuple[str, ...]:
        return tuple(m.id for m in self.observation.members if m.lifecycle is Lifecycle.STANDBY)

    @property
    def protected(self) -> tuple[str, ...]:
        return tuple(m.id for m in self.observation.members if m.protected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance(base.Glance):
    """The light look, with the members themselves: the policy leaves some of them alone."""

    members: tuple[Member, ...]
    warm: tuple[Member, ...] = ()
    """Asked for only where the policy does not leave the warm pool alone."""


@dataclass(frozen=True, slots=True)
class Sight(base.Sight[Observation]):
    """One look at the group during a rollout."""


class Fleet(base.Driven[Rollout, Observation, Action], Protocol):
    """One group. ``observe`` brings the signals, losses and refused launches that the rollout still has to judge."""

    def facts(self) -> Facts: ...

    def glance(self) -> Glance: ...

    def observe(self, rollout: Rollout) -> Sight: ...

    def ends(self, machines: Sequence[str]) -> str:
        """The command that ends machines which were kept, and are no members any more."""
        ...


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What a signal source may judge a member by."""

    id: str
    lifecycle: Lifecycle
    tags: Mapping[str, str] | None
    """The instance's own tags; None when the cloud was not asked for them."""


class SignalSource(Protocol):
    """Where an instance's SUCCESS or FAILURE comes from. ``needs_tags``: instance tags are wanted for new members."""

    needs_tags: bool

    def read(self, member: MemberFacts) -> Signal | None: ...


@dataclass(frozen=True, slots=True)
class Reached:
    """A member as a command or a URL of the user's may name it. An address that is not known is empty."""

    id: str
    zone: str = ""
    private: str = ""
    public: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What a task of the user's for one member came to. ``said``: why not, with the end of its output."""

    succeeded: bool
    said: str = ""


class MemberTasks(Protocol):
    """A task of the user's, done for members beside the loop. ``look`` never waits."""

    def look(self, members: Sequence[Reached]) -> Mapping[str, Done]:
        """Begin it for those for whom it was not, end it for all others, and tell what it brought so far."""
        ...


@dataclass(frozen=True, slots=True)
class OwnTasks:
    """What the policy of one direction has done for members."""

    probes: tuple[MemberTasks, ...] = ()
    """All of them must succeed before a member is ready."""
    before_end: MemberTasks | None = None


def counts_of(members: Iterable[Member]) -> dict[Revision, int]:
    """Members that do not leave, by their revision, in the order of the members."""
    counts: dict[Revision, int] = {}
    for member in members:
        if member.lifecycle is not Lifecycle.LEAVING:
            counts[member.revision] = counts.get(member.revision, 0) + 1
    return counts


def key_of(action: Action) -> str:
    """How an act of this machine is called where it is refused."""
    if isinstance(action, Terminate) and action.keep:
        return f"{KEEP}{action.member}"
    return {Terminate: "terminate", PointAt: "point at the revision"}.get(
        type(action), type(action).__name__.lower()
    )


def returning_acts(record: Rollout) -> tuple[Action, ...]:
    """Sizes and processes as the rollout of a record found them. Desired stays, so that no member goes or comes."""
    resume = (Resume(record.ours.suspended),) if record.ours.suspended else ()
    return Resize(min=record.found.sizes.min), *resume


def as_old(members: tuple[Member, ...], strays: Strays, target: Revision) -> tuple[Member, ...]:
    """Strays no longer match the target; one that does not match anyway is left as it is."""
    return tuple(
        replace(m, revision=_apart(m.revision, strays[m.id]))
        if m.id in strays and m.revision.digest == target.digest
        else m
        for m in members
    )


def _apart(revision: Revision, reason: str) -> Revision:
    """There is no way back to it, since the group makes none like it."""
    return replace(revision, digest=f"{revision.digest}@{reason}", label=f"{revision} {reason}", exists=False)
