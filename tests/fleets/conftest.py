"""AWS by script for what must be exact, and the lab for what must be alive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from pulumi_rolling.fleets.aws import api as aws_api
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import ScriptedAws
from tests.fleets.stage import Stage
from tests.in_lab import use_lab

SERVICES = ("autoscaling", "ec2", "elbv2", "elb", "cloudwatch", "sqs", "ecs")


@pytest.fixture(scope="session")
def stage_clients() -> dict[str, Any]:
    """Made once, since a client takes half a second to make."""
    session = boto3.session.Session("scripted", "scripted", region_name="us-east-1")
    return {service: session.client(service) for service in SERVICES}


@pytest.fixture
def aws(stage_clients: dict[str, Any]) -> Iterator[ScriptedAws]:
    scripted = ScriptedAws()
    handlers = {"before-parameter-build.*.*": scripted.keep, "before-call.*.*": scripted.play}
    for service, client in stage_clients.items():
        for event, handler in handlers.items():
            client.meta.events.register(event, handler)
        aws_api._clients[service, scripted.place] = client
    yield scripted
    for service, client in stage_clients.items():
        for event, handler in handlers.items():
            client.meta.events.unregister(event, handler)
        del aws_api._clients[service, scripted.place]


@pytest.fixture
def stage(aws: ScriptedAws) -> Stage:
    return Stage(aws)


@pytest.fixture(scope="module")
def running_lab() -> Iterator[Lab]:
    with Lab(boot=0.1) as lab:
        yield lab


@pytest.fixture
def lab(running_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    use_lab(monkeypatch, running_lab.environment)
    running_lab.reset()
    return running_lab
