"""The state of Alibaba's lab: the world, the faults, the counted calls, what was seen once, and the lock around all.

This module brings the world up to the clock, and refuses to know what a call does to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from pulumi_rolling.lab.alibaba.client_tokens import ClientTokens
from pulumi_rolling.lab.clock import Clock
from pulumi_rolling.lab.faults import Calls, Faults
from pulumi_rolling.lab.world.behaviour import Behaviours
from pulumi_rolling.lab.world.ess import checking
from pulumi_rolling.lab.world.ess.cloud import EssCloud


class AlibabaState:
    """The world stands still between calls; before each, everything due is carried out at its own time."""

    def __init__(self, seed: int, boot: float, spread: float, clock: Clock) -> None:
        self._boot = boot
        self._spread = spread
        self.clock = clock
        self._lock = RLock()
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """An empty cloud; time begins anew."""
        with self._lock:
            self._began = self.clock.now()
            self._cloud = EssCloud(
                seed=seed,
                epoch=self.clock.epoch + self._began,
                behaviours=Behaviours(self._boot, self._spread),
                check=checking.check,
            )
            self.faults = Faults(seed)
            self.calls = Calls()
            self.tokens = ClientTokens()
            self.nonces: set[str] = set()
            self.requests = 0

    @contextmanager
    def cloud(self) -> Iterator[EssCloud]:
        """The world, brought up to the present, for as long as the lock is held."""
        with self._lock:
            self._cloud.agenda.advance(self.clock.now() - self._began)
            yield self._cloud
