"""RollingGroup: what check, diff, create, read, update and delete mean, whichever face Pulumi talks to.

Theory of operation. ``check`` refuses bad input with every fault at once, in preview too, and touches nothing. ``diff``
costs one shared look at the group when nothing changed; in preview it says the plan. ``create`` and ``update`` are
one act: assess the situation, take the lease, drive the rollout, and either answer with the new state or raise one
sentence after the group is back.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_rolling.core.machine import machine_of
from pulumi_rolling.engine import lease
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.errors import Fault, GroupNotFoundError, PermanentFleetError, PolicyErrors
from pulumi_rolling.handler.context import Context, Defaults, Diffed, Foreseen
from pulumi_rolling.handler.driving import roll
from pulumi_rolling.handler.existence import Claims, not_there
from pulumi_rolling.handler.foretelling import foretell
from pulumi_rolling.handler.handover import assessed
from pulumi_rolling.handler.kinds import (
    inputs_model,
    kind_in,
    kind_named,
    strategy_faults,
    strategy_in,
    strategy_of_machine,
)
from pulumi_rolling.handler.notified import telling_note
from pulumi_rolling.handler.opening import Asked, fleet_named, fleet_of_record, open_operation, retry_in
from pulumi_rolling.handler.operation import Operation, Reach, Situation, raise_faults
from pulumi_rolling.handler.properties import inputs_of, is_group_unknown, is_target_unknown
from pulumi_rolling.handler.recorded import unfinished
from pulumi_rolling.handler.skipping import is_skipped, skipped_state, told
from pulumi_rolling.handler.state import outputs_of, without_sizes
from pulumi_rolling.policy.block import POLICY, IsUnknown
from pulumi_rolling.policy.check import Checked, check_inputs, check_stored
from pulumi_rolling.policy.outputs import OUTPUTS, SKIPPED, STABLE, block_in
from pulumi_rolling.policy.timing import Timing
from pulumi_rolling.report.plan_text import preview_text

POLICY_RECORDED = "the policy is recorded and rules the next rollout; nothing is replaced for it"


@dataclass(slots=True)
class RollingGroupHandler:
    """``is_unknown`` tells a value that preview does not know."""

    is_unknown: IsUnknown = lambda value: False
    planned: set[str] = field(default_factory=set)
    """Groups that this process has planned to roll."""
    claims: Claims = field(default_factory=Claims)
    at_once: int | None = None
    """Operations that the face carries out at the same time, where that is few."""
    defaults: Defaults | None = None
    default_policy: Mapping[str, Any] | None = None
    """A normalised policy whose fields every group has that leaves them open."""

    def check(
        self, olds: Mapping[str, Any] | None, news: Mapping[str, Any], context: Context
    ) -> tuple[dict[str, Any], list[Fault]]:
        """Normalised inputs and every fault of them, those against the live group included when something changed."""
        checked = check_inputs(inputs_model(), news, self.is_unknown, self.default_policy)
        normal, faults = checked.normal, list(checked.faults)
        kind = kind_in(normal)
        unable = [] if kind is None else strategy_faults(kind, normal)
        faults += unable
        if kind is None or unable or is_group_unknown(normal, self.is_unknown):
            return normal, faults
        if not any(kind.is_path(f.path) for f in faults):
            judged = checked.without_faulty(self.is_unknown)
            reach = Reach(self.defaults or Defaults(), retry_in(Timing.from_environment(os.environ)))
            taken = self.claims.claim(kind, judged.accepted(), reach, context.urn)
            faults += taken or self._live_faults(olds, checked, judged, context)
        return normal, faults

    def claim(self, inputs: Mapping[str, Any], urn: str) -> None:
        """Hear whose the group of inputs is that state holds and somebody else has accepted."""
        kind, accepted = kind_in(inputs), check_stored(inputs_model(), inputs, self.is_unknown).inputs
        if kind is not None and accepted is not None:
            reach = Reach(self.defaults or Defaults(), retry_in(Timing.from_environment(os.environ)))
            self.claims.claim(kind, accepted, reach, urn)

    def _live_faults(
        self, olds: Mapping[str, Any] | None, checked: Checked, judged: Checked, context: Context
    ) -> list[Fault]:
        """``judged``: what is checked, without what is faulty."""
        if olds and inputs_of(olds) == inputs_of(checked.normal):
            return []
        operation = self._open(Asked(judged, judged.normal), context, olds or None)
        try:
            operation, situation = assessed(operation)
        except GroupNotFoundError:
            if not olds and context.dry_run:
                context.say(not_there(operation))
            return []
        except PermanentFleetError as error:
            return [Fault(operation.kind.key, str(error))]
        if not olds and context.dry_run and not checked.faults and not situation.faults:
            self._say_plan(operation, situation, context)
        known = {f.path for f in checked.faults}
        return [f for f in situation.faults if f.path not in known]

    def diff(self, olds: Mapping[str, Any], news: Mapping[str, Any], context: Context) -> Diffed:
        """Is there anything to do. In preview the plan is said here."""
        replaces = _replaces(olds, news)
        if replaces:
            return Diffed(True, replaces)
        changed = inputs_of(olds) != inputs_of(news)
        operation = self._open_stored(news, context, olds)
        if not changed and self._is_settled(operation, context):
            return Diffed(False)
        if context.dry_run:
            recorded = POLICY_RECORDED if olds.get(POLICY) != news.get(POLICY) else None
            self._say_plan(*assessed(operation), context, recorded)
        return Diffed(True)

    def create(self, news: Mapping[str, Any], context: Context) -> tuple[str, dict[str, Any]]:
        """(id, state). The id is the group's name; its fresh members are waited for, others are rolled."""
        operation = self._open_stored(news, context, None)
        return operation.name, roll(operation, context)

    def update(self, olds: Mapping[str, Any], news: Mapping[str, Any], context: Context) -> dict[str, Any]:
        return roll(self._open_stored(news, context, olds), context)

    def foresee(self, olds: Mapping[str, Any] | None, news: Mapping[str, Any], context: Context) -> Foreseen:
        """What create (``olds`` None) or update would bring, for a face whose preview asks; the plan is said."""
        given = inputs_of(news)
        if is_group_unknown(news, self.is_unknown):
            return Foreseen(given, OUTPUTS)
        operation = self._open_stored(news, context, olds)
        try:
            operation, situation = assessed(operation)
        except GroupNotFoundError:
            if olds is not None:
                raise
            context.say(not_there(operation))
            return Foreseen(given, OUTPUTS)
        raise_faults(situation)
        recorded = olds is not None and olds.get(POLICY) != news.get(POLICY)
        self._say_plan(operation, situation, context, POLICY_RECORDED if recorded else None)
        if is_target_unknown(news, self.is_unknown):
            return Foreseen(given, OUTPUTS)
        if is_skipped(operation, situation):
            return Foreseen({**given, **skipped_state(operation, situation)})
        known = {**given, **outputs_of(operation, situation)}
        return Foreseen(known, ("lastRollout",) if situation.has_work else ())

    def adopt(self, name: str, context: Context) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """(inputs, state) for a group that stands and is to be rolled from now on; None when there is none."""
        reach = Reach(self.defaults or Defaults(), retry_in(Timing.from_environment(os.environ)))
        kind = kind_named(name, reach)
        # Where the calls of one cloud go says nothing of another.
        reach = reach if kind.reads_reach else replace(reach, defaults=Defaults())
        try:
            facts = fleet_named(name, reach).facts()
        except GroupNotFoundError:
            return None
        if facts.refusals:
            raise PolicyErrors(facts.refusals)
        inputs = {
            kind.key: {**kind.as_named(name), **kind.as_inputs(facts.pointer)},
            POLICY: {next(iter(kind.strategies)): {}},
        }
        revision = facts.current.address if facts.current is not None else facts.pointer
        found = {"revision": revision, **strategy_in(kind, inputs).situation.as_found(facts)}
        state = self.read({**inputs, **found})
        return None if state is None else (inputs, state)

    def read(self, state: Mapping[str, Any]) -> dict[str, Any] | None:
        """The state as the group is; None when the group is gone."""
        operation = self._open_stored(state, Context(), None)
        try:
            glance = operation.strategy.situation.glance(operation)
        except GroupNotFoundError:
            return None
        read = dict(state)
        found = unfinished(glance.tags)
        if found is not None:
            # Where the interrupted rollout came from, and its sizes as found, is what state must keep.
            telling = strategy_of_machine(operation.kind, machine_of(found[1]).name).situation.telling
            return {**read, **telling.kept(found[1]), "status": "interrupted"}
        counts = glance.counts
        contents = {revision.digest for revision in counts}
        if state.get("status") == SKIPPED and contents - {glance.target.digest}:
            return read
        if counts and glance.target.digest not in contents:
            read["revision"] = max(counts, key=lambda revision: counts[revision]).address
        if len(contents) <= 1:
            return {**without_sizes(read), "status": STABLE}
        return {**read, "status": "mixed"}

    def delete(self, state: Mapping[str, Any], context: Context | None = None) -> None:
        """Give back what is ours; touch no member (so Desired stays, and the least size and processes return).

        A rollout that another resource drives at the moment is not ours to end: its record and lease stay.
        """
        context = context or Context()
        operation = self._open_stored(state, context, None)
        fleet = operation.fleet
        try:
            marks = fleet.marks()
        except GroupNotFoundError:
            return
        other = lease.found_lease(marks)
        if other is not None and other.owner != operation.owner and other.until > operation.clock.now():
            context.warn(
                f"group {fleet.name} is being rolled by driver {other.holder} of another resource: its record, its "
                "lease, sizes and processes were left as they are"
            )
            return
        found = journal.read_any(marks)
        if found is not None:
            fleet_of_record(operation, found[1]).give_back(found[1])
        if marks:
            fleet.remove_marks(sorted(marks))

    def _open_stored(
        self, news: Mapping[str, Any], context: Context, olds: Mapping[str, Any] | None
    ) -> Operation:
        return self._open(Asked.stored(news, self.is_unknown), context, olds)

    def _open(self, asked: Asked, context: Context, olds: Mapping[str, Any] | None) -> Operation:
        return open_operation(asked, context, olds=olds, is_unknown=self.is_unknown, defaults=self.defaults)

    def _is_settled(self, operation: Operation, context: Context) -> bool:
        """One shared look: nothing is to be replaced, the pointer is right, and no mark of ours is left."""
        situations = operation.strategy.situation
        glance = situations.glance(operation)
        settled = (
            not journal.ours(glance.tags)
            and situations.is_pointed(operation, glance)
            and situations.is_settled(operation, glance)
        )
        if settled and context.dry_run:
            for note in glance.notes:
                context.say(f"{operation.name}: nothing to replace as it is; {note}")
        return settled

    def _say_plan(
        self, operation: Operation, situation: Situation, context: Context, recorded: str | None = None
    ) -> None:
        if situation.faults:
            return
        if is_skipped(operation, situation):
            context.say(told(operation, situation))
            return
        notes = situation.notes
        if situation.has_work:
            notes += telling_note(fresh=situation.came_from is None)
            self.planned.add(situation.facts.name)
        elif recorded is not None:
            notes = (recorded,)
        if self.at_once is not None and len(self.planned) > self.at_once:
            notes += (
                f"{len(self.planned)} groups roll in this update, {self.at_once} at a time; one that waits longer than "
                "30 minutes for its turn is dropped and needs another 'pulumi up'",
            )
        preview = operation.strategy.situation.telling.preview(situation, notes)
        preview = replace(preview, call=operation.fleet.call)
        context.say(preview_text(preview))
        foretell(operation, situation, preview, context.urn)


def _replaces(olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[str, ...]:
    """The group itself, where it is another one."""
    kind = kind_in(news)
    if kind is None:
        return ()
    old, new = (kind.one_spelling(block_in(each, kind.key)) for each in (olds, news))
    return (kind.key,) if any(old.get(name) != new.get(name) for name in kind.identity) else ()
