"""Where a rollout starts: from the group's record, from state, or from what its members run.

A record of ours is taken over. Without one a rollout begins anew, as the one that was interrupted where members show
that there was one (lost_record).
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pulumi_rolling.core.model.member import Lifecycle, Revision, Sizes, TargetHealth
from pulumi_rolling.core.replace.budget import slot_clock
from pulumi_rolling.core.replace.limits import Choice, Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.record_rules import is_over
from pulumi_rolling.core.replace.rollout import Boots, Rollout
from pulumi_rolling.core.replace.takeover import resume, retarget, with_sizes
from pulumi_rolling.engine import lease
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.replace import Facts
from pulumi_rolling.handler.operation import UNKNOWN, Operation
from pulumi_rolling.handler.replace.lost_record import Lost, go_on, warning
from pulumi_rolling.handler.replace.members import is_old, members_counted
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


def came_from(operation: Operation, facts: Facts, to: Revision) -> Revision | None:
    """The revision in state; on create the one that most members run. None: there is no way back."""
    address = operation.revision_in_state()
    if address is not None:
        revision: Revision = operation.fleet.at(address)
    else:
        counts = Counter(m.revision for m in members_counted(facts) if is_old(m, to))
        if not counts:
            return None
        revision = counts.most_common(1)[0][0]
    if not revision.exists:
        return None
    if facts.current is not None and facts.current.digest == revision.digest and "$" not in facts.pointer:
        return facts.current
    return revision


def recorded(operation: Operation, facts: Facts) -> tuple[Rollout | None, tuple[Fault, ...]]:
    """The record of this resource on the group, and the faults where another one has the group."""
    found = journal.read(facts.tags)
    other = lease.found_lease(facts.tags)
    path, owner = f"{operation.kind.key}.name", operation.owner
    if found is not None and found[0] != owner:
        sentence = (
            f"group {facts.name} carries the record of rollout {found[1].goal.id} by another resource; "
            "two RollingGroups on one group are refused"
        )
        return None, (Fault(path, sentence),)
    record = None if found is None or is_over(found[1]) else found[1]
    if record is not None:
        strange = _strange(operation, facts, record)
        if strange:
            keys = ", ".join(sorted(journal.record_marks(facts.tags)))
            sentence = (
                f"the record of rollout {record.goal.id} on group {facts.name} is not one of this resource: {strange}. "
                f"Look at its tags {keys}, and remove them to begin anew"
            )
            return None, (Fault(path, sentence),)
        record = _as_the_cloud_has_it(operation, record)
    if other is not None and other.owner != owner and other.until > facts.observation.at:
        return record, (Fault(path, f"group {facts.name} is being rolled by driver {other.holder}"),)
    return record, ()


def _strange(operation: Operation, facts: Facts, record: Rollout) -> str:
    """What of a record cannot be: anybody who may tag the group can write one that leads elsewhere."""
    sizes, former, kin = record.found.sizes, record.goal.came_from, operation.kind.kin
    if not 0 <= sizes.min <= sizes.desired <= sizes.max:
        return f"it found sizes of {sizes.min}, {sizes.desired} and {sizes.max}"
    deployed = operation.revision_in_state()
    if former is not None and deployed is not None and not _is_same(operation, former.address, deployed):
        return f"it came from {former.address}, and this resource deployed {deployed}"
    named = [facts.pointer, *(m.revision.address for m in facts.observation.members)]
    named += [each for each in (deployed, (operation.olds or {}).get("previousRevision")) if each]
    families = {kin(address) for address in named} - {None}
    for revision in (former, record.goal.to):
        family = None if revision is None else kin(revision.address)
        if (
            revision is not None
            and family is not None
            and revision.address not in named
            and family not in families
        ):
            return f"it names {revision.address}, and the group was never made from {family}"
    return ""


def _is_same(operation: Operation, one: str, other: str) -> bool:
    """Two versions of equal contents make the same members."""
    return one == other or operation.fleet.at(one).digest == operation.fleet.at(other).digest


def _as_the_cloud_has_it(operation: Operation, record: Rollout) -> Rollout:
    """The former revision by its address alone: contents and label are what they are."""
    former = record.goal.came_from
    real = None if former is None else operation.fleet.at(former.address)
    if real is None or not real.exists or real == former:
        return record
    return replace(record, goal=replace(record.goal, came_from=real))


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
    to, prior = origin.to, _last_boots(operation.olds)
    note = f"an interrupted rollout to {record.goal.to} was found; it is taken over from the group's record"
    if to is not UNKNOWN and record.goal.to.digest != to.digest:
        note += f", and goes to {to} instead"
    record = with_sizes(record, origin.facts.sizes)
    if to is UNKNOWN:
        rollout = resume(record, origin.at, prior=prior)
    elif record.goal.to.digest == to.digest:
        rollout = resume(record, origin.at, prior=prior)
        rollout = replace(rollout, goal=replace(rollout.goal, to=to))
    else:
        rollout = retarget(record, to, origin.at, forced=operation.forced, prior=prior)
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
