"""Stack files made once in a run of the tests, and copied to each stage that would make the same ones.

A stack is known by what it was made from: the text of its program, with the ids that the lab gave. All workers of a
run share one folder; a stack that two of them make at once is kept by the first.
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from pathlib import Path

BACKEND = Path("state", "backend")
SETTINGS = Path("trial", "Pulumi.dev.yaml")
"""Beside the program: what its secrets are encrypted with."""


class Stacks:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def copied(self, made_from: str, stage: Path) -> bool:
        """Whether there was one, which then is the stage's."""
        kept = self._of(made_from)
        if not kept.exists():
            return False
        shutil.copytree(kept, stage, dirs_exist_ok=True)
        return True

    def keep(self, made_from: str, stage: Path) -> None:
        ours = self._folder / uuid.uuid4().hex
        shutil.copytree(stage / BACKEND, ours / BACKEND)
        (ours / SETTINGS).parent.mkdir()
        shutil.copy(stage / SETTINGS, ours / SETTINGS)
        try:
            ours.rename(self._of(made_from))
        except OSError:
            shutil.rmtree(ours)

    def _of(self, made_from: str) -> Path:
        return self._folder / hashlib.sha256(made_from.encode()).hexdigest()
