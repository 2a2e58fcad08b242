"""The policy against the live service: what forbids the deployment, and what people should know before it starts.

ECS finds most of this while the deployment stands, or not at all; here it is known in preview.
"""

from __future__ import annotations

from collections.abc import Iterator

from pulumi_rolling.core.model.commands import command
from pulumi_rolling.core.model.durations import iso
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.ecs_deployment.block import EcsDeployment
from pulumi_rolling.policy.ecs_deployment.deciders import deciders, returns
from pulumi_rolling.policy.ecs_deployment.found import OWN_CONTROLLER, Found, Prospect
from pulumi_rolling.policy.ecs_deployment.leaves import STAGES, DeploymentStrategy
from pulumi_rolling.policy.ecs_deployment.rules import strategy_faults, too_early
from pulumi_rolling.policy.groups.ecs_service import EcsService
from pulumi_rolling.policy.leaves import all_of

BREAKER_TAKES = 20 * 60
"""Seconds: in public event logs of three failures the breaker acted after 3 to 18 minutes."""
_TRAFFIC_STAGES = STAGES[3:]
"""Stages that a deployment without a shift of traffic never comes to."""


def feasibility(
    deployment: EcsDeployment, found: Found, on_failure: OnFailure = OnFailure.ROLL_BACK
) -> tuple[list[Fault], list[str]]:
    """Faults, which forbid the deployment, and warnings, which do not."""
    prospect = Prospect(deployment, found, on_failure)
    if found.controller != OWN_CONTROLLER:
        return [*_controller_faults(found), *_on_failure_faults(prospect)], []
    faults = [
        *_bound_faults(prospect),
        *_strategy_faults(prospect),
        *_on_failure_faults(prospect),
    ]
    warnings = [
        *_size_warnings(prospect),
        *_decider_warnings(prospect),
        *_waiting_warnings(prospect),
        *_strategy_warnings(prospect),
    ]
    return faults, warnings


def notes(deployment: EcsDeployment, found: Found, on_failure: OnFailure = OnFailure.ROLL_BACK) -> list[str]:
    """Who decides that the deployment failed, who returns the service, and how images are resolved."""
    prospect = Prospect(deployment, found, on_failure)
    if found.controller != OWN_CONTROLLER:
        return []
    return [
        *_percentages(prospect),
        *deciders(prospect),
        *returns(prospect),
        *_grace(prospect),
        *_digests(prospect),
    ]


def _controller_faults(found: Found) -> Iterator[Fault]:
    whose = {
        "CODE_DEPLOY": "its deployments are begun by CodeDeploy",
        "EXTERNAL": "its task sets are made by another tool",
    }.get(found.controller, "its deployments are begun elsewhere")
    yield Fault(
        f"{EcsService.path}.deploymentController",
        f"is {found.controller}: {whose}, and UpdateService changes no task definition there. Migrate the service "
        "first: UpdateService takes deploymentController {type: ECS}, and with it a deploymentConfiguration whose "
        "strategy BLUE_GREEN, LINEAR or CANARY shifts traffic as before, or ROLLING.",
    )


def _bound_faults(prospect: Prospect) -> Iterator[Fault]:
    """Percentages under which nothing moves (developer guide, "important")."""
    found, room, held = prospect.found, prospect.bounds, prospect.held
    if not found.replaces or not prospect.is_rolling or found.is_daemon or not room.is_blocked:
        return
    yield Fault(
        f"{EcsDeployment.path}.maximumPercent",
        f"blocks the deployment: of {room.desired} {_tasks(room.desired)}, minimumHealthyPercent {held.minimum} keeps "
        f"{room.keep} (rounded up) and maximumPercent {held.maximum} allows {room.top} (rounded down), so that ECS "
        "could stop none and start none, and would stand there for ever. Set maximumPercent to at least "
        f"{room.least_top}, or minimumHealthyPercent to at most {room.most_keep}.",
    )


