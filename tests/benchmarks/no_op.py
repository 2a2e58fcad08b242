"""A `pulumi up` with nothing to do: ten groups with RollingGroups of a face beside the same ten without.

The stacks take turns, since the machine is never idle for long. Processor time is that of `pulumi` and of all that it
starts; a busy machine changes it less than the seconds.
"""

from __future__ import annotations

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import Around, Stage, stage
from tests.end_to_end.yaml_stage import yaml_stage

GROUPS = 10
SMALL = {"min_size": 1, "max_size": 3, "desired_capacity": 2}
POLICY = {"rollingUpdate": {"minInstancesInService": 1}}
Opened = Callable[[Path, LabProcess, bool], Any]


@dataclass
class Stack:
    """A stack that was deployed, and what its updates without a change took."""

    lab: LabProcess
    trial: Stage
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def update(self) -> None:
        before, started = processor_of_ended(), time.perf_counter()
        ran = self.trial.up()
        self.seconds.append(time.perf_counter() - started)
        self.processor.append(processor_of_ended() - before)
        assert ran.code == 0, ran.output


def processor_of_ended() -> float:
    """Of all processes that have ended so far: `pulumi` waits for those that it starts."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _python(folder: Path, lab: LabProcess, roll: bool) -> Iterator[Stage]:
    names = [f"web-{i}" for i in range(GROUPS)]
    with stage(folder, Around(lab), names=names, group=SMALL, policy=POLICY, roll=roll) as opened:
        yield opened


@contextmanager
def _yaml(folder: Path, lab: LabProcess, roll: bool) -> Iterator[Stage]:
    with yaml_stage(folder, Around(lab)) as opened:
        others: dict[str, Any] = {}
        for i in range(GROUPS):
            others[f"lt-{i}"] = {
                "type": "aws:ec2:LaunchTemplate",
                "properties": {"name": f"web-{i}", "imageId": "ami-v1", "instanceType": "t3.small"},
            }
            others[f"asg-{i}"] = {
                "type": "aws:autoscaling:Group",
                "properties": {
                    "name": f"web-{i}",
                    "minSize": 1,
                    "maxSize": 3,
                    "desiredCapacity": 2,
                    "availabilityZones": ["us-east-1a"],
                    "launchTemplate": {"id": f"${{lt-{i}.id}}", "version": "1"},
                },
                "options": {"ignoreChanges": ["launchTemplate"]},
            }
        wanted = {
            f"web-{i}": {"id": f"${{lt-{i}.id}}", "version": f"${{lt-{i}.latestVersion}}"}
            for i in range(GROUPS if roll else 0)
        }
        opened.options = {name: {"dependsOn": [f"${{asg-{name[4:]}}}"]} for name in wanted}
        opened.declare(policy=POLICY, others=others, groups=wanted)
        yield opened


FACES: dict[str, Opened] = {"the Python resource": _python, "the plugin": _yaml}


@contextmanager
def _deployed(face: Opened, roll: bool) -> Iterator[Stack]:
    with tempfile.TemporaryDirectory() as folder, LabProcess() as lab, face(Path(folder), lab, roll) as trial:
        made = trial.up()
        assert made.code == 0, made.output
        yield Stack(lab, trial)


def report() -> None:
    pairs = int(os.environ.get("ROLLING_PAIRS") or 5)
    print(
        f"no-op: `pulumi up --skip-preview` of {GROUPS} groups with nothing to do, least and median of {pairs} pairs"
    )
    for name, face in FACES.items():
        with ExitStack() as stacks:
            without, with_ = (stacks.enter_context(_deployed(face, roll)) for roll in (False, True))
            for each in [without, with_] * pairs:
                each.lab.clear_calls()
                each.update()
            seconds = compared(without.seconds, with_.seconds)
            processor = compared(without.processor, with_.processor)
            print(f"  {name}\n    time: {seconds}\n    processor time: {processor}")
            before, calls = without.lab.calls(), with_.lab.calls()
            for action in sorted({*before, *calls}):
                print(f"    {action:<32} {before.get(action, 0):>3} without, {calls.get(action, 0):>3} with")


def compared(without: list[float], with_: list[float]) -> str:
    """The least and the median of both, and as many times as the one is the other."""
    ratio = statistics.median(b / a for a, b in zip(without, with_, strict=True))
    least = f"{min(without):.2f} s and {min(with_):.2f} s, {min(with_) / min(without):.2f} times at least"
    return (
        f"{least}; {statistics.median(without):.2f} s and {statistics.median(with_):.2f} s, {ratio:.2f} times"
    )
