"""What the policy wants looked at beside the group, and what of it the live group cannot give.

The policy of the last deployment rules the way back, so what it wants is looked at as well; but only what the new one
wants can be refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pulumi_rolling.core.model.seen import AlarmState
from pulumi_rolling.core.replace.limits import Choice, Limits
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.auto_scaling_group.facts import AutoScalingGroupFacts, Watched
from pulumi_rolling.fleets.auto_scaling_group.traffic import lattice_faults
from pulumi_rolling.handler.alarms import alarm_faults
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.policy.inputs import UpdatePolicy
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.timing import Timing

ROLL = RollingUpdate.path
QUEUE_PATH = f"{ROLL}.readiness.signalQueue"
SELDOM = 5
"""Polls for which an answer about what changes seldom serves again."""
REGISTERS = "AddToLoadBalancer"


def watched(policy: UpdatePolicy, former: UpdatePolicy | None, timing: Timing) -> Watched:
    rolls = [each.rolling_update for each in (policy, former) if each is not None]
    return Watched(
        # What is not said is decided by the look, which costs nothing where the group is attached to none; what the
        # former policy leaves open is as the new one has it.
        target_health=rolls[0].readiness.target_health is not False
        or any(roll.readiness.target_health for roll in rolls[1:]),
        status_checks=any(roll.readiness.status_checks for roll in rolls),
        alarms=rolls[0].alarms,
        queues=tuple(dict.fromkeys(url for url in map(queue_of, (policy, former)) if url is not None)),
        warm_pool=any(roll.warm_pool_instances is not Choice.IGNORE for roll in rolls),
        seldom=SELDOM * timing.poll,
    )


def queue_of(policy: UpdatePolicy | None) -> str | None:
    """The queue that signals come by, where the policy waits for any."""
    roll = policy.rolling_update if policy is not None else None
    return roll.readiness.signal_queue if roll is not None and roll.wait_on_resource_signals else None


def watch_faults(
    operation: Operation, facts: AutoScalingGroupFacts, suspended: frozenset[str]
) -> Iterator[Fault]:
    """``suspended``: processes that were suspended before we came."""
    policy = operation.policy
    roll = policy.rolling_update
    if roll.readiness.target_health:
        yield from _target_faults(facts)
        yield from lattice_faults(facts.lattice)
        if REGISTERS in roll.suspend_processes:
            yield Fault(f"{ROLL}.suspendProcesses", _never_registered("take it out"))
        elif REGISTERS in suspended:
            yield Fault(f"{operation.kind.key}.suspendedProcesses", _never_registered("resume it"))
    yield from alarm_faults(operation, facts.missing_alarms)
    for queue in facts.queues:
        if queue.trouble and queue.url == queue_of(policy):
            yield Fault(QUEUE_PATH, f"no signal can be received from {queue.url}: {queue.trouble}")


def watch_warnings(policy: UpdatePolicy, facts: AutoScalingGroupFacts) -> Iterator[str]:
    for alarm in facts.observation.alarms:
        if alarm.state is AlarmState.ALARM:
            yield f"alarm {alarm.name} is in ALARM already; it is ignored until it has once been OK"
    for queue in facts.queues:
        if queue.trouble and queue.url != queue_of(policy):
            yield f"the former policy's queue for signals of the way back cannot be read: {queue.trouble}"
        if queue.most_receives is not None:
            yield (
                f"{queue.url} moves a message away after {queue.most_receives} receives, and while a rollout listens "
                "those for other groups are received every 30 s as well"
            )


def within_reach(limits: Limits, facts: AutoScalingGroupFacts) -> tuple[Limits, tuple[str, ...]]:
    """The limits without what the former policy wants of a way back and the group cannot give any more."""
    back = limits.way_back
    if back is None or not back.target_health or limits.target_health or facts.targets:
        return limits, ()
    said = (
        "the former policy wants healthy targets on the way back, but the group is attached to none any more"
    )
    return replace(limits, way_back=replace(back, target_health=False)), (
        f"{said}; in service is enough there",
    )


def _target_faults(facts: AutoScalingGroupFacts) -> Iterator[Fault]:
    path = f"{ROLL}.readiness.targetHealth"
    if not facts.targets:
        yield Fault(
            path,
            "the group is attached to no target group and no classic load balancer, so nobody would ever be healthy "
            "there. Attach it to one, or remove targetHealth.",
        )
    for name in facts.idle_targets:
        yield Fault(
            path,
            f"no load balancer uses the target group {name}, so nobody in it is ever healthy. Give it a listener, or "
            "detach the group from it.",
        )


def _never_registered(remedy: str) -> str:
    return (
        f"{REGISTERS} is suspended, so new instances would never be registered, and never be healthy targets; "
        f"{remedy}, or remove readiness.targetHealth."
    )
