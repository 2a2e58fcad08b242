"""Where a rollout of the replace machine starts: from the group's record, or anew.

A record of ours is taken over. Without one a rollout begins anew, as the one that was interrupted where members show
that there was one (lost_record).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pulumi_rolling.core.model.member import Lifecycle, Revision, Sizes, TargetHealth
from pulumi_rolling.core.replace.budget import slot_clock
from pulumi_rolling.core.replace.limits import Choice, Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Boots, Rollout
from pulumi_rolling.core.replace.takeover import resume, retarget, with_sizes
from pulumi_rolling.fleets.replace import Facts
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.origin import is_old
from pulumi_rolling.handler.recorded import going_on
from pulumi_rolling.handler.replace.lost_record import Lost, go_on, warning
from pulumi_rolling.handler.replace.members import members_counted
from pulumi_rolling.policy.outputs import block_in


@dataclass(frozen=True, slots=True)
class Origin:
    """The group as found, and the two revisions between which it moves."""

    facts: Facts
    to: Revision
    came_from: Revision | None
    record: Rollout | None
    """Of an unfinished rollout by this resource."""
    lost: Lost | None
    """An unfinished rollout without a record."""
    at: float

    @property
    def found(self) -> Sizes:
        """Sizes to which the group returns."""
        begun = self.anew() if self.record is None else with_sizes(self.record, self.facts.sizes)
        return begun.found.sizes

    def anew(self) -> Rollout:
        """A rollout without a record to go on from."""
        facts = self.facts
        begun = new_rollout(
            uuid.uuid4().hex[:8], self.to, self.came_from, facts.sizes, facts.suspended, self.at
        )
        return begun if self.lost is None else go_on(self.lost, facts, begun)


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
    rollout = origin.anew()
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
    if origin.lost is None:
        return Begun(rollout)
    return Begun(rollout, warnings=(warning(operation, origin.lost, facts, rollout),))


def _taken_over(operation: Operation, origin: Origin, record: Rollout) -> Begun:
    at, prior = origin.at, _last_boots(operation.olds)
    # What was handed over is a way back and no more; whatever is wanted by now comes after it.
    to = origin.to if operation.handed_by is None else record.goal.to
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
    last = block_in(state, "lastRollout", "boots")
    try:
        return Boots(int(last["n"]), float(last["logs"]), float(last["squares"]))
    except (KeyError, TypeError, ValueError):
        return Boots()
