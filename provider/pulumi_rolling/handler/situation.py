"""Everything that is true before a rollout starts: the group, the revisions, the limits, the record, and the faults.

Preview and update look at the same Situation, so what preview refuses update refuses, and the plan is of the very
rollout that would be started.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, TargetHealth
from pulumi_rolling.core.replace.budget import slot_clock
from pulumi_rolling.core.replace.limits import Choice, Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Boots, Rollout
from pulumi_rolling.core.replace.sizing import in_instances
from pulumi_rolling.core.replace.takeover import is_same_goal, resume, retarget, with_sizes
from pulumi_rolling.engine import lease
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.fleets.aws.launch_templates import is_gone
from pulumi_rolling.fleets.base import GroupFacts
from pulumi_rolling.handler.notes import UNKNOWN, member_notes, pointer_warnings, present
from pulumi_rolling.handler.watching import queue_of, watch_faults, watch_warnings, watched, within_reach
from pulumi_rolling.handler.wiring import Wiring
from pulumi_rolling.policy.check import parse_policy
from pulumi_rolling.policy.inputs import UpdatePolicy
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.rolling_update.feasibility import advice, feasibility
from pulumi_rolling.policy.rolling_update.limits import limits
from pulumi_rolling.report.differences import differences
from pulumi_rolling.signals.choose import NoSignals, Source, choose

Sources = tuple[Source, Source]


@dataclass(frozen=True, slots=True)
class Situation:
    facts: GroupFacts
    to: Revision
    came_from: Revision | None
    limits: Limits
    rollout: Rollout
    """What would be driven: new, or taken over from the record."""
    interrupted: Rollout | None
    """The record of an unfinished rollout, as it stands on the group."""
    faults: tuple[Fault, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    differences: tuple[str, ...] = ()
    """Between the contents of the revision that we come from and of the target, where both are known."""
    sources: Sources = (NoSignals(), NoSignals())
    """Where signals come from, on the way forward and on the way back."""

    @property
    def old(self) -> list[Member]:
        """Members that do not match and that the policy does not leave alone, standby ones left out."""
        rules = self.limits
        return [
            m
            for m in present(self.facts)
            if self._is_replaced(m) and not is_left_alone(m, rules.standby, rules.protected)
        ]

    @property
    def outside(self) -> list[Member]:
        """Old ones outside Desired, in standby and in the warm pool, that the policy does not leave alone."""
        seen = self.facts.observation
        standby = [m for m in seen.members if m.lifecycle is Lifecycle.STANDBY and self._is_replaced(m)]
        warm = [m for m in seen.warm if m.lifecycle is not Lifecycle.LEAVING and self._is_replaced(m)]
        return [
            *(standby if self.limits.standby is not Choice.IGNORE else ()),
            *(warm if self.limits.warm_pool is not Choice.IGNORE else ()),
        ]

    def _is_replaced(self, member: Member) -> bool:
        return self.rollout.forced or member.revision.digest != self.to.digest

    @property
    def has_work(self) -> bool:
        return bool(self.old or self.outside) or self.interrupted is not None or self.rollout.fresh

    @property
    def is_pointer_only(self) -> bool:
        return not self.has_work and self.facts.pointer != self.to.address

    def raise_faults(self) -> None:
        if self.faults:
            raise PolicyErrors(self.faults)


def assess(
    wiring: Wiring,
    state: Mapping[str, Any] | None,
    *,
    owner: str,
    forced: bool,
    target_unknown: bool,
) -> Situation:
    """Look at the live group. ``state`` is the resource's last good state, None on create."""
    policy, former = wiring.inputs.update_policy, _former_policy(state)
    wiring.fleet.watch(watched(policy, former, wiring.timing))
    facts = wiring.fleet.facts()
    to = UNKNOWN if target_unknown else wiring.fleet.target()
    facts = facts.matching_overrides(to.digest)
    came_from = _came_from(wiring, facts, state, to)
    faults: list[Fault] = list(facts.refusals)
    warnings: list[str] = []
    notes: list[str] = []
    record = _record(facts, owner, faults)
    at = wiring.clock.now()
    rollout = _rollout(wiring, facts, state, record, to, came_from, forced, at, warnings, notes)
    sizes = in_instances(rollout.found, [m.weight for m in present(facts)])
    roll, former_roll = policy.rolling_update, None if former is None else former.rolling_update
    allowed = limits(roll, sizes, wiring.timing, former_roll, wiring.inputs.on_failure)
    roll_limits, unreachable = within_reach(allowed, facts)
    if state is None and record is None:
        rollout = replace(rollout, fresh=_is_fresh(facts, to, roll_limits, at))
    theirs = facts.suspended - rollout.suspended_by_us
    old = sum(forced or m.revision.digest != to.digest for m in present(facts))
    found, said = feasibility(roll, roll_limits, sizes, theirs, facts.scheduled_actions, old=old)
    faults += [*found, *watch_faults(policy, facts, theirs, wiring.alarms_as_given)]
    warnings += [*said, *unreachable, *watch_warnings(policy, facts)]
    sources, about = _signals(facts, roll_limits, policy, former)
    wiring.fleet.use_signals(*sources)
    warnings += about
    crowded = journal.check_room(
        facts.tags, journal.pieces_needed(rollout, roll_limits.batch, owner, roll_limits)
    )
    if crowded:
        faults.append(Fault(f"{RollingUpdate.path}.maxBatchSize", crowded))
    warnings += pointer_warnings(facts, to, state)
    notes += [*member_notes(facts, roll_limits), *facts.notes]
    hint = advice(roll, facts.suspended)
    if hint:
        notes.append(hint)
    return Situation(
        facts,
        to,
        rollout.came_from,
        roll_limits,
        rollout,
        record,
        tuple(faults),
        tuple(warnings),
        tuple(notes),
        _differences(wiring, rollout.came_from, to),
        sources,
    )


