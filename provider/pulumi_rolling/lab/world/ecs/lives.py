"""The life of a task: started, pulled, run, checked, stopped, forgotten.

Sources: ECS developer guide, "Amazon ECS task lifecycle", "Stopped tasks error codes", "Determine Amazon ECS task
health using container health checks"; ELB user guide, target health. Images decide how a task behaves, essential
containers alone. This module refuses to know how many tasks a service should have.
"""

from __future__ import annotations

from functools import partial
from random import Random

from pulumi_rolling.lab.world.behaviour import Behaviour
from pulumi_rolling.lab.world.cloud import ACCOUNT, Cloud
from pulumi_rolling.lab.world.ecs import failures, texts
from pulumi_rolling.lab.world.ecs import task as states
from pulumi_rolling.lab.world.ecs.deployment import Container, Deployment
from pulumi_rolling.lab.world.ecs.rules import ServiceRules
from pulumi_rolling.lab.world.ecs.service import Service, change
from pulumi_rolling.lab.world.ecs.task import Task, TaskState
from pulumi_rolling.lab.world.timeline import Timeline

TO_PENDING, TO_PULLED = 0.25, 0.75
"""Shares of the boot after which a task is PENDING, and has pulled its images."""
BY_SCHEDULER, BY_USER = "ServiceSchedulerInitiated", "UserInitiated"
EXITED, NOT_STARTED = "EssentialContainerExited", "TaskFailedToStart"
KILLED = 137


def unplaced(cloud: Cloud, deployment: Deployment) -> bool:
    """No place is to be had for the deployment's tasks, since an image of it says so."""
    behaviours = cloud.behaviours
    return any(
        behaviours.of(each.image, 0.0).launch_error in texts.UNPLACED
        for each in deployment.definition.containers
    )


def start(cloud: Cloud, service: Service, deployment: Deployment) -> Task:
    key = f"{cloud.seed}/{service.arn}/{service.launches}"
    service.launches += 1
    drawn = Random(key)
    task_id = f"{drawn.getrandbits(128):032x}"
    normal, chance = drawn.gauss(0.0, 1.0), drawn.random()
    chosen = tuple(_behaviour(cloud, deployment, each, chance) for each in deployment.definition.containers)
    number = service.launches + 4
    task = Task(
        id=task_id,
        arn=f"arn:aws:ecs:{service.region}:{ACCOUNT}:task/{service.cluster}/{task_id}",
        deployment=deployment,
        behaviours=chosen,
        images=tuple((each, deployment.digests.get(each.name)) for each in deployment.definition.containers),
        boot=max((cloud.behaviours.boot_of(each, normal) for each in chosen), default=0.0),
        address=f"10.{drawn.randrange(256)}.{number // 256 % 256}.{number % 256}",
        created_at=cloud.now,
        states=Timeline(cloud.now, TaskState()),
    )
    service.tasks[task_id] = task
    cloud.agenda.after(task.boot * TO_PENDING, partial(_pend, cloud, service, task))
    if all(each.in_service for each in _essential(task)):
        cloud.agenda.after(task.boot * TO_PULLED, partial(_pulled, cloud, service, task))
    return task


def _behaviour(cloud: Cloud, deployment: Deployment, container: Container, chance: float) -> Behaviour:
    digest = deployment.digests.get(container.name) or cloud.behaviours.digest(container.image)
    return cloud.behaviours.pinned(container.image, digest, chance)


def _essential(task: Task) -> list[Behaviour]:
    pairs = zip(task.deployment.definition.containers, task.behaviours, strict=True)
    return [behaviour for container, behaviour in pairs if container.essential]


def _pend(cloud: Cloud, service: Service, task: Task) -> None:
    if task.live and task.now.last == states.PROVISIONING:
        change(cloud, service, task, last=states.PENDING)


def _pulled(cloud: Cloud, service: Service, task: Task) -> None:
    """The images are there, or cannot be had; the first task of a deployment fixes their digests for the others."""
    if not task.live:
        return
    for (container, _), behaviour in zip(task.images, task.behaviours, strict=True):
        code = behaviour.launch_error
        if code is not None and code not in texts.UNPLACED and container.essential:
            _failed_to_start(cloud, service, task, texts.not_started(code, container.image))
            return
    deployment, behaviours = task.deployment, cloud.behaviours
    if not deployment.resolved and deployment.definition.pins:
        deployment.resolved = True
        deployment.digests.update({each.name: behaviours.digest(each.image) for each, _ in task.images})
    known = deployment.digests
    task.images = tuple(
        (each, digest or known.get(each.name) or behaviours.digest(each.image))
        for each, digest in task.images
    )
    change(cloud, service, task, last=states.ACTIVATING)
    cloud.agenda.at(task.created_at + task.boot, partial(_run, cloud, service, task))


def _failed_to_start(cloud: Cloud, service: Service, task: Task, why: str) -> None:
    on_fargate = task.deployment.told.get("launchType") == "FARGATE"
    change(
        cloud,
        service,
        task,
        desired=states.STOPPED,
        last=states.DEPROVISIONING,
        code=NOT_STARTED,
        reason=why if on_fargate else texts.NOT_STARTED,
        container_reason=why,
        stopping_at=cloud.now,
    )
    cloud.agenda.at_once(partial(_end, cloud, service, task))
    failures.count(cloud, service, task.deployment)


