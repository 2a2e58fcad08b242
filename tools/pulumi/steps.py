"""One long step of `make ensure`: a command that runs in silence, and a line from time to time that says it still does.

Standard library only. It knows nothing of what the command does; whoever starts it may read the last line of it.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

EVERY = 10.0
"""Seconds between two lines."""


def run(
    what: str,
    command: Sequence[str],
    *,
    told: Callable[[str], str] = str,
    folder: Path | None = None,
    more: Mapping[str, str] | None = None,
    every: float = EVERY,
) -> subprocess.CompletedProcess[str]:
    """The command's end. ``told`` makes of all its output so far what a line says of it, or nothing."""
    started = time.monotonic()
    print(f"{what} ...", flush=True)
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | (more or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said: list[str] = []
        reading = threading.Thread(target=said.extend, args=(process.stdout,), daemon=True)
        reading.start()
        while True:
            reading.join(every)
            if not reading.is_alive():
                break
            print(f"{what}: {time.monotonic() - started:.0f} s{told(''.join(said))}", flush=True)
    print(
        f"{what}: {'failed' if process.returncode else 'done'} after {time.monotonic() - started:.0f} s",
        flush=True,
    )
    return subprocess.CompletedProcess(command, process.returncode, "".join(said), "")
