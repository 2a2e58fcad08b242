"""Plugins that are not under test, kept for all commands of a worker: the language host, and stand-ins of providers.

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

    def __init__(
        self,
        environment: Mapping[str, str],
        logs: Path,
        languages: Sequence[str] = ("python",),
        providers: Sequence[str] = ("aws",),
    ) -> None:
        self._languages, self._providers = languages, providers
        self.variables: dict[str, str] = {}
        self._environment = dict(environment)
        self._logs = logs
        self._open = ExitStack()

    def __enter__(self) -> KeptPlugins:
        plugins, bin = TOP / ".engine" / "plugins", TOP / ".engine" / "bin"
        languages = [each for each in self._languages if (bin / f"pulumi-language-{each}").exists()]
        providers = [each for each in self._providers if any(plugins.glob(f"*/pulumi-resource-{each}"))]
        if "python" in languages:
            self._fork_programs()
        self._keep("PULUMI_DEBUG_LANGUAGES", "language", languages)
        self._keep("PULUMI_DEBUG_PROVIDERS", "resource", providers)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _keep(self, variable: str, kind: str, names: Sequence[str]) -> None:
        if names:
            self.variables[variable] = ",".join(f"{name}:{self._port_of(f'{kind}-{name}')}" for name in names)

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
