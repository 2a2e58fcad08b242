"""Calls of one fleet to its cloud, whichever that is: each is counted, and made under the fleet's retry."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from pulumi_rolling.fleets.base import Retry

R = TypeVar("R")


class CountedCalls:
    def __init__(self, retry: Retry[Any]) -> None:
        self._retry = retry
        self._lock = threading.Lock()
        self._count = 0

    def count(self) -> int:
        with self._lock:
            return self._count

    def under_retry(self, work: Callable[[], R]) -> R:
        """Work of one attempt or more, again as a whole where a TemporaryFleetError says so."""
        result: R = self._retry(work)
        return result

    def _counted(self) -> None:
        """A request is about to be sent."""
        with self._lock:
            self._count += 1
