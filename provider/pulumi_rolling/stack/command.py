"""The `pulumi` command as a child: asked quietly, or run in the user's terminal with its output untouched."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pulumi_rolling.errors import CommandError

PROJECT = "Pulumi.yaml", "Pulumi.yml", "Pulumi.json"


@dataclass(frozen=True)
class Pulumi:
    """One stack of the project in `folder`. `variables` are added to the environment."""

    folder: Path
    stack: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)

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
            child = subprocess.Popen([*self._line(arguments)], cwd=self.folder, env=self._all())
        except FileNotFoundError as error:
            raise _missing() from error
        with _signals(child):
            return child.wait()

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
        return ["pulumi", *arguments, *chosen]

    def _all(self) -> dict[str, str]:
        return {**os.environ, **self.variables}


def project_of(folder: Path) -> Path:
    """The folder of the project that this folder is in. Raises CommandError where it is in none."""
    for place in (folder.resolve(), *folder.resolve().parents):
        if any((place / name).is_file() for name in PROJECT):
            return place
    raise CommandError(f"there is no Pulumi project in {folder} or above it", code=2)


def sentence_of(output: str) -> str:
    """The first error in what Pulumi wrote, or else its last line."""
    found = re.search(r"^\s*error: (.+)$", output, re.MULTILINE)
    lines = output.strip().splitlines() or ["pulumi said nothing"]
    return (found.group(1) if found else lines[-1]).strip()


def _missing() -> CommandError:
    return CommandError("there is no pulumi command on PATH", code=127, hint="Install Pulumi's CLI.")


@contextmanager
def _signals(child: subprocess.Popen[bytes]) -> Iterator[None]:
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
