"""The delegate machine's side of the handler: it looks at a live group and says what rollout would be driven."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Generic

from pulumi_rolling.core.machine import DELEGATE
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.engine.record.room import pieces_of_operations
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.base import Glance
from pulumi_rolling.handler.delegate.origin import Begun, Origin, begin
from pulumi_rolling.handler.delegate.others import others
from pulumi_rolling.handler.delegate.situation import Situation
from pulumi_rolling.handler.delegate.surroundings import F, Start, Surroundings
from pulumi_rolling.handler.delegate.telling import DelegateTelling
from pulumi_rolling.handler.operation import UNKNOWN, Operation, is_pointer_only
from pulumi_rolling.handler.origin import (
    another_group,
    came_from,
    differences_between,
    is_pointed,
    notes_of,
    pointer_warnings,
    policy_warnings,
)
from pulumi_rolling.handler.recorded import recorded
from pulumi_rolling.handler.shelved import Room, shared_out


class Following(Generic[F]):
    """The situations of a strategy under which the service's own operation replaces the members."""

    machine = DELEGATE
    telling = DelegateTelling()

    def __init__(self, surroundings: Surroundings[F]) -> None:
        self._around = surroundings

    def assess(self, operation: Operation) -> Situation:
        around, facts = self._around, self._around.look(operation)
        to = UNKNOWN if operation.target_unknown else operation.fleet.target()
        here, seen = around.members(facts), facts.observation
        former = came_from(operation, facts, here, to)
        record, taken = recorded(operation, facts, seen.at, (m.revision.address for m in here), _nothing_odd)
        old = around.old(operation, facts, to)
        fresh = operation.olds is None and not old and seen.in_service < seen.desired
        begun = begin(operation, Origin(to, former, here, fresh, seen.at), record)
        goal = begun.rollout.goal
        judged = around.judge(operation, Start(facts, to, goal.came_from, goal.forced, record))
        tokens = judged.limits.knows_tokens
        beside = others(operation, around.operation, seen, begun.rollout, knows_tokens=tokens)
        room = _room(operation, facts, begun)
        moved = [] if begun.warnings else pointer_warnings(operation, facts, here, to)
        return Situation(
            facts=facts,
            to=to,
            came_from=goal.came_from,
            limits=judged.limits,
            rollout=begun.rollout,
            interrupted=record,
            old=old,
            replaced=judged.replaced,
            kept=len(here) - len(set(here) & set(judged.replaced)),
            follows=beside.are_followed,
            pointer_moves=around.pointer_moves,
            suspended_as_found=around.suspended(facts) - around.paused(record),
            faults=(
                *facts.refusals,
                *another_group(operation, facts),
                *taken,
                *judged.faults,
                *beside.faults,
                *((Fault(operation.kind.name_path, room.crowded),) if room.crowded else ()),
            ),
            warnings=(
                *begun.warnings,
                *policy_warnings(operation, begun.rollout, judged.warnings),
                *beside.warnings,
                *moved,
            ),
            notes=(*begun.notes, *beside.notes, *notes_of(operation, facts), *judged.notes, *room.notes),
            room=room,
            noun=operation.kind.noun,
            differences=differences_between(operation, goal.came_from, to) or judged.differences,
        )

    def assess_again(self, operation: Operation, before: Situation) -> Situation:
        return self.assess(operation)

    def glance(self, operation: Operation) -> Glance:
        return self._around.glance(operation)

    def is_pointed(self, operation: Operation, glance: Glance) -> bool:
        if self._around.pointer_moves:
            return is_pointed(operation, glance)
        return glance.current is not None and glance.current.digest == glance.target.digest

    def is_settled(self, operation: Operation, glance: Any) -> bool:
        return self._around.is_settled(operation, glance)

    def listening(self, operation: Operation, situation: Situation) -> AbstractContextManager[None]:
        return nullcontext()

    def prepare(self, operation: Operation, situation: Situation) -> None:
        """The service would replace members for a number that stands for the same contents: the pointer moves alone."""
        if is_pointer_only(situation):
            self.point_at(operation, situation.to)

    def point_at(self, operation: Operation, to: Revision) -> None:
        self._around.point_at(operation, to)

    def conclude(self, operation: Operation, situation: Situation, decision: Any) -> None:
        self._around.conclude(operation, situation.limits, decision)

    def as_found(self, facts: F) -> dict[str, Any]:
        return {"suspendedAsFound": sorted(self._around.suspended(facts))}

    def risks(self, operation: Operation, situation: Situation) -> tuple[str, ...]:
        """What the service would stumble over stands among the warnings."""
        return ()


def _nothing_odd(record: Any) -> str:
    return ""


def _room(operation: Operation, facts: F, begun: Begun) -> Room:
    """The record must fit beside the tags that the group has already."""
    needed = pieces_of_operations(begun.rollout, operation.owner, operation.fleet.shelf)
    return shared_out(operation, facts.tags, needed, "remove tags")
