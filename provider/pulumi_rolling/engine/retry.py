"""Which failures of a cloud call wait, how long, and until when.

botocore's own retries give up after one to three seconds, which is too soon for a fleet under throttling: a rollout
that has changed something must not end because of a busy minute. Full jitter keeps many drivers from falling into
step (sleep = random(0, min(cap, base * 2 ** attempt))).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from pulumi_rolling.engine.clock import Clock
from pulumi_rolling.errors import TemporaryFleetError

T = TypeVar("T")


class Retrier:
    """Runs one call until it succeeds, fails for good, or ``patience`` seconds are over."""

    def __init__(
        self, clock: Clock, *, base: float = 0.2, cap: float = 10.0, patience: float = 120.0
    ) -> None:
        self._clock = clock
        self._base = base
        self._cap = cap
        self._patience = patience
        self._random = random.Random()

    def __call__(self, call: Callable[[], T]) -> T:
        deadline = self._clock.now() + self._patience
        attempt = 0
        while True:
            try:
                return call()
            except TemporaryFleetError:
                pause = self._random.uniform(0, min(self._cap, self._base * 2**attempt))
                if self._clock.now() + pause > deadline:
                    raise
                self._clock.wait(pause)
                attempt = min(attempt + 1, 16)
