"""What a kind has around its members, to be judged before a rollout and listened to during one.

A plain kind has nothing: its sizes and processes are all there is. A kind with more overrides what it has.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Generic, TypeVar

from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.replace import Facts, Glance
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.origin import is_old
from pulumi_rolling.handler.replace.members import members_counted
from pulumi_rolling.policy.rolling_update.feasibility import feasibility
from pulumi_rolling.signals.choose import NoSignals, Source

F = TypeVar("F", bound=Facts)

Sources = tuple[Source, Source]
"""Where signals come from, on the way forward and on the way back."""


@dataclass(frozen=True, slots=True)
class Start(Generic[F]):
    """What a rollout would start with."""

    facts: F
    to: Revision
    rollout: Rollout
    sizes: Sizes
    """As found, in instances."""
    limits: Limits

    @property
    def suspended_by_others(self) -> frozenset[str]:
        """Processes that were suspended before we came."""
        return self.facts.suspended - self.rollout.ours.suspended

    @property
    def old(self) -> int:
        """Members that do not match, whatever the policy makes of them."""
        return sum(is_old(m, self.to, self.rollout.goal.forced) for m in members_counted(self.facts))


@dataclass(frozen=True, slots=True)
class Judged:
    """What the surroundings say of a start."""

    limits: Limits
    faults: tuple[Fault, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sources: Sources = (NoSignals(), NoSignals())


class Surroundings(Generic[F]):
    """Of a plain kind."""

    def look(self, operation: Operation) -> F:
        """The facts, with what the policy wants looked at."""
        facts: F = operation.fleet.facts()
        return facts

    def glance(self, operation: Operation) -> Glance:
        """The light look, with what the policy wants looked at."""
        glance: Glance = operation.fleet.glance()
        return glance

    def towards(self, facts: F, to: Revision) -> F:
        """The facts as they are when the group is to go to ``to``."""
        return facts

    def limits(self, operation: Operation, facts: F, sizes: Sizes) -> Limits:
        """What the policy allows, with what only the live group can tell of it. ``sizes`` in instances."""
        allowed: Limits = operation.limits(sizes)
        return allowed

    def judge(self, operation: Operation, start: Start[F]) -> Judged:
        roll, theirs = operation.policy.rolling_update, start.suspended_by_others
        found, said = feasibility(roll, start.limits, start.sizes, theirs, old=start.old)
        return Judged(start.limits, tuple(found), tuple(said))

    def risks(self, operation: Operation, start: Start[F]) -> tuple[str, ...]:
        """Risks that stand in the way of nothing, for people who are to agree."""
        return ()

    def use(self, operation: Operation, sources: Sources) -> None:
        """Signals come from these sources from now on."""

    def listening(self, operation: Operation, sources: Iterable[Source]) -> AbstractContextManager[None]:
        return nullcontext()
