"""The processes that the host has started: programs and plugins in Python.

Each has a session of its own, so that the SIGINT with which the engine ends the host does not make
a program print KeyboardInterrupt; the host ends its children itself.
"""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE_SECONDS = 3.0


class Children:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def start(
        self, command: Sequence[str], folder: Path, environment: Mapping[str, str], *, piped: bool
    ) -> subprocess.Popen[bytes]:
        """Piped: its output is for us to carry. Otherwise it has ours, which the engine reads by lines."""
        pipe = subprocess.PIPE if piped else None
        with self._lock:
            if self._closed:
                raise OSError("the language host is ending")
            child = subprocess.Popen(
                list(command),
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=pipe,
                stderr=pipe,
                start_new_session=True,
            )
            self._running.add(child)
        return child

    def wait(self, child: subprocess.Popen[bytes]) -> int:
        code = child.wait()
        with self._lock:
            self._running.discard(child)
        return code

    def end(self, child: subprocess.Popen[bytes], first: signal.Signals = signal.SIGTERM) -> None:
        if child.poll() is not None:
            return
        child.send_signal(first)
        try:
            child.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()

    def end_all(self) -> None:
        with self._lock:
            self._closed = True
            running = list(self._running)
        for child in running:
            self.end(child)
