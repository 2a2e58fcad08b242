"""EC2 Auto Scaling groups under a rolling update: the fleet, and what is around the instances.

Hooks and queues bring signals, load balancers and alarms are watched, scheduled actions and suspended processes stand
in the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.budget import slot_clock
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.fleets.auto_scaling_group.facts import AutoScalingGroupFacts
from pulumi_rolling.fleets.auto_scaling_group.fleet import AutoScalingGroupFleet
from pulumi_rolling.fleets.replace import Glance, as_old
from pulumi_rolling.handler.auto_scaling_group import wanted_by
from pulumi_rolling.handler.aws_place import place_of
from pulumi_rolling.handler.operation import UNKNOWN, Operation, Reach
from pulumi_rolling.handler.replace.keeping import keeping_faults
from pulumi_rolling.handler.replace.listening import listening
from pulumi_rolling.handler.replace.own_tasks import own_tasks, shell_faults
from pulumi_rolling.handler.replace.risks import health_risks, schedule_risks, signal_risks
from pulumi_rolling.handler.replace.serving import (
    directions_of_health,
    health_by_attachment,
    health_not_waited_for,
)
from pulumi_rolling.handler.replace.surroundings import Judged, Sources, Start, Surroundings
from pulumi_rolling.handler.replace.watching import (
    queue_of,
    watch_faults,
    watch_warnings,
    watched,
    within_reach,
)
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup
from pulumi_rolling.policy.inputs import UpdatePolicy
from pulumi_rolling.policy.rolling_update.feasibility import advice, feasibility
from pulumi_rolling.signals.choose import Source, choose


def fleet_of(group: AutoScalingGroup, reach: Reach) -> AutoScalingGroupFleet:
    if group.name is None:
        raise ValueError("the group's name is not known yet")
    return AutoScalingGroupFleet(
        group.name,
        wanted=wanted_by(group),
        place=place_of(group, reach),
        retry=reach.retry,
        signals=reach.signals,
    )


class InstanceSurroundings(Surroundings[AutoScalingGroupFacts]):
    """Of an Auto Scaling group."""

    def look(self, operation: Operation) -> AutoScalingGroupFacts:
        self._watch(operation, operation.former)
        return super().look(operation)

    def glance(self, operation: Operation) -> Glance:
        self._watch(operation, None)
        glance: Glance = operation.fleet.glance(operation.fixed_in_state())
        return glance

    def towards(self, facts: AutoScalingGroupFacts, to: Revision) -> AutoScalingGroupFacts:
        facts = facts.matching_overrides(to.digest)
        seen = facts.observation
        return (
            replace(facts, observation=replace(seen, members=as_old(seen.members, facts.strays, to)))
            if facts.strays
            else facts
        )

    def limits(self, operation: Operation, facts: AutoScalingGroupFacts, sizes: Sizes) -> Limits:
        return health_by_attachment(operation.limits(sizes), operation.policy, operation.former, facts)

    def judge(self, operation: Operation, start: Start[AutoScalingGroupFacts]) -> Judged:
        policy, facts = operation.policy, start.facts
        roll = policy.rolling_update
        limits, unreachable = within_reach(start.limits, facts)
        theirs = start.suspended_by_others
        found, said = feasibility(roll, limits, start.sizes, theirs, facts.scheduled_actions, old=start.old)
        sources, about = _signals(facts, limits, policy, operation.former)
        self.use(operation, sources)
        seen = watched(policy, operation.former, operation.timing)
        clock = min(slot_clock(limits), slot_clock(limits.back()))
        operation.fleet.watch(replace(seen, health_in=directions_of_health(limits), clock=clock))
        hint = advice(roll, facts.suspended)
        health = health_not_waited_for(policy, facts)
        return Judged(
            limits,
            faults=(
                *found,
                *watch_faults(operation, facts, theirs),
                *keeping_faults(roll, sources[0]),
                *shell_faults(roll),
            ),
            warnings=(*said, *unreachable, *health.warnings, *watch_warnings(policy, facts), *about),
            notes=(*health.notes, *(() if hint is None else (hint,))),
            sources=sources,
        )

    def risks(self, operation: Operation, start: Start[AutoScalingGroupFacts]) -> tuple[str, ...]:
        roll = operation.policy.rolling_update
        facts, rests = start.facts, start.facts.suspended.union(roll.suspend_processes)
        contents = {} if start.to is UNKNOWN else operation.fleet.contents(start.to)
        return (
            *health_risks(facts.checked_by, facts.grace, start.rollout.prior, rests),
            *signal_risks(start.limits, queue_of(operation.policy), contents.get("UserData")),
            *schedule_risks(facts.scheduled_actions),
        )

    def use(self, operation: Operation, sources: Sources) -> None:
        operation.fleet.use_signals(*sources)

    def listening(self, operation: Operation, sources: Iterable[Source]) -> AbstractContextManager[None]:
        return _beside(operation, sources)

    def _watch(self, operation: Operation, former: UpdatePolicy | None) -> None:
        operation.fleet.watch(watched(operation.policy, former, operation.timing))


@contextmanager
def _beside(operation: Operation, sources: Iterable[Source]) -> Iterator[None]:
    with own_tasks(operation), listening(operation, sources):
        yield


def _signals(
    facts: AutoScalingGroupFacts, rules: Limits, policy: UpdatePolicy, former: UpdatePolicy | None
) -> tuple[Sources, tuple[str, ...]]:
    """Each direction has its own source, as it has its own policy."""
    rounds = rules.pacing is Pacing.LOCK_STEP
    forward, said = choose(facts.hooks, rules.signals, rules.pause, queue_of(policy), in_rounds=rounds)
    back = rules.way_back
    if back is None:
        return (forward, forward), said
    return (forward, choose(facts.hooks, back.signals, back.pause, queue_of(former))[0]), said
