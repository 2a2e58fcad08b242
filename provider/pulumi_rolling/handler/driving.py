"""Drives one rollout: takes the lease, goes on from what is true then, and ends in a state or in one error.

State keeps the old inputs where it ends in an error, so the next update shows the change again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pulumi_rolling.core.explain import status_line
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.errors import FleetError, MarksLostError, PermanentFleetError, RollingError
from pulumi_rolling.handler.context import Context
from pulumi_rolling.handler.operation import Operation, Situation, Words, is_idle, raise_faults
from pulumi_rolling.handler.recorded import policy_marks
from pulumi_rolling.handler.state import last_rollout, left_of, state_of


def roll(operation: Operation, context: Context) -> dict[str, Any]:
    """The state after the group was rolled, or at once where there is nothing to do."""
    situations = operation.strategy.situation
    situation: Situation = situations.assess(operation)
    raise_faults(situation)
    if is_idle(situation) and not journal.ours(situation.facts.tags):
        return state_of(operation, situation)
    with situations.listening(operation, situation):
        return _drive(operation, situation, context)


def _drive(operation: Operation, situation: Situation, context: Context) -> dict[str, Any]:
    fleet, clock, timing = operation.fleet, operation.clock, operation.timing
    lease = Lease(fleet, operation.owner, clock, timing.poll, timing.settle, operation.deadline)
    marks = lease.acquire()
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
    situations = operation.strategy.situation
    situations.prepare(operation, situation)
    limits, rollout, timeout = _bounded(operation, situation, context)
    drive = Drive(
        situations.machine,
        fleet,
        limits,
        journal.Journal(fleet, operation.owner, policy_marks(operation)),
        lease,
        clock,
        on_decision=_reporter(context),
        orphaned=context.orphaned,
        requests=context.requests,
    )
    if rollout.resumed_at is not None:
        # The driver before may have acted until the lease was ours: the settle time begins only now.
        rollout = replace(rollout, resumed_at=clock.now())
    try:
        decision = drive.run(rollout)
    except FleetError as error:
        last, given_back = drive.decided or rollout, isinstance(error, MarksLostError)
        error.left = left_of(operation, situation, "interrupted", None if given_back else last)
        error.add(situations.telling.interrupted(operation.name, last, given_back=given_back))
        raise
    return _ended(operation, situation, decision, context, timeout, drive.left)


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
        again: Situation = operation.strategy.situation.assess_again(operation, situation)
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
    timeout: str,
    left: tuple[str, ...],
) -> dict[str, Any]:
    telling, last = operation.strategy.situation.telling, last_rollout(decision.next, operation)
    if decision.outcome is None or not decision.outcome.done:
        failed = telling.failure(decision, Words(operation.name, operation.mended, timeout))
        if not failed.returned:
            stays = decision.next.back_failed is not None
            left_so = left_of(
                operation,
                situation,
                "interrupted" if stays else "mixed",
                decision.next if stays else None,
            )
            failed.left = {**left_so, "lastRollout": last}
        raise failed
    if left:
        context.warn(left_tags(operation.name, left))
    stayed = telling.left_as_they_are(decision.next)
    if stayed:
        context.warn(stayed)
    return state_of(operation, situation, decision.next, last)


def _reporter(context: Context) -> Callable[[Any, Decision[Any, Any]], None]:
    last: list[str] = [""]

    def report(before: Any, decision: Decision[Any, Any]) -> None:
        line = status_line(decision)
        if line != last[0]:
            last[0] = line
            context.status(line)

    return report


def _bounded(operation: Operation, situation: Situation, context: Context) -> tuple[Any, Any, str]:
    """Limits and rollout under the shorter of the policy's timeout and this operation's, and where that is set."""
    limits, rollout, timeout = situation.limits, situation.rollout, context.timeout
    if timeout is None or (limits.timeout is not None and limits.timeout <= timeout.seconds):
        return limits, rollout, f"{operation.strategy.block.path}.timeout"
    # A rollout that was taken over brings a deadline of its own; the user has set this one since.
    taken_over = situation.interrupted is not None and rollout.direction is Direction.FORWARD
    deadline = operation.clock.now() + timeout.seconds if taken_over else rollout.deadline
    return replace(limits, timeout=timeout.seconds), replace(rollout, deadline=deadline), timeout.path
