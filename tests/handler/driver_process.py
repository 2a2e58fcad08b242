"""A driver in a process of its own: one update of one group, told on standard input as JSON.

Its exit code is 0 with the new state on standard output, or 1 with the error's class and sentence there.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from pulumi_rolling.errors import RollingError
from pulumi_rolling.handler import Context, RollingGroupHandler

ROOT = Path(__file__).parents[2]


def start(urn: str, olds: dict[str, Any], news: dict[str, Any]) -> subprocess.Popen[str]:
    """The environment leads it to the lab, as it leads the test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.handler.driver_process"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    json.dump({"urn": urn, "olds": olds, "news": news}, process.stdin)
    process.stdin.close()
    process.stdin = None
    return process


def main() -> int:
    told = json.load(sys.stdin)
    try:
        state = RollingGroupHandler().update(told["olds"], told["news"], Context(urn=told["urn"]))
    except RollingError as error:
        print(type(error).__name__, error)
        return 1
    print(json.dumps(state))
    return 0


if __name__ == "__main__":
    sys.exit(main())
