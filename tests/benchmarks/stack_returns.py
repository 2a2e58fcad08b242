"""`rolling up` beside `pulumi up` where nothing fails, and the return of a large stack of which three have changed.

Seconds and the peak of resident memory, of `rolling` itself and of the largest `pulumi` below it.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.end_to_end.things_stack import ROLLING, Things

SIZE, CHANGED, PAIRS = 500, 3, 3
FLAGS = ("up", "--yes", "--skip-preview", "--color=never")


def report() -> None:
    for size in (10, SIZE):
        with tempfile.TemporaryDirectory() as folder:
            measure(Things(Path(folder)), size)


def measure(things: Things, size: int) -> None:
    good: dict[str, Any] = {f"t{place}": {"value": "1"} for place in range(size)}
    things.say(good)
    seconds, _ = timed(things, 0, ROLLING, *FLAGS)
    print(f"stack of {size}: made in {seconds:.1f} s by rolling up")
    pairs = [(timed(things, 0, "pulumi", *FLAGS), timed(things, 0, ROLLING, *FLAGS)) for _ in range(PAIRS)]
    alone, ours = (statistics.median(each[0] for each in side) for side in zip(*pairs, strict=True))
    print(f"  nothing to do: pulumi up {alone:.1f} s, rolling up {ours:.1f} s: {ours - alone:.1f} s more")
    changed = {f"t{place}": {"value": "2"} for place in range(CHANGED)}
    late = {"value": "x", "fails": True, "opts": {"depends_on": list(changed)}}
    things.say({**good, **changed, "late": late})
    failed, _ = timed(things, 1, "pulumi", *FLAGS)
    back, peaks = timed(things, 0, ROLLING, "rollback", "--yes")
    told = ", ".join(f"{name} {kib / 1024:.0f} MiB" for name, kib in sorted(peaks.items()))
    print(f"  {CHANGED} changed: failed after {failed:.1f} s, returned in {back:.1f} s; at most {told}")


def timed(things: Things, code: int, *line: str) -> tuple[float, dict[str, int]]:
    """Seconds of a command that ends so, and the peak of each of its kinds of processes in KiB."""
    process = things.start(*line)
    assert process.stdout is not None
    began, peaks = time.monotonic(), dict[str, int]()
    with ThreadPoolExecutor(1) as beside:
        said = beside.submit(process.stdout.read)
        while process.poll() is None:
            _look(process.pid, peaks)
            time.sleep(0.02)
    seconds = time.monotonic() - began
    assert (process.returncode != 0) == bool(code), said.result()[-2000:]
    return seconds, peaks


def _look(pid: int, peaks: dict[str, int]) -> None:
    """The process and those below it that are `pulumi`; a peak is what the kernel has noted (VmHWM)."""
    with suppress(OSError, StopIteration, ValueError):
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
        )
        name = status["Name"].strip()
        if name in ("rolling", "pulumi") and "VmHWM" in status:
            peaks[name] = max(peaks.get(name, 0), int(status["VmHWM"].split()[0]))
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                _look(int(child), peaks)
