"""Going on from a record: with the same goal, or with another one.

Same target: everything is kept, and one settle time passes before the first act. Another target: where the group came
from is kept; what was begun toward the former one has to be over before another operation begins, unless it leads to
the new target.
"""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.delegate.decide import earlier_of
from pulumi_rolling.core.delegate.delegating import Delegating, Earlier, Way, Whose
from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.shared import deadline


def resume(record: Delegating, at: float) -> Delegating:
    """The same rollout again. A way back that had failed is tried anew, by way of what it left under way."""
    rollout = replace(
        record,
        resumed_at=at,
        generation=record.generation + 1,
        progress_at=at,
        deadline=deadline.go_on(record.deadline, record.way.direction_at or at, at),
    )
    if record.back_failed is None:
        return rollout
    return replace(
        rollout, step=Step.RETURN, back_failed=None, way=Way(), earlier=_own(record, at), deadline=None
    )


def retarget(record: Delegating, to: Revision, at: float, *, forced: bool = False) -> Delegating:
    """The record's group on the way to ``to``; what the record was on the way to counts as abandoned."""
    abandoned = dict.fromkeys((*record.goal.abandoned, record.goal.to.digest))
    abandoned.pop(to.digest, None)
    earlier = _own(record, at)
    return replace(
        record,
        goal=replace(record.goal, to=to, forced=forced, abandoned=tuple(abandoned)),
        way=Way(),
        earlier=earlier,
        direction=Direction.FORWARD,
        step=Step.START if earlier is None else Step.RETURN,
        left_old=0,
        verdict=None,
        back_failed=None,
        hands_over=False,
        deadline=None,
        resumed_at=at,
        generation=record.generation + 1,
        progress_at=at,
    )


def _own(record: Delegating, at: float) -> Earlier | None:
    """What a stranger began is theirs, whichever way it leads."""
    earlier = earlier_of(record, at)
    return None if earlier is not None and earlier.whose is Whose.STRANGERS else earlier
