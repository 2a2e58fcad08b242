"""An ESS scaling group under the real engine: what it prints, exits with and keeps, and how a stack with it lives.

Everything that only the group shows is proved in tests/handler/test_ess_in_lab.py.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.fleets.alibaba.api import AlibabaApi
from pulumi_rolling.fleets.alibaba.place import ECS, Place
from pulumi_rolling.fleets.credentials import Keys
from pulumi_rolling.signals.tag import SIGNAL_TAG

from tests.end_to_end.kept_plugins import KeptPlugins
from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import ROLLING_COMMAND, Around, Ran, command, engine_environment
from tests.end_to_end.yaml_stage import YamlStage, yaml_stage

SIZE = FLOOR = 2
POLICY = {
    "minInstancesInService": FLOOR,
    "maxBatchSize": 1,
    "waitOnResourceSignals": True,
    "pauseTime": "PT10M",
}


@pytest.fixture
def stage(tmp_path: Path, around: Around) -> Iterator[YamlStage]:
    logs = tmp_path / "logs"
    logs.mkdir()
    with LabProcess(boot=0.2, cloud="alibaba") as lab:
        environment = {**engine_environment(logs), **lab.environment}
        with (
            KeptPlugins(environment, logs, languages=(), providers=("alicloud",)) as kept,
            yaml_stage(tmp_path, Around(lab, around.stacks, kept.variables, around.vault)) as opened,
        ):
            opened.environment["ROLLING_SETTLE_SECONDS"] = "1"
            yield opened


def wants(stage: YamlStage, image: str, replaced: bool = True) -> None:
    """A group, a configuration of this image, and what rolls the one to the other. ``replaced``: by an edit."""
    made: dict[str, Any] = {
        "group": {
            "type": "alicloud:ess:ScalingGroup",
            "properties": {"minSize": 1, "maxSize": 6, "desiredCapacity": SIZE, "vswitchIds": ["vsw-1"]},
            # A refresh reads the record of a roll that was killed; without this the next update would remove it.
            "options": {"ignoreChanges": ["tags"]},
        },
        "configuration": {
            "type": "alicloud:ess:ScalingConfiguration",
            "properties": {
                "scalingGroupId": "${group.id}",
                "imageId": image,
                "instanceType": "ecs.g7.large",
                "securityGroupId": "sg-1",
                "active": True,
                "enable": True,
            },
            "options": {
                "replaceOnChanges": ["*"] if replaced else [],
                "ignoreChanges": ["active"],
                "deletedWith": "${group}",
            },
        },
        "web": {
            "type": "rolling:RollingGroup",
            "properties": {
                "essScalingGroup": {"id": "${group.id}", "scalingConfiguration": "${configuration.id}"},
                "updatePolicy": {"rollingUpdate": POLICY},
            },
        },
    }
    stage.declare(others=made)


class Watched:
    """The one group of the lab, by the lab's own truth."""

    def __init__(self, stage: YamlStage) -> None:
        self._lab = stage.lab
        [self.id] = stage.lab.groups()

    @property
    def truth(self) -> dict[str, Any]:
        return self._lab.group(self.id)

    @property
    def configuration(self) -> str:
        active: str = self.truth["scalingConfiguration"]
        return active

    def ids(self, image: str) -> list[str]:
        there = [each for each in self.truth["members"] if not each["lifecycle"].startswith("Removing")]
        return [each["id"] for each in there if each["image"] == image]

    def runs(self, image: str) -> bool:
        """All are of this image, sizes and processes are as declared, and nothing of ours is on the group."""
        truth = self.truth
        kept = (truth["minSize"], truth["maxSize"], truth["desired"], truth["suspended"], truth["tags"])
        return len(self.ids(image)) == len(truth["members"]) == SIZE and kept == (1, 6, SIZE, [], {})

    def fewest(self) -> int:
        points = self._lab.history(self.id)
        whole = next(n for n, point in enumerate(points) if point["inService"] == SIZE)
        return min(int(point["inService"]) for point in points[whole:])


def rolling(stage: YamlStage, *words: str) -> Ran:
    return command([ROLLING_COMMAND, *words], stage.environment)


def signals(stage: YamlStage, instance: str) -> None:
    ecs = AlibabaApi(Place.of("cn-hangzhou", stage.lab.endpoint, Keys("lab", "lab")), lambda work: work())
    tag = {"Key": SIGNAL_TAG, "Value": "SUCCESS"}
    ecs.call(ECS, "TagResources", ResourceType="instance", ResourceId=[instance], Tag=[tag])


def kill(stage: YamlStage) -> None:
    """`pulumi` and all that it started, and the lock that it leaves."""
    for pid in stage.processes():
        os.kill(pid, signal.SIGKILL)
    assert stage.cancel().code == 0


def test_a_stack_lives_with_an_ess_scaling_group(stage: YamlStage) -> None:
    """Edited in place, planned and returned from a bad image, killed and gone on with, aborted; the floor is kept."""
    for image, said in {"m-3": "FAILURE", "m-4": None, "m-5": None}.items():
        stage.lab.image(image, signal=said)
    wants(stage, "m-1")
    ran = stage.up()
    assert ran.code == 0, ran.output
    group = Watched(stage)
    assert group.runs("m-1")

    former = group.configuration
    wants(stage, "m-2", replaced=False)
    ran = stage.up()
    assert ran.code == 0, ran.output
    assert "was edited in place: 2 of its instances" in ran.told and 'replace_on_changes=["*"]' in ran.told
    assert group.runs("m-2") and group.configuration == former

    wants(stage, "m-3")
    ran = stage.up(preview=True)
    assert f"{group.id}: replacing up to 2 instances, {former} -> a version known after apply" in ran.told
    assert "at least 2" in ran.output and "another resource moved it" not in ran.told, ran.output
    assert ran.code != 0 and "sent FAILURE" in ran.error and f"is back on {former}" in ran.error
    assert group.runs("m-2") and group.configuration == former

    wants(stage, "m-4")
    stage.start_up()
    stage.wait_for(lambda: group.ids("m-4"), "an instance of m-4")
    status = rolling(stage, "status", group.id)
    assert status.code == 0 and f"rolling to {group.configuration}" in status.output, status.output
    kill(stage)
    [waiting] = group.ids("m-4")
    assert "rolling:record.0" in group.truth["tags"]
    stage.lab.image("m-4", signal="SUCCESS")
    signals(stage, waiting)
    ran = stage.up("--refresh")
    assert ran.code == 0 and "found an interrupted rollout" in ran.output, ran.output
    assert group.runs("m-4") and waiting in group.ids("m-4") and group.configuration != former

    former = group.configuration
    wants(stage, "m-5")
    process = stage.start_up()
    stage.wait_for(lambda: group.ids("m-5"), "an instance of m-5")
    aborted = rolling(stage, "abort", group.id)
    assert aborted.code == 0, aborted.output
    ran = stage.ended(process)
    assert ran.code != 0 and f"aborted on request. Group {group.id} is back on {former}" in ran.error
    assert group.runs("m-4") and group.fewest() >= FLOOR

    ran = stage.destroy()
    assert ran.code == 0 and stage.lab.groups() == [], ran.output
