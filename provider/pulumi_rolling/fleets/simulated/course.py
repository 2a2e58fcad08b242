"""One operation of a simulated service as it really is, and what such a service is made with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from pulumi_rolling.core.delegate.operation import ServiceReturn, State
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.seen import AlarmState
from pulumi_rolling.fleets.simulated.behaviour import Behaviour

_OVER = frozenset({State.SUCCEEDED, State.FAILED, State.STOPPED, State.RETURNED, State.RETURN_FAILED})


Made = tuple[str, str]
"""What members are made from: a revision's digest, and what the revision leaves open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationOptions:
    """The same options with the same seed make the same group, whose chances are the same."""

    desired: int
    revision: Revision
    """Of the members that are there before, and of the pointer."""
    behaviours: Mapping[str, Behaviour | Sequence[Behaviour]] | None = None
    """By a revision's digest."""
    keep: int | None = None
    """How many stay ready; None: all but one."""
    top: int | None = None
    """How many may be there; None: Desired."""
    warm_up: float = 0.0
    """Seconds from being in service to being ready."""
    pending: float = 1.0
    """Seconds from the begin of an operation to its first replacement."""
    shutdown: float = 0.0
    """Seconds that a member takes to go; an operation ends with the last of them."""
    checkpoints: tuple[float, ...] = ()
    """Ascending percents; a last one below 100 ends the operation there, and 100 is no pause."""
    overshoots: bool = False
    """Replacements begin as the bounds allow, so that more than a checkpoint's may be under way when it is reached."""
    delay: float = 10.0
    """Seconds at each checkpoint."""
    by_word: bool = False
    """A Continue ends a checkpoint at once."""
    bake: float = 0.0
    patience: float = 60.0
    """Seconds without a success after which the service gives up."""
    auto_rollback: bool = False
    reversible: bool = True
    """False: the service refuses to roll back."""
    tells_tokens: bool = False
    answers: bool = True
    """The answer to a begin names the operation, so that its token is known until the driver dies."""
    supersedes: bool = False
    """A second begin stops the operation that is under way, in place of being refused."""
    alarms: Mapping[str, AlarmState] | None = None
    seed: int = 1
    stale: float = 0.0
    """Seconds by which answers are late."""
    skew: float = 0.0
    """Seconds by which the cloud's clock is ahead of the driver's."""
    throttled: float = 0.0
    name: str = "simulated"


class Stage(Enum):
    BOOTING = "booting"
    WARMING = "warming"
    READY = "ready"


@dataclass(slots=True, eq=False)
class Life:
    """One member. It serves from its warm-up on."""

    id: str
    revision: Revision
    stage: Stage
    open: str = ""
    """What the revision leaves open (the image behind a tag), as it was when the member was made."""

    @property
    def made_from(self) -> Made:
        return self.revision.digest, self.open


@dataclass(slots=True, eq=False)
class Course:
    """One operation as it really is."""

    id: str
    to: Revision
    back: Revision
    """Where the group pointed when it began."""
    token: str
    started_at: float
    total: int
    checkpoints: tuple[float, ...]
    state: State = State.PENDING
    done: int = 0
    """Of ``total``: those that are replaced and ready, and on the way back those that are not returned."""
    told_done: int | None = None
    """What is told in place of ``done``, where the service miscounts."""
    passed: set[float] = field(default_factory=set)
    gate: float | None = None
    paused: bool = False
    frozen: bool = False
    to_go: int = 0
    """Members that are to be replaced, and those that are not ready."""
    moved_at: float = 0.0
    """When that last fell."""
    reason: str = ""
    turned: ServiceReturn | None = None
    doomed: bool = False
    """Its way back fails."""
    whole: bool = True
    unknown: bool = False
    by: str = ""
    open: str = ""
    """What the revision leaves open, as it was when the operation began."""
    back_open: str = ""
    """The same of where the group pointed then."""

    @property
    def leads_to(self) -> Made:
        return self.to.digest, self.open

    @property
    def makes_from(self) -> Made:
        """What it makes members from now."""
        return (self.back.digest, self.back_open) if self.state is State.RETURNING else self.leads_to

    @property
    def target(self) -> Revision:
        return self.back if self.state is State.RETURNING else self.to

    @property
    def is_over(self) -> bool:
        return self.state in _OVER


def gate_name(percent: float) -> str:
    return f"{percent:g} %"
