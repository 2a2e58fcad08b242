"""Inline programs of the Automation API: Pulumi starts another Python for dynamic resources, and it must have us.

A program of its own folder runs in the Python that its project names, and so does its provider. An inline one runs
where the Automation API is used, while Pulumi starts the provider by ``PULUMI_PYTHON_CMD``, or else ``python3``. Which
of them that is stands in the environment of the ``pulumi`` that we have started; where a machine does not show that
(there is no /proc), nothing is refused.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pulumi

CHOICE = "PULUMI_PYTHON_CMD"
AUTOMATION = "pulumi.automation"
"""Only a process that has imported it can be running an inline program."""
_MARK = b"auto.inline"
"""How the Automation API tells ``pulumi`` on its command line that the program is an inline one."""
_OF_THE_PROJECT = ("virtualenv", "toolchain")
"""Options of a project's runtime by which Pulumi chooses the Python itself."""
_HAS_US = (
    "import importlib.util as found, sys; "
    "sys.exit(not all(found.find_spec(name) for name in ('pulumi', 'pulumi_rolling')))"
)


@dataclass(frozen=True, slots=True)
class Engine:
    """The ``pulumi`` that runs an inline program of this process."""

    environment: Mapping[str, str]
    folder: Path


def refuse_other_python(processes: Path = Path("/proc")) -> None:
    """Where the provider's Python lacks us, Pulumi would end in a traceback that does not say so."""
    engine = _engine(processes) if AUTOMATION in sys.modules else None
    command = None if engine is None else _command(engine)
    if engine is None or command is None:
        return
    python = shutil.which(command, path=engine.environment.get("PATH"))
    if python is not None and (python == sys.executable or _has_us(python)):
        return
    named = command if python in (None, command) else f"{command} ({python})"
    lacks = "which is not there" if python is None else "where pulumi_rolling is not installed"
    raise pulumi.RunError(
        f"for this inline program Pulumi runs RollingGroup by {named}, {lacks}. Say which Python it shall be: "
        f'env_vars={{"{CHOICE}": sys.executable}} in the options of the workspace.'
    )


def _command(engine: Engine) -> str | None:
    """None where the project has options for that."""
    try:
        project = (engine.folder / "Pulumi.yaml").read_text(encoding="utf-8", errors="replace")
    except OSError:
        project = ""
    if any(option in project for option in _OF_THE_PROJECT):
        return None
    return engine.environment.get(CHOICE) or "python3"


def _engine(processes: Path) -> Engine | None:
    """None where this process runs no inline program, or cannot see who asked for it."""
    for child in processes.glob("[0-9]*"):
        try:
            if _parent(child / "stat") == os.getpid() and _MARK in (child / "cmdline").read_bytes():
                return Engine(_environment(child / "environ"), child / "cwd")
        except (OSError, ValueError, IndexError):
            # It ended meanwhile, or is none of ours to look at.
            continue
    return None


def _parent(stat: Path) -> int:
    """The second field after the name, which stands in parentheses and may hold anything."""
    return int(stat.read_text(errors="replace").rpartition(")")[2].split()[1])


def _environment(file: Path) -> dict[str, str]:
    entries = file.read_bytes().split(b"\0")
    return dict(os.fsdecode(entry).split("=", 1) for entry in entries if b"=" in entry)


@cache
def _has_us(python: str) -> bool:
    ran = subprocess.run([python, "-c", _HAS_US], capture_output=True, check=False)
    return ran.returncode == 0