def _strategy_faults(prospect: Prospect) -> Iterator[Fault]:
    """What the service's own strategy forbids; where the block names one, its rules have spoken."""
    deployment, held, path = prospect.deployment, prospect.held, EcsDeployment.path
    if deployment.strategy is None and held.strategy is not None:
        given = {name for name, value in _given(deployment) if value is not None}
        yield from (fault.below(path) for fault in strategy_faults(held.strategy, given))
    if held.strategy is DeploymentStrategy.BLUE_GREEN and "bakeTimeInMinutes" not in prospect.configuration:
        yield Fault(
            f"{path}.bakeTimeInMinutes",
            "is required with strategy BLUE_GREEN: for how long both revisions run after the traffic has moved.",
        )
    early = deployment.early_success_criteria
    if early is not None and deployment.minimum_healthy_percent is None:
        share = early.healthy_percent
        if early.enable and share is not None and share < held.minimum:
            yield Fault(f"{path}.earlySuccessCriteria.healthyPercent", too_early(share, held.minimum))
    alarms = deployment.alarms
    if alarms is not None and alarms.enable and alarms.alarm_names is None and not held.alarms:
        yield Fault(f"{path}.alarms.alarmNames", "is required: the service itself has no alarms.")


def _given(deployment: EcsDeployment) -> Iterator[tuple[str, object]]:
    yield "bakeTimeInMinutes", deployment.bake_time_in_minutes
    yield "linearConfiguration", deployment.linear_configuration
    yield "canaryConfiguration", deployment.canary_configuration
    yield "earlySuccessCriteria", deployment.early_success_criteria


def _on_failure_faults(prospect: Prospect) -> Iterator[Fault]:
    """Holding, and a return by ECS where the service is to be left as it is."""
    if prospect.on_failure is OnFailure.HOLD:
        yield Fault(
            "onFailure",
            "must be rollBack or leave with ecsDeployment: a deployment that failed is over, and nothing of it can be "
            "retried or skipped.",
        )
    if prospect.on_failure is not OnFailure.LEAVE:
        return
    held, deployment = prospect.held, prospect.deployment
    on = [
        ("circuitBreaker", held.breaker.enable and held.breaker.rollback, deployment.circuit_breaker),
        ("alarms", bool(held.alarms) and held.alarm_rollback, deployment.alarms),
    ]
    for field, turns, ours in on:
        if turns and ours is not None and ours.rollback is True:
            yield Fault(
                f"{EcsDeployment.path}.{field}.rollback",
                "may not stand with onFailure: leave, which leaves a failed service as it is; remove one.",
            )
        elif turns:
            yield Fault(
                f"{EcsDeployment.path}.{field}.rollback",
                "must be given as false with onFailure: leave: the service has it on, and ECS would return it all "
                "the same.",
            )


def _size_warnings(prospect: Prospect) -> Iterator[str]:
    found, room, held = prospect.found, prospect.bounds, prospect.held
    if not found.replaces or not prospect.is_rolling:
        return
    if found.is_daemon and room.is_blocked:
        yield (
            f"minimumHealthyPercent {held.minimum} of {room.desired} {_tasks(room.desired)} keeps all, and a DAEMON "
            "has no room for a second task on an instance: nothing might move. Set minimumHealthyPercent to at most "
            f"{room.most_keep}."
        )
    if found.is_daemon and held.maximum != 100:
        yield (
            f"maximumPercent {held.maximum} says nothing for a DAEMON: one task stands on each instance, and the old "
            "one is stopped first."
        )
    if room.is_outage and not found.is_daemon:
        who = "the only task" if room.desired == 1 else f"all {room.desired} tasks"
        yield (
            f"{who} may be stopped before a new one is healthy, since minimumHealthyPercent 0 keeps none; set "
            "minimumHealthyPercent: 100 and maximumPercent: 200 to start first."
        )
    if found.az_rebalancing and not found.is_daemon and held.maximum <= 100:
        yield (
            f"availability zone rebalancing needs a maximumPercent above 100; found {held.maximum}. ECS may refuse it."
        )


