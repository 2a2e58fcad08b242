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
REFRESH = {"minHealthyPercentage": 100, "maxHealthyPercentage": 150}
GATED: dict[str, Any] = {"checkpointPercentages": [50, 100], "approval": True}
"""Stands in the middle until somebody says so."""


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


def group(name: str, image: str, replaced: bool, **properties: Any) -> dict[str, Any]:
    """An ESS group and a configuration of this image that makes itself the active one."""
    return {
        name: {
            "type": "alicloud:ess:ScalingGroup",
            "properties": {"maxSize": 6, "vswitchIds": ["vsw-1"], **properties},
            # A refresh reads the record of a roll that was killed; without this the next update would remove it.
            "options": {"ignoreChanges": ["tags"]},
        },
        f"{name}Configuration": configuration(name, image, replaced, active=True, enable=True),
    }


def configuration(group: str, image: str, replaced: bool, **active: bool) -> dict[str, Any]:
    """``replaced``: by an edit."""
    return {
        "type": "alicloud:ess:ScalingConfiguration",
        "properties": {
            "scalingGroupId": f"${{{group}.id}}",
            "imageId": image,
            "instanceType": "ecs.g7.large",
            "securityGroupId": "sg-1",
            **active,
        },
        "options": {
            "replaceOnChanges": ["*"] if replaced else [],
            "ignoreChanges": ["active"],
            "deletedWith": f"${{{group}}}",
        },
    }


def roller(group: str, wanted: str, policy: dict[str, Any]) -> dict[str, Any]:
    block = {"id": f"${{{group}.id}}", "scalingConfiguration": f"${{{wanted}.id}}"}
    return {
        "type": "rolling:RollingGroup",
        "properties": {"essScalingGroup": block, "updatePolicy": policy},
    }


def wants(stage: YamlStage, image: str, replaced: bool = True, **refresh: Any) -> None:
    """Three groups on this image: with an expected number, without one, and one that ESS refreshes.

    ``replaced``: by an edit, as far as the first is concerned. ``refresh``: the policy of the last, and ``of``, its
    image where that is another.
    """
    made = {
        **group("web", image, replaced, minSize=1, desiredCapacity=SIZE),
        **group("hand", image, True, minSize=SIZE),
        **group("fresh", "m-1", True, minSize=1, desiredCapacity=SIZE),
        # It is made active by the refresh alone.
        "freshWanted": configuration("fresh", refresh.pop("of", image), True),
        "rollWeb": roller("web", "webConfiguration", {"rollingUpdate": POLICY}),
        "rollHand": roller("hand", "handConfiguration", {"rollingUpdate": POLICY}),
        "rollFresh": roller("fresh", "freshWanted", {"instanceRefresh": {**REFRESH, **refresh}}),
    }
    stage.declare(others=made)


class Watched:
    """A group of the lab, by the lab's own truth. ``sizes``: as declared."""

    def __init__(self, stage: YamlStage, name: str, sizes: tuple[int, int, int | None]) -> None:
        self._lab = stage.lab
        self.sizes = sizes
        state = stage.state(f"roll{name.title()}")
        assert state is not None
        self.id: str = state["essScalingGroup"]["id"]

    @property
    def truth(self) -> dict[str, Any]:
        return self._lab.group(self.id)

    @property
    def configuration(self) -> str:
        active: str = self.truth["scalingConfiguration"]
        return active

    @property
    def refreshes(self) -> list[str]:
        """How each instance refresh stands, the newest first."""
        return [each["status"] for each in self.truth["refreshes"]]

    def ids(self, image: str) -> list[str]:
        there = [each for each in self.truth["members"] if not each["lifecycle"].startswith("Removing")]
        return [each["id"] for each in there if each["image"] == image]

    def runs(self, image: str) -> bool:
        """All are of this image, sizes and processes are as declared, and nothing of ours is on the group."""
        truth = self.truth
        kept = (truth["minSize"], truth["maxSize"], truth["desired"], truth["suspended"], truth["tags"])
        return len(self.ids(image)) == len(truth["members"]) == SIZE and kept == (*self.sizes, [], {})

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


