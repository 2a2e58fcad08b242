"""A value that remembers what it was, so that a read can be answered with the state of some seconds ago.

This module refuses to know what the values mean.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Generic, TypeVar

T = TypeVar("T")


class Timeline(Generic[T]):
    """Values by the time they were set; times never decrease."""

    __slots__ = ("_times", "_values")

    def __init__(self, at: float, value: T) -> None:
        self._times = [at]
        self._values = [value]

    @property
    def now(self) -> T:
        return self._values[-1]

    @property
    def since(self) -> float:
        """The time at which the present value was set."""
        return self._times[-1]

    def set(self, at: float, value: T) -> None:
        if at == self._times[-1]:
            self._values[-1] = value
        else:
            self._times.append(at)
            self._values.append(value)

    def at(self, when: float) -> T | None:
        """The value at `when`, or None before there was one."""
        place = bisect_right(self._times, when)
        return self._values[place - 1] if place else None
