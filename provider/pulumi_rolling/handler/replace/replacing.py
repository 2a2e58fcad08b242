"""The replace machine's side of the handler: it looks at a live group and says what rollout would be driven."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Generic

from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.replace.actions import PointAt
from pulumi_rolling.core.replace.sizing import in_instances
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.engine.record.room import pieces_needed
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.replace import Facts, Glance
from pulumi_rolling.handler.operation import UNKNOWN, Operation
from pulumi_rolling.handler.origin import (
    another_group,
    came_from,
    differences_between,
    is_old,
    is_pointed,
    notes_of,
    pointer_warnings,
    policy_warnings,
)
from pulumi_rolling.handler.recorded import recorded
from pulumi_rolling.handler.replace.lost_record import lost_record
from pulumi_rolling.handler.replace.members import is_left_alone, members_counted
from pulumi_rolling.handler.replace.notes import member_notes
from pulumi_rolling.handler.replace.origin import Begun, Origin, begin, odd_sizes
from pulumi_rolling.handler.replace.situation import Situation
from pulumi_rolling.handler.replace.surroundings import F, Judged, Start, Surroundings
from pulumi_rolling.handler.replace.telling import ReplaceTelling
from pulumi_rolling.handler.shelved import Room, shared_out
from pulumi_rolling.policy.rolling_update.block import RollingUpdate


class Replacing(Generic[F]):
    """The situations of a strategy under which the replace machine picks each victim."""

    machine = REPLACE
    telling = ReplaceTelling()

    def __init__(self, surroundings: Surroundings[F]) -> None:
        self._around = surroundings

    def assess(self, operation: Operation) -> Situation:
        facts = self._around.look(operation)
        to = UNKNOWN if operation.target_unknown else operation.fleet.target()
        facts = self._around.towards(facts, to)
        here = members_counted(facts)
        former = came_from(operation, facts, here, to)
        seen = facts.observation
        made_from = (m.revision.address for m in seen.members)
        record, taken = recorded(operation, facts, seen.at, made_from, odd_sizes)
        # One of a rollout that is over is not lost: that rollout gave back what it had found.
        lost = lost_record(operation, facts, former) if journal.read_any(facts.tags) is None else None
        origin = Origin(facts, to, former, record, lost, operation.clock.now())
        sizes = in_instances(origin.found, [m.weight for m in here])
        rules = self._around.limits(operation, facts, sizes)
        begun = begin(operation, origin, rules)
        judged = self._around.judge(operation, Start(facts, to, begun.rollout, sizes, rules))
        room = _room(operation, facts, begun, judged)
        # Where a rollout of ours died and its record is lost, it was we who moved the pointer.
        moved = [] if begun.warnings else pointer_warnings(operation, facts, here, to)
        return Situation(
            facts=facts,
            to=to,
            came_from=begun.rollout.goal.came_from,
            limits=judged.limits,
            rollout=begun.rollout,
            interrupted=record,
            faults=(
                *facts.refusals,
                *another_group(operation, facts),
                *taken,
                *judged.faults,
                *((Fault(f"{RollingUpdate.path}.maxBatchSize", room.crowded),) if room.crowded else ()),
            ),
            warnings=(*begun.warnings, *policy_warnings(operation, begun.rollout, judged.warnings), *moved),
            notes=(
                *begun.notes,
                *member_notes(facts, judged.limits),
                *notes_of(operation, facts),
                *judged.notes,
                *room.notes,
            ),
            room=room,
            differences=differences_between(operation, begun.rollout.goal.came_from, to),
            sources=judged.sources,
        )

    def assess_again(self, operation: Operation, before: Situation) -> Situation:
        situation = self.assess(operation)
        self._around.use(operation, before.sources)
        return situation

    def glance(self, operation: Operation) -> Glance:
        return self._around.glance(operation)

    def is_pointed(self, operation: Operation, glance: Glance) -> bool:
        return is_pointed(operation, glance)

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

    def prepare(self, operation: Operation, situation: Situation) -> None:
        """The machine has an act for everything."""

    def point_at(self, operation: Operation, to: Revision) -> None:
        operation.fleet.apply(PointAt(to))

    def conclude(self, operation: Operation, situation: Situation, decision: Any) -> None:
        """The machine has an act for everything."""

    def as_found(self, facts: Facts) -> dict[str, Any]:
        return {"suspendedAsFound": sorted(facts.suspended)}

    def risks(self, operation: Operation, situation: Situation) -> tuple[str, ...]:
        facts: Any = situation.facts
        start = Start(facts, situation.to, situation.rollout, situation.rollout.found.sizes, situation.limits)
        return self._around.risks(operation, start)


def _room(operation: Operation, facts: Facts, begun: Begun, judged: Judged) -> Room:
    """The record of a full window must fit beside the tags that the group has already."""
    rules = judged.limits
    window = min(rules.batch, begun.rollout.found.sizes.max)
    needed = pieces_needed(begun.rollout, window, operation.owner, operation.fleet.shelf, rules)
    return shared_out(operation, facts.tags, needed, "lower maxBatchSize or remove tags")
