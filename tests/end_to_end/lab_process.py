"""A lab in a process of its own, and its control calls over HTTP, with the same names as the methods of `Lab`."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from typing import Any

TARGET_AFTER = 1.0
"""Seconds in which a new member is in service and no healthy target: several looks of a driver that does not wait."""
PROGRAM = "from pulumi_rolling.lab import serve; serve({cloud!r}, 0, 1, {boot}, 0.0)"


class LabProcess:
    """Leaving the context ends the process."""

    def __init__(self, boot: float = 0.5, cloud: str = "aws") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(cloud=cloud, boot=boot)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        ready = json.loads(self._process.stdout.readline())
        self.endpoint: str = ready["endpoint"]
        self.environment: dict[str, str] = ready["environment"]

    def __enter__(self) -> LabProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=30)

    def image(self, image: str, **behaviour: Any) -> None:
        self._ask("PUT", f"images/{image}", {"targetAfter": TARGET_AFTER, **behaviour})

    def fault(self, action: str, **fault: Any) -> None:
        self._ask("PUT", f"faults/{action}", fault)

    def clear_faults(self) -> None:
        self._ask("DELETE", "faults")

    def calls(self) -> dict[str, int]:
        """How often each action was called."""
        actions: dict[str, int] = self._ask("GET", "calls")["actions"]
        return actions

    def log(self) -> list[dict[str, Any]]:
        """Each call with its time, service, action and group."""
        log: list[dict[str, Any]] = self._ask("GET", "calls?log=1")["log"]
        return log

    def clear_calls(self) -> None:
        self._ask("DELETE", "calls")

    def groups(self) -> list[str]:
        groups: list[str] = self._ask("GET", "groups")
        return groups

    def group(self, name: str, region: str | None = None) -> dict[str, Any]:
        group: dict[str, Any] = self._ask("GET", f"groups/{name}{_in(region)}")
        return group

    def history(self, name: str, region: str | None = None) -> list[dict[str, Any]]:
        history: list[dict[str, Any]] = self._ask("GET", f"history/{name}{_in(region)}")
        return history

    def move_group(self, name: str, **moves: Any) -> None:
        self._ask("PUT", f"groups/{name}", moves)

    def refresh_rules(self, **rules: Any) -> None:
        """What instance refreshes do from now on."""
        self._ask("PUT", "refreshes", rules)

    def service_rules(self, **rules: Any) -> None:
        """What ECS services do from now on."""
        self._ask("PUT", "ecs", rules)

    def service(self, name: str, cluster: str) -> dict[str, Any]:
        service: dict[str, Any] = self._ask("GET", f"services/{cluster}/{name}")
        return service

    def member(self, id: str, do: str) -> None:
        self._ask("PUT", f"members/{id}", {"do": do})

    def alarm(self, name: str, state: str) -> None:
        """An alarm of that name in that state."""
        self._ask("PUT", f"alarms/{name}", {"state": state})

    def reset(self, seed: int = 1) -> None:
        self._ask("POST", "reset", {"seed": seed})

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client of this lab."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region or self.environment["AWS_DEFAULT_REGION"],
            aws_access_key_id="lab",
            aws_secret_access_key="lab",
        )

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.endpoint}/lab/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def _in(region: str | None) -> str:
    return f"?region={region}" if region else ""
