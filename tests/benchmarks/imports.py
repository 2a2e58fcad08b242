"""What importing costs: the package, the resource, the command line; beside an empty Python and Pulumi's SDK."""

from __future__ import annotations

import subprocess
import sys
import time

STATEMENTS = {
    "nothing": "pass",
    "import pulumi_rolling": "import pulumi_rolling",
    "import pulumi": "import pulumi, pulumi.dynamic",
    "... and RollingGroup": "import pulumi, pulumi.dynamic; from pulumi_rolling import RollingGroup",
    "the command line": "import pulumi_rolling.cli.main",
}
TIMES = 5


def spent(statement: str) -> float:
    """The quickest of several processes: what the machine does beside it only adds."""
    best = float("inf")
    for _ in range(TIMES):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True)
        best = min(best, time.perf_counter() - started)
    return best


def report() -> None:
    print(f"import: milliseconds of a process, best of {TIMES}")
    empty = spent(STATEMENTS["nothing"])
    for name, statement in STATEMENTS.items():
        total = spent(statement) if name != "nothing" else empty
        print(f"  {name:<24} {total * 1000:>6.0f} ms  {(total - empty) * 1000:>6.0f} ms above nothing")
