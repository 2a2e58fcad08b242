"""A project whose program is in another language: the files of its folder, what is built of them, and its host."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.languages.host import install

HERE = Path(__file__).parent
READY = Path(os.environ.get("ROLLING_LANGUAGES", ""))
"""Where `make languages` has installed and built what the programs need."""

by_make_languages = pytest.mark.skipif(
    "ROLLING_LANGUAGES" not in os.environ, reason="`make languages` runs these"
)


@dataclass(frozen=True)
class Language:
    """`runtime`: Pulumi's name of it."""

    name: str
    runtime: str

    def described(self, project: Path, main: str = ".") -> None:
        """Write down what the project is. `main`: its entry."""
        said = {"name": project.name, "runtime": self.runtime, "main": main}
        (project / "Pulumi.yaml").write_text(json.dumps(said))

    def bring(self, project: Path) -> None:
        """The sources, and links to what is installed and built."""
        shutil.copytree(HERE / self.name, project, dirs_exist_ok=True)
        for built in ("node_modules", "program", "groups/program"):
            if (READY / self.name / built).exists():
                (project / built).symlink_to(READY / self.name / built)

    def on_path(self, folder: Path, environment: dict[str, str]) -> None:
        """Let `pulumi` find the language's host, and the launcher of its dynamic resources."""
        tools = folder / "bin"
        tools.mkdir()
        install(tools, self.runtime)
        environment["PATH"] = os.pathsep.join([str(tools), str(READY / "bin"), environment["PATH"]])


TYPESCRIPT, GO = Language("typescript", "nodejs"), Language("go", "go")


def settings(project: Path, said: Any) -> None:
    """What the program reads."""
    (project / "settings.json").write_text(json.dumps(said))
