"""Who decides that a deployment failed, after what, and who returns the service then: sentences for the plan."""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_rolling.core.delegate.limits import LONGEST, ONE_HOUR
from pulumi_rolling.core.model.durations import iso
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.policy.ecs_deployment.found import Prospect
from pulumi_rolling.policy.ecs_deployment.leaves import DeploymentStrategy
from pulumi_rolling.policy.leaves import all_of

LONGEST_DEPLOYMENT = 3 * 3600.0
"""The deadline of a policy without one, beside the deployment's own waits: CloudFormation gives up an ECS service
after three hours. Tasks that find no place need not count as failures, so that ECS alone might never end."""


def deadline(prospect: Prospect) -> float:
    """Seconds after which this update ends the deployment, whatever ECS says. There always is one."""
    given = prospect.deployment.timeout
    if given is not None:
        return float(given)
    return min(LONGEST, LONGEST_DEPLOYMENT + prospect.held.waits + prospect.held.asked)


def stall(prospect: Prospect) -> float:
    """Seconds in which something must move, pauses aside."""
    return ONE_HOUR + prospect.found.grace + prospect.held.waits


def deciders(prospect: Prospect) -> Iterator[str]:
    """The breaker with its numbers, the alarms, and our deadline."""
    held, desired = prospect.held, prospect.found.desired
    if held.breaker.enable:
        after = held.breaker.acts_after(desired)
        count = "its threshold" if after is None else f"{after} {'failure' if after == 1 else 'failures'}"
        yield f"the circuit breaker acts at {count} of {desired} {'task' if desired == 1 else 'tasks'}"
    if held.alarms:
        bake = (
            ", also in a bake time that ECS computes from them"
            if held.strategy is DeploymentStrategy.ROLLING
            else ""
        )
        yield (
            f"{all_of(list(held.alarms))} in ALARM {'fails' if len(held.alarms) == 1 else 'fail'} the "
            f"deployment{bake}; one that is in ALARM when it begins is not watched"
        )
    given = prospect.deployment.timeout is not None
    whose = (
        "the policy's timeout"
        if given
        else "the default, since tasks without a place need not count as failures"
    )
    yield (
        f"this update ends the deployment after {iso(deadline(prospect))} at the latest ({whose}), and once nothing "
        f"has moved for {iso(stall(prospect))}"
    )


def returns(prospect: Prospect) -> Iterator[str]:
    """Where ECS itself does not return the service on every failure that it finds."""
    held = prospect.held
    if prospect.on_failure is not OnFailure.ROLL_BACK:
        return
    silent = [
        name
        for name, on, rollback in (
            ("the circuit breaker", held.breaker.enable, held.breaker.rollback),
            ("an alarm", bool(held.alarms), held.alarm_rollback),
        )
        if on and not rollback
    ]
    if silent:
        yield (
            f"rollback is off, so {' or '.join(silent)} only stops the deployment, and its tasks stay; this resource "
            "then returns the service by another deployment of the former task definition"
        )
