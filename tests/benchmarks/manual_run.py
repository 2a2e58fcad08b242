"""The run of both strategies that docs/instance-refresh.md shows: its policy, its command and its figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

MANUAL = Path(__file__).parents[2] / "docs/instance-refresh.md"
_RUN = re.compile(r"```\n\$ cat both\.yaml\n(.*?)\$ rolling (.*?)\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class ManualRun:
    policy: str
    arguments: tuple[str, ...]
    """Of the command line, the name of the command first."""
    shown: str


def manual_run() -> ManualRun:
    found = _RUN.search(MANUAL.read_text(encoding="utf-8"))
    assert found is not None, "the manual shows no run of both strategies"
    return ManualRun(found[1], tuple(found[2].split()), found[3])
