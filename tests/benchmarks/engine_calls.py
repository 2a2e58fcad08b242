"""The calls of one roll under the real `pulumi up`, by name, and those of them before the first act."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import Around, stage

MEMBERS, WINDOW, BOOT = 20, 5, 5.0
ROLL = {"maxBatchSize": WINDOW, "minInstancesInService": MEMBERS - WINDOW}
ACTS = ("SuspendProcesses", "UpdateAutoScalingGroup", "TerminateInstanceInAutoScalingGroup")


def update() -> list[str]:
    """Names of the calls of an update that rolls all members, in order, with those of the preview before it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LabProcess(boot=0.2) as lab,
        stage(Path(folder), Around(lab), names=[], policy={"rollingUpdate": ROLL}) as trial,
    ):
        template = trial.found_group(MinSize=0, MaxSize=MEMBERS, DesiredCapacity=MEMBERS)
        trial.want(template, "1")
        assert trial.up().code == 0
        lab.image("ami-v2", boot=BOOT, targetAfter=0.0)
        trial.want(template, trial.new_version(template, "ami-v2"))
        lab.clear_calls()
        ran = trial.up()
        assert ran.code == 0, ran.output
        return [each["action"] for each in lab.log()]


def report() -> None:
    calls = update()
    first = next(place for place, name in enumerate(calls) if name in ACTS)
    print(
        f"pulumi up: {MEMBERS} members, window {WINDOW}, boots of {BOOT:g} s, {len(calls)} calls, "
        f"{len(calls) / MEMBERS:.2f} a replaced instance"
    )
    for name, number in Counter(calls).most_common():
        print(f"  {name:<36} {number:>3}")
    print(f"  before the first act: {first}: {', '.join(calls[:first])}")
