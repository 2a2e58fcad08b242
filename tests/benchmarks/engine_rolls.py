"""The same roll under the real `pulumi up` in both pacings, boots with spread: seconds, ratio, lowest in service."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import Around, stage
from tests.end_to_end.truth import Watched

MEMBERS, WINDOW, BOOT, SPREAD = 16, 4, 3.0, 0.7


def roll(pacing: str) -> tuple[float, int]:
    """(seconds from the first change of the group to the last, lowest in service)."""
    with tempfile.TemporaryDirectory() as folder, LabProcess(boot=0.2) as lab:
        policy = {
            "maxBatchSize": WINDOW,
            "minInstancesInService": MEMBERS - WINDOW,
            "waitOnResourceSignals": True,
            "pauseTime": "PT2M",
            "pacing": pacing,
        }
        with stage(Path(folder), Around(lab), names=[], policy={"rollingUpdate": policy}) as trial:
            template = trial.found_group(MinSize=0, MaxSize=MEMBERS, DesiredCapacity=MEMBERS)
            trial.want(template, "1")
            assert trial.up().code == 0
            lab.image("ami-v2", boot=BOOT, spread=SPREAD)
            watched = Watched(trial)
            trial.want(template, trial.new_version(template, "ami-v2"))
            ran = trial.up()
            assert ran.code == 0, ran.output
            points = watched.points()
            return points[-1]["at"] - points[1]["at"], min(p["inService"] for p in points)


def report() -> None:
    print(
        f"pulumi up: {MEMBERS} members, window {WINDOW}, floor {MEMBERS - WINDOW}, boots of {BOOT:g} s, "
        f"spread {SPREAD:g}, the same draws"
    )
    seconds: dict[str, float] = {}
    for pacing in ("lockStep", "sliding"):
        seconds[pacing], lowest = roll(pacing)
        print(f"  {pacing:<9} {seconds[pacing]:>6.1f} s, at least {lowest} in service")
    print(f"  lockStep over sliding: {seconds['lockStep'] / seconds['sliding']:.2f}")
