"""A `pulumi up` with nothing to do: groups that have their policy as an attribute beside the same groups without."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.end_to_end.attribute_stage import QUICK, attribute_stage
from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import Around, Stage

COUNTS = (10, 50)
SMALL = {"min_size": 1, "max_size": 3, "desired_capacity": 1}
POLICY = {"rollingUpdate": {**QUICK, "minInstancesInService": 0}}
TIMES = 5
"""Runs of each, in turns, of which the shortest counts: a busy machine only ever adds."""


def report() -> None:
    for count in COUNTS:
        names = [f"web-{number}" for number in range(count)]
        with tempfile.TemporaryDirectory() as folder, LabProcess() as lab, LabProcess() as other:
            with_, without = Path(folder) / "with", Path(folder) / "without"
            for each in (with_, without):
                each.mkdir()
            with (
                attribute_stage(with_, Around(lab), names=names, group=SMALL, policy=POLICY) as ours,
                attribute_stage(without, Around(other), names=names, group=SMALL, policy=None) as bare,
            ):
                _tell(count, ours, bare)


def _tell(count: int, ours: Stage, bare: Stage) -> None:
    for each in (ours, bare):
        made = each.up()
        assert made.code == 0, made.output
        each.lab.clear_calls()
    spent = [(_up(ours), _up(bare)) for _ in range(TIMES)]
    best, least = min(pair[0] for pair in spent), min(pair[1] for pair in spent)
    print(f"no-op: `pulumi up --skip-preview` of {count} groups with nothing to do, the shortest of {TIMES}")
    print(f"  without attribute {least:.2f} s, with {best:.2f} s: {best / least:.2f} times")
    print(f"  calls {sum(bare.lab.calls().values())} without, {sum(ours.lab.calls().values())} with")


def _up(stage: Stage) -> float:
    started = time.perf_counter()
    ran = stage.up()
    assert ran.code == 0, ran.output
    return time.perf_counter() - started
