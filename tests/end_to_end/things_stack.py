"""A stack of the program `things`, whose cloud is a folder, run by `pulumi` and by `rolling` without a terminal."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from tests.end_to_end.kept_plugins import kept
from tests.end_to_end.stage import (
    EMPTY,
    HERE,
    INIT,
    ROLLING_COMMAND,
    Around,
    Ran,
    engine_environment,
    made,
    marked,
)

ROLLING = ROLLING_COMMAND
DYNAMIC = HERE / "kept_dynamic.py"
UP = (ROLLING, "up", "--yes", "--skip-preview", "--color=never")


class Rolled(ABC):
    """A stack that `rolling` updates and returns."""

    @abstractmethod
    def run(self, *line: str) -> Ran: ...

    def up(self, *flags: str) -> Ran:
        return self.run(*UP, *flags)

    def back(self, *flags: str) -> Ran:
        return self.run(ROLLING, "rollback", "--yes", *flags)

    def unchanged(self) -> bool:
        """Whether the program, as it says now, finds nothing to do."""
        return self.run("pulumi", "preview", "--expect-no-changes", "--color=never").code == 0


class Things(Rolled):
    """One stack of the program `things` with a cloud of its own.

    `around` has a language host that is kept. With `keeps_provider` the provider is kept as well: for stacks of which
    nobody cuts an operation off, since one that was goes on in a provider that lives.
    """

    def __init__(self, folder: Path, around: Around | None = None, keeps_provider: bool = False) -> None:
        self.project, self.cloud = folder / "trial", folder / "cloud"
        shutil.copytree(HERE / "things", self.project)
        self.cloud.mkdir()
        described = self.project / "Pulumi.yaml"
        described.write_text(described.read_text().replace("VIRTUALENV", sys.prefix))
        self.environment = {
            **engine_environment(folder / "state"),
            "ROLLING_TEST_CLOUD": str(self.cloud),
            "PULUMI_STACK": "dev",
            **({} if around is None else {**around.variables, **around.vault}),
        }
        self.started: list[subprocess.Popen[str]] = []
        self._open = ExitStack()
        if keeps_provider:
            port = self._open.enter_context(kept((str(DYNAMIC),), self.environment, folder / "provider.txt"))
            self.environment["PULUMI_DEBUG_PROVIDERS"] = f"pulumi-python:{port}"
        init = INIT if around is None else around.init
        made(None if around is None else around.stacks, EMPTY, folder, lambda: self.run("pulumi", *init))

    def say(self, things: dict[str, Any], **outputs: str) -> None:
        (self.project / "settings.json").write_text(json.dumps({"things": things, "outputs": outputs}))

    def run(self, *line: str) -> Ran:
        process = self.start(*line)
        output, _ = process.communicate()
        return Ran(process.returncode, output)

    def start(self, *line: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            line,
            cwd=self.project,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def there(self) -> dict[str, Any]:
        """What the cloud holds, by id."""
        files = sorted(self.cloud.glob("*.json"))
        return {
            file.stem: {k: v for k, v in json.loads(file.read_text()).items() if k != "arn"} for file in files
        }

    def state(self) -> str:
        """The stack's file as it is: an operation stands in it from before it begins until it has ended."""
        [file] = self.project.parent.glob("state/backend/.pulumi/stacks/trial/dev.json")
        return file.read_text()

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._open.close()
        # A dynamic provider has a group of its own, and outlives a pulumi that is killed.
        for pid, _ in marked(f"ROLLING_TEST_CLOUD={self.cloud}".encode()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
