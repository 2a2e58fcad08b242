"""Moves of other parties on order: what they do to a service, and what befalls one of its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.lab.aws.ecs import moto_ecs
from pulumi_rolling.lab.other_parties import WrongMove
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.ecs import orders
from pulumi_rolling.lab.world.ecs.orders import ABORT, ROLLBACK, Order
from pulumi_rolling.lab.world.ecs.service import Service, note

MOVES = ("desired", "capacity", "instances", "taskDefinition", "force", "stop")


def move(cloud: Cloud, service: Service, given: Mapping[str, Any]) -> None:
    unknown = [name for name in given if name not in MOVES]
    if unknown:
        raise WrongMove(f"no such move: {', '.join(unknown)}; there are {', '.join(MOVES)}")
    for name in ("desired", "capacity", "instances"):
        value = given.get(name)
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        if name in given and not whole and not (name == "capacity" and value is None):
            raise WrongMove(f"{name} must be a whole number")
    if "capacity" in given:
        service.capacity = given["capacity"]
    if "instances" in given and not service.daemon:
        raise WrongMove("instances are for a service of the strategy DAEMON")
    if "desired" in given or "instances" in given:
        orders.resize(cloud, service, given.get("instances", given.get("desired")))
    if "taskDefinition" in given or given.get("force"):
        named = given.get("taskDefinition", service.told.get("taskDefinition"))
        definition = moto_ecs.definition(service.region, named)
        told = {"taskDefinition": definition.arn}
        orders.update(cloud, service, Order(told, definition, forced=bool(given.get("force"))))
    if "stop" in given:
        _stop(cloud, service, given["stop"])
    cloud.stir(service)
    note(cloud, service)


def _stop(cloud: Cloud, service: Service, how: str) -> None:
    if how not in (ABORT, ROLLBACK):
        raise WrongMove(f"stop must be {ROLLBACK} or {ABORT}")
    rollout = service.rollout
    if rollout is None:
        raise WrongMove("no service deployment is at work")
    orders.stop(cloud, service, rollout, how)