def _decider_warnings(prospect: Prospect) -> Iterator[str]:
    """Nobody but the deadline who ends it, one that is too early, and one that has nothing to return to."""
    found, held = prospect.found, prospect.held
    timeout = prospect.deployment.timeout
    if found.replaces and not held.breaker.enable and not held.alarms:
        yield (
            "neither circuit breaker nor alarms are on: ECS starts failing tasks again and again, and only this "
            "update's deadline ends that. Set circuitBreaker: {enable: true}."
        )
    if timeout is not None and held.waits >= timeout:
        yield (
            f"timeout {iso(timeout)} leaves no time to replace anybody: bake times and steps of traffic alone take "
            f"{iso(held.waits)}."
        )
    elif timeout is not None and held.breaker.enable and timeout < BREAKER_TAKES:
        yield (
            f"timeout {iso(timeout)} may end the deployment before the circuit breaker acts, which took 3 to 18 "
            "minutes where people have shown it; then its cause is not told."
        )
    if found.first:
        yield (
            "no deployment of this service was completed before, so ECS has no rollback candidate: a failure ends in "
            'ROLLBACK_FAILED ("No rollback candidate was found to run the rollback."), and the failed tasks stay.'
        )


def _waiting_warnings(prospect: Prospect) -> Iterator[str]:
    """For what the deployment waits."""
    found, held = prospect.found, prospect.held
    if found.protected:
        yield (
            f"{found.protected} of the tasks to be replaced {_are(found.protected)} protected from scale-in: the "
            "deployment waits for them, and does not end before the protection is taken away or has run out."
        )
    if held.pauses and found.replaces:
        yield (
            f"the deployment stops at {all_of(list(held.pauses))} until somebody runs "
            f"{command('approve', found.call)} (or {command('reject', found.call)}), and pulumi up waits for that; a "
            "pause that nobody answers ends by its own "
            "timeout (24 h and a rollback, unless its timeoutConfiguration says otherwise)."
        )
    if held.early is not None:
        yield (
            f"success is declared at {held.early} % of healthy tasks (earlySuccessCriteria): old ones may still run "
            "then."
        )


def _strategy_warnings(prospect: Prospect) -> Iterator[str]:
    found, held = prospect.found, prospect.held
    never = [stage for stage in held.hooked if stage in _TRAFFIC_STAGES]
    if prospect.is_rolling and never:
        yield f"hooks at {all_of(never)} are never called: a ROLLING deployment shifts no traffic."
    if held.strategy is None:
        yield "the service's strategy is not known to this version; how it replaces tasks is not foretold."
    elif not prospect.is_rolling and not found.has_load_balancer:
        yield (
            f"strategy {held.strategy.value} needs a load balancer or Service Connect to shift traffic; the service "
            "has no load balancer."
        )


def _percentages(prospect: Prospect) -> Iterator[str]:
    """Which of the two are the service's own."""
    deployment, held = prospect.deployment, prospect.held
    left = [
        f"{name} {value}"
        for name, given, value in (
            ("minimumHealthyPercent", deployment.minimum_healthy_percent, held.minimum),
            ("maximumPercent", deployment.maximum_percent, held.maximum),
        )
        if given is None
    ]
    if left and prospect.is_rolling:
        yield f"{all_of(left)}: as the service has it, where the policy gives none"


def _grace(prospect: Prospect) -> Iterator[str]:
    grace, breaker = prospect.found.grace, prospect.held.breaker
    if grace and breaker.enable:
        yield (
            f"failed health checks count only {iso(grace)} after a task has started "
            "(healthCheckGracePeriodSeconds), so the breaker hears of them no sooner"
        )


def _digests(prospect: Prospect) -> Iterator[str]:
    """How tags become digests (developer guide, container image resolution)."""
    found = prospect.found
    if found.digest_pinned:
        return
    if found.desired == 0:
        yield (
            "the desired count is 0: no task is started, so nothing is tried out and no image is resolved to its "
            "digest; the next deployment with tasks does that"
        )
        return
    agent = " (container agent 1.83.0 or newer keeps that short)" if found.launch_type == "EC2" else ""
    first = "its only task" if found.desired == 1 else f"a first task, which the others wait for{agent}"
    breaker = prospect.held.breaker
    turns = " and is returned" if breaker.rollback else ""
    after = f"the deployment fails{turns}" if breaker.enable else "it goes on with tags unresolved"
    yield f"image tags become digests by {first}; after three vain attempts {after}"


def _tasks(count: int) -> str:
    return "task" if count == 1 else "tasks"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
