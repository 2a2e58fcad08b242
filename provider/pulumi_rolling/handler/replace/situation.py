"""All that is true before the replace machine starts: the group, the revisions, the limits, the record, the faults.

Preview and update look at the same Situation, so what preview refuses update refuses, and the plan is of the very
rollout that would be started.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.core.model.member import Lifecycle, Member, Revision
from pulumi_rolling.core.replace.acts import desired_at_end
from pulumi_rolling.core.replace.limits import Choice, Limits
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.replace import Facts
from pulumi_rolling.handler.origin import is_old
from pulumi_rolling.handler.replace.members import is_left_alone, members_counted
from pulumi_rolling.handler.replace.surroundings import Sources
from pulumi_rolling.handler.shelved import Room
from pulumi_rolling.signals.choose import NoSignals


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    facts: Facts
    to: Revision
    came_from: Revision | None
    limits: Limits
    rollout: Rollout
    """What would be driven: new, or taken over from the record."""
    interrupted: Rollout | None
    """The record of an unfinished rollout, as it is on the group."""
    faults: tuple[Fault, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    room: Room
    """What of the group's tags the record may take, and whether its policy stands beside it."""
    differences: tuple[str, ...] = ()
    """Between the contents of the revision that we come from and of the target, where both are known."""
    sources: Sources = (NoSignals(), NoSignals())

    @property
    def old(self) -> list[Member]:
        """Members that do not match and that the policy does not leave alone, standby ones left out."""
        rules = self.limits
        return [
            m
            for m in members_counted(self.facts)
            if self._is_replaced(m) and not is_left_alone(m, rules.standby, rules.protected)
        ]

    @property
    def outside(self) -> list[Member]:
        """Old ones outside Desired, in standby and in the warm pool, that the policy does not leave alone."""
        seen = self.facts.observation
        standby = [m for m in seen.members if m.lifecycle is Lifecycle.STANDBY and self._is_replaced(m)]
        warm = [m for m in seen.warm if m.lifecycle is not Lifecycle.LEAVING and self._is_replaced(m)]
        return [
            *(standby if self.limits.standby is not Choice.IGNORE else ()),
            *(warm if self.limits.warm_pool is not Choice.IGNORE else ()),
        ]

    def _is_replaced(self, member: Member) -> bool:
        return is_old(member, self.to, self.rollout.goal.forced)

    @property
    def suspended_as_found(self) -> frozenset[str]:
        return self.rollout.found.suspended

    @property
    def pointer_moves(self) -> bool:
        return True

    @property
    def has_work(self) -> bool:
        return (
            bool(self.old or self.outside)
            or self.interrupted is not None
            or self.rollout.goal.fresh
            or self._is_to_be_given_back
        )

    @property
    def _is_to_be_given_back(self) -> bool:
        """An interrupted rollout whose record is lost had replaced everybody, and was about to give back."""
        rollout, live = self.rollout, self.facts.sizes
        return (
            bool(rollout.ours.suspended)
            or live.desired != desired_at_end(rollout)
            or live.min != rollout.found.sizes.min
        )
