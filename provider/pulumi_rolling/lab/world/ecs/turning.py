"""Where a deployment begins, fails and turns back: the primary deployment changes, and the service deployment with it.

Sources: ECS API reference, ServiceDeployment (statuses), StopServiceDeployment; developer guide, service revisions
(a rollback makes none); live logs (the former deployment is primary again under its own id, and the failed one is
ACTIVE and FAILED until that is completed). This module refuses to know which tasks are started and stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from random import Random

from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.ecs import deployment as steps
from pulumi_rolling.lab.world.ecs import texts
from pulumi_rolling.lab.world.ecs.breaker import threshold
from pulumi_rolling.lab.world.ecs.deployment import (
    Back,
    Definition,
    Deployment,
    DeploymentState,
    Rollout,
    RolloutState,
)
from pulumi_rolling.lab.world.ecs.rules import ServiceRules
from pulumi_rolling.lab.world.ecs.service import Service, note
from pulumi_rolling.lab.world.timeline import Timeline

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
REVISED = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "loadBalancers",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
)
"""Members of a service whose change makes a new revision (API reference, UpdateService, member by member)."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a deployment fails: `reason` for the service deployment has a place for what became of it."""

    rollout: str
    event: str
    reason: str
    rolls_back: bool
    breaker: bool = False
    alarms: tuple[str, ...] = ()


def breaker(rolls_back: bool) -> Cause:
    return Cause(texts.BROKEN, texts.FAILED_TO_START, texts.BY_BREAKER, rolls_back, breaker=True)


def alarm(names: tuple[str, ...], rolls_back: bool) -> Cause:
    text = texts.BY_ALARM.format("{}", ", ".join(names))
    return Cause(f"ECS deployment failed: {texts.ALARM}", texts.ALARM, text, rolls_back, alarms=names)


def by_user(rolls_back: bool) -> Cause:
    said = texts.BY_USER.format("rolled back" if rolls_back else "stopped")
    return Cause(said, said, texts.BY_USER, rolls_back)


def by_hook(stage: str, what: str) -> Cause:
    said = texts.UNANSWERED.format(stage, what)
    return Cause(said, said, said, rolls_back=True)


def begin(cloud: Cloud, service: Service, definition: Definition) -> Deployment:
    """A new deployment is primary from now on; one at work is superseded."""
    drawn = Random(f"{cloud.seed}/{service.arn}/deployments/{len(service.revisions)}")
    former = service.primary
    unfinished = service.rollout
    if unfinished is not None:
        _supersede(cloud, unfinished)
    if former is not None:
        former.alter(cloud.now, status=steps.ACTIVE)
    number = drawn.randrange(10**18, 10**19)
    made = Deployment(
        number=number,
        definition=definition,
        told=service.told,
        created_at=cloud.now,
        state=DeploymentState(reason=texts.GOING.format(f"ecs-svc/{number}"), updated_at=cloud.now),
    )
    service.revisions[number] = made
    sources = tuple(each for each in service.deployments if each.state.running or each is former)
    service.deployments.insert(0, made)
    service.steady = False
    if cloud.part(ServiceRules).service_deployments:
        _roll_out(cloud, service, made, sources, "".join(drawn.choices(LETTERS, k=21)))
    cloud.stir(service)
    return made


def _roll_out(
    cloud: Cloud, service: Service, made: Deployment, sources: tuple[Deployment, ...], rollout_id: str
) -> None:
    told = service.configuration
    breaks = told.get("deploymentCircuitBreaker") or {}
    state = RolloutState(
        updated_at=cloud.now,
        breaker=steps.MONITORING if breaks.get("enable") else steps.DISABLED,
        threshold=threshold(service.desired, breaks) if breaks.get("enable") else 0,
    )
    rollout = Rollout(
        id=rollout_id,
        arn=service.arn.replace(":service/", ":service-deployment/") + f"/{rollout_id}",
        created_at=cloud.now,
        target=made,
        sources=sources,
        configuration=told,
        states=Timeline(cloud.now, state),
        watched=watched(cloud, service),
    )
    if rollout.watched:
        rollout.alter(cloud.now, alarms=steps.MONITORING)
    service.rollouts.insert(0, rollout)
    cloud.agenda.after(cloud.part(ServiceRules).pending, partial(_go, cloud, service, rollout))


def watched(cloud: Cloud, service: Service) -> tuple[str, ...]:
    """The alarms that the next deployment goes by; none where one of them is in ALARM already."""
    told = service.configuration.get("alarms") or {}
    names = tuple(told.get("alarmNames") or ()) if told.get("enable") else ()
    standing = any(cloud.alarm(service.region, name) == "ALARM" for name in names)
    return () if standing and not cloud.part(ServiceRules).standing_alarms else names


def _go(cloud: Cloud, service: Service, rollout: Rollout) -> None:
    if rollout.now.status == steps.PENDING:
        rollout.alter(cloud.now, status=steps.IN_PROGRESS, started_at=cloud.now)
        cloud.stir(service)
        note(cloud, service)


