"""Ways to stop `rolling` and `pulumi` at a stage of a journey: a command that kills, and a wait for what state says."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.end_to_end.things_stack import ROLLING, Things

PATIENCE = 60.0
SCRIPT = """#!/bin/sh
# The real pulumi, but for the one command that the file beside this script describes: there the caller is killed.
[ -f {plan} ] && . {plan}
case "$PWD $*" in
    {project}\\ $command)
        rm {plan}
        [ "$when" = after ] && {real} "$@"
        kill -9 $PPID
        exit 137 ;;
esac
exec {real} "$@"
"""


class Stops:
    """The stack's `pulumi` is found through a script that can kill the `rolling` that called it."""

    def __init__(self, things: Things) -> None:
        self.things = things
        real = shutil.which("pulumi", path=things.environment["PATH"])
        assert real is not None
        folder = things.project.parent / "bin"
        folder.mkdir()
        self.plan = folder / "plan"
        told = {"plan": self.plan, "project": things.project, "real": real}
        script = folder / "pulumi"
        script.write_text(SCRIPT.format(**{name: shlex.quote(str(value)) for name, value in told.items()}))
        script.chmod(0o755)
        things.environment["PATH"] = f"{folder}{os.pathsep}{things.environment['PATH']}"

    def killed(self, when: str, command: str, *line: str) -> None:
        """Run this line of `rolling`, which is killed before or after it has called `pulumi` so (a shell's pattern)."""
        self.plan.write_text(f"when={when}\ncommand={shlex.quote(command)}\n")
        ran = self.things.run(ROLLING, *line)
        assert ran.code == -signal.SIGKILL and not self.plan.exists(), ran.output


def until(fact: Callable[[], object], what: str) -> None:
    """Looks until the fact is true."""
    end = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < end, f"{what} did not come true"
        time.sleep(0.05)


def working(things: Things, name: str) -> Callable[[], bool]:
    """Whether an operation on this resource has begun and has not ended.

    Kill `pulumi` only where nothing else moves: while it writes the state, a kill may leave the empty file `.attrs`
    beside it, and each later command answers EOF.
    """

    def found() -> bool:
        _, _, pending = things.state().partition('"pending_operations"')
        return f"::{name}" in pending

    return found


def pulumi_of(process: subprocess.Popen[str], word: str) -> int:
    """The process id of the `pulumi` with this word in its line that `rolling` waits for; 0 while there is none."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    with suppress(OSError):
        for child in children:
            if word in Path(f"/proc/{child}/cmdline").read_text():
                return int(child)
    return 0


def interrupted(process: subprocess.Popen[str], times: int = 1) -> str:
    """Press Ctrl-C, as a terminal sends it: to the whole group. Answers what was said until the engine heard it."""
    assert process.stdout is not None
    said = ""
    for _ in range(times):
        os.killpg(process.pid, signal.SIGINT)
        if "^C received" not in said:
            for line in process.stdout:
                said += line
                if "^C received" in line:
                    break
    return said


class Gates:
    """Where things wait, each by its name: one that is open is passed by."""

    def __init__(self, things: Things) -> None:
        self._things, self._seen = things, 0

    def open(self, name: str) -> None:
        (self._things.cloud / name).touch()

    def close(self, name: str) -> None:
        (self._things.cloud / name).unlink()

    def reached(self, what: str) -> None:
        """An operation more has come to a gate. State would not say it: one that was cut off stands there as well."""
        until(lambda: self._came() > self._seen, what)
        self._seen = self._came()

    def passed(self) -> None:
        """What has come so far is over."""
        self._seen = self._came()

    def _came(self) -> int:
        log = self._things.cloud / "log"
        return sum(line.startswith("wait ") for line in log.read_text().splitlines())


def unlocked(things: Things) -> bool:
    """Whether nobody holds the stack."""
    return not list(things.project.parent.glob("state/backend/.pulumi/locks/**/*.json"))
