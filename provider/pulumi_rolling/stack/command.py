"""The `pulumi` command as a child: asked quietly, or run in the user's terminal with its output untouched."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_rolling.errors import CommandError

PROJECT = "Pulumi.yaml", "Pulumi.yml", "Pulumi.json"


@dataclass(frozen=True)
class Pulumi:
    """One stack of the project in `folder`. `variables` are added to the environment.

    `lines` takes what a command says that is run; without it the terminal does. `aside`: the terminal's standard output
    has another document already, so that what is run speaks on standard error alone. `program`: the command itself.
    """

    folder: Path
    stack: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    lines: Callable[[str], None] | None = None
    aside: bool = False
    program: str = "pulumi"

    def asked(self, *arguments: str, given: str | None = None) -> str:
        """What the command wrote to its standard output. Raises CommandError with Pulumi's own sentence."""
        ended = self._started(arguments, given)
        if ended.returncode:
            raise CommandError(sentence_of(ended.stderr or ended.stdout), code=ended.returncode)
        return ended.stdout

    def tried(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code and both outputs of a command whose failure is an answer."""
        ended = self._started(arguments, None)
        return ended.returncode, ended.stdout, ended.stderr

    def ran(self, *arguments: str) -> int:
        """The exit code of a command that has our terminal.

        Ctrl-C reaches it from the terminal and is not ours to die of; SIGTERM and SIGHUP are handed on to it.
        """
        try:
            child = subprocess.Popen(
                [*self._line(arguments)], cwd=self.folder, env=self._all(), **self._outputs()
            )
        except FileNotFoundError as error:
            raise _missing() from error
        with _signals(child):
            if self.lines is not None:
                assert child.stdout is not None
                for line in child.stdout:
                    self.lines(line.rstrip("\n"))
            return child.wait()

    def _outputs(self) -> dict[str, Any]:
        if self.lines is not None:
            return {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return {"stdout": sys.stderr} if self.aside else {}

    def _started(self, arguments: tuple[str, ...], given: str | None) -> subprocess.CompletedProcess[str]:
        quiet = {"PULUMI_SKIP_UPDATE_CHECK": "true"}
        try:
            return subprocess.run(
                [*self._line(arguments), "--non-interactive", "--color=never"],
                cwd=self.folder,
                env={**self._all(), **quiet},
                input=given if given is not None else "",
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise _missing() from error

    def _line(self, arguments: tuple[str, ...]) -> list[str]:
        chosen = ["--stack", self.stack] if self.stack else []
        return [self.program, *arguments, *chosen]

    def _all(self) -> dict[str, str]:
        return {**os.environ, **self.variables}


def project_of(folder: Path) -> Path:
    """The folder of the project that this folder is in. Raises CommandError where it is in none."""
    for place in (folder.resolve(), *folder.resolve().parents):
        if any((place / name).is_file() for name in PROJECT):
            return place
    raise CommandError(f"there is no Pulumi project in {folder} or above it", code=2)


def name_of(project: Path) -> str:
    """The project's name as it describes itself, or that of its folder."""
    for described in (project / name for name in PROJECT):
        if described.is_file():
            found = re.search(r"""^["' {]*name["']?:\s*["']?([\w.-]+)""", described.read_text(), re.MULTILINE)
            if found:
                return found.group(1)
    return project.name


def sentence_of(output: str) -> str:
    """The first error in what Pulumi wrote, or else its last line. Of several that stand in a list each is told."""
    found = re.search(r"^\s*error: (.+)$", output, re.MULTILINE)
    if found and found.group(1).endswith("errors occurred:"):
        return "; ".join(
            each.strip() for each in re.findall(r"^\s*\* (.+)$", output[found.end() :], re.MULTILINE)
        )
    lines = output.strip().splitlines() or ["pulumi said nothing"]
    return (found.group(1) if found else lines[-1]).strip()


def _missing() -> CommandError:
    return CommandError("there is no pulumi command on PATH", code=127, hint="Install Pulumi's CLI.")


@contextmanager
def _signals(child: subprocess.Popen[Any]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handed_on(number: int, _frame: object) -> None:
        if number != signal.SIGINT:
            child.send_signal(number)

    before = {
        number: signal.signal(number, handed_on) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