def _signals(
    facts: GroupFacts, rules: Limits, policy: UpdatePolicy, former: UpdatePolicy | None
) -> tuple[Sources, tuple[str, ...]]:
    """Each direction has its own source, as it has its own policy."""
    forward, said = choose(facts.hooks, rules.signals, rules.pause, queue_of(policy))
    back = rules.way_back
    if back is None:
        return (forward, forward), said
    return (forward, choose(facts.hooks, back.signals, back.pause, queue_of(former))[0]), said


def is_left_alone(member: Member, standby: Choice, protected: Choice) -> bool:
    """Nobody replaces the member, whatever it runs."""
    if member.lifecycle is Lifecycle.STANDBY:
        return standby is Choice.IGNORE
    return member.lifecycle is Lifecycle.LEAVING or (member.protected and protected is Choice.IGNORE)


def _differences(wiring: Wiring, former: Revision | None, to: Revision) -> tuple[str, ...]:
    if former is None or to is UNKNOWN:
        return ()
    return differences(wiring.fleet.contents(former), wiring.fleet.contents(to))


def _rollout(
    wiring: Wiring,
    facts: GroupFacts,
    state: Mapping[str, Any] | None,
    record: Rollout | None,
    to: Revision,
    came_from: Revision | None,
    forced: bool,
    at: float,
    warnings: list[str],
    notes: list[str],
) -> Rollout:
    if record is not None:
        notes.append(
            f"an interrupted rollout to {record.to} was found; it is taken over from the group's record"
        )
        if to is UNKNOWN or is_same_goal(record, to) or record.to.digest == to.digest:
            resumed = with_sizes(resume(record, at, prior=_last_boots(state)), facts.sizes)
            return resumed if to is UNKNOWN else replace(resumed, to=to)
        turned = retarget(record, to, at, forced=forced, prior=_last_boots(state))
        return with_sizes(turned, facts.sizes)
    rollout = new_rollout(uuid.uuid4().hex[:8], to, came_from, facts.sizes, facts.suspended, at)
    rollout = replace(rollout, forced=forced, prior=_last_boots(state))
    return _without_record(wiring, facts, state, rollout, warnings)


def _is_fresh(facts: GroupFacts, to: Revision, rules: Limits, at: float) -> bool:
    """A group that was just made: all of its members are to be judged, and none is to be replaced."""
    ignored = rules.protected is Choice.IGNORE
    return _is_unsettled(facts, rules, at) and all(
        m.revision.digest == to.digest or (m.protected and ignored) for m in present(facts)
    )


