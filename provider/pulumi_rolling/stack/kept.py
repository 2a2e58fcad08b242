"""Copies of good deployments beside the project, and the journal of a return, in a folder that git ignores.

Everything holds ciphertext only, and is written whole or not at all.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from pulumi_rolling.errors import StackStateError

FOLDER = ".rolling"
JOURNAL = "journey.json"
COPIES = 10


@dataclass(frozen=True)
class Copy:
    """A good deployment: its export, its configuration file (None where it had none), and how it is told apart."""

    started: str
    message: str
    commit: str
    export: str
    configuration: str | None

    @property
    def title(self) -> str:
        """Its time, and whose it was in words."""
        words = f" ({self.message.splitlines()[0][:40]})" if self.message.strip() else ""
        return f"the deployment of {self.started}{words}"


class Kept:
    """The folder of one stack below the project."""

    def __init__(self, project: Path, stack: str) -> None:
        self.root = project / FOLDER
        self.folder = self.root / stack.rpartition("/")[2]

    def save(self, copy: Copy, most: int = COPIES) -> None:
        """Keep a copy, and the newest `most` of all."""
        self._write(self._path(copy.started), _sealed(copy))
        for old in self._paths()[:-most]:
            old.unlink(missing_ok=True)

    def all(self) -> list[Copy]:
        """Newest first."""
        return [_read(path) for path in reversed(self._paths())]

    def begin(self, copy: Copy) -> None:
        """The journal: what an interrupted journey is to return to."""
        self._write(self.folder / JOURNAL, _sealed(copy))

    def begun(self) -> Copy | None:
        """What an interrupted journey was to return to."""
        path = self.folder / JOURNAL
        return _read(path) if path.exists() else None

    def end(self) -> None:
        (self.folder / JOURNAL).unlink(missing_ok=True)

    def back_up(self, export: str) -> Path:
        """The state as it was before we changed it."""
        path = self.folder / "backup.json"
        self._write(path, export)
        return path

    def _path(self, started: str) -> Path:
        return self.folder / "deployments" / f"{''.join(c for c in started if c.isalnum())}.json"

    def _paths(self) -> list[Path]:
        return sorted((self.folder / "deployments").glob("*.json"))

    def _write(self, path: Path, text: str) -> None:
        try:
            for folder in (self.root, self.folder, path.parent):
                folder.mkdir(exist_ok=True, mode=0o700)
            (self.root / ".gitignore").write_text("*\n")
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
            try:
                with os.fdopen(handle, "w") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(path)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise StackStateError(f"{path} cannot be written: {error.strerror or error}") from error


def _sealed(copy: Copy) -> str:
    """The copy as it is written. Raises StackStateError where its export was made with readable secrets."""
    if '"plaintext"' in copy.export:
        raise StackStateError("a copy of the state would hold secrets in plain text")
    return json.dumps(asdict(copy))


def _read(path: Path) -> Copy:
    try:
        return Copy(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise StackStateError(f"{path} cannot be read: {error}") from error
