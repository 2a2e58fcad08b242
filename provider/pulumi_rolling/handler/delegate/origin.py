"""Where a delegated rollout starts: from the group's record, or anew."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.plan import begin as new_rollout
from pulumi_rolling.core.delegate.takeover import resume, retarget
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.member import Member, Revision
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.origin import abandoned_by, lost_members, lost_record
from pulumi_rolling.handler.recorded import going_on


@dataclass(frozen=True, slots=True)
class Origin:
    """The two revisions between which the group moves, and its members as found."""

    to: Revision
    came_from: Revision | None
    members: Sequence[Member]
    fresh: bool
    """A group being born, all of which matches."""
    at: float


@dataclass(frozen=True, slots=True)
class Begun:
    """The rollout that would be driven, new or taken over, and what people should know of it."""

    rollout: Delegating
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def begin(operation: Operation, origin: Origin, record: Delegating | None) -> Begun:
    """Take the record over, or begin anew."""
    to, at = origin.to, origin.at
    if record is not None:
        rollout, note = going_on(
            record,
            to,
            lambda one: resume(one, at),
            lambda one: retarget(one, to, at, forced=operation.forced),
        )
        return Begun(rollout, notes=(note,))
    strange = lost_members(operation, origin.members, origin.came_from)
    goal = Goal(
        uuid.uuid4().hex[:8],
        to,
        origin.came_from,
        forced=operation.forced,
        fresh=origin.fresh,
        abandoned=abandoned_by(strange, to),
    )
    beside = "an operation of the service that is under way is not known to be ours, and never ended by us"
    warnings = (lost_record(operation, strange, goal, beside),) if strange else ()
    return Begun(new_rollout(goal, at), warnings)