def _supersede(cloud: Cloud, rollout: Rollout) -> None:
    rollout.alter(cloud.now, status=steps.STOP_REQUESTED, reason=texts.SUPERSEDED)
    cloud.agenda.after(cloud.part(ServiceRules).turning, partial(_stopped, cloud, rollout))


def _stopped(cloud: Cloud, rollout: Rollout) -> None:
    if rollout.now.status == steps.STOP_REQUESTED:
        rollout.alter(cloud.now, status=steps.STOPPED, stopped_at=cloud.now, finished_at=cloud.now)


def fail(cloud: Cloud, service: Service, cause: Cause) -> None:
    """The primary deployment fails: it goes back to the last good one, or stays as it is."""
    failed = service.primary
    if failed is None or failed.state.rollout == steps.FAILED:
        return
    rollout = service.rollout
    backwards = failed is service.good
    if backwards and not (cloud.part(ServiceRules).rollback_fails and cause.breaker):
        return
    service.say(cloud, texts.DEPLOYMENT_FAILED.format(failed.id, cause.event))
    failed.alter(cloud.now, rollout=steps.FAILED, reason=cause.rollout)
    if rollout is not None:
        _trigger(cloud, rollout, cause)
    if backwards:
        failed.halted = True
        _end_badly(cloud, rollout, steps.ROLLBACK_FAILED, cause.reason.format("failed"))
    elif not cause.rolls_back:
        failed.halted = True
        if rollout is not None:
            rollout.alter(cloud.now, status=steps.STOP_REQUESTED, reason=cause.reason.format("stopped"))
            cloud.agenda.after(cloud.part(ServiceRules).turning, partial(_stopped, cloud, rollout))
    else:
        _turn_back(cloud, service, failed, cause.reason.format("rolled back"))
    cloud.stir(service)


def _trigger(cloud: Cloud, rollout: Rollout, cause: Cause) -> None:
    alarms = steps.OVER[rollout.now.alarms]
    breaks = steps.OVER[rollout.now.breaker]
    rollout.alter(
        cloud.now,
        breaker=steps.TRIGGERED if cause.breaker else breaks,
        alarms=steps.TRIGGERED if cause.alarms else alarms,
        triggered=cause.alarms,
        failures=rollout.target.failures,
    )


def _turn_back(cloud: Cloud, service: Service, failed: Deployment, reason: str) -> None:
    rollout, good = service.rollout, service.good
    if good is not None and good.state.rollout != steps.COMPLETED:
        # "not eligible for another rollback until it reaches a COMPLETED state" (developer guide, circuit breaker).
        good = None
    back = Back(cloud.now, reason, None if good is None else good.number)
    if rollout is not None:
        rollout.alter(cloud.now, back=back)
    if good is None:
        failed.halted = True
        _end_badly(cloud, rollout, steps.ROLLBACK_FAILED, texts.NO_WAY_BACK)
        return
    if rollout is not None:
        rollout.alter(cloud.now, status=steps.ROLLBACK_REQUESTED, reason=reason)
        cloud.agenda.after(cloud.part(ServiceRules).turning, partial(_returning, cloud, rollout))
    _go_back(cloud, service, failed, good)


def _returning(cloud: Cloud, rollout: Rollout) -> None:
    if rollout.now.status == steps.ROLLBACK_REQUESTED:
        rollout.alter(cloud.now, status=steps.ROLLING_BACK)


def _go_back(cloud: Cloud, service: Service, failed: Deployment, good: Deployment) -> None:
    """The last good deployment is the primary one again, by its own id."""
    failed.halted = True
    failed.alter(cloud.now, status=steps.ACTIVE)
    service.say(cloud, texts.ROLLS_BACK.format(good.id))
    service.deployments = [good, *(each for each in service.deployments if each is not good)]
    good.in_a_row, good.halted, good.retry_at = 0, False, 0.0
    if cloud.part(ServiceRules).counts_anew:
        good.failures = 0
        good.alter(cloud.now, failed=0)
    good.alter(cloud.now, status=steps.PRIMARY, rollout=steps.GOING, reason=texts.GOING_BACK.format(good.id))
    service.told = {key: value for key, value in service.told.items() if key not in REVISED} | {
        key: value for key, value in good.told.items() if key in REVISED
    }
    service.steady = False
    cloud.stir(service)


def _end_badly(cloud: Cloud, rollout: Rollout | None, status: str, reason: str) -> None:
    if rollout is not None:
        rollout.alter(cloud.now, status=status, reason=reason, finished_at=cloud.now)


def look_at_alarms(cloud: Cloud, service: Service) -> None:
    """A watched alarm in ALARM fails the way forward."""
    rollout = service.rollout
    if rollout is None or rollout.now.status not in steps.FORWARD:
        return
    names = tuple(each for each in rollout.watched if cloud.alarm(service.region, each) == "ALARM")
    if names:
        told = service.configuration.get("alarms") or {}
        fail(cloud, service, alarm(names, bool(told.get("rollback"))))
