"""Where a rollout of the replace machine starts: from the group's record, or anew.

A record of ours is taken over. Without one a rollout begins anew; where members show that one was interrupted all the
same, state says where it came from.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pulumi_rolling.core.model.member import Lifecycle, Revision, TargetHealth
from pulumi_rolling.core.replace.budget import slot_clock
from pulumi_rolling.core.replace.limits import Choice, Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Boots, Rollout
from pulumi_rolling.core.replace.takeover import resume, retarget, with_sizes
from pulumi_rolling.fleets.replace import Facts
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.origin import abandoned_by, is_old, lost_members, lost_record
from pulumi_rolling.handler.recorded import going_on
from pulumi_rolling.handler.replace.members import members_counted


@dataclass(frozen=True, slots=True)
class Origin:
    """The group as found, and the two revisions between which it moves."""

    facts: Facts
    to: Revision
    came_from: Revision | None
    record: Rollout | None
    """Of an unfinished rollout by this resource."""
    at: float


@dataclass(frozen=True, slots=True)
class Begun:
    """The rollout that would be driven, new or taken over, and what people should know of it."""

    rollout: Rollout
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def odd_sizes(record: Rollout) -> str:
    """Sizes that no group can have had."""
    sizes = record.found.sizes
    if 0 <= sizes.min <= sizes.desired <= sizes.max:
        return ""
    return f"it found sizes of {sizes.min}, {sizes.desired} and {sizes.max}"


def begin(operation: Operation, origin: Origin, limits: Limits) -> Begun:
    """Take the record over, or begin anew."""
    if origin.record is not None:
        return _taken_over(operation, origin, origin.record)
    facts, to = origin.facts, origin.to
    rollout = new_rollout(uuid.uuid4().hex[:8], to, origin.came_from, facts.sizes, facts.suspended, origin.at)
    ignored = limits.protected is Choice.IGNORE
    fresh = operation.olds is None and all(
        not is_old(m, to) or (m.protected and ignored) for m in members_counted(facts)
    )
    rollout = replace(
        rollout,
        goal=replace(
            rollout.goal, forced=operation.forced, fresh=fresh and _is_unsettled(limits, facts, origin.at)
        ),
        prior=_last_boots(operation.olds),
    )
    return _without_record(operation, facts, rollout)


def _taken_over(operation: Operation, origin: Origin, record: Rollout) -> Begun:
    to, at, prior = origin.to, origin.at, _last_boots(operation.olds)
    rollout, note = going_on(
        with_sizes(record, origin.facts.sizes),
        to,
        lambda one: resume(one, at, prior=prior),
        lambda one: retarget(one, to, at, forced=operation.forced, prior=prior),
    )
    return Begun(rollout, notes=(note,))


def _is_unsettled(limits: Limits, facts: Facts, at: float) -> bool:
    """A group being born: fewer than Desired in service, or members so young that they are still to be judged."""
    here = members_counted(facts)
    if sum(m.weight for m in here if m.lifecycle is Lifecycle.IN_SERVICE) < facts.sizes.desired:
        return True
    unproved = here if limits.signals or limits.status_checks or limits.warm_up else []
    if limits.target_health and not unproved:
        unproved = [m for m in here if m.target is not TargetHealth.HEALTHY]
    return any(m.launched_at is None or at - m.launched_at < slot_clock(limits) for m in unproved)


def _last_boots(state: Mapping[str, Any] | None) -> Boots:
    """Boots of the group's last rollout, as state has them; whole numbers come back from Pulumi as floats."""
    last = ((state or {}).get("lastRollout") or {}).get("boots") or {}
    try:
        return Boots(int(last["n"]), float(last["logs"]), float(last["squares"]))
    except (KeyError, TypeError, ValueError):
        return Boots()


def _without_record(operation: Operation, facts: Facts, rollout: Rollout) -> Begun:
    """A rollout was interrupted and its record is gone (a refresh lets the group's own resource remove our tags).

    Seen by members that are neither all of the former nor all of the wanted revision. Where we came from is in
    state; sizes are taken as they live; processes that were running when the resource was last deployed are ours.
    """
    there = [m for m in members_counted(facts) if m.id not in facts.strays]
    strange = lost_members(operation, there, rollout.goal.came_from)
    if not strange:
        return Begun(rollout)
    ours = _suspended_by_us(operation, facts)
    taken = replace(
        rollout,
        goal=replace(rollout.goal, abandoned=abandoned_by(strange, rollout.goal.to)),
        ours=replace(rollout.ours, suspended=ours),
        found=replace(rollout.found, suspended=facts.suspended - ours),
    )
    resumed = f", and {', '.join(sorted(ours))} will be resumed" if ours else ""
    beside = f"sizes are taken as they are{resumed}"
    return Begun(taken, warnings=(lost_record(operation, strange, rollout.goal, beside),))


def _suspended_by_us(operation: Operation, facts: Facts) -> frozenset[str]:
    """What the policies suspend and was running when the resource was last deployed."""
    as_found = frozenset((operation.olds or {}).get("suspendedAsFound") or ())
    policies = [each for each in (operation.policy, operation.former) if each is not None]
    suspends = frozenset(process for each in policies for process in each.rolling_update.suspend_processes)
    return (facts.suspended - as_found) & suspends
