"""A process by a name that another one on the same machine can look up, to know for sure that it lives or has ended.

Only where the kernel tells (Linux): the machine's boot, the namespace of process ids, the id, and when the process
began, so that an id used again is no life. Anywhere else nothing is known, and a process counts as alive.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_PROC = Path("/proc")


def own_name() -> str:
    """This process; empty where nobody could look it up."""
    place, pid = _place(), os.getpid()
    began = _began(pid)
    return f"{place}.{pid}.{began}" if place and began else ""


def has_ended(name: str) -> bool:
    """Whether it surely has: it was of this machine and these process ids, and no such process lives."""
    return _lives(name) is False


def is_alive(name: str) -> bool:
    """Whether it surely lives, on this machine and among these process ids."""
    return _lives(name) is True


def _lives(name: str) -> bool | None:
    """None where nothing is known of it here."""
    parts = name.split(".")
    if len(parts) != 3 or not parts[1].isdigit() or parts[0] != _place():
        return None
    began = _began(int(parts[1]))
    return None if began == "" else began == parts[2]


def _place() -> str:
    """The machine since it was started, and the namespace that its process ids are of."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = (_PROC / "self/ns/pid").readlink()
    except OSError:
        return ""
    return hashlib.sha256(f"{boot} {namespace}".encode()).hexdigest()[:12]


def _began(pid: int) -> str | None:
    """When the process of an id began, in ticks since the boot; None where there is none or a dead one is left.

    Empty where the kernel does not tell.
    """
    try:
        # Of a process of somebody else's, /proc may show nothing although it lives (hidepid); signal 0 does.
        os.kill(pid, 0)
        stat = (_PROC / str(pid) / "stat").read_text()
    except ProcessLookupError:
        return None
    except OSError:
        return ""
    state, *more = stat.rpartition(")")[2].split()
    return None if state in "ZX" else more[18]
