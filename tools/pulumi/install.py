"""Installs this repository with one of its extras into the virtual environment that runs this file.

The versions are those of constraints.txt. pip is silent but for what went wrong; a line from time to time tells how
far it is. Standard library only.
"""

from __future__ import annotations

import sys
from pathlib import Path

import steps

TOP = Path(__file__).resolve().parents[2]
# Of what an extra brings a run imports a small part, which Python compiles then.
PIP = ("-m", "pip", "install", "--disable-pip-version-check", "--no-compile", "--progress-bar=off")
LAST_LINES = 30


def told(output: str) -> str:
    """Counts of pip's lines: what it found so far, and the one it is at."""
    found = [line.split()[1] for line in output.splitlines() if line.startswith("Collecting ")]
    if "Installing collected packages" in output:
        return f", installing {len(found)} packages"
    return f", {len(found)} packages found, at {found[-1]}" if found else ""


def main() -> None:
    extra = sys.argv[1]
    command = [
        sys.executable,
        *PIP,
        "--constraint",
        str(TOP / "constraints.txt"),
        "--editable",
        f"{TOP}[{extra}]",
    ]
    done = steps.run(f"python: installing the extra {extra} in {Path(sys.prefix).name}", command, told=told)
    if done.returncode:
        last = "\n".join(done.stdout.splitlines()[-LAST_LINES:])
        sys.exit(f"{last}\npython: is the package index reachable (pip config list)? Start again then.")


if __name__ == "__main__":
    main()
