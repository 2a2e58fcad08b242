"""Going on from a record: with the same goal, or with another one.

Same target: everything is kept, and one settle time passes before the first act, since the last acts of whoever
drove before may not show yet. Another target (fixed forward, or reverted): where the group came from, its sizes and
processes are kept; target and policy are new; M is counted anew, failures are zero, and what people said of the old
goal (pause, approval, retry, skip) does not hold for the new one. Boots of the group's last rollout come from the
record, or from state where the record has none.
"""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.acts import is_desired_settled
from pulumi_rolling.core.replace.rollout import Boots, Rollout


def resume(record: Rollout, at: float, *, prior: Boots | None = None) -> Rollout:
    """The same rollout again. A way back that had failed is tried anew, with failures at zero.

    Its timeout begins again: the time in which nobody drove is not the rollout's.
    """
    deadline = None if record.deadline is None else at + record.deadline - record.direction_at
    rollout = replace(
        record,
        resumed_at=at,
        generation=record.generation + 1,
        progress_at=at,
        deadline=deadline,
        prior=prior if prior is not None and not record.prior.n else record.prior,
    )
    if record.back_failed is None:
        return rollout
    return _start_over(rollout)


def retarget(
    record: Rollout, to: Revision, at: float, *, forced: bool = False, prior: Boots | None = None
) -> Rollout:
    """The record's group on the way to ``to``; what the record was on the way to counts as abandoned."""
    abandoned = dict.fromkeys((*record.abandoned, record.to.digest))
    abandoned.pop(to.digest, None)
    rollout = replace(
        record,
        to=to,
        forced=forced,
        abandoned=tuple(abandoned),
        direction=Direction.FORWARD,
        verdict=None,
        deadline=None,
        resumed_at=at,
        generation=record.generation + 1,
        progress_at=at,
        prior=prior if prior is not None and not record.prior.n else record.prior,
    )
    return _start_over(rollout)


def with_sizes(rollout: Rollout, live: Sizes) -> Rollout:
    """Sizes that somebody set meanwhile, as the group's own resource does after a refresh, are what is wanted.

    While we roll the least size is the capacity, so nobody scales in by accident; another one means that the sizes
    were set as a whole, and that Desired is no change of one of ours: found 6, raised to 7, put back to 6 is no -1.
    """
    if not is_desired_settled(rollout) or live.desired == rollout.desired or live.min == rollout.capacity:
        return rollout
    delta = live.desired - rollout.found.desired
    return replace(rollout, desired=live.desired, desired_before=live.desired, delta=delta)


def _start_over(rollout: Rollout) -> Rollout:
    return replace(
        rollout,
        step=Step.PREPARE,
        back_failed=None,
        watermark=None,
        total=0,
        surge=0,
        round=None,
        openings=(),
        draining=(),
        in_flight=frozenset(),
        warming=(),
        missing=(),
        succeeded=frozenset(),
        failed=(),
        failed_before=0,
        retried=frozenset(),
        skipped=frozenset(),
        zone="",
        passed=0,
        gate=None,
        paused=False,
        held=None,
        ignored_alarms=frozenset(),
        baked_from=None,
    )


def is_same_goal(record: Rollout, to: Revision) -> bool:
    """By content: a new number with equal data is the same goal."""
    return record.to.digest == to.digest and record.direction is Direction.FORWARD
