"""Which failures of a cloud call wait, how long, and until when.

botocore's own retries give up after one to three seconds, which is too soon for a fleet under throttling: a rollout
that has changed something must not end because of a busy minute. Full jitter keeps many drivers from falling into
step (sleep = random(0, min(cap, base * 2 ** attempt))).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pulumi_rolling.engine.clock import Clock
from pulumi_rolling.errors import TemporaryFleetError

T = TypeVar("T")


@dataclass(slots=True)
class Deadline:
    """When a call may be sent again no more, by the steady clock, whatever patience there is."""

    at: float = math.inf

    def lift(self) -> None:
        self.at = math.inf


class Retrier:
    """Runs one call until it succeeds, fails for good, or ``patience`` seconds or the deadline are over."""

    def __init__(
        self,
        clock: Clock,
        *,
        base: float = 0.2,
        cap: float = 10.0,
        patience: float = 120.0,
        deadline: Deadline | None = None,
    ) -> None:
        self._deadline = deadline or Deadline()
        self._clock = clock
        self._base = base
        self._cap = cap
        self._patience = patience
        self._random = random.Random()

    def __call__(self, call: Callable[[], T]) -> T:
        patience = self._clock.steady() + self._patience
        attempt = 0
        while True:
            try:
                return call()
            except TemporaryFleetError:
                pause = self._random.uniform(0, min(self._cap, self._base * 2**attempt))
                until = min(patience, self._deadline.at)
                if self._clock.steady() + pause > until:
                    raise
                self._clock.wait(pause)
                if self._clock.steady() > until:
                    # This process was stopped meanwhile.
                    raise
                attempt = min(attempt + 1, 16)
