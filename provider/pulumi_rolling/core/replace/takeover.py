"""Going on from a record: with the same goal, or with another one.

Same target: everything is kept, and one settle time passes before the first act, since the last acts of the
driver before may not show yet. Another target (fixed forward, or reverted): where the group came from, its sizes and
processes are kept; target and policy are new; M is counted anew, failures are zero, and what people said of the old
goal (pause, approval, retry, skip) does not hold for the new one. Boots of the group's last rollout come from the
record, or from state where the record has none.
"""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.resized import renewed
from pulumi_rolling.core.replace.rollout import Boots, Rollout, Way
from pulumi_rolling.core.shared import deadline


def resume(record: Rollout, at: float, *, prior: Boots | None = None) -> Rollout:
    """The same rollout again. A way back that had failed is tried anew, with failures at zero.

    Its timeout begins again: the time in which nobody drove is not the rollout's. Nor is it known who moved the pointer
    in that time, so an update points it at the target (core.pointer).
    """
    rollout = replace(
        record,
        resumed_at=at,
        generation=record.generation + 1,
        progress_at=at,
        deadline=deadline.go_on(record.deadline, record.way.direction_at, at),
        prior=prior if prior is not None and not record.prior.n else record.prior,
    )
    if record.back_failed is None:
        return replace(rollout, way=replace(rollout.way, astray=None))
    # It leads to the same revision, whose boots are known by now.
    return replace(rollout, step=Step.PREPARE, back_failed=None, way=Way(boots=record.way.boots))


def retarget(
    record: Rollout, to: Revision, at: float, *, forced: bool = False, prior: Boots | None = None
) -> Rollout:
    """The record's group on the way to ``to``; what the record was on the way to counts as abandoned."""
    abandoned = dict.fromkeys((*record.goal.abandoned, record.goal.to.digest))
    abandoned.pop(to.digest, None)
    return replace(
        record,
        goal=replace(record.goal, to=to, forced=forced, abandoned=tuple(abandoned)),
        way=Way(),
        direction=Direction.FORWARD,
        step=Step.PREPARE,
        verdict=None,
        back_failed=None,
        handed_over=False,
        deadline=None,
        resumed_at=at,
        generation=record.generation + 1,
        progress_at=at,
        prior=prior if prior is not None and not record.prior.n else record.prior,
    )


def with_sizes(record: Rollout, live: Sizes) -> Rollout:
    """The record with the sizes that somebody set while nobody drove.

    If MinSize is not the one that we set, somebody has reset all sizes, as a refresh does: the live Desired is the new
    wish. Found 6, raised to 7, reset to 6 is a delta of 0, not of -1.
    """
    record = renewed(record, live)
    if not live.kept:
        # A count amid a roll is no wish; what others did meanwhile shows at the first look.
        return record
    ours = record.ours
    low, high = sorted((ours.desired_before, ours.desired))
    if (
        live.desired == ours.desired
        or live.min == record.way.capacity
        or (low < high and low <= live.desired <= high)
    ):
        return record
    delta = live.desired - record.found.sizes.desired
    return replace(record, ours=replace(ours, desired=live.desired, desired_before=live.desired, delta=delta))


def as_kept(rollout: Rollout, found: Sizes, least: frozenset[int], desired: int, live: Sizes) -> Rollout:
    """A new rollout in place of one whose record is lost, but not what it had found and set of the sizes."""
    ours = replace(rollout.ours, desired=desired, desired_before=desired, least=least)
    way = replace(rollout.way, capacity=max(least, default=0))
    found_again = replace(rollout.found, sizes=found)
    return with_sizes(replace(rollout, found=found_again, ours=ours, way=way), live)
