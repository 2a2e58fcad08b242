"""AWS by script, for what must be exact: real clients, checked requests, answers in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from botocore.awsrequest import AWSResponse
from pulumi_rolling.fleets.aws.place import Place

Answer = dict[str, Any]
Script = Answer | Exception | Callable[[Answer], Answer]

_numbers = count()
"""No two scripts share a place, and with it what a process keeps of one."""


def refused(code: str, message: str = "", status: int = 400) -> Answer:
    """What AWS answers to a call that it refuses."""
    return {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}


class ScriptedAws:
    """Real boto3 clients whose requests are checked against the service model, kept, and answered by script.

    ``answer`` gives an operation its answers in order; the last one stays. An operation without one fails the
    test.
    """

    def __init__(self) -> None:
        self.place = Place("us-east-1", "http://127.0.0.1:9", "", f"scripted-{next(_numbers)}")
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


def wait_until(fact: Callable[[], bool], seconds: float = 20.0) -> None:
    """Until it is so; the time is only a limit."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it never became so"
        time.sleep(0.005)
