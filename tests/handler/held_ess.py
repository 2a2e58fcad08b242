"""Alibaba's lab without a wire, under a clock that goes on when the driver waits: whole rollouts in a blink.

Nothing of the driver is replaced but the request itself and its clocks; a driver is killed at any call.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from pulumi_rolling.cloud_time import CLOUD
from pulumi_rolling.engine.clock import SystemClock
from pulumi_rolling.errors import FleetError
from pulumi_rolling.fleets.alibaba import api
from pulumi_rolling.fleets.alibaba.refused import Refusal, refused
from pulumi_rolling.fleets.ess_scaling_group.fleet import EssScalingGroupFleet
from pulumi_rolling.fleets.ess_scaling_group.refresh import RefreshFleet
from pulumi_rolling.handler import opening
from pulumi_rolling.lab.alibaba.control import AlibabaControl
from pulumi_rolling.lab.alibaba.front import AlibabaFront
from pulumi_rolling.lab.alibaba.signature import Arrived
from pulumi_rolling.lab.alibaba.state import AlibabaState
from pulumi_rolling.lab.clock import JumpingClock

EPOCH = 1_790_000_000.0
CALL = 0.05
"""Seconds that a call takes."""


class Killed(BaseException):
    """The driver's process ends here: nothing of it is done any more."""


class HeldClock(SystemClock):
    """The driver's clock and the lab's in one."""

    def __init__(self, lab: JumpingClock) -> None:
        super().__init__()
        self._lab = lab

    def now(self) -> float:
        return EPOCH + self._lab.now()

    def steady(self) -> float:
        return self._lab.now()

    def wait(self, seconds: float) -> None:
        self._lab.jump(max(0.0, seconds))


class HeldEss(AlibabaControl):
    """``kill_at``: the call before which the driver dies, as it is counted from when that is set."""

    endpoint = "http://127.0.0.1:1"
    environment: Mapping[str, str] = {}
    """Nobody else reaches it."""

    def __init__(self) -> None:
        self._jumping = JumpingClock(EPOCH)
        state = AlibabaState(1, 1.0, 0.0, self._jumping)
        super().__init__(lambda: state)
        self.clock = HeldClock(self._jumping)
        self._front = AlibabaFront(state, self)
        self._front._check_signature = lambda cloud, request: None  # type: ignore[method-assign]
        self.kill_at: int | None = None
        self.sent = 0

    def group(self, name: str) -> dict[str, Any]:
        """Whoever looks takes a moment for it."""
        self._jumping.jump(CALL)
        return super().group(name)

    def request(
        self, client: Any, product: str, operation: str, parameters: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """As ``fleets.alibaba.api`` sends it."""
        from alibabacloud_tea_openapi.utils import Utils

        self.sent += 1
        self._jumping.jump(CALL)
        if self.sent == self.kill_at:
            self.kill_at = None
            raise Killed
        given = {name: value for name, value in parameters.items() if value is not None}
        query = tuple((key, str(value)) for key, value in Utils.query(given).items())
        arrived = Arrived("POST", "/", query, (), {}, b"")
        status, _, content = self._front._carry_out(arrived, operation, api.VERSIONS[product], 0.0)
        answer: dict[str, Any] = json.loads(content)
        if status >= 400:
            error: FleetError = refused(
                Refusal(answer["Code"], answer["Message"], status, answer["RequestId"]), product, operation
            )
            raise error
        return answer, {}


def held(monkeypatch: pytest.MonkeyPatch) -> HeldEss:
    """All of the process that would wait or send goes by this lab."""
    lab = HeldEss()
    monkeypatch.setattr(api, "_sent", lab.request)
    monkeypatch.setattr(api, "_client", lambda product, place: None)
    monkeypatch.setattr(opening, "SystemClock", lambda: lab.clock)
    monkeypatch.setattr(CLOUD, "_elapsed", lab.clock.steady)
    monkeypatch.setattr(CLOUD, "_ours", EPOCH)
    monkeypatch.setattr(CLOUD, "_bounds", (EPOCH - 0.1, EPOCH + 0.1))
    for fleet in (EssScalingGroupFleet, RefreshFleet):
        defaults: dict[str, Any] = fleet.__init__.__kwdefaults__ or {}
        monkeypatch.setitem(defaults, "clock", lab.clock.steady)
    return lab
