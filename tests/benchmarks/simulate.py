"""`rolling simulate` as a user runs it: 200 instances, 1,000 seeds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.manual_run import manual_run

SLIDING = {"rollingUpdate": {"maxBatchSize": 20, "minInstancesInService": 200, "waitOnResourceSignals": True}}
SIZES = ("--desired", "200", "--max-size", "220", "--seeds", "1000", "--format", "json")


def ran(*arguments: str) -> tuple[float, dict[str, Any]]:
    started = time.perf_counter()
    entry = "from pulumi_rolling.cli.main import main; main()"
    command = [sys.executable, "-c", entry, "simulate", *arguments, *SIZES]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - started, json.loads(made.stdout)


def as_in_the_manual() -> bool:
    """The figures of docs/instance-refresh.md, made again: seeds make the same rollouts on any machine."""
    manual = manual_run()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "both.yaml").write_text(manual.policy, encoding="utf-8")
        entry = "from pulumi_rolling.cli.main import main; main()"
        command = [sys.executable, "-c", entry, *manual.arguments]
        made = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return made.stdout == manual.shown


def report() -> None:
    print(f"simulate: 200 instances, window 20, 1,000 seeds, on {os.cpu_count()} cores, the whole command")
    one = ("--policy", json.dumps(SLIDING))
    for name, arguments in (
        ("one policy, a good build", one),
        ("one policy, 10 % silent besides", (*one, "--silent", "0.1")),
    ):
        spent, made = ran(*arguments)
        rolls = sum(build["rolls"] for policy in made["policies"] for build in policy["builds"])
        print(f"  {name:<36} {spent:>6.1f} s for {rolls} rollouts, {1000 * spent / rolls:.1f} ms each")
    same = "as they stand there" if as_in_the_manual() else "NOT as they stand there"
    print(f"  the figures of docs/instance-refresh.md are {same}")
