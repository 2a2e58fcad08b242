"""Drives one rollout: takes the lease, goes on from what is true then, and ends in a state or in one error.

State keeps the old inputs where it ends in an error, so the next update shows the change again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pulumi_rolling.core.machine import is_handed_over
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.nudge import Nudges
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.errors import FleetError, MarksLostError, PermanentFleetError, RollingError
from pulumi_rolling.handler.audience import Audience, audience_of
from pulumi_rolling.handler.context import Context
from pulumi_rolling.handler.handover import as_successor, assessed, not_begun, overtaken, pass_on
from pulumi_rolling.handler.operation import Operation, Situation, is_idle, raise_faults
from pulumi_rolling.handler.recorded import raise_ended
from pulumi_rolling.handler.skipping import is_skipped, skip
from pulumi_rolling.handler.state import last_rollout, left_of, state_of
from pulumi_rolling.handler.words import Words
from pulumi_rolling.notify.targets import targets_in


def roll(operation: Operation, context: Context) -> dict[str, Any]:
    """The state after the group was rolled, or at once where there is nothing to do."""
    targets_in(os.environ)
    operation, situation = assessed(operation)
    raise_ended(operation, situation.facts.tags)
    raise_faults(situation)
    if is_skipped(operation, situation):
        return skip(operation, situation, context)
    return _rolled(operation, situation, context)


def _rolled(operation: Operation, situation: Situation, context: Context) -> dict[str, Any]:
    if is_idle(situation) and not journal.ours(situation.facts.tags):
        return state_of(operation, situation)
    with operation.strategy.situation.listening(operation, situation):
        return _drive(operation, situation, context)


def _drive(operation: Operation, situation: Situation, context: Context) -> dict[str, Any]:
    fleet, timing = operation.fleet, operation.timing
    lease = Lease(fleet, operation.owner, operation.clock, timing.poll, timing.settle, operation.deadline)
    marks = lease.acquire()
    anew = overtaken(operation, marks)
    if anew is not None:
        lease.release()
        return roll(anew, context)
    try:
        raise_ended(operation, marks)
    except RollingError:
        lease.release()
        raise
    if journal.record_marks(marks) != journal.record_marks(situation.facts.tags):
        situation = _as_left(operation, situation, lease)
    elif situation.interrupted is None:
        # What is left of a run that ended: its lease, or a request that came too late for it.
        remains = sorted(journal.ours(marks).keys() - {journal.LEASE})
        _clean(operation, context, remains, lambda: fleet.remove_marks(remains))
        if is_idle(situation):
            _clean(operation, context, [journal.LEASE], lease.release)
            return state_of(operation, situation)
    for warning in situation.warnings:
        context.warn(warning)
    operation.strategy.situation.prepare(operation, situation)
    return _to_the_end(operation, situation, context, lease, marks)


def _to_the_end(
    operation: Operation, situation: Situation, context: Context, lease: Lease, marks: Mapping[str, str]
) -> dict[str, Any]:
    """``marks``: the group's tags as the lease found them."""
    limits, rollout, timeout = _bounded(operation, situation, context)
    words = Words(operation.name, operation.mended, timeout, operation.kind.history)
    with (
        Nudges(lease.holder) as nudges,
        audience_of(operation, rollout, limits, context, words, marks) as audience,
    ):
        drive = _drive_of(operation, situation, limits, lease, audience)
        drive.nudged = nudges.came
        if rollout.resumed_at is not None:
            # The driver before may have acted until the lease was ours: the settle time begins only now.
            rollout = replace(rollout, resumed_at=operation.clock.now())
        try:
            decision = drive.run(rollout)
        except FleetError as error:
            last, given_back = drive.decided or rollout, isinstance(error, MarksLostError)
            error.left = left_of(operation, situation, "interrupted", None if given_back else last)
            telling = operation.strategy.situation.telling
            error.add(telling.interrupted(operation.name, last, given_back=given_back))
            raise
    if is_handed_over(decision.next):
        return _go_on(operation, situation, context, decision.next)
    return _ended(operation, situation, decision, context, words, drive.left)


