"""All that is true before the cloud rolls a group: the operations on it, the revisions, the limits, the faults.

Preview and update look at the same Situation, so what preview refuses update refuses, and the plan is of the very
rollout that would be started.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.model.member import Member, Revision
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.delegate import Facts
from pulumi_rolling.handler.shelved import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    facts: Facts
    to: Revision
    came_from: Revision | None
    limits: DelegateLimits
    rollout: Delegating
    """What would be driven: new, or taken over from the record."""
    interrupted: Delegating | None
    """The record of an unfinished rollout, as it is on the group."""
    old: tuple[Member, ...]
    """Members that do not match, without those that the policy lets be."""
    replaced: tuple[Member, ...]
    """Members that the service replaces if an operation is begun, which may be more: it compares numbers."""
    kept: int
    """Other members."""
    follows: bool
    """An operation is under way that another has begun and that leads to the target."""
    pointer_moves: bool
    """The group can be pointed elsewhere without an operation."""
    suspended_as_found: frozenset[str]
    faults: tuple[Fault, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    room: Room
    """What of the group's tags the record may take, and whether its policy stands beside it."""
    noun: tuple[str, str]
    """What a member is called, one and many."""
    differences: tuple[str, ...] = ()
    """Between the contents of the revision that we come from and of the target, where both are known."""

    @property
    def has_work(self) -> bool:
        goal = self.rollout.goal
        forced = goal.forced and bool(self.replaced)
        begun = self.interrupted is not None or self.follows
        return bool(self.old) or forced or begun or self.makes_other or goal.fresh

    @property
    def makes_other(self) -> bool:
        """New members would not be of the target, and only an operation changes that."""
        return not self.pointer_moves and self.facts.observation.pointer != self.to.digest
