"""All that is true before the replace machine starts: the group, the revisions, the limits, the record, the faults.

Preview and update look at the same Situation, so what preview refuses update refuses, and the plan is of the very
rollout that would be started.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic

from pulumi_rolling.core.model.member import Lifecycle, Member, Revision
from pulumi_rolling.core.replace.acts import desired_at_end
from pulumi_rolling.core.replace.limits import Choice, Limits
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.core.replace.sizing import in_instances
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.fleets.replace import Facts, Glance
from pulumi_rolling.handler.operation import UNKNOWN, Operation
from pulumi_rolling.handler.replace.lost_record import lost_record
from pulumi_rolling.handler.replace.members import is_left_alone, is_old, members_counted
from pulumi_rolling.handler.replace.notes import member_notes, pointer_warnings
from pulumi_rolling.handler.replace.origin import Begun, Origin, begin, came_from, recorded
from pulumi_rolling.handler.replace.surroundings import F, Judged, Sources, Start, Surroundings
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.report.differences import differences
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

    @property
    def is_pointer_only(self) -> bool:
        return not self.has_work and self.facts.pointer != self.to.address

    @property
    def is_idle(self) -> bool:
        return not self.has_work and not self.is_pointer_only

    def raise_faults(self) -> None:
        if self.faults:
            raise PolicyErrors(self.faults)


class Replacing(Generic[F]):
    """The situations of a strategy under which the replace machine picks each victim."""

    def __init__(self, surroundings: Surroundings[F]) -> None:
        self._around = surroundings

    def assess(self, operation: Operation) -> Situation:
        facts = self._around.look(operation)
        to = UNKNOWN if operation.target_unknown else operation.fleet.target()
        facts = self._around.towards(facts, to)
        former = came_from(operation, facts, to)
        record, taken = recorded(operation, facts)
        lost = lost_record(operation, facts, former) if record is None else None
        origin = Origin(facts, to, former, record, lost, operation.clock.now())
        sizes = in_instances(origin.found, [m.weight for m in members_counted(facts)])
        rules = self._around.limits(operation, facts, sizes)
        begun = begin(operation, origin, rules)
        judged = self._around.judge(operation, Start(facts, to, begun.rollout, sizes, rules))
        # Where a rollout of ours died and its record is lost, it was we who moved the pointer.
        moved = [] if begun.warnings else pointer_warnings(operation, facts, to)
        return Situation(
            facts=facts,
            to=to,
            came_from=begun.rollout.goal.came_from,
            limits=judged.limits,
            rollout=begun.rollout,
            interrupted=record,
            faults=(*facts.refusals, *taken, *judged.faults, *_no_room(operation, facts, begun, judged)),
            warnings=(*begun.warnings, *judged.warnings, *moved),
            notes=(*begun.notes, *member_notes(facts, judged.limits), *facts.notes, *judged.notes),
            differences=_differences(operation, begun.rollout.goal.came_from, to),
            sources=judged.sources,
        )

    def assess_again(self, operation: Operation, before: Situation) -> Situation:
        situation = self.assess(operation)
        self._around.use(operation, before.sources)
        return situation

    def glance(self, operation: Operation) -> Glance:
        return self._around.glance(operation)

    def is_settled(self, operation: Operation, glance: Glance) -> bool:
        """All members match, those aside that the policy leaves alone."""
        roll = operation.policy.rolling_update
        return all(
            not is_old(m, glance.target)
            for m in glance.members
            if not is_left_alone(m, roll.standby_instances, roll.scale_in_protected_instances)
        ) and all(not is_old(m, glance.target) for m in glance.warm)

    def listening(self, operation: Operation, situation: Situation) -> AbstractContextManager[None]:
        return self._around.listening(operation, situation.sources if situation.has_work else ())

    def as_found(self, facts: Facts) -> dict[str, Any]:
        return {"suspendedAsFound": sorted(facts.suspended)}


def _no_room(operation: Operation, facts: Facts, begun: Begun, judged: Judged) -> tuple[Fault, ...]:
    """The record of a full window must fit beside the tags that the group has already."""
    shelf, rules = operation.fleet.shelf, judged.limits
    window = min(rules.batch, begun.rollout.found.sizes.max)
    needed = journal.pieces_needed(begun.rollout, window, operation.owner, shelf, rules)
    crowded = journal.check_room(facts.tags, needed, shelf)
    return (Fault(f"{RollingUpdate.path}.maxBatchSize", crowded),) if crowded else ()


def _differences(operation: Operation, former: Revision | None, to: Revision) -> tuple[str, ...]:
    if former is None or to is UNKNOWN:
        return ()
    return differences(operation.fleet.contents(former), operation.fleet.contents(to))
