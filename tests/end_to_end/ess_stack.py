"""A stack of three ESS groups: with an expected number of instances, without one, and one that ESS refreshes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_rolling.cli import requests

from tests.end_to_end.yaml_stage import YamlStage
from tests.unit.cli.conftest import Ran

SIZE = FLOOR = 2
POLICY: dict[str, Any] = {
    "minInstancesInService": FLOOR,
    "maxBatchSize": 1,
    "waitOnResourceSignals": True,
    "pauseTime": "PT10M",
}
GATED: dict[str, Any] = {**POLICY, "canary": {"size": 1}, "approval": True}
REFRESH: dict[str, Any] = {"minHealthyPercentage": 100, "maxHealthyPercentage": 150}
GATED_REFRESH: dict[str, Any] = {**REFRESH, "checkpointPercentages": [50, 100], "approval": True}
"""Stands in the middle until somebody says so."""


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


def roller(group: str, wanted: str, on_failure: str, policy: dict[str, Any]) -> dict[str, Any]:
    block = {"id": f"${{{group}.id}}", "scalingConfiguration": f"${{{wanted}.id}}"}
    return {
        "type": "rolling:RollingGroup",
        "properties": {"essScalingGroup": block, "updatePolicy": policy, "onFailure": on_failure},
    }


def wants(
    stage: YamlStage,
    image: str,
    roll: dict[str, Any] = POLICY,
    refresh: dict[str, Any] = REFRESH,
    **other: Any,
) -> None:
    """All three on this image.

    ``other``: ``of``, the image of the refresh where that is another; ``edited``, the first configuration is changed in
    place; ``on_failure`` of the first two.
    """
    on_failure = other.get("on_failure", "rollBack")
    made = {
        **group("web", image, not other.get("edited", False), minSize=1, desiredCapacity=SIZE),
        **group("hand", image, True, minSize=SIZE),
        **group("fresh", "m-1", True, minSize=1, desiredCapacity=SIZE),
        # It is made active by the refresh alone.
        "freshWanted": configuration("fresh", other.get("of", image), True),
        "rollWeb": roller("web", "webConfiguration", on_failure, {"rollingUpdate": roll}),
        "rollHand": roller("hand", "handConfiguration", on_failure, {"rollingUpdate": roll}),
        "rollFresh": roller("fresh", "freshWanted", "rollBack", {"instanceRefresh": refresh}),
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


class Shell:
    """A terminal beside `pulumi`, with its environment; the commands run in this process."""

    def __init__(
        self, stage: YamlStage, rolling: Callable[..., Ran], environment: pytest.MonkeyPatch
    ) -> None:
        self._rolling = rolling
        for name, value in stage.environment.items():
            environment.setenv(name, value)
        environment.setattr(requests, "LOOK", 0.1)

    def says(self, *words: str, code: int = 0) -> str:
        """What the command prints, in one line."""
        ran = self._rolling(*words)
        assert ran.code == code, (words, ran)
        return " ".join((ran.out + ran.err).split())

    def asks(self, verb: str, group: Watched, *words: str) -> None:
        """It is taken up."""
        said = self.says(verb, group.id, *words, "--wait")
        assert said.endswith("the driver has taken it up."), said

    def refused(self, sentence: str, *words: str) -> None:
        said = self.says(*words, code=1)
        assert sentence in said, (words, said)

    def sees(self, word: str, group: Watched) -> bool:
        return word in self.says("status", group.id)
