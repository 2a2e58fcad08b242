"""`pulumi` on a terminal of its own: the screen as a person has it before them, in any width."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from threading import Lock, Thread
from types import TracebackType

import pyte

from tests.end_to_end.stage import PATIENCE, Stage

LINES = 40


class Terminal:
    """Leaving the context closes the terminal; the command hears that as people's does."""

    def __init__(self, stage: Stage, *arguments: str, columns: int) -> None:
        self._master, slave = pty.openpty()
        self._lock = Lock()
        self._screen = pyte.Screen(columns, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self._sized(columns)
        self.process = subprocess.Popen(
            ["pulumi", *arguments],
            cwd=stage.project,
            env={**stage.environment, "TERM": "xterm-256color"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self._reader.join(PATIENCE)
        os.close(self._master)

    def resize(self, columns: int) -> None:
        """An emptied screen of another width; what the command draws next is what stands there."""
        with self._lock:
            self._screen.resize(LINES, columns)
            self._screen.reset()
        self._sized(columns)

    def screen(self) -> str:
        with self._lock:
            return "\n".join(line.rstrip() for line in self._screen.display)

    def ended(self) -> int:
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def _sized(self, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, columns, 0, 0))

    def _read(self) -> None:
        while True:
            try:
                told = os.read(self._master, 65536)
            except OSError:  # the other side is closed
                return
            with self._lock:
                self._stream.feed(told)
