"""The scripted AWS of the fleets' tests with an operation on its group; and the lab for whole rollouts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.courses.folder import Folder
from pulumi_rolling.engine import lease
from pulumi_rolling.handler import Context, RollingGroupHandler
from pulumi_rolling.handler.opening import Asked, open_operation
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.replace.situation import Situation
from pulumi_rolling.lab import Lab
from pulumi_rolling.report.course.course import Course

from tests.fleets.conftest import aws, stage, stage_clients
from tests.fleets.stage import WEB, Stage
from tests.in_lab import use_lab

__all__ = ["Handled", "assessed", "aws", "handled", "opened", "stage", "stage_clients"]


class Handled:
    """One resource on the scripted group: its inputs, and what the handler makes of them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.aws = stage.aws
        self.handler = RollingGroupHandler()
        self.said: list[str] = []
        self.context = Context(urn="urn:web", dry_run=True, say=self.said.append)

    def inputs(self, version: str = "2", on: Mapping[str, Any] | None = None, **roll: Any) -> dict[str, Any]:
        """``on`` stands instead of the launch template."""
        made_from = on or {"launchTemplate": {"id": WEB, "version": version}}
        place = {"region": self.aws.place.region, "endpoint": self.aws.place.endpoint}
        return {
            "autoScalingGroup": {"name": "web", **place, **made_from},
            "updatePolicy": {"rollingUpdate": roll},
        }

    def operation(self, inputs: Mapping[str, Any], state: Mapping[str, Any] | None = None) -> Operation:
        return opened(inputs, state)

    def situation(self, inputs: Mapping[str, Any], state: Mapping[str, Any] | None = None) -> Situation:
        return assessed(self.operation(inputs, state))


def opened(
    inputs: Mapping[str, Any],
    state: Mapping[str, Any] | None = None,
    is_unknown: Callable[[object], bool] = lambda value: False,
) -> Operation:
    """As an update would open it, with a target that is taken as known."""
    operation = open_operation(Asked.stored(inputs, is_unknown), Context(), olds=state, is_unknown=is_unknown)
    return replace(operation, target_unknown=False)


def assessed(operation: Operation) -> Situation:
    situation: Situation = operation.strategy.situation.assess(operation)
    return situation


@pytest.fixture
def handled(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Handled:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", stage.aws.place.key)
    return Handled(stage)


@pytest.fixture(scope="module")
def running_lab() -> Iterator[Lab]:
    with Lab(boot=0.05) as lab:
        yield lab


@pytest.fixture
def last_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Course]:
    """The course of the newest roll, which are kept from here on."""
    folder = Folder(tmp_path / "rolls")
    monkeypatch.setenv("ROLLING_HISTORY", str(folder.root))

    def newest() -> Course:
        course = folder.read(next(folder.heads()).id)
        assert course is not None
        return course

    return newest


@pytest.fixture
def long_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that gets no turn for a while on a busy machine still holds its group, as one with the usual pace does.

    Not for a test that kills its driver: where the lease is not given up, that waits until it has run out.
    """
    monkeypatch.setattr(lease, "lease_length", lambda poll: 120.0)


@pytest.fixture
def lab(running_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    use_lab(monkeypatch, running_lab.environment, poll=0.05, settle=0.5)
    running_lab.reset()
    return running_lab
