"""A nudge: a verb of this machine tells the driver's process that a word stands on the group.

The driver keeps a file in a folder that is its user's alone, named by a digest of its lease's holder. A verb of the
same user makes it longer, and the driver sees that between two looks, without a thread, a signal or a call. The word
itself stands on the group and nowhere else: a nudge that is lost costs time, one for nothing costs a look, and no fault
of a file system is a fault of a rollout or of a verb. What a killed driver leaves the next one removes, or a verb.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pulumi_rolling.engine.process import has_ended, is_alive, own_name

_NAME = "pulumi-rolling"
_FORGOTTEN = 86_400.0
"""Seconds after which a file goes of whose process nothing is known; a driver that misses its own makes it anew."""


class Nudges:
    """Those for one driver, for as long as it is open; none come where nobody could look up its process."""

    def __init__(self, holder: str) -> None:
        self._name = _file_name(holder)
        self._file: Path | None = None
        self._length = 0

    def __enter__(self) -> Nudges:
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink()

    def came(self) -> bool:
        """Whether one came since this was asked last."""
        if self._file is None:
            return False
        try:
            before, self._length = self._length, self._file.stat().st_size
        except OSError:
            self._listen()
            return False
        return self._length != before

    def _listen(self) -> None:
        """In the first folder that will do."""
        self._file, process = None, own_name()
        if not process:
            return
        for folder in _folders():
            with suppress(OSError):
                folder.mkdir(0o700, exist_ok=True)
                if _is_private(folder):
                    _tidy(folder)
                    self._length = _write(folder / self._name, process)
                    self._file = folder / self._name
                    return


def nudge(holder: str, process: str) -> bool:
    """Whether the driver that holds a lease was told: its process lives on this machine and listens."""
    if not is_alive(process):
        return False
    for folder in _folders():
        with suppress(OSError):
            if _is_private(folder):
                _tidy(folder)
                # Without a file nobody listens, so none is made.
                file = os.open(folder / _file_name(holder), os.O_WRONLY | os.O_APPEND)
                try:
                    return os.write(file, b".") == 1
                finally:
                    os.close(file)
    return False


def _write(file: Path, process: str) -> int:
    """The length of the new file; on a disk that is full none is left."""
    try:
        return file.write_bytes(process.encode())
    except OSError:
        file.unlink(missing_ok=True)
        raise


def _folders() -> Iterator[Path]:
    """Where a user's processes find each other; of two with different environments the last may be the same."""
    own = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    if own.is_absolute():
        yield own / _NAME
    with suppress(OSError):
        yield Path(tempfile.gettempdir()) / f"{_NAME}-{os.geteuid()}"


def _is_private(folder: Path) -> bool:
    """Whether it is a folder of ours that nobody else may enter: others may have made one where everybody writes."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def _file_name(holder: str) -> str:
    """A digest, because a holder is read from a tag, and a path must not be."""
    return hashlib.sha256(holder.encode()).hexdigest()[:32]


def _tidy(folder: Path) -> None:
    """Remove what drivers left that were killed."""
    for file in folder.iterdir():
        with suppress(OSError):
            process = file.read_bytes()[:200].decode(errors="replace").rstrip(".")
            old = time.time() - file.stat().st_mtime > _FORGOTTEN
            if has_ended(process) or (old and not is_alive(process)):
                file.unlink()
