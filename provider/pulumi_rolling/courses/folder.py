"""Courses on this machine: a file for each, to which lines are appended, and of which the oldest are removed.

A line is one write, so that a process that is killed leaves at most its last line torn; the process that goes on begins
a new one. The folder is its owner's alone.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pulumi_rolling.courses.settings import ENDING, file_name
from pulumi_rolling.report.course.course import Course, Head
from pulumi_rolling.report.course.lines import course_of, head_in

MOST_KEPT = 200
MOST_BYTES = 64 * 1024 * 1024
"""Of all courses together."""


class Folder:
    """All methods raise OSError with the system's own reason."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, ident: str) -> Course | None:
        path = self.root / file_name(ident)
        if not path.is_file():
            return None
        with path.open(encoding="utf-8", errors="replace") as lines:
            return course_of(lines)

    def append(self, ident: str, lines: str) -> None:
        """The lines at the end of a file that is made where it is not there."""
        path = self.root / file_name(ident)
        try:
            self._append(path, lines)
        except FileNotFoundError:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._append(path, lines)

    def size(self, ident: str) -> int:
        path = self.root / file_name(ident)
        return path.stat().st_size if path.exists() else 0

    def mend(self, ident: str) -> None:
        """End a line that a killed process has left torn."""
        path = self.root / file_name(ident)
        if not self.size(ident):
            return
        with path.open("rb+") as file:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")

    def heads(self) -> Iterator[Head]:
        """The newest first, by their last line; a file that is none of ours is passed over."""
        for _, path in self._newest_first():
            # Another process may prune at this moment.
            with suppress(FileNotFoundError), path.open(encoding="utf-8", errors="replace") as lines:
                head = head_in(lines.readline())
                if head is not None:
                    yield head

    def prune(self, most: int = MOST_KEPT, most_bytes: int = MOST_BYTES) -> None:
        """Remove the oldest of what is too many or too much; the newest stays whatever its size."""
        room = most_bytes
        for place, (size, path) in enumerate(self._newest_first()):
            room -= size
            if place and (place >= most or room < 0):
                path.unlink(missing_ok=True)

    def _newest_first(self) -> list[tuple[int, Path]]:
        """Each file with its size; one that another process removes meanwhile is left out."""
        found = []
        for path in self.root.glob(f"*{ENDING}"):
            with suppress(FileNotFoundError):
                about = path.stat()
                found.append((about.st_mtime_ns, about.st_size, path))
        return [(size, path) for _, size, path in sorted(found, reverse=True)]

    @staticmethod
    def _append(path: Path, lines: str) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            content = lines.encode()
            if os.write(handle, content) != len(content):
                # As much as there was room for.
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(handle)
