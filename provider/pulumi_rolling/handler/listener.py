"""Where a fault of a listener ends, and nowhere else: neither the loop nor another listener hears of it.

A fault is said once for each listener and drive, as a warning of the row. The listener hears the next decision all the
same, since one that was missed is no reason to miss the rest; one of which a part is worth nothing hears no more.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass
class Guard:
    """A listener's. ``amiss``: what is amiss where it fails, as the warning begins."""

    amiss: str
    warn: Callable[[str], None]
    all_or_none: bool = False
    failed: bool = False

    @property
    def hears(self) -> bool:
        return not (self.failed and self.all_or_none)

    def __call__(self, ask: Callable[[], T], otherwise: T) -> T:
        """What the listener answers, or ``otherwise`` where it fails, in whatever way."""
        try:
            return ask()
        except Exception as error:  # noqa: BLE001 - a listener may fail in any way; the group goes first
            self._say(error)
            return otherwise

    def _say(self, error: Exception) -> None:
        if self.failed:
            return
        self.failed = True
        # The row itself may be what fails.
        with suppress(Exception):
            self.warn(f"{self.amiss}: {error}")
