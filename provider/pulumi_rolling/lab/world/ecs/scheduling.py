"""The scheduler of a service: tasks are started and stopped within the bounds until all are new.

Sources: ECS developer guide, "Deploy Amazon ECS services by replacing tasks" (bounds; the first task alone fixes the
digests of the others; unhealthy tasks are replaced before they are stopped, where the maximum allows), "Protect your
Amazon ECS tasks from being terminated by scale-in events". This module looks at what is, and refuses to know what
changed.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.ecs import endings, failures, lives, stages, texts
from pulumi_rolling.lab.world.ecs import service as services
from pulumi_rolling.lab.world.ecs.bounds import Bounds, bounds
from pulumi_rolling.lab.world.ecs.deployment import GOING, Deployment
from pulumi_rolling.lab.world.ecs.rules import ServiceRules
from pulumi_rolling.lab.world.ecs.service import Service
from pulumi_rolling.lab.world.ecs.task import RUNNING, Task

PATIENCE = 8
"""A place is looked for again after so many times the pause that a failed start makes."""
STRAIGHT_THROUGH = 3
"""So many failures of first tasks, and the deployment goes on with its digests unresolved."""


def reconcile(cloud: Cloud, service: Service) -> None:
    """The service goes as far as it can at this moment; called again without a change, it does nothing."""
    primary = service.primary
    if service.status == services.DRAINING:
        _drain(cloud, service)
    elif service.status == services.LIVING and primary is not None:
        if not primary.halted and stages.begun(service):
            _schedule(cloud, service, primary)
        stages.pass_on(cloud, service)
        endings.look(cloud, service)
    services.note(cloud, service)


def limits(service: Service) -> Bounds:
    told = service.configuration
    return bounds(service.desired, told["minimumHealthyPercent"], told["maximumPercent"])


def _drain(cloud: Cloud, service: Service) -> None:
    """A service that was deleted stops its tasks, and is INACTIVE when they have ended."""
    _stop(cloud, service, service.live)
    if all(each.now.last == "STOPPED" for each in service.tasks.values()):
        service.status = services.INACTIVE
        service.deployments = []


def _schedule(cloud: Cloud, service: Service, primary: Deployment) -> None:
    allowed = limits(service)
    _shed(cloud, service, primary)
    live = service.live
    missing = service.desired - sum(each.deployment is primary and each.sound for each in live)
    room = allowed.high - len(live)
    if stages.beside(service):
        room = max(room, missing)
    wanted = max(0, min(missing, room))
    eager = cloud.part(ServiceRules).stops_first and missing > 0
    placed = wanted
    if wanted and _may_start(cloud, service, primary):
        placed = _place(cloud, service, primary, wanted)
    if primary.halted:
        return
    short = max(0, missing) - min(wanted, placed)
    if not stages.keeps_old(service):
        freed = _retire(cloud, service, primary, allowed, missing if eager else short)
        if short and not freed:
            _say_blocked(cloud, service, primary, allowed)
        elif short and freed:
            cloud.stir(service)


def _may_start(cloud: Cloud, service: Service, primary: Deployment) -> bool:
    """No pause after a failure, and no first task whose digests the others wait for."""
    if cloud.now < primary.retry_at:
        return False
    waits = primary.definition.pins and not primary.resolved and primary.in_a_row < STRAIGHT_THROUGH
    return not (waits and any(each.deployment is primary for each in service.live))


def _place(cloud: Cloud, service: Service, primary: Deployment, wanted: int) -> int:
    """Start what there is a place for; how many that were, or would be but for the first task."""
    capacity = service.capacity
    free = wanted if capacity is None else max(0, capacity - len(service.live))
    if lives.unplaced(cloud, primary):
        free = 0
    if free == 0:
        _no_place(cloud, service, primary)
        return 0
    first = primary.definition.pins and not primary.resolved and primary.in_a_row < STRAIGHT_THROUGH
    ids = [lives.start(cloud, service, primary).id for _ in range(1 if first else min(wanted, free))]
    replaced = sum(each.now.failed for each in service.live)
    said = texts.STARTED.format(len(ids), texts.tasks(ids))
    service.say(cloud, f"{said} {texts.REPLACED.format(min(replaced, len(ids)))}" if replaced else said)
    return min(wanted, free)


def _no_place(cloud: Cloud, service: Service, primary: Deployment) -> None:
    on_fargate = service.told.get("launchType") == "FARGATE"
    service.say_once(cloud, primary, texts.NO_CAPACITY if on_fargate else texts.NO_PLACE)
    rules = cloud.part(ServiceRules)
    if rules.unplaced_counts:
        failures.count(cloud, service, primary)
    else:
        primary.retry_at = cloud.now + rules.retry * PATIENCE
        cloud.agenda.at(primary.retry_at, partial(cloud.stir, service))


def _shed(cloud: Cloud, service: Service, primary: Deployment) -> None:
    """New tasks beyond the desired count go: those that failed or do not run first, then the newest."""
    own = [each for each in service.live if each.deployment is primary]
    sound = sum(each.sound for each in own)
    healthy = sum(each.healthy for each in own)
    failed = [each for each in own if each.now.failed]
    high = limits(service).high
    crowded = max(0, service.desired - sound - max(0, high - len(service.live)))
    _stop(cloud, service, failed if healthy >= service.desired else failed[:crowded])
    over = sound - service.desired
    if over > 0:
        loose = [each for each in own if each.sound and not each.protected(cloud.now)]
        loose.sort(key=lambda each: (each.healthy, each.now.last == RUNNING, -each.created_at))
        _stop(cloud, service, loose[:over])


def _retire(cloud: Cloud, service: Service, primary: Deployment, allowed: Bounds, short: int) -> int:
    """Old tasks go: at once where they are not healthy, else as new ones took their place or need one."""
    old = [each for each in service.live if each.deployment is not primary]
    loose = [each for each in old if not each.protected(cloud.now)]
    idle = [each for each in loose if not each.healthy]
    healthy = sum(each.healthy for each in service.live)
    spare = max(0, healthy - endings.floor(service, primary))
    needed = min(max(0, short - len(idle)), max(0, healthy - allowed.low))
    wanted = max(spare, needed)
    chosen = [each for each in loose if each.healthy][:wanted]
    _stop(cloud, service, [*idle, *chosen])
    kept = [each for each in old if each.live and each.protected(cloud.now)]
    if kept and wanted > len(chosen):
        _say_protected(cloud, service, kept)
    return len(idle) + len(chosen)


def _say_protected(cloud: Cloud, service: Service, kept: list[Task]) -> None:
    former = kept[0].deployment
    service.say_once(cloud, former, texts.PROTECTED.format(former.id, len(kept)))
    ends = min(each.now.protected_until or 0.0 for each in kept)
    cloud.agenda.at(ends, partial(cloud.stir, service))


def _say_blocked(cloud: Cloud, service: Service, primary: Deployment, allowed: Bounds) -> None:
    if primary.state.rollout == GOING and allowed.blocked(service.desired):
        service.say_once(cloud, primary, texts.BLOCKED)


def _stop(cloud: Cloud, service: Service, chosen: list[Task]) -> None:
    running = [each.id for each in chosen if each.now.last == RUNNING]
    draining = sum(each.now.target is not None for each in chosen)
    for each in chosen:
        lives.stop(cloud, service, each, texts.BY_SCHEDULER.format(each.deployment.id))
    if draining:
        service.say(cloud, texts.DRAINS.format(draining))
    if running:
        service.say(cloud, texts.STOPPED.format(len(running), texts.tasks(running)))
    if len(chosen) > len(running):
        service.say(cloud, texts.STOPPED_PENDING.format(len(chosen) - len(running)))
