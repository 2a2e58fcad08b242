"""One lab's state: the world, the faults, the counted calls, and the lock around all of them and moto.

This module brings the world up to the clock, and refuses to know what a call does to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import Any

from pulumi_rolling.lab.aws import alarms, moto_side
from pulumi_rolling.lab.aws.ecs import moves
from pulumi_rolling.lab.clock import Clock
from pulumi_rolling.lab.faults import Calls, Faults
from pulumi_rolling.lab.service_truth import found, service_truth
from pulumi_rolling.lab.world.behaviour import Behaviours
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.kinds import KINDS, alarms_changed


class LabState:
    """The world stands still between calls; before each, everything due is carried out at its own time.

    moto's models are not safe for threads, so every call holds the lock. A call that waits, for latency or in a
    long poll, holds it only between its waits.
    """

    def __init__(self, seed: int, boot: float, spread: float, clock: Clock) -> None:
        self._boot = boot
        self._spread = spread
        self.clock = clock
        self._lock = RLock()
        alarms.install()
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """An empty cloud; time begins anew."""
        with self._lock:
            moto_side.empty(seed)
            self._began = self.clock.now()
            self._cloud = Cloud(
                seed=seed,
                epoch=self.clock.epoch + self._began,
                behaviours=Behaviours(self._boot, self._spread),
                templates=moto_side.MotoTemplates(),
                send=moto_side.send,
                kinds=KINDS,
            )
            self._cloud.alarm = alarms.state_of
            self.faults = Faults(seed)
            self.calls = Calls()

    @contextmanager
    def cloud(self) -> Iterator[Cloud]:
        """The world, brought up to the present, for as long as the lock is held."""
        with self._lock:
            self._cloud.agenda.advance(self.clock.now() - self._began)
            yield self._cloud

    def order_alarm(self, region: str, name: str, state: str) -> None:
        with self.cloud() as cloud:
            alarms.order(region, name, state)
            alarms_changed(cloud)
            cloud.agenda.catch_up()

    def move_service(self, cluster: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Do to a service what another party would do; the truth about it afterwards."""
        with self.cloud() as cloud:
            service = found(cloud, cluster, name)
            moves.move(cloud, service, given)
            cloud.agenda.catch_up()
            return service_truth(cloud, service)

    def alarms(self) -> dict[str, dict[str, Any]]:
        with self.cloud():
            return alarms.listed()
