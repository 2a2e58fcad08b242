"""A rollout of ours was interrupted and its record is gone: a refresh lets the group's own resource remove our tags.

It shows by members that are neither all of the former nor all of the wanted revision. Where the group came from is in
state; processes that were running when the resource was last deployed are ours. Sizes are in state where a refresh
saw the record; otherwise they are taken as they live, which is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pulumi_rolling.core.model.member import Member, Revision
from pulumi_rolling.core.replace.acts import desired_at_end
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.core.replace.takeover import as_kept
from pulumi_rolling.fleets.replace import Facts
from pulumi_rolling.handler import origin
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.origin import abandoned_by, lost_members
from pulumi_rolling.handler.replace.kept_sizes import KeptSizes, kept_in
from pulumi_rolling.handler.replace.members import members_counted


@dataclass(frozen=True, slots=True)
class Lost:
    """What is left of an interrupted rollout without a record."""

    strange: tuple[Member, ...]
    """Members that are not of the revision that this resource deployed last."""
    suspended: frozenset[str]
    """Processes that it suspended."""
    sizes: KeptSizes | None


def lost_record(operation: Operation, facts: Facts, former: Revision | None) -> Lost | None:
    """None where nothing was interrupted; it is for a group without a record to ask."""
    there = [m for m in members_counted(facts) if m.id not in facts.strays]
    strange = lost_members(operation, there, former)
    if not strange:
        return None
    return Lost(tuple(strange), _suspended_by_us(operation, facts), kept_in(operation.olds))


def go_on(lost: Lost, facts: Facts, rollout: Rollout) -> Rollout:
    """A new rollout that ends as the lost one would have, as far as anybody knows."""
    abandoned = abandoned_by(lost.strange, rollout.goal.to)
    taken = replace(
        rollout,
        goal=replace(rollout.goal, abandoned=abandoned),
        ours=replace(rollout.ours, suspended=lost.suspended),
        found=replace(rollout.found, suspended=facts.suspended - lost.suspended),
    )
    kept = lost.sizes
    return taken if kept is None else as_kept(taken, kept.found, kept.least, kept.desired, facts.sizes)


def warning(operation: Operation, lost: Lost, facts: Facts, rollout: Rollout) -> str:
    """What people are told of it: who is on what, where back is, and what becomes of sizes and processes."""
    resumed = f", and {', '.join(sorted(lost.suspended))} will be resumed" if lost.suspended else ""
    beside = f"{_sizes(lost, facts, rollout)}{resumed}"
    return origin.lost_record(operation, lost.strange, rollout.goal, beside)


def _sizes(lost: Lost, facts: Facts, rollout: Rollout) -> str:
    live = facts.sizes
    if lost.sizes is None:
        return (
            f"sizes are taken as they are (MinSize {live.min}, Desired {live.desired}): set them back if that rollout "
            "raised them"
        )
    return f"MinSize ends at {rollout.found.sizes.min} and Desired at {desired_at_end(rollout)}, as state has them"


def _suspended_by_us(operation: Operation, facts: Facts) -> frozenset[str]:
    """What the policies suspend and was running when the resource was last deployed."""
    as_found = frozenset((operation.olds or {}).get("suspendedAsFound") or ())
    policies = [each for each in (operation.policy, operation.former) if each is not None]
    suspends = frozenset(process for each in policies for process in each.rolling_update.suspend_processes)
    return (facts.suspended - as_found) & suspends
