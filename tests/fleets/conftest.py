"""AWS by script for what must be exact, and the lab for what must be alive."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from pulumi_rolling.fleets import aws_api
from pulumi_rolling.fleets.aws_api import Place
from pulumi_rolling.lab import Lab

Answer = dict[str, Any]
Script = Answer | Exception | Callable[[Answer], Answer]


def refused(code: str, message: str = "", status: int = 400) -> Answer:
    """What AWS answers to a call that it refuses."""
    return {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}


class ScriptedAws:
    """Real boto3 clients whose requests are checked against the service model, kept, and answered from a
    script.

    ``answer`` gives an operation its answers in order; the last one stays. An operation without one fails the
    test.
    """

    def __init__(self) -> None:
        self.place = Place("us-east-1", "http://127.0.0.1:9", "", f"scripted-{id(self)}")
        self.calls: list[tuple[str, Answer]] = []
        self._answers: dict[str, list[Script]] = {}
        self._lock = threading.Lock()

    def answer(self, operation: str, *answers: Script) -> None:
        self._answers[operation] = list(answers)

    def operations(self) -> list[str]:
        return [operation for operation, _ in self.calls]

    def sent(self, operation: str) -> list[Answer]:
        return [parameters for name, parameters in self.calls if name == operation]

    def keep(self, params: Answer, model: Any, **_: Any) -> None:
        with self._lock:
            self.calls.append((model.name, dict(params)))

    def play(self, model: Any, **_: Any) -> tuple[AWSResponse, Answer]:
        with self._lock:
            script = self._answers.get(model.name)
            assert script, f"{model.name} was not expected"
            answer = script.pop(0) if len(script) > 1 else script[0]
            parameters = self.sent(model.name)[-1]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer = answer(parameters)
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 200)
        return AWSResponse("http://127.0.0.1:9", status, {}, None), answer


@pytest.fixture(scope="session")
def stage_clients() -> dict[str, Any]:
    """Made once, since a client takes half a second to make."""
    session = boto3.session.Session("scripted", "scripted", region_name="us-east-1")
    return {service: session.client(service) for service in ("autoscaling", "ec2")}


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


def wait_until(fact: Callable[[], bool], seconds: float = 5.0) -> None:
    """Until it is so; the time is only a limit."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it never became so"
        time.sleep(0.005)


@pytest.fixture(scope="session")
def running_lab() -> Iterator[Lab]:
    """One lab for the folder: moto takes a second or two to load."""
    with Lab(boot=0.1) as lab:
        yield lab


@pytest.fixture
def lab(running_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in running_lab.environment.items():
        monkeypatch.setenv(name, value)
    running_lab.reset()
    return running_lab
