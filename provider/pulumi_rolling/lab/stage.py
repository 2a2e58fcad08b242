"""One lab's state: the world, the faults, the counted calls, and the lock around all of them and moto."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from pulumi_rolling.lab.aws import alarms, moto_side
from pulumi_rolling.lab.faults import Calls, Faults
from pulumi_rolling.lab.world.behaviour import Behaviours
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.kinds import KINDS


class Stage:
    """The world stands still between looks: everything due is carried out, each act at its own time, before a
    call.

    moto's models are not safe for threads, so every call holds the lock; what waits (latency, long polls)
    does not.
    """

    def __init__(self, seed: int, boot: float, spread: float) -> None:
        self._boot = boot
        self._spread = spread
        self._lock = RLock()
        alarms.install()
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """An empty cloud; time begins anew."""
        with self._lock:
            moto_side.empty(seed)
            self._began = time.monotonic()
            self._cloud = Cloud(
                seed=seed,
                epoch=time.time(),
                behaviours=Behaviours(self._boot, self._spread),
                templates=moto_side.MotoTemplates(),
                send=moto_side.send,
                kinds=KINDS,
            )
            self.faults = Faults(seed)
            self.calls = Calls()

    @contextmanager
    def cloud(self) -> Iterator[Cloud]:
        """The world, brought up to the present, for as long as the lock is held."""
        with self._lock:
            self._cloud.agenda.advance(time.monotonic() - self._began)
            yield self._cloud

    def order_alarm(self, region: str, name: str, state: str) -> None:
        with self.cloud():
            alarms.order(region, name, state)

    def alarms(self) -> dict[str, dict[str, Any]]:
        with self.cloud():
            return alarms.listed()
