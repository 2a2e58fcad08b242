"""What a kind and its service bring to a delegated rollout: the look, its limits, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.model.member import Member, Revision
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.base import Glance
from pulumi_rolling.fleets.delegate import Facts
from pulumi_rolling.handler.operation import Operation

F = TypeVar("F", bound=Facts)


@dataclass(frozen=True, slots=True)
class Start(Generic[F]):
    """What a rollout would start with."""

    facts: F
    to: Revision
    came_from: Revision | None
    forced: bool
    record: Delegating | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What the kind says of a start."""

    limits: DelegateLimits
    replaced: tuple[Member, ...]
    """Members that the service replaces if an operation is begun."""
    faults: tuple[Fault, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    """In words, where members are replaced by those of an equal revision."""


class Surroundings(Protocol[F]):
    operation: str
    """What the service calls its operation: ``instance refresh``."""
    pointer_moves: bool
    """The group can be pointed elsewhere without an operation."""

    def look(self, operation: Operation) -> F:
        """The facts, with what the policy wants looked at."""
        ...

    def members(self, facts: F) -> tuple[Member, ...]:
        """Members that count toward Desired."""
        ...

    def old(self, operation: Operation, facts: F, to: Revision) -> tuple[Member, ...]:
        """Those that do not match, without those that the policy lets be."""
        ...

    def judge(self, operation: Operation, start: Start[F]) -> Judged: ...

    def glance(self, operation: Operation) -> Glance: ...

    def is_settled(self, operation: Operation, glance: Any) -> bool:
        """Whether all members match, those aside that the policy lets be."""
        ...

    def suspended(self, facts: F) -> frozenset[str]:
        """Processes of the group that rest, by our pause or otherwise."""
        ...

    def paused(self, record: Delegating | None) -> frozenset[str]:
        """Processes that rest by our pause."""
        ...

    def point_at(self, operation: Operation, to: Revision) -> None:
        """Move the pointer alone."""
        ...

    def conclude(self, operation: Operation, limits: DelegateLimits, decision: DelegateDecision) -> None:
        """Take back what the service does not return, before the record leaves; done twice it does no more."""
        ...
