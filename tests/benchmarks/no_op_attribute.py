"""A `pulumi up` with nothing to do: groups that have their policy as an attribute beside the same groups without."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.benchmarks.no_op import Stack, compared
from tests.end_to_end.attribute_stage import QUICK, attribute_stage
from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import Around, Stage

COUNTS = (10, 50)
SMALL = {"min_size": 1, "max_size": 3, "desired_capacity": 1}
POLICY = {"rollingUpdate": {**QUICK, "minInstancesInService": 0}}


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
    pairs = int(os.environ.get("ROLLING_PAIRS") or 5)
    with_, without = Stack(ours.lab, ours), Stack(bare.lab, bare)
    for stack in [without, with_] * pairs:
        stack.update()
    print(f"no-op: `pulumi up --skip-preview` of {count} groups, the least and the median of {pairs} pairs")
    print(f"  time: {compared(without.seconds, with_.seconds)}")
    print(f"  processor time: {compared(without.processor, with_.processor)}")
    print(f"  calls {sum(bare.lab.calls().values())} without, {sum(ours.lab.calls().values())} with")