def test_a_stack_lives_with_ess_scaling_groups(stage: YamlStage) -> None:
    """Planned and returned from a bad image, killed and gone on with, aborted; the floor of all three is kept."""
    for image, said in {"m-3": "FAILURE", "m-4": None, "m-5": None}.items():
        stage.lab.image(image, signal=said)
    stage.lab.image("m-none", launchError="InvalidImageId.NotFound")
    wants(stage, "m-1")
    ran = stage.up()
    assert ran.code == 0, ran.output
    web = Watched(stage, "web", (1, 6, SIZE))
    hand = Watched(stage, "hand", (SIZE, 6, None))
    fresh = Watched(stage, "fresh", (1, 6, SIZE))
    rolled, groups = (web, hand), (web, hand, fresh)
    assert all(each.runs("m-1") for each in groups)

    former = web.configuration
    wants(stage, "m-2", replaced=False)
    ran = stage.up()
    assert ran.code == 0, ran.output
    assert "was edited in place: 2 of its instances" in ran.told and 'replace_on_changes=["*"]' in ran.told
    assert all(each.runs("m-2") for each in groups) and web.configuration == former
    assert fresh.refreshes == ["Successful"]

    before = {each.id: each.configuration for each in groups}
    wants(stage, "m-3", of="m-none", timeout="PT1S")
    ran = stage.up("--continue-on-error", preview=True)
    for each in groups:
        arrow = f"{each.id}: replacing up to 2 instances, {before[each.id]} -> a version known after apply"
        assert arrow in ran.told and any(f"is back on {before[each.id]}" in said for said in ran.errors)
    assert "at least 2" in ran.output and "another resource moved it" not in ran.told, ran.output
    assert "has no expected number of instances" in ran.told and "the service itself" in ran.told
    assert ran.code != 0 and sum("sent FAILURE" in said for said in ran.errors) == 2, ran.output
    assert all(each.runs("m-2") for each in groups) and fresh.refreshes[0] == "RollbackSuccessful"
    assert {each.id: each.configuration for each in groups} == before

    wants(stage, "m-4", **GATED)
    stage.start_up()
    stage.wait_for(lambda: all(each.ids("m-4") for each in rolled), "instances of m-4")
    stage.wait_for(lambda: fresh.refreshes[0] == "Paused", "a refresh that waits for approval")
    status = rolling(stage, "status", web.id)
    assert status.code == 0 and f"rolling to {web.configuration}" in status.output, status.output
    kill(stage)
    assert all("rolling:record.0" in each.truth["tags"] for each in groups)
    waiting = {each.id: each.ids("m-4") for each in rolled}
    stage.lab.image("m-4", signal="SUCCESS")
    for [instance] in waiting.values():
        signals(stage, instance)
    process = stage.start("up", "--yes", "--skip-preview", "--refresh")
    stage.wait_for(
        lambda: stage.output_of(process).count("found an interrupted rollout") == 3, "three drivers"
    )
    stage.wait_for(lambda: rolling(stage, "approve", fresh.id).code == 0, "an approval")
    ran = stage.ended(process)
    assert ran.code == 0, ran.output
    assert all(each.runs("m-4") for each in groups) and fresh.refreshes[0] == "Successful"
    assert all({*waiting[each.id]} <= {*each.ids("m-4")} for each in rolled)
    assert all(each.configuration != before[each.id] for each in groups)

    before = {each.id: each.configuration for each in groups}
    wants(stage, "m-5", **GATED)
    process = stage.start_up()
    stage.wait_for(lambda: all(each.ids("m-5") for each in rolled), "instances of m-5")
    stage.wait_for(lambda: fresh.refreshes[0] == "Paused", "a refresh that waits for approval")
    for each in groups:
        aborted = rolling(stage, "abort", each.id)
        assert aborted.code == 0, aborted.output
    ran = stage.ended(process)
    for each in groups:
        said = f"aborted on request. Group {each.id} is back on {before[each.id]}"
        assert any(said in error for error in ran.errors), ran.output
    assert ran.code != 0 and all(each.runs("m-4") and each.fewest() >= FLOOR for each in groups)

    ran = stage.destroy()
    assert ran.code == 0 and stage.lab.groups() == [], ran.output