def _is_unsettled(facts: GroupFacts, rules: Limits, at: float) -> bool:
    """A group being born: fewer than Desired in service, or members so young that they are still to be judged."""
    here = present(facts)
    if sum(m.weight for m in here if m.lifecycle is Lifecycle.IN_SERVICE) < facts.sizes.desired:
        return True
    unproved = here if rules.signals or rules.status_checks or rules.warm_up else []
    if rules.target_health and not unproved:
        unproved = [m for m in here if m.target is not TargetHealth.HEALTHY]
    return any(m.launched_at is None or at - m.launched_at < slot_clock(rules) for m in unproved)


def _last_boots(state: Mapping[str, Any] | None) -> Boots:
    """Boots of the group's last rollout, as state has them; whole numbers come back from Pulumi as floats."""
    last = ((state or {}).get("lastRollout") or {}).get("boots") or {}
    try:
        return Boots(int(last["n"]), float(last["logs"]), float(last["squares"]))
    except (KeyError, TypeError, ValueError):
        return Boots()


def _without_record(
    wiring: Wiring,
    facts: GroupFacts,
    state: Mapping[str, Any] | None,
    rollout: Rollout,
    warnings: list[str],
) -> Rollout:
    """A rollout was interrupted and its record is gone (a refresh lets the group's own resource remove our tags).

    Seen by members that are neither all of the former nor all of the wanted revision. Where we came from is in
    state; sizes are taken as they live; processes that were running when the resource was last deployed are ours.
    """
    former = rollout.came_from
    if state is None or former is None:
        return rollout
    strange = [m for m in present(facts) if m.revision.digest != former.digest]
    if not strange:
        return rollout
    as_found = frozenset(state.get("suspendedAsFound") or ())
    suspends = frozenset(wiring.inputs.update_policy.rolling_update.suspend_processes)
    old_policy = _former_policy(state)
    if old_policy is not None:
        suspends |= frozenset(old_policy.rolling_update.suspend_processes)
    ours = (facts.suspended - as_found) & suspends
    abandoned = dict.fromkeys(m.revision.digest for m in strange if m.revision.digest != rollout.to.digest)
    back = "" if former.digest == rollout.to.digest else f"the way back is {former}, "
    warnings.append(
        f"{len(strange)} instances are not of {former}, which this resource deployed last, and the group carries no "
        f"record of a rollout; {back}sizes are taken as they are"
        + (f", and {', '.join(sorted(ours))} will be resumed" if ours else "")
    )
    return replace(
        rollout,
        abandoned=tuple(abandoned),
        suspended_by_us=ours,
        found_suspended=facts.suspended - ours,
    )


def _came_from(
    wiring: Wiring, facts: GroupFacts, state: Mapping[str, Any] | None, to: Revision
) -> Revision | None:
    """The revision in state; on create the one that most members run. None: there is no way back."""
    if state is not None and state.get("revision"):
        revision = wiring.fleet.revision_at(str(state["revision"]))
    else:
        counts = Counter(m.revision for m in present(facts) if m.revision.digest != to.digest)
        if not counts:
            return None
        revision = counts.most_common(1)[0][0]
    if is_gone(revision):
        return None
    literal = facts.pointer
    if facts.current is not None and facts.current.digest == revision.digest and "$" not in literal:
        return facts.current
    return revision


def _record(facts: GroupFacts, owner: str, faults: list[Fault]) -> Rollout | None:
    found = journal.read(facts.tags)
    other = lease.held(facts.tags)
    if found is not None and found[0] != owner:
        faults.append(
            Fault(
                "autoScalingGroup.name",
                f"group {facts.name} carries the record of rollout {found[1].id} by another resource; "
                "two RollingGroups on one group are refused",
            )
        )
    elif other is not None and other.owner != owner and other.until > facts.observation.at:
        faults.append(
            Fault("autoScalingGroup.name", f"group {facts.name} is being rolled by driver {other.holder}")
        )
    return found[1] if found is not None and found[0] == owner else None


def _former_policy(state: Mapping[str, Any] | None) -> UpdatePolicy | None:
    """The policy of the last deployment rules the way back (CloudFormation: the previous template's UpdatePolicy)."""
    block = None if state is None else state.get("updatePolicy")
    return None if block is None else parse_policy(block)
