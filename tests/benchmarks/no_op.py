"""A `pulumi up` with nothing to do: ten groups with RollingGroups beside the same ten without."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import Around, stage

GROUPS = 10
SMALL = {"min_size": 1, "max_size": 3, "desired_capacity": 2}


def measured(roll: bool) -> tuple[float, dict[str, int]]:
    with tempfile.TemporaryDirectory() as folder, LabProcess() as lab:
        names = [f"web-{i}" for i in range(GROUPS)]
        policy = {"rollingUpdate": {"minInstancesInService": 1}}
        with stage(Path(folder), Around(lab), names=names, group=SMALL, policy=policy, roll=roll) as trial:
            made = trial.up()
            assert made.code == 0, made.output
            lab.clear_calls()
            started = time.perf_counter()
            ran = trial.up()
            spent = time.perf_counter() - started
            assert ran.code == 0, ran.output
            return spent, lab.calls()


def report() -> None:
    print(f"no-op: `pulumi up --skip-preview` of {GROUPS} groups with nothing to do")
    without, before = measured(roll=False)
    with_, calls = measured(roll=True)
    print(f"  without RollingGroups {without:.1f} s, with {with_:.1f} s: {with_ / without:.2f} times")
    for action in sorted({*before, *calls}):
        print(f"  {action:<32} {before.get(action, 0):>3} without, {calls.get(action, 0):>3} with")
