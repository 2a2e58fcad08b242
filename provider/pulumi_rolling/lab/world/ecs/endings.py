"""Where a deployment ends well: all is replaced, or enough of it, and the alarms are quiet for as long as they must be.

Sources: ECS API reference, DeploymentEarlySuccessCriteria; developer guide, "How CloudWatch alarms detect Amazon ECS
deployment failures" (the bake time is computed from the alarms, and is a rule here). This module refuses to know how
tasks are replaced.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.ecs import deployment as steps
from pulumi_rolling.lab.world.ecs import stages, texts, turning
from pulumi_rolling.lab.world.ecs.deployment import Deployment, Rollout
from pulumi_rolling.lab.world.ecs.rules import ServiceRules
from pulumi_rolling.lab.world.ecs.service import Service, note

BLOCKING = "BLOCKING"


def look(cloud: Cloud, service: Service) -> None:
    """The primary deployment is completed when its time has come."""
    primary = service.primary
    if primary is None or primary.halted:
        return
    turning.look_at_alarms(cloud, service)
    primary = service.primary
    if primary is None or primary.halted:
        return
    whole = _whole(service, primary)
    if primary.state.rollout == steps.COMPLETED:
        if whole and not service.steady:
            service.say(cloud, texts.STEADY)
        service.steady = whole
        return
    rollout = service.rollout
    backwards = rollout is not None and rollout.now.status in steps.BACKWARD
    if not (whole or (not backwards and _early(service, primary))):
        return
    done = _returned if backwards else _baked
    if rollout is None or done(cloud, service, rollout):
        _complete(cloud, service, primary, whole)


def _whole(service: Service, primary: Deployment) -> bool:
    """Every task is new and healthy, and no other runs."""
    live = service.live
    return sum(each.healthy for each in live) == service.desired == len(live) and all(
        each.deployment is primary for each in live
    )


def _enough(service: Service, primary: Deployment) -> int | None:
    """How many healthy tasks are an early success; None where there is none to be had."""
    told = service.configuration.get("earlySuccessCriteria") or {}
    if not told.get("enable") or primary is service.good:
        return None
    return -(-service.desired * int(told.get("healthyPercent", 100)) // 100)


def _healthy(service: Service, primary: Deployment) -> int:
    return sum(each.healthy for each in service.live if each.deployment is primary)


def _blocking(service: Service) -> bool:
    told = service.configuration.get("earlySuccessCriteria") or {}
    return str(told.get("sourceServiceRevisionCleanup", BLOCKING)) == BLOCKING


def _early(service: Service, primary: Deployment) -> bool:
    enough = _enough(service, primary)
    if enough is None or _healthy(service, primary) < enough:
        return False
    return not _blocking(service) or all(each.deployment is primary for each in service.live)


def floor(service: Service, primary: Deployment) -> int:
    """So many healthy tasks stay when new ones have taken the place of old ones."""
    enough = _enough(service, primary)
    early = enough is not None and _blocking(service) and _healthy(service, primary) >= enough
    return enough if early and enough is not None else service.desired


def _baked(cloud: Cloud, service: Service, rollout: Rollout) -> bool:
    """The time is over in which alarms are watched after all is replaced."""
    if stages.beside(service):
        return stages.passed_all(rollout)
    if rollout.bakes_until is None:
        seconds = cloud.part(ServiceRules).bake if rollout.watched else 0.0
        rollout.bakes_until = cloud.now + seconds
        if seconds:
            rollout.alter(cloud.now, stage="BAKE_TIME")
            cloud.agenda.at(rollout.bakes_until, partial(cloud.stir, service))
    return cloud.now >= rollout.bakes_until


def _returned(cloud: Cloud, service: Service, rollout: Rollout) -> bool:
    """The way back has taken its time."""
    begun = cloud.now if rollout.now.back is None else rollout.now.back.at
    rules = cloud.part(ServiceRules)
    over = begun + rules.turning + rules.returning
    if cloud.now < over:
        cloud.agenda.at(over, partial(cloud.stir, service))
    return cloud.now >= over


def _complete(cloud: Cloud, service: Service, primary: Deployment, whole: bool) -> None:
    primary.alter(cloud.now, rollout=steps.COMPLETED, reason=texts.DONE.format(primary.id))
    note(cloud, service)
    service.say(cloud, texts.DEPLOYMENT_DONE.format(primary.id))
    if whole:
        service.say(cloud, texts.STEADY)
    service.steady = whole
    service.good = primary
    rollout = service.rollout
    if rollout is not None:
        back = rollout.now.status == steps.ROLLING_BACK
        now = rollout.now
        rollout.alter(
            cloud.now,
            status=steps.ROLLED_BACK if back else steps.SUCCESSFUL,
            stage="CLEAN_UP",
            finished_at=cloud.now,
            breaker=steps.OVER[now.breaker],
            alarms=steps.OVER[now.alarms],
        )
    cloud.stir(service)
