"""RollingGroup: what check, diff, create, read, update and delete mean, whichever face Pulumi talks to.

Theory of operation. ``check`` refuses bad input with every fault at once, in preview too, and touches nothing. ``diff``
costs one shared look at the group when nothing changed; in preview it says the plan. ``create`` and ``update`` are
one act: assess the situation, take the lease, drive the rollout, and either answer with the new state or raise one
sentence after the group is back. State keeps the old inputs then, so the next update shows the change again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_rolling.core.explain import status_line
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Revision
from pulumi_rolling.core.replace.actions import Resize, Resume
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.lease import Lease, owner_of
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.errors import (
    Fault,
    FleetError,
    GroupNotFoundError,
    PermanentFleetError,
    PolicyErrors,
    RollingError,
)
from pulumi_rolling.fleets.aws.launch_configurations import configuration_in
from pulumi_rolling.fleets.aws.launch_templates import parts
from pulumi_rolling.handler.context import Context, Diffed, Foreseen
from pulumi_rolling.handler.endings import POLICY_TIMEOUT, Words, error_of
from pulumi_rolling.handler.listening import listening
from pulumi_rolling.handler.preview import preview_of
from pulumi_rolling.handler.situation import Situation, assess, is_left_alone
from pulumi_rolling.handler.state import inputs_of, last_rollout, left_of, outputs_of, state_of
from pulumi_rolling.handler.wiring import (
    OUTPUTS,
    Defaults,
    IsUnknown,
    Wiring,
    group_unknown,
    template_unknown,
    wire,
)
from pulumi_rolling.policy import check, without_faulty
from pulumi_rolling.report.plan_text import preview_text

IDENTITY = ("name", "region", "endpoint")

POLICY_RECORDED = "the policy is recorded and rules the next rollout; nothing is replaced for it"


@dataclass(slots=True)
class RollingGroupHandler:
    """``is_unknown`` tells a value that preview does not know."""

    is_unknown: IsUnknown = lambda value: False
    planned: set[str] = field(default_factory=set)
    """Groups that this process has planned to roll."""
    at_once: int | None = None
    """Operations that the face carries out at the same time, where that is few."""
    defaults: Defaults | None = None

    def check(
        self, olds: Mapping[str, Any] | None, news: Mapping[str, Any], context: Context
    ) -> tuple[dict[str, Any], list[Fault]]:
        """Normalised inputs and every fault of them, those against the live group included when something changed."""
        normal, faults = check(news, self.is_unknown)
        unknown_group = group_unknown(normal, self.is_unknown)
        if not unknown_group and not any(f.path.startswith("autoScalingGroup") for f in faults):
            faults += self._live_faults(olds, normal, faults, context)
        return normal, faults

    def _live_faults(
        self, olds: Mapping[str, Any] | None, normal: Mapping[str, Any], faults: list[Fault], context: Context
    ) -> list[Fault]:
        if olds and inputs_of(olds) == inputs_of(normal):
            return []
        judged = dict(normal)
        if any(f.path.startswith(("updatePolicy", "onFailure", "triggers")) for f in faults):
            policy = without_faulty(normal.get("updatePolicy"), faults)
            judged = {"autoScalingGroup": normal["autoScalingGroup"], "updatePolicy": policy}
        try:
            situation = self._assess(self._wire(judged, context), olds or None, judged, context)
        except GroupNotFoundError:
            return []
        except PermanentFleetError as error:
            return [Fault("autoScalingGroup", str(error))]
        if not olds and context.dry_run and not faults and not situation.faults:
            self._say_plan(situation, context)
        known = {f.path for f in faults}
        return [f for f in situation.faults if f.path not in known]

    def diff(self, olds: Mapping[str, Any], news: Mapping[str, Any], context: Context) -> Diffed:
        """Is there anything to do. In preview the plan is said here."""
        replaces = self._replaces(olds, news)
        if replaces:
            return Diffed(True, replaces)
        changed = inputs_of(olds) != inputs_of(news)
        wiring = self._wire(news, context)
        if not changed and self._is_settled(wiring, olds):
            return Diffed(False)
        if context.dry_run:
            recorded = POLICY_RECORDED if olds.get("updatePolicy") != news.get("updatePolicy") else None
            self._say_plan(self._assess(wiring, olds, news, context), context, recorded)
        return Diffed(True)

    def create(self, news: Mapping[str, Any], context: Context) -> tuple[str, dict[str, Any]]:
        """(id, state). The id is the group's name; its fresh members are waited for, others are rolled."""
        wiring = self._wire(news, context)
        return wiring.name, self._roll(wiring, None, news, context)

    def update(self, olds: Mapping[str, Any], news: Mapping[str, Any], context: Context) -> dict[str, Any]:
        return self._roll(self._wire(news, context), olds, news, context)

    def foresee(self, olds: Mapping[str, Any] | None, news: Mapping[str, Any], context: Context) -> Foreseen:
        """What create (``olds`` None) or update would bring, for a face whose preview asks; the plan is said."""
        given = inputs_of(news)
        if group_unknown(news, self.is_unknown):
            return Foreseen(given, OUTPUTS)
        try:
            situation = self._assess(self._wire(news, context), olds, news, context)
        except GroupNotFoundError:
            if olds is not None:
                raise
            context.say(
                f"group {news['autoScalingGroup']['name']} is not there yet; its members will be waited for"
            )
            return Foreseen(given, OUTPUTS)
        situation.raise_faults()
        recorded = olds is not None and olds.get("updatePolicy") != news.get("updatePolicy")
        self._say_plan(situation, context, POLICY_RECORDED if recorded else None)
        if template_unknown(news, self.is_unknown):
            return Foreseen(given, OUTPUTS)
        known = {**given, **outputs_of(olds, situation)}
        return Foreseen(known, ("lastRollout",) if situation.has_work else ())

    def adopt(self, name: str, context: Context) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """(inputs, state) for a group that stands and is to be rolled from now on; None when there is none."""
        # The fleet has to want something; what the group has is what the inputs are to say.
        inputs: dict[str, Any] = {
            "autoScalingGroup": {"name": name, "launchTemplate": {"name": "any"}},
            "updatePolicy": {"rollingUpdate": {}},
        }
        try:
            facts = self._wire(inputs, context).fleet.facts()
        except GroupNotFoundError:
            return None
        if facts.refusals:
            raise PolicyErrors(facts.refusals)
        inputs["autoScalingGroup"] = {"name": name, **_as_inputs(facts.pointer)}
        revision = facts.current.address if facts.current is not None else facts.pointer
        found = {"revision": revision, "suspendedAsFound": sorted(facts.suspended)}
        state = self.read({**inputs, **found})
        return None if state is None else (inputs, state)

    def read(self, state: Mapping[str, Any]) -> dict[str, Any] | None:
        """The state as the group is; None when the group is gone."""
        wiring = self._wire(state)
        try:
            glance = wiring.fleet.glance()
        except GroupNotFoundError:
            return None
        read = dict(state)
        if journal.read(glance.tags) is not None:
            # Where the interrupted rollout came from is what state must keep.
            return {**read, "status": "interrupted"}
        counts: dict[Revision, int] = {}
        for member in (m for m in glance.members if m.lifecycle is not Lifecycle.LEAVING):
            counts[member.revision] = counts.get(member.revision, 0) + 1
        if counts and all(revision.digest != glance.target.digest for revision in counts):
            read["revision"] = max(counts, key=lambda r: counts[r]).address
        contents = {revision.digest for revision in counts}
        return {**read, "status": "stable" if len(contents) <= 1 else "mixed"}

    def delete(self, state: Mapping[str, Any]) -> None:
        """Give back what we hold; touch no instance (so Desired stays, and the least size and processes return)."""
        wiring = self._wire(state)
        try:
            marks = wiring.fleet.marks()
        except GroupNotFoundError:
            return
        found = journal.read(marks)
        if found is not None:
            record = found[1]
            wiring.fleet.apply(Resize(min=record.found.min))
            if record.suspended_by_us:
                wiring.fleet.apply(Resume(record.suspended_by_us))
        if marks:
            wiring.fleet.remove_marks(sorted(marks))

    def _wire(self, properties: Mapping[str, Any], context: Context | None = None) -> Wiring:
        return wire(properties, self.is_unknown, self.defaults, context.clock if context else None)

    def _replaces(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> tuple[str, ...]:
        old, new = olds.get("autoScalingGroup") or {}, news.get("autoScalingGroup") or {}
        return ("autoScalingGroup",) if any(old.get(k) != new.get(k) for k in IDENTITY[:2]) else ()

    def _is_settled(self, wiring: Wiring, olds: Mapping[str, Any]) -> bool:
        """One shared look: everybody matches whom the policy does not leave alone, the pointer is right, no record."""
        glance = wiring.fleet.glance()
        roll = wiring.inputs.update_policy.rolling_update
        return (
            not glance.marks
            and glance.pointer == glance.target.address == olds.get("revision")
            and all(
                m.revision.digest == glance.target.digest
                for m in glance.members
                if not is_left_alone(m, roll.standby_instances, roll.scale_in_protected_instances)
            )
            and all(m.revision.digest == glance.target.digest for m in glance.warm)
        )

    def _assess(
        self, wiring: Wiring, olds: Mapping[str, Any] | None, news: Mapping[str, Any], context: Context
    ) -> Situation:
        return assess(
            wiring,
            olds,
            owner=_owner(context, wiring),
            forced=olds is not None and olds.get("triggers") != news.get("triggers"),
            target_unknown=template_unknown(news, self.is_unknown),
        )

    def _say_plan(self, situation: Situation, context: Context, recorded: str | None = None) -> None:
        if situation.faults:
            return
        notes = situation.notes
        if situation.has_work:
            self.planned.add(situation.facts.name)
        elif recorded is not None:
            notes = (recorded,)
        if self.at_once is not None and len(self.planned) > self.at_once:
            notes += (
                f"{len(self.planned)} groups roll in this update, {self.at_once} at a time; one that waits longer than "
                "30 minutes for its turn is dropped and needs another 'pulumi up'",
            )
        context.say(preview_text(preview_of(situation, notes)))

    def _roll(
        self, wiring: Wiring, olds: Mapping[str, Any] | None, news: Mapping[str, Any], context: Context
    ) -> dict[str, Any]:
        situation = self._assess(wiring, olds, news, context)
        situation.raise_faults()
        if _is_idle(situation) and not journal.ours(situation.facts.tags):
            return state_of(olds, news, situation)
        with listening(wiring, situation.sources if situation.has_work else ()):
            return self._drive(wiring, situation, olds, news, context)

    def _drive(
        self,
        wiring: Wiring,
        situation: Situation,
        olds: Mapping[str, Any] | None,
        news: Mapping[str, Any],
        context: Context,
    ) -> dict[str, Any]:
        sources = situation.sources
        timing = wiring.timing
        lease = Lease(wiring.fleet, _owner(context, wiring), wiring.clock, timing.poll, timing.settle)
        marks = lease.acquire()
        if journal.record_marks(marks) != journal.record_marks(situation.facts.tags):
            # Whoever drove until now did more than we saw before the lease was ours.
            try:
                situation = self._assess(wiring, olds, news, context)
                situation.raise_faults()
            except RollingError:
                lease.release()
                raise
            # The queues are joined already, for these sources.
            wiring.fleet.use_signals(*sources)
        elif situation.interrupted is None:
            # What is left of a run that ended: its lease, or a request that came too late for it.
            wiring.fleet.remove_marks(sorted(journal.ours(marks).keys() - {journal.LEASE}))
            if _is_idle(situation):
                lease.release()
                return state_of(olds, news, situation)
        for warning in situation.warnings:
            context.warn(warning)
        limits, rollout, timeout = _bounded(situation, context, wiring.clock.now())
        drive = Drive(
            wiring.fleet,
            limits,
            journal.Journal(wiring.fleet, _owner(context, wiring)),
            lease,
            wiring.clock,
            on_decision=_reporter(context),
            orphaned=context.orphaned,
            aborts=context.aborts,
        )
        if rollout.resumed_at is not None:
            # Whoever drove before may have acted until the lease was ours: the settle time begins only now.
            rollout = replace(rollout, resumed_at=wiring.clock.now())
        try:
            decision = drive.run(rollout)
        except FleetError as error:
            error.left = left_of(olds, news, situation, "interrupted")
            raise
        last = last_rollout(decision.next, wiring)
        if decision.outcome is None or not decision.outcome.done:
            failed = error_of(decision, Words(wiring.name, wiring.mended, timeout))
            if not failed.returned:
                standing = "mixed" if decision.next.back_failed is None else "interrupted"
                failed.left = {**left_of(olds, news, situation, standing), "lastRollout": last}
            raise failed
        if decision.next.skipped:
            context.warn(_skipped(decision.next))
        return state_of(olds, news, situation, decision.next, last)


def _as_inputs(pointer: str) -> dict[str, Any]:
    configuration = configuration_in(pointer)
    if configuration is not None:
        return {"launchConfiguration": configuration}
    template, version = parts(pointer)
    return {"launchTemplate": {"id": template, "version": version}}


def _is_idle(situation: Situation) -> bool:
    return not situation.has_work and not situation.is_pointer_only


def _owner(context: Context, wiring: Wiring) -> str:
    return owner_of(context.urn or wiring.name)


def _reporter(context: Context) -> Callable[[Rollout, Decision], None]:
    last: list[str] = [""]

    def report(before: Rollout, decision: Decision) -> None:
        line = status_line(decision)
        if line != last[0]:
            last[0] = line
            context.status(line)

    return report


def _bounded(situation: Situation, context: Context, now: float) -> tuple[Limits, Rollout, str]:
    """Limits and rollout under the shorter of the policy's timeout and this operation's, and where that is set."""
    limits, rollout, timeout = situation.limits, situation.rollout, context.timeout
    if timeout is None or (limits.timeout is not None and limits.timeout <= timeout.seconds):
        return limits, rollout, POLICY_TIMEOUT
    # A rollout that was taken over brings a deadline of its own; the user has set this one since.
    taken_over = situation.interrupted is not None and rollout.direction is Direction.FORWARD
    deadline = now + timeout.seconds if taken_over else rollout.deadline
    return replace(limits, timeout=timeout.seconds), replace(rollout, deadline=deadline), timeout.path


def _skipped(rollout: Rollout) -> str:
    names = sorted(rollout.skipped)
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return (
        f"left as they are on request: {', '.join(names[:5])}{more}; those that do not match are replaced by the next "
        "update"
    )
