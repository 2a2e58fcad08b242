"""Misfortunes of tasks on order: what befalls one, and what an operator does to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pulumi_rolling.lab.misfortunes import WrongMisfortune
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.ecs import lives
from pulumi_rolling.lab.world.ecs.service import Service, change
from pulumi_rolling.lab.world.ecs.task import Task

TWO_HOURS = 7200.0
BY_SPOT = ("Your Spot Task was interrupted.", "SpotInterruption")
BY_OPERATOR = ("Task stopped by user", lives.BY_USER)


def _unhealthy(cloud: Cloud, service: Service, task: Task) -> None:
    task.well = False
    lives.check(cloud, service, task)
    lives.check_target(cloud, service, task)


def _unanswering(cloud: Cloud, service: Service, task: Task) -> None:
    task.answering = False
    lives.check_target(cloud, service, task)


def _end(how: tuple[str, str], cloud: Cloud, service: Service, task: Task) -> None:
    lives.stop(cloud, service, task, *how)


def _protect(cloud: Cloud, service: Service, task: Task) -> None:
    change(cloud, service, task, protected_until=cloud.now + TWO_HOURS)


def _unprotect(cloud: Cloud, service: Service, task: Task) -> None:
    change(cloud, service, task, protected_until=None)


MISFORTUNES: dict[str, Callable[[Cloud, Service, Task], None]] = {
    "exit": lives.exits,
    "unhealthy": _unhealthy,
    "targetUnhealthy": _unanswering,
    "spotInterruption": partial(_end, BY_SPOT),
    "stop": partial(_end, BY_OPERATOR),
    "protect": _protect,
    "unprotect": _unprotect,
}


def befall_task(cloud: Cloud, service: Service, task: Task, do: str) -> None:
    if do not in MISFORTUNES:
        raise WrongMisfortune(f"no such misfortune: {do}; there are {', '.join(MISFORTUNES)}")
    MISFORTUNES[do](cloud, service, task)