def _run(cloud: Cloud, service: Service, task: Task) -> None:
    if not task.live:
        return
    deployment = task.deployment
    groups = service.target_groups(deployment)
    change(
        cloud, service, task, last=states.RUNNING, started_at=cloud.now, target="initial" if groups else None
    )
    for arn, _ in groups:
        service.say(cloud, texts.REGISTERED.format(arn))
    essential = _essential(task)
    task.well = task.well and all(each.healthy for each in essential)
    task.answering = task.answering and task.well and all(each.target_healthy for each in essential)
    dies = [each.dies_after for each in essential if each.dies_after is not None]
    if dies:
        cloud.agenda.after(min(dies), partial(exits, cloud, service, task))
    checks = [each.check for each in deployment.definition.containers if each.check and each.essential]
    if checks:
        after = max(each.good if task.well else each.bad for each in checks)
        cloud.agenda.after(after, partial(check, cloud, service, task))
    if groups:
        after = max(each.target_after for each in essential)
        cloud.agenda.after(after, partial(check_target, cloud, service, task))
    if not checks and not groups:
        cloud.agenda.after(cloud.part(ServiceRules).unchecked, partial(_counts, cloud, service, task))


def checked(task: Task) -> bool:
    return any(each.check and each.essential for each in task.deployment.definition.containers)


def check(cloud: Cloud, service: Service, task: Task) -> None:
    """The containers' own health checks have an answer."""
    if not task.running or not checked(task):
        return
    if task.well:
        change(cloud, service, task, health=states.HEALTHY)
        _counts(cloud, service, task)
    else:
        change(cloud, service, task, health=states.UNHEALTHY, counts=False)
        _condemn(cloud, service, task, texts.ILL.format(task.id), texts.FAILED_CHECK)


def check_target(cloud: Cloud, service: Service, task: Task) -> None:
    """The load balancer's health checks have an answer."""
    groups = service.target_groups(task.deployment)
    if not task.running or not groups:
        return
    if task.answering and task.well:
        change(cloud, service, task, target="healthy")
        _counts(cloud, service, task)
        return
    change(cloud, service, task, target="unhealthy", counts=False)
    arn, port = groups[0]
    _condemn(
        cloud, service, task, texts.UNANSWERING.format(task.id, port, arn), texts.FAILED_TARGET.format(arn)
    )


def _condemn(cloud: Cloud, service: Service, task: Task, message: str, reason: str) -> None:
    """A failed check makes the scheduler replace the task, not before the grace period is over."""
    graced = (task.now.started_at or 0.0) + float(service.told.get("healthCheckGracePeriodSeconds") or 0)
    if cloud.now < graced:
        cloud.agenda.at(graced, partial(_condemn, cloud, service, task, message, reason))
        return
    if task.running and not task.now.failed and not (task.well and task.answering):
        service.say(cloud, message)
        change(cloud, service, task, failed=True, reason=reason)
        failures.count(cloud, service, task.deployment)


def _counts(cloud: Cloud, service: Service, task: Task) -> None:
    """A task counts as healthy when all that checks it says so."""
    now = task.now
    bad_check = checked(task) and now.health != states.HEALTHY
    bad_target = now.target is not None and now.target != "healthy"
    if task.running and not bad_check and not bad_target and not now.failed and not now.counts:
        change(cloud, service, task, counts=True)
        failures.recovered(service, task.deployment)


def exits(cloud: Cloud, service: Service, task: Task) -> None:
    """An essential container ends by itself, and its task with it."""
    if task.now.last != states.RUNNING or not task.live:
        return
    code = next((each.exit_code for each in _essential(task) if each.dies_after is not None), 1)
    change(
        cloud,
        service,
        task,
        desired=states.STOPPED,
        last=states.DEPROVISIONING,
        code=EXITED,
        reason=texts.EXITED,
        exit_code=code,
        counts=False,
        stopping_at=cloud.now,
        target=None if task.now.target is None else "draining",
    )
    cloud.agenda.at_once(partial(_end, cloud, service, task))
    failures.count(cloud, service, task.deployment, counts=cloud.part(ServiceRules).exits_count)


def stop(cloud: Cloud, service: Service, task: Task, reason: str, code: str = BY_SCHEDULER) -> None:
    """A task is told to end: deregistered and drained first where it is a target."""
    if not task.live:
        return
    was_running = task.now.last == states.RUNNING
    registered = was_running and task.now.target is not None
    drains = [cloud.drains.get(arn, 0.0) for arn, _ in service.target_groups(task.deployment)]
    own = [each.drain for each in _essential(task) if each.drain is not None]
    seconds = max(own or drains, default=0.0) if registered else 0.0
    if registered:
        for arn, _ in service.target_groups(task.deployment):
            service.say(cloud, texts.DEREGISTERED.format(arn))
    change(
        cloud,
        service,
        task,
        desired=states.STOPPED,
        last=states.DEACTIVATING if registered else states.STOPPING,
        code=code,
        reason=task.now.reason or reason,
        counts=False,
        stopping_at=cloud.now,
        target="draining" if registered else None,
    )
    cloud.agenda.after(seconds, partial(_shut_down, cloud, service, task, was_running))


def _shut_down(cloud: Cloud, service: Service, task: Task, was_running: bool) -> None:
    change(cloud, service, task, last=states.STOPPING, target=None)
    after = max((each.shutdown for each in _essential(task)), default=0.0)
    cloud.agenda.after(after, partial(_end, cloud, service, task, KILLED if was_running else None))


def _end(cloud: Cloud, service: Service, task: Task, exit_code: int | None = None) -> None:
    code = task.now.exit_code if exit_code is None else exit_code
    change(cloud, service, task, last=states.STOPPED, stopped_at=cloud.now, exit_code=code, target=None)
    kept = cloud.part(ServiceRules).remembered
    cloud.agenda.after(kept, partial(_forget, service, task))


def _forget(service: Service, task: Task) -> None:
    service.tasks.pop(task.id, None)
