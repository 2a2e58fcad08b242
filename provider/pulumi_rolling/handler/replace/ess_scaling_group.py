"""ESS scaling groups under a rolling update: the fleet, and what is around the instances.

Launch hooks and instance tags bring signals; suspended processes, and fields of the policy that nothing in ESS
answers, stand in the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.limits import Guard, Limits, Pacing
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.ess_scaling_group.facts import EssScalingGroupFacts
from pulumi_rolling.fleets.ess_scaling_group.fleet import EssScalingGroupFleet
from pulumi_rolling.fleets.replace import as_old
from pulumi_rolling.handler.ess_scaling_group import edited_warning, place_of, wanted_by
from pulumi_rolling.handler.operation import Operation, Reach
from pulumi_rolling.handler.replace.surroundings import Judged, Sources, Start, Surroundings
from pulumi_rolling.policy.groups.ess_scaling_group import PROCESSES, UNLIKE, EssScalingGroup
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.rolling_update.feasibility import feasibility
from pulumi_rolling.signals.choose import Source, choose
from pulumi_rolling.signals.hook import HookSignals
from pulumi_rolling.signals.tag import SIGNAL_TAG, TagSignals


def fleet_of(group: EssScalingGroup, reach: Reach) -> EssScalingGroupFleet:
    if group.id is None:
        raise ValueError("the group's id is not known yet")
    return EssScalingGroupFleet(
        group.id,
        wanted=wanted_by(group),
        place=place_of(group),
        retry=reach.retry,
        signals=reach.signals,
    )


class EssSurroundings(Surroundings[EssScalingGroupFacts]):
    """Of an ESS scaling group."""

    def towards(self, facts: EssScalingGroupFacts, to: Revision) -> EssScalingGroupFacts:
        seen = facts.observation
        return replace(facts, observation=replace(seen, members=as_old(seen.members, facts.strays, to)))

    def limits(self, operation: Operation, facts: EssScalingGroupFacts, sizes: Sizes) -> Limits:
        allowed: Limits = operation.limits(sizes)
        former = allowed.way_back
        kept = facts.sizes.kept
        return replace(_of_ess(allowed, kept), way_back=None if former is None else _of_ess(former, kept))

    def judge(self, operation: Operation, start: Start[EssScalingGroupFacts]) -> Judged:
        roll, facts = operation.policy.rolling_update, start.facts
        found, said = feasibility(roll, start.limits, start.sizes, old=start.old)
        sources, about = _signals(facts, start.limits)
        self.use(operation, sources)
        return Judged(
            start.limits,
            faults=(*found, *_unable(roll), *_batches_only(roll, facts)),
            warnings=(*said, *about, *edited_warning(facts.strays), *_attached(facts), *_by_hand(facts)),
            notes=_running(start.limits, facts),
            sources=sources,
        )

    def use(self, operation: Operation, sources: Sources) -> None:
        operation.fleet.use_signals(*sources)


def _of_ess(limits: Limits, kept: bool) -> Limits:
    """Processes by the names that ESS has for them; those without an equal are refused where they stand.

    Where no expected number is kept one activity excludes all others, so that there are batches and no window.
    """
    if not kept:
        limits = replace(limits, pacing=Pacing.LOCK_STEP, guard=Guard.OFF)
    return replace(
        limits,
        firm_min=True,
        suspend=frozenset(PROCESSES[each] for each in limits.suspend if each in PROCESSES),
    )


def _batches_only(roll: RollingUpdate, facts: EssScalingGroupFacts) -> Iterator[Fault]:
    if facts.sizes.kept:
        return
    why = (
        "a group without an expected number does one scaling activity at a time, also while a hook waits, so that it "
        "is rolled in batches"
    )
    if roll.pacing is Pacing.SLIDING:
        yield Fault(
            f"{RollingUpdate.path}.pacing",
            f"{why}. Remove it, say lockStep, or set desiredCapacity on the group.",
        )
    if roll.guard not in (None, Guard.OFF):
        yield Fault(f"{RollingUpdate.path}.guard", f"needs pacing: sliding, and {why}. Remove it.")


def _by_hand(facts: EssScalingGroupFacts) -> tuple[str, ...]:
    if facts.sizes.kept:
        return ()
    return (
        "the group has no expected number of instances, so that Auto Scaling launches nothing in place of a removed "
        "one: the roll goes by batches (lockStep), and launches as many as it removed once a removal is over.",
    )


def _unable(roll: RollingUpdate) -> Iterator[Fault]:
    """What the policy asks for and nothing in ESS answers."""
    for place, process in enumerate(roll.suspend_processes):
        if process in UNLIKE:
            path = f"{RollingUpdate.path}.suspendProcesses[{place}]"
            yield Fault(path, f"{process} has no equal in ESS: {UNLIKE[process]}.")
    ready, later = roll.readiness, "is not available for ESS scaling groups in this version; remove it."
    asked = {
        "alarms": bool(roll.alarms),
        "readiness.targetHealth": ready.target_health is True,
        "readiness.statusChecks": ready.status_checks,
        "readiness.signalQueue": ready.signal_queue is not None,
        "readiness.command": ready.command.run is not None,
        "readiness.http": ready.http.url is not None,
        "beforeTerminate": roll.before_terminate.run is not None,
        "keepFailed": bool(roll.keep_failed),
    }
    for name, given in asked.items():
        if given:
            yield Fault(f"{RollingUpdate.path}.{name}", later)


def _signals(facts: EssScalingGroupFacts, rules: Limits) -> tuple[Sources, tuple[str, ...]]:
    """Each direction has its own source, as it has its own policy."""
    forward, said = _source(facts, rules)
    back = rules.way_back
    return (forward, forward if back is None else _source(facts, back)[0]), said


def _source(facts: EssScalingGroupFacts, rules: Limits) -> tuple[Source, tuple[str, ...]]:
    """A hook's token covers all instances of an activity, so with several at once it is no verdict on one of them."""
    source, said = choose(facts.hooks, rules.signals, rules.pause)
    if not isinstance(source, HookSignals) or rules.batch == 1:
        return source, said
    names = ", ".join(repr(hook.name) for hook in facts.hooks)
    return TagSignals(), (
        f"ESS gives one token of the launch hook {names} for all instances of an activity, so signals are read from "
        f"the instance tag {SIGNAL_TAG}, and the hook holds new instances besides: each must complete it, too. With "
        "maxBatchSize 1 the hook alone is the signal.",
    )


def _attached(facts: EssScalingGroupFacts) -> tuple[str, ...]:
    if not facts.attached:
        return ()
    return (
        f"attached by hand: {', '.join(facts.attached[:5])}. Instances that a person attached are taken out of the "
        "group where they are replaced, and run on outside it.",
    )


def _running(rules: Limits, facts: EssScalingGroupFacts) -> tuple[str, ...]:
    """Processes that set the expected number from what is stable at the moment, and so over ours (ESS user guide)."""
    names = {ess: name for name, ess in PROCESSES.items()}
    running = [
        names[each]
        for each in ("AlarmNotification", "ScheduledAction")
        if each not in rules.suspend | facts.suspended
    ]
    if not running:
        return ()
    return (
        f"{' and '.join(running)} may change the expected number during the roll; suspendProcesses lets them rest.",
    )
