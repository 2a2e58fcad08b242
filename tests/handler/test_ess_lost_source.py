"""What a group rolls to, or came from, is deleted while it rolls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.errors import (
    DeadlineExceededError,
    RollbackFailedError,
    RolloutError,
    TooManyFailuresError,
)
from pulumi_rolling.fleets.alibaba import api
from pulumi_rolling.fleets.alibaba.place import ECS

from tests.handler.ess_web import EssWeb
from tests.handler.held_ess import HeldEss, held

IMAGES = "m-2", "m-3", "m-4"
ROLL = {"rollingUpdate": {"maxBatchSize": 1, "minInstancesInService": 2}}
REFRESH = {"instanceRefresh": {"minHealthyPercentage": 50}}
GONE = "LaunchTemplateVersionSet.NotFound"


class Web(EssWeb):
    """Three members of image m-2, by a configuration for each image, of which somebody deletes some."""

    def __init__(self, lab: HeldEss, monkeypatch: pytest.MonkeyPatch, **group: Any) -> None:
        super().__init__(lab, *IMAGES, size=3, **group)
        self.context = replace(self.context, clock=lab.clock)
        self.prepare()
        self.state = self.deploy(self.wants(2, ROLL))
        self._to_do: list[tuple[int, Callable[[], object]]] = []

        def sent(*request: Any) -> Any:
            if self._to_do and self.of("m-3") >= self._to_do[0][0]:
                self._to_do.pop(0)[1]()
            return lab.request(*request)

        monkeypatch.setattr(api, "_sent", sent)

    def prepare(self) -> None:
        return

    def revision(self, number: int) -> dict[str, Any]:
        return {"scalingConfiguration": self.configurations[number - 2]}

    def delete(self, number: int) -> None:
        self.call("DeleteScalingConfiguration", ScalingConfigurationId=self.configurations[number - 2])

    def judged(self, number: int, policy: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
        group = {**self.block(1), "scalingConfiguration": None, **self.revision(number)}
        given = {key: value for key, value in group.items() if value is not None}
        return self.handler.check(None, {"essScalingGroup": given, "updatePolicy": policy}, self.context)

    def wants(self, number: int, policy: dict[str, Any]) -> dict[str, Any]:
        """Image m-NUMBER."""
        normal, faults = self.judged(number, policy)
        assert not faults, faults
        return normal

    def once(self, there: int, act: Callable[[], object]) -> None:
        """Somebody does it between two calls of the driver, as soon as so many instances are of m-3."""
        self._to_do.append((there, act))

    def breaks(self) -> None:
        self.lab.image("m-3", launchError="InvalidImageId.NotFound")

    def of(self, image: str) -> int:
        members = self.group["members"]
        return sum(m["image"] == image and not m["lifecycle"].startswith("Removing") for m in members)

    def runs(self) -> dict[str, int]:
        return {image: self.of(image) for image in IMAGES if self.of(image)}

    def fails(
        self, number: int, policy: dict[str, Any], error: type[RolloutError], told: str
    ) -> RolloutError:
        with pytest.raises(error) as caught:
            self.update(self.state, self.wants(number, policy))
        assert told in str(caught.value), caught.value
        return caught.value

    def goes_to(self, number: int, policy: dict[str, Any]) -> None:
        self.update(self.state, self.wants(number, policy))
        assert (self.runs(), self.group["tags"]) == ({f"m-{number}": 3}, {})


class Templated(Web):
    """By versions 2 to 4 of a launch template; its default is the first, and so none of them."""

    def prepare(self) -> None:
        body = {"InstanceType": "ecs.g7.large", "LaunchTemplateName": "web"}
        made = self.api.call(ECS, "CreateLaunchTemplate", ImageId="m-1", **body)
        self.template: str = made["LaunchTemplateId"]
        for image in IMAGES:
            self.api.call(ECS, "CreateLaunchTemplateVersion", ImageId=image, **body)
        self.point_at(2)

    def point_at(self, version: int) -> None:
        wanted = {"LaunchTemplateId": self.template, "LaunchTemplateVersion": str(version)}
        self.call("ModifyScalingGroup", ScalingGroupId=self.id, **wanted)

    def revision(self, number: int) -> dict[str, Any]:
        return {"launchTemplate": {"id": self.template, "version": number}}

    def delete(self, number: int) -> None:
        wanted = {"LaunchTemplateId": self.template, "DeleteVersion": [number]}
        self.api.call(ECS, "DeleteLaunchTemplateVersion", **wanted)


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> HeldEss:
    monkeypatch.setenv("ROLLING_POLL_SECONDS", "20")
    lab = held(monkeypatch)
    lab.image("m-3", boot=60.0)
    return lab


KINDS = pytest.mark.parametrize(
    "group", [{}, {"DesiredCapacity": None, "MinSize": 3}], ids=["expected number", "by hand"]
)


@KINDS
@pytest.mark.parametrize(
    ("policy", "error", "told"),
    [
        pytest.param(ROLL, TooManyFailuresError, f"launch refused: {GONE}", id="roll"),
        pytest.param(REFRESH, DeadlineExceededError, f"nothing has moved for PT5M: {GONE}", id="refresh"),
    ],
)
def test_a_group_goes_back_where_what_it_rolls_to_is_deleted(
    lab: HeldEss,
    monkeypatch: pytest.MonkeyPatch,
    group: dict[str, Any],
    policy: dict[str, Any],
    error: type[RolloutError],
    told: str,
) -> None:
    """Launches are refused, and the error says why; the next preview says that there is no such version."""
    web = Templated(lab, monkeypatch, **group)
    web.once(1, lambda: web.delete(3))
    assert web.fails(3, policy, error, told).returned
    assert web.group["launchTemplateVersion"] == "2" and web.runs() == {"m-2": 3}
    assert "with version 3" in str(web.judged(3, policy)[1])


@KINDS
@pytest.mark.parametrize("made_from", [Templated, Web], ids=["template", "configuration"])
def test_a_failed_roll_whose_former_revision_is_deleted_has_no_way_back_and_says_so(
    lab: HeldEss, monkeypatch: pytest.MonkeyPatch, made_from: type[Web], group: dict[str, Any]
) -> None:
    """The record is kept; a program that names another revision goes forward."""
    web = made_from(lab, monkeypatch, **group)
    web.once(1, lambda: web.delete(2))
    web.once(2, web.breaks)
    failed = web.fails(3, ROLL, RollbackFailedError, "name another one in the program, then run 'pulumi up'")
    assert not failed.returned and web.runs() == {"m-3": 2}
    web.goes_to(4, ROLL)


def test_a_failed_refresh_whose_former_version_is_deleted_needs_a_pointer_that_exists(
    lab: HeldEss, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ESS returns to what the group points at, and nobody can cancel that: the error says what helps."""
    web = Templated(lab, monkeypatch)
    web.once(1, lambda: web.delete(2))
    web.once(2, web.breaks)
    began = lab.clock.now()
    failed = web.fails(3, REFRESH, RollbackFailedError, "and nobody can cancel that")
    assert lab.clock.now() - began < 1800.0, (
        "forward and back stand still for minutes, and not for an hour each"
    )
    assert not failed.returned and "point the group at one that exists" in str(failed)
    web.point_at(4)
    web.goes_to(4, REFRESH)
