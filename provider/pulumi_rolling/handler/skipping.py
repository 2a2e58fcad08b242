"""An update under the kill switch: the pointer moves, and no member is replaced or waited for.

A group on which a rollout was interrupted is not touched at all: its record says what has to be given back, and is
right only as long as nobody but the next driver moves what it is about.
"""

from __future__ import annotations

from typing import Any

from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.handler.context import Context
from pulumi_rolling.handler.operation import UNKNOWN, Operation, Situation
from pulumi_rolling.handler.properties import inputs_of
from pulumi_rolling.handler.state import outputs_of
from pulumi_rolling.policy.outputs import SIZES_AS_FOUND, SKIPPED, STABLE
from pulumi_rolling.policy.switches import SKIP

_LEFT = ("interrupted", "mixed")
"""Of state: a rollout has left something, which a skipped one does not mend."""


def is_skipped(operation: Operation, situation: Situation) -> bool:
    """Whether there is something that the switch keeps from being done."""
    return operation.skips and situation.has_work


def skip(operation: Operation, situation: Situation, context: Context) -> dict[str, Any]:
    """The state after an update that rolled nobody."""
    if situation.interrupted is None and situation.facts.pointer != situation.to.address:
        _point(operation, situation)
    context.warn(told(operation, situation))
    return skipped_state(operation, situation)


def told(operation: Operation, situation: Situation) -> str:
    """What becomes of the group now, and what the next update does."""
    off = f"'pulumi up' without {SKIP}"
    head = f"{operation.name}: {SKIP} is set, so nobody is rolled"
    if situation.interrupted is not None:
        left = operation.strategy.situation.telling.interrupted(
            operation.name, situation.interrupted, given_back=False
        )
        return (
            f"{head}, and nothing of the group is touched, its pointer neither. {left}, once {SKIP} is unset"
        )
    to = "the new version" if situation.to is UNKNOWN else str(situation.to)
    points = situation.facts.pointer == situation.to.address
    pointer = f"the group points at {to} already" if points else f"the pointer moves to {to}"
    old, noun = len(situation.old), operation.kind.noun
    if not old:
        return (
            f"{head}: {pointer}, and no {noun[0]} is waited for; the next {off} does what there is to do then"
        )
    stay = f"1 {noun[0]} stays" if old == 1 else f"{old} {noun[1]} stay"
    return (
        f"{head}: {pointer}, and {stay} until the next {off}, which replaces them; what the cloud launches "
        f"meanwhile is of {to}"
    )


def skipped_state(operation: Operation, situation: Situation) -> dict[str, Any]:
    """State by which the next update finds all of the work: where to return to, and triggers that nobody obeyed."""
    olds = operation.olds or {}
    news = inputs_of(operation.news)
    if operation.forced:
        news = {
            key: value
            for key, value in {**news, "triggers": olds.get("triggers")}.items()
            if value is not None
        }
    outputs = outputs_of(operation, situation)
    former = situation.came_from
    if situation.old and former is not None:
        outputs |= {"revision": former.address}
        outputs.pop("previousRevision", None)
    if SIZES_AS_FOUND in olds:
        outputs |= {SIZES_AS_FOUND: olds[SIZES_AS_FOUND]}
    if situation.interrupted is not None:
        kept = operation.strategy.situation.telling.kept(situation.interrupted)
        return {**news, **outputs, **kept, "status": "interrupted"}
    if olds.get("status") in _LEFT:
        return {**news, **outputs, "status": olds["status"]}
    return {**news, **outputs, "status": SKIPPED if situation.old else STABLE}


def _point(operation: Operation, situation: Situation) -> None:
    """Under the lease, so that no other driver is at work; one whose record came meanwhile has the group."""
    timing = operation.timing
    lease = Lease(
        operation.fleet, operation.owner, operation.clock, timing.poll, timing.settle, operation.deadline
    )
    marks = lease.acquire()
    try:
        if not journal.record_marks(marks):
            operation.strategy.situation.point_at(operation, situation.to)
    finally:
        lease.release()
