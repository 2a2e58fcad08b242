"""One try of a task for one member, which may be ended from outside while it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST_SAID = 200
"""Characters of an output that a sentence has room for."""


class Attempt:
    def __init__(self) -> None:
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._end: Callable[[], None] | None = None

    @property
    def is_ended(self) -> bool:
        return self._over.is_set()

    def end(self) -> None:
        """The task is not wanted any more; what runs for it ends now."""
        with self._lock:
            self._over.set()
            if self._end is not None:
                self._end()

    def rest(self, seconds: float) -> None:
        """Wait, unless it is ended."""
        self._over.wait(seconds)

    @contextmanager
    def ended_by(self, end: Callable[[], None]) -> Iterator[None]:
        """Within, ``end`` is called where the attempt is ended, at once where it is ended already."""
        with self._lock:
            self._end = end
            if self._over.is_set():
                end()
        try:
            yield
        finally:
            with self._lock:
                self._end = None


def last_words(output: bytes) -> str:
    """The end of an output in one printable line."""
    text = output.decode("utf-8", "replace")
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST_SAID else f"...{line[-LONGEST_SAID + 3 :]}"
