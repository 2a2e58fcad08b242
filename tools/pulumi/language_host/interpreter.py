"""Which Python runs a program, and with which environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class InterpreterMissing(Exception):
    """The virtual environment that the project names cannot run anything."""


@dataclass(frozen=True)
class Interpreter:
    executable: str
    environment: dict[str, str]


def choose(options: Mapping[str, Any], root: Path) -> Interpreter:
    """The option `virtualenv`, relative to the project; else PULUMI_PYTHON_CMD; else our own Python."""
    environment = dict(os.environ)
    if options.get("toolchain") not in (None, "pip"):
        raise InterpreterMissing(
            f"runtime option toolchain: {options['toolchain']} is not known; name the folder in virtualenv"
        )
    name = options.get("virtualenv")
    if not name:
        return Interpreter(environment.get("PULUMI_PYTHON_CMD") or sys.executable, environment)
    folder = Path(os.path.normpath(root / str(name)))
    executable = folder / "bin" / "python"
    if not executable.exists():
        raise InterpreterMissing(
            f"the virtualenv option in {root} names {folder}, which has no bin/python; "
            f"create it with: python3 -m venv {folder}"
        )
    environment["PATH"] = f"{folder / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    environment["VIRTUAL_ENV"] = str(folder)
    environment.pop("PYTHONHOME", None)
    return Interpreter(str(executable), environment)
