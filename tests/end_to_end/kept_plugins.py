"""Plugins that are not under test, kept for all commands of a worker: the language host and the stand-in for aws.

The engine attaches to them instead of starting its own in every command. Each must be ours: where the official
ones are installed, the engine goes on starting those.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

TOP = Path(__file__).resolve().parents[2]
PROGRAM = TOP / "tools" / "pulumi" / "run_plugin.py"
HERE = Path(__file__).parent
LAUNCHER = "pulumi-language-python-exec"
PATIENCE = 60.0


class KeptPlugins:
    """Leaving the context ends the processes. ``variables`` tell the engine where they are."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self.variables: dict[str, str] = {}
        self._environment = dict(environment)
        self._logs = logs
        self._open = ExitStack()

    def __enter__(self) -> KeptPlugins:
        if (TOP / ".engine" / "bin" / "pulumi-language-python").exists():
            self._fork_programs()
            self.variables["PULUMI_DEBUG_LANGUAGES"] = f"python:{self._port_of('language-python')}"
        if any((TOP / ".engine" / "plugins").glob("*/pulumi-resource-aws")):
            self.variables["PULUMI_DEBUG_PROVIDERS"] = f"aws:{self._port_of('resource-aws')}"
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _fork_programs(self) -> None:
        """The language host finds a launcher that has each program forked."""
        # The path of a socket may be no longer than a hundred characters.
        folder = Path(self._open.enter_context(TemporaryDirectory(prefix="rolling-")))
        client = folder / LAUNCHER
        shutil.copy(HERE / "launcher_client.py", client)
        client.chmod(0o755)
        programs = str(folder / "programs")
        path = self._environment["PATH"]
        launcher = shutil.which(LAUNCHER, path=path)
        assert launcher is not None
        line = (str(HERE / "forked_programs.py"), programs)
        self._open.enter_context(kept(line, self._environment, self._logs / "programs"))
        self._environment |= {
            "PATH": f"{folder}{os.pathsep}{path}",
            "ROLLING_TEST_LAUNCHER": launcher,
            "ROLLING_TEST_PREFIX": sys.prefix,
            "ROLLING_TEST_PROGRAMS": programs,
        }

    def _port_of(self, plugin: str) -> int:
        return self._open.enter_context(kept((str(PROGRAM), plugin), self._environment, self._logs / plugin))


@contextmanager
def kept(program: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[int]:
    """The port of this program of Python while it serves. Its first line says it; what it prints comes after that."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-u", *program],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + PATIENCE
        while "\n" not in log.read_text():
            assert process.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.02)
        yield int(log.read_text().partition("\n")[0])
    finally:
        process.terminate()
        process.wait(PATIENCE)
