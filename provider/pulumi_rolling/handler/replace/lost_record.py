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
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.replace.kept_sizes import KeptSizes, kept_in
from pulumi_rolling.handler.replace.members import is_old, members_counted


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
    if operation.olds is None or former is None:
        return None
    strange = [m for m in members_counted(facts) if is_old(m, former) and m.id not in facts.strays]
    if not strange:
        return None
    return Lost(tuple(strange), _suspended_by_us(operation, facts), kept_in(operation.olds))


def go_on(lost: Lost, facts: Facts, rollout: Rollout) -> Rollout:
    """A new rollout that ends as the lost one would have, as far as anybody knows."""
    abandoned = dict.fromkeys(m.revision.digest for m in lost.strange if is_old(m, rollout.goal.to))
    taken = replace(
        rollout,
        goal=replace(rollout.goal, abandoned=tuple(abandoned)),
        ours=replace(rollout.ours, suspended=lost.suspended),
        found=replace(rollout.found, suspended=facts.suspended - lost.suspended),
    )
    kept = lost.sizes
    return taken if kept is None else as_kept(taken, kept.found, kept.least, kept.desired, facts.sizes)


def warning(operation: Operation, lost: Lost, facts: Facts, rollout: Rollout) -> str:
    """What people are told of it: who is on what, where back is, and what becomes of sizes and processes."""
    former = rollout.goal.came_from
    elsewhere = former is not None and former.digest != rollout.goal.to.digest
    back = f"the way back is {former}, " if elsewhere else ""
    resumed = f", and {', '.join(sorted(lost.suspended))} will be resumed" if lost.suspended else ""
    return (
        f"{who(len(lost.strange), operation.kind.noun)} not of {former}, which this resource deployed last, and "
        f"the group carries no record of a rollout; {back}{_sizes(lost, facts, rollout)}{resumed}"
    )


def who(count: int, noun: tuple[str, str]) -> str:
    """Subject and verb: one is, several are."""
    return f"1 {noun[0]} is" if count == 1 else f"{count} {noun[1]} are"


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
