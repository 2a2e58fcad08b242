"""Calls per minute while ECS services are followed, one and thirty at once, by the timing that people have."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from pulumi_rolling.core.machine import DELEGATE
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.engine.clock import SystemClock
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import Journal
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.ecs_service.fleet import EcsFleet
from pulumi_rolling.lab import Lab
from pulumi_rolling.policy.ecs_deployment.block import EcsDeployment
from pulumi_rolling.policy.ecs_deployment.found import Found
from pulumi_rolling.policy.ecs_deployment.limits import limits
from pulumi_rolling.policy.timing import Timing

TASKS, SECONDS = 2, 60.0
WARM = 10.0
"""Seconds after the last beginning, in which what is read once has been read."""
SETTLE = 3.0
CALLED = "DescribeServices", "DescribeServiceDeployments"


def once(work: Callable[[], Any]) -> Any:
    return work()


def made(lab: Lab, count: int) -> list[str]:
    """So many services in one cluster, steady on version 1; version 2 never gets up."""
    import boto3

    ecs = boto3.client("ecs", endpoint_url=lab.endpoint)
    ecs.create_cluster(clusterName="default")
    lab.image("app:2", inService=False)
    for image in ("app:1", "app:2"):
        container = {"name": "app", "image": image, "memory": 64}
        ecs.register_task_definition(family="web", containerDefinitions=[container])
    names = [f"web-{number:02}" for number in range(count)]
    for name in names:
        ecs.create_service(cluster="default", serviceName=name, desiredCount=TASKS, taskDefinition="web:1")
    while not all(lab.service(name)["steady"] for name in names):
        time.sleep(0.1)
    return names


def follow(name: str, begun: threading.Event, over: threading.Event) -> None:
    """Drive the service to version 2 until it is over, then abort."""
    fleet = EcsFleet(None, name, wanted="web:2", place=Place.of(), retry=once)
    facts = fleet.facts()
    found = Found(
        desired=facts.desired, configuration=facts.configuration, scheduling=facts.scheduling,
        controller=facts.controller, first=facts.first,
    )  # fmt: skip
    rules = limits(EcsDeployment(), found, Timing(settle=SETTLE))
    clock = SystemClock()
    lease = Lease(fleet, name, clock, rules.poll)
    lease.acquire()

    def tell(_: Any, decision: Any) -> None:
        if decision.next.way.operation:
            begun.set()

    goal = Goal(name, fleet.target(), facts.current)
    Drive(
        DELEGATE, fleet, rules, Journal(fleet, name), lease, clock, tell, lambda: False,
        lambda: (Request("the-end", "abort"),) if over.is_set() else (),
    ).run(DELEGATE.begin(goal, facts.observation, facts.observation.at))  # fmt: skip


def minute(count: int) -> dict[str, int]:
    """Calls by their operation, in a minute in which all are followed."""
    with Lab(boot=0.05) as lab:
        os.environ.update(lab.environment)
        lab.service_rules(unchecked=0.1)
        over, begun = threading.Event(), [threading.Event() for _ in range(count)]
        threads = [
            threading.Thread(target=follow, args=(name, started, over), daemon=True)
            for name, started in zip(made(lab, count), begun, strict=True)
        ]
        for thread in threads:
            thread.start()
        for started in begun:
            started.wait(120)
        time.sleep(WARM)
        lab.clear_calls()
        time.sleep(SECONDS)
        calls: dict[str, int] = dict(lab.calls()["actions"])
        over.set()
        for thread in threads:
            thread.join(120)
        return calls


def report() -> None:
    poll = limits(EcsDeployment(), Found(desired=TASKS), Timing()).poll
    print(f"ecs: services of {TASKS} tasks whose deployments go on, a look every {poll:g} s at first")
    for count in (1, 30):
        calls = minute(count)
        told = ", ".join(f"{calls.get(name, 0)} {name}" for name in CALLED)
        others = {name: number for name, number in sorted(calls.items()) if name not in CALLED}
        total = sum(calls.values())
        print(
            f"  {count:>2} followed  {total:>4} calls a minute, {total / count:>5.1f} a service; "
            f"{told}; others: {others}"
        )
