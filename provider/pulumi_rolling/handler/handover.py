"""A group that one machine hands over to the other: the way back is the other strategy's, on the same group.

The rollout that hands over ends with its record kept. ``pass_on`` writes the other machine's record in its place, under
a lease. From then on that is a way back which somebody left, and it is taken over as any other is: at once by the drive
that passed it on, or by the next update after a death, under the policy that is written all the same. A death before
that leaves the first record, which the next update passes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.explain import verdict_sentence
from pulumi_rolling.core.machine import is_handed_over, is_taken_on, take_on
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.engine.record.room import room_left
from pulumi_rolling.errors import RollbackFailedError, RollingError
from pulumi_rolling.handler.endings import going_on
from pulumi_rolling.handler.notified import tags_for_telling
from pulumi_rolling.handler.operation import Operation, Situation
from pulumi_rolling.policy.block import fields


def successor(operation: Operation, facts: Any) -> Operation:
    """The operation as the other strategy goes on with it. Nothing is called. ``facts``: of this strategy's fleet."""
    handover = operation.strategy.handover
    if handover is None:
        raise ValueError(f"{operation.strategy.block.key} hands nothing over")
    row = operation.kind.strategies[handover.to]
    policy = operation.policy
    its = {fields(type(policy))[row.block.key]: handover.policy(operation.block, facts)}
    inputs = operation.inputs.model_copy(update={"update_policy": policy.model_copy(update=its)})
    return replace(
        operation,
        strategy=row,
        fleet=row.fleet(operation.kind.block_in(inputs), operation.reach),
        inputs=inputs,
        handed_by=operation,
    )


def assessed(operation: Operation) -> tuple[Operation, Situation]:
    """The situation, and the operation that it is of: the successor where the group has been handed over.

    Each looks with its own fleet. Where the successor's look shows that another driver has returned the group since,
    both are of the past, and the look is taken anew.
    """
    while True:
        situation: Situation = operation.strategy.situation.assess(operation)
        if not _is_to_be_taken_on(operation, situation.facts.tags):
            return operation, situation
        other = successor(operation, situation.facts)
        its = as_successor(other, other.strategy.situation.assess(other))
        if _is_taken_on(its.facts.tags):
            return other, its


def as_successor(operation: Operation, situation: Any) -> Any:
    """What a successor's policy is faulted for nobody has written, and it is no reason not to return the group."""
    if operation.handed_by is None:
        return situation
    path = operation.strategy.block.path
    return replace(situation, faults=tuple(f for f in situation.faults if not f.path.startswith(path)))


def overtaken(operation: Operation, marks: Mapping[str, str]) -> Operation | None:
    """The operation to begin anew with, where another driver handed the group over, or returned it, since our look."""
    if operation.handed_by is None:
        return operation if _is_to_be_taken_on(operation, marks) else None
    return None if _is_taken_on(marks) else operation.handed_by


def _is_to_be_taken_on(operation: Operation, marks: Mapping[str, str]) -> bool:
    return operation.strategy.handover is not None and _is_taken_on(marks)


def _is_taken_on(marks: Mapping[str, str]) -> bool:
    found = journal.read_any(marks)
    return found is not None and is_taken_on(found[1])


def pass_on(operation: Operation) -> None:
    """Put the other machine's record in the place of the one that is handed over, unless another driver has."""
    handover = operation.strategy.handover
    if handover is None:
        raise ValueError(f"{operation.strategy.block.key} hands nothing over")
    timing, other = operation.timing, successor(operation, operation.fleet.facts())
    lease = Lease(
        other.fleet, operation.owner, operation.clock, timing.poll, timing.settle, operation.deadline
    )
    found = journal.read_any(lease.acquire())
    if found is not None and is_handed_over(found[1]):
        facts, record = other.fleet.facts(), found[1]
        taken = take_on(record, facts.sizes, facts.suspended, handover.resting(record))
        room = room_left(facts.tags, other.fleet.shelf, tags_for_telling())
        journal.Journal(other.fleet, operation.owner, room=room).write(taken, lease.mark())
    lease.release()


def not_begun(group: str, record: Delegating, error: RollingError) -> RollbackFailedError:
    """The error of a way back that was handed over and could not begin."""
    forward = "" if record.verdict is None else f"{verdict_sentence(record.verdict)}; then "
    told = f"{forward}the way back to {record.goal.came_from} could not begin: {error.message.rstrip('.')}"
    mend = f"{error.hint.rstrip('.')}. " if error.hint else ""
    return RollbackFailedError(
        f"{told}. Group {group} may be mixed.",
        returned=False,
        hint=f"{mend}The record is kept on the group. {going_on('')}",
    )
