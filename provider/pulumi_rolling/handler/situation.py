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

from pulumi_rolling.core.model import Lifecycle, Limits, Member, Revision, Rollout
from pulumi_rolling.core.plan import new_rollout
from pulumi_rolling.engine import journal, lease
from pulumi_rolling.engine.takeover import is_same_goal, resume, retarget, with_sizes
from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.fleets.base import GroupFacts
from pulumi_rolling.fleets.launch_templates import is_gone
from pulumi_rolling.handler.wiring import Wiring
from pulumi_rolling.policy import UpdatePolicy, advice, feasibility, limits, parse_policy
from pulumi_rolling.report.differences import differences
from pulumi_rolling.signals.choose import choose

UNKNOWN = Revision("known after apply", "known after apply", "")
"""Stands for a target that preview cannot know; nothing has its digest, so every member may have to go."""


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

    @property
    def old(self) -> list[Member]:
        """Members that do not match, standby ones left out."""
        return [m for m in present(self.facts) if self.rollout.forced or m.revision.digest != self.to.digest]

    @property
    def has_work(self) -> bool:
        return bool(self.old) or self.interrupted is not None or self.rollout.fresh

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
    facts = wiring.fleet.facts()
    policy = wiring.inputs.update_policy
    to = UNKNOWN if target_unknown else wiring.fleet.target()
    came_from = _came_from(wiring, facts, state, to)
    faults: list[Fault] = list(facts.refusals)
    warnings: list[str] = []
    notes: list[str] = []
    record = _record(facts, owner, faults)
    at = wiring.clock.now()
    rollout = _rollout(wiring, facts, state, record, to, came_from, forced, at, warnings, notes)
    roll_limits = limits(
        policy, rollout.found, wiring.timing, _former_policy(state), wiring.inputs.on_failure
    )
    theirs = facts.suspended - rollout.suspended_by_us
    found, said = feasibility(policy, rollout.found, theirs, facts.scheduled_actions)
    faults += found
    warnings += said
    source, about = choose(facts.hooks, roll_limits.signals, roll_limits.pause)
    wiring.fleet.use_signals(source)
    warnings += about
    crowded = journal.check_room(facts.tags, journal.pieces_needed(rollout, roll_limits.batch, owner))
    if crowded:
        faults.append(Fault("updatePolicy.rollingUpdate.maxBatchSize", crowded))
    warnings += _pointer_warnings(facts, to, state)
    notes += _member_notes(facts)
    hint = advice(policy, facts.suspended)
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
    )


def present(facts: GroupFacts) -> list[Member]:
    away = (Lifecycle.LEAVING, Lifecycle.STANDBY)
    return [m for m in facts.observation.members if m.lifecycle not in away]


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
            resumed = with_sizes(resume(record, at), facts.sizes)
            return resumed if to is UNKNOWN else replace(resumed, to=to)
        return with_sizes(retarget(record, to, at, forced=forced), facts.sizes)
    rollout = new_rollout(uuid.uuid4().hex[:8], to, came_from, facts.sizes, facts.suspended, at)
    fresh = state is None and all(m.revision.digest == to.digest for m in present(facts))
    rollout = replace(rollout, forced=forced, fresh=fresh and _is_unsettled(wiring, facts, at))
    return _without_record(wiring, facts, state, rollout, warnings)


def _is_unsettled(wiring: Wiring, facts: GroupFacts, at: float) -> bool:
    """A group being born: fewer than Desired in service, or members young enough that they still have to signal."""
    roll = wiring.inputs.update_policy.rolling_update
    here = present(facts)
    if sum(m.lifecycle is Lifecycle.IN_SERVICE for m in here) < facts.sizes.desired:
        return True
    return roll.wait_on_resource_signals and any(
        m.launched_at is None or at - m.launched_at < roll.pause for m in here
    )


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
        revision = wiring.revision_of(str(state["revision"]))
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


def _pointer_warnings(facts: GroupFacts, to: Revision, state: Mapping[str, Any] | None) -> list[str]:
    """Another resource moved the pointer: then a way back would be undone by its next update."""
    if state is None or not state.get("revision") or facts.current is None or to is UNKNOWN:
        return []
    moved = facts.current.digest == to.digest and facts.pointer != str(state["revision"])
    stays = any(m.revision.digest != to.digest for m in present(facts))
    if not (moved and stays) or journal.read(facts.tags) is not None:
        return []
    return [
        f"the group already points at {to}: another resource moved it, and would move it again after a way back. "
        'Add ignore_changes=["launchTemplate"] to the options of the group.'
    ]


def _member_notes(facts: GroupFacts) -> list[str]:
    notes = []
    if facts.standby:
        notes.append(f"in standby and left alone: {', '.join(facts.standby)}")
    if facts.protected:
        notes.append(
            f"{len(facts.protected)} instances are protected from scale-in; like CloudFormation, a rolling update "
            "replaces them all the same"
        )
    return notes
