"""One line of the user's for /bin/sh, run to its end, to its time-out, or until this process ends.

The shell leads a process group of its own, and a watcher in that group reads a pipe of which we hold the other end:
when we are gone, however that comes, the pipe closes and the watcher ends the group. What a line leaves in the
background ends with it.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pulumi_rolling.core.model.durations import iso
from pulumi_rolling.fleets.replace import Done, Reached
from pulumi_rolling.probes.attempt import Attempt, last_words

SHELL = "/bin/sh"
KEPT = 4096
"""Bytes of the output that are kept, the last ones."""
_TICK = 0.05
_WATCHED = """exec 3<&0 </dev/null
(read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 &
exec 3<&-
exec "$0" -c "$1"
"""


def has_shell() -> bool:
    return Path(SHELL).exists()


@dataclass(frozen=True, slots=True)
class Line:
    """``group`` is the name of the group that members belong to."""

    run: str
    timeout: float
    group: str

    def __call__(self, member: Reached, attempt: Attempt) -> Done:
        shell = subprocess.Popen(
            [SHELL, "-c", _WATCHED, SHELL, self.run],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **_environment(member, self.group)},
            start_new_session=True,
        )
        with attempt.ended_by(lambda: _kill(shell.pid)):
            output, in_time = _read_until(shell, time.monotonic() + self.timeout)
            _kill(shell.pid)
        code = shell.wait()
        for pipe in (shell.stdin, shell.stdout):
            if pipe is not None:
                pipe.close()
        if not in_time:
            return Done(False, _with_output(f"not over within {iso(self.timeout)}", output))
        return Done(code == 0, "" if code == 0 else _with_output(_ended(code), output))


def _environment(member: Reached, group: str) -> Mapping[str, str]:
    return {
        "ROLLING_GROUP": group,
        "ROLLING_ID": member.id,
        "ROLLING_ZONE": member.zone,
        "ROLLING_PRIVATE_ADDRESS": member.private,
        "ROLLING_PUBLIC_ADDRESS": member.public,
    }


def _read_until(shell: subprocess.Popen[bytes], deadline: float) -> tuple[bytes, bool]:
    """The end of the output, and whether the line was over in time.

    A line is over when its shell is, even where what it left in the background holds the output.
    """
    kept, is_open = b"", True
    pipe = shell.stdout.fileno() if shell.stdout is not None else -1
    while True:
        over = shell.poll() is not None
        left = deadline - time.monotonic()
        ready = is_open and bool(select.select([pipe], [], [], 0 if over else max(0.0, min(_TICK, left)))[0])
        if ready:
            piece = os.read(pipe, 65536)
            kept, is_open = (kept + piece)[-KEPT:], bool(piece)
        elif over:
            return kept, True
        if not is_open and not over:
            time.sleep(max(0.0, min(_TICK, left)))
        if left <= 0:
            return kept, over


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # Nobody is left in it.
        return


def _ended(code: int) -> str:
    return f"exit code {code}" if code > 0 else f"ended by signal {-code}"


def _with_output(what: str, output: bytes) -> str:
    words = last_words(output)
    return f"{what}: {words}" if words else f"{what}, without output"
