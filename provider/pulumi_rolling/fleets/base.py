"""What every fleet offers: facts before a rollout, a look during one, and the few acts of the core.

A fleet decides nothing. It raises the errors of ``pulumi_rolling.errors`` and no other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from pulumi_rolling.core.model.member import Lifecycle, Revision, Signal, Sizes
from pulumi_rolling.core.replace.actions import Action
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.errors import Fault

T = TypeVar("T")

Retry = Callable[[Callable[[], T]], T]
"""Runs one cloud call, again where a TemporaryFleetError says so, until the caller's deadline."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A launch lifecycle hook of the group. ``heartbeat`` in seconds; ``default`` is CONTINUE or ABANDON."""

    name: str
    heartbeat: float
    default: str


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
class Watched:
    """What the policy wants looked at beside the group itself; what is not wanted costs no call."""

    target_health: bool = False
    status_checks: bool = False
    alarms: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    """URLs of the queues that signals come by."""
    warm_pool: bool = False
    seldom: float = 5.0
    """Seconds for which an answer about what changes seldom (alarms, warm pool) serves again."""


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """What is known of a signal queue before a rollout."""

    url: str
    trouble: str = ""
    """Why nothing can be received from it."""
    most_receives: int | None = None
    """After so many receives a message goes to the dead-letter queue. None: there is none."""


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """The group as found before a rollout: everything that preview and checks need beyond the members."""

    name: str
    arn: str
    sizes: Sizes
    suspended: frozenset[str]
    pointer: str
    """The literal pointer, e.g. ``lt-0abc:$Latest``."""
    current: Revision | None
    """What the pointer resolves to now; None where the template or version is gone."""
    observation: Observation
    tags: Mapping[str, str]
    """All tags of the group."""
    hooks: tuple[Hook, ...] = ()
    scheduled_actions: tuple[str, ...] = ()
    standby: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    refusals: tuple[Fault, ...] = ()
    """What this version does not roll (a running refresh, ...), with its path."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Members by the label of their revision."""
    targets: tuple[str, ...] = ()
    """The target groups and load balancers that the group is attached to."""
    idle_targets: tuple[str, ...] = ()
    """Those of them that no load balancer uses, so that nobody there is ever healthy."""
    missing_alarms: tuple[str, ...] = ()
    """Watched alarms that do not exist."""
    queues: tuple[QueueFacts, ...] = ()
    as_their_override: frozenset[str] = frozenset()
    """Members of an override's own template that match whatever is wanted (``matching_overrides``)."""
    notes: tuple[str, ...] = ()
    """What people should know of the group before it is rolled."""

    def matching_overrides(self, digest: str) -> GroupFacts:
        """The facts as they are when ``digest`` is where the group is to go."""
        if not self.as_their_override:
            return self
        seen = self.observation
        members, warm = (
            tuple(
                replace(m, revision=replace(m.revision, digest=digest))
                if m.id in self.as_their_override
                else m
                for m in some
            )
            for some in (seen.members, seen.warm)
        )
        return replace(self, observation=replace(seen, members=members, warm=warm))


@dataclass(frozen=True, slots=True)
class Sight:
    """One look at the group during a rollout: the observation, and the ``rolling:`` tags as they stand."""

    observation: Observation
    marks: Mapping[str, str]


class Fleet(Protocol):
    """One group. ``observe`` brings the signals, losses and refused launches that the rollout still has to judge."""

    @property
    def name(self) -> str: ...

    def facts(self) -> GroupFacts: ...

    def observe(self, rollout: Rollout) -> Sight: ...

    def apply(self, action: Action) -> None: ...

    def write_marks(self, marks: Mapping[str, str]) -> None: ...

    def remove_marks(self, keys: list[str]) -> None: ...

    def marks(self) -> Mapping[str, str]: ...

    def api_calls(self) -> int: ...