def _drive_of(
    operation: Operation, situation: Situation, limits: Any, lease: Lease, audience: Audience
) -> Drive[Any, Any, Any, Any]:
    context = audience.listeners.row.context
    return Drive(
        operation.strategy.situation.machine,
        operation.fleet,
        limits,
        journal.Journal(operation.fleet, operation.owner, situation.room.policy, situation.room.record),
        lease,
        operation.clock,
        on_decision=audience,
        beside=audience.marks,
        standing=audience.standing,
        orphaned=context.orphaned,
        requests=context.requests,
        before_end=lambda decision: _conclude(operation, situation, decision, context),
    )


def _go_on(operation: Operation, situation: Situation, context: Context, record: Any) -> dict[str, Any]:
    """The other machine takes the way back on; where it cannot begin, that has failed and the record stays."""
    try:
        pass_on(operation)
        other, its = assessed(operation)
        raise_faults(its)
    except RollingError as error:
        failed = not_begun(operation.name, record, error)
        failed.left = left_of(operation, situation, "interrupted", record)
        raise failed from error
    return _rolled(other, its, context)


def _conclude(
    operation: Operation, situation: Situation, decision: Decision[Any, Any], context: Context
) -> None:
    """What the service does not return is no reason to keep the record of a rollout that is over."""
    try:
        operation.strategy.situation.conclude(operation, situation, decision)
    except PermanentFleetError as error:
        context.warn(f"group {operation.name} keeps settings of the policy that failed: {error}")


def _clean(operation: Operation, context: Context, keys: list[str], remove: Callable[[], None]) -> None:
    """What is left of a run that ended is no reason to fail."""
    try:
        remove()
    except PermanentFleetError as error:
        context.warn(f"{left_tags(operation.name, tuple(keys))} {error.hint}".rstrip())


def left_tags(group: str, keys: tuple[str, ...]) -> str:
    """What is said of tags of ours that could not be removed."""
    return (
        f"tags of ours could not be removed from group {group}: {', '.join(keys)}; nothing is under way there, and the "
        "next update removes them."
    )


def _as_left(operation: Operation, situation: Situation, lease: Lease) -> Situation:
    """The driver before us did more than we saw before the lease was ours: look again."""
    try:
        again: Situation = as_successor(
            operation, operation.strategy.situation.assess_again(operation, situation)
        )
        raise_faults(again)
    except RollingError:
        lease.release()
        raise
    return again


def _ended(
    operation: Operation,
    situation: Situation,
    decision: Decision[Any, Any],
    context: Context,
    words: Words,
    left: tuple[str, ...],
) -> dict[str, Any]:
    telling, last = operation.strategy.situation.telling, last_rollout(decision.next, operation)
    apart = telling.set_apart(decision.next, operation.fleet)
    if decision.outcome is None or not decision.outcome.done:
        failed = telling.failure(decision, words)
        if not failed.returned:
            stays = decision.next.back_failed is not None
            left_so = left_of(
                operation,
                situation,
                "interrupted" if stays else "mixed",
                decision.next if stays else None,
            )
            failed.left = {**left_so, "lastRollout": last}
        if apart:
            failed.add(apart)
        raise failed
    if left:
        context.warn(left_tags(operation.name, left))
    stayed = telling.left_as_they_are(decision.next)
    if stayed:
        context.warn(stayed)
    if apart:
        context.warn(apart)
    return state_of(operation, situation, decision.next, last)


def _bounded(operation: Operation, situation: Situation, context: Context) -> tuple[Any, Any, str]:
    """Limits and rollout under the shorter of the policy's timeout and this operation's, and where that is set."""
    limits, rollout, timeout = situation.limits, situation.rollout, context.timeout
    if timeout is None or (limits.timeout is not None and limits.timeout <= timeout.seconds):
        return limits, rollout, f"{operation.written.block.path}.timeout"
    # A rollout that was taken over brings a deadline of its own; the user has set this one since.
    taken_over = situation.interrupted is not None and rollout.direction is Direction.FORWARD
    deadline = operation.clock.now() + timeout.seconds if taken_over else rollout.deadline
    return replace(limits, timeout=timeout.seconds), replace(rollout, deadline=deadline), timeout.path
