"""`updatePolicy.instanceRefresh` under the real engine: what it prints, exits with and keeps.

Everything that only the group shows is proved in tests/handler/test_refreshes_in_lab.py and test_refresh_people.py.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import Around, Stage
from tests.end_to_end.test_gates import of_image, rolling
from tests.end_to_end.truth import Watched
from tests.end_to_end.yaml_stage import YamlStage, yaml_stage

REFRESH: dict[str, Any] = {"minHealthyPercentage": 80, "maxHealthyPercentage": 120}

SERVES = {"HealthCheckType": "ELB", "HealthCheckGracePeriod": 0}
"""Who serves is a healthy target, to the service as well."""


def refreshing(stage: Stage, **fields: Any) -> None:
    stage.declare(policy={"instanceRefresh": {**REFRESH, **fields}})


def refreshes(stage: Stage) -> list[tuple[str, str]]:
    """Version and status of each, the newest first."""
    found = stage.lab.client("autoscaling").describe_instance_refreshes(AutoScalingGroupName="web")
    return [
        (each["DesiredConfiguration"]["LaunchTemplate"]["Version"], each["Status"])
        for each in found["InstanceRefreshes"]
    ]


def held(stage: Stage) -> bool:
    return "InstanceRefresh" in stage.lab.group("web")["suspended"]


def test_a_stack_lives_by_instance_refreshes(open_stage: Open) -> None:
    """Preview, approval from a second shell, a bad image, a kill, drift: each ends as it should."""
    stage = open_stage(names=[])
    refreshing(stage)
    template = stage.deployed_group(**SERVES)
    watched = Watched(stage)

    stage.want(template, stage.new_version(template, "ami-v2"))
    refreshing(stage, checkpointPercentages=[50, 100], checkpointDelay=1, approval=True)
    ran = stage.preview()
    assert ran.code == 0 and "web: replacing 6 instances, version 1 -> version 2" in ran.output, ran.output
    assert "rolls        the service itself, up to 2 at a time" in ran.output, ran.output
    assert "in service   at least 5, and 7 there at most" in ran.output
    process = stage.start_up()
    stage.wait_for(lambda: "waiting for approval" in stage.output_of(process), "a refresh at its checkpoint")
    assert 3 <= len(of_image(stage, "ami-v2")) < 6
    status = rolling(stage, "status", "web")
    assert "checkpoint 50 %" in status.output and "approval wanted" in status.output, status
    assert rolling(stage, "approve", "web", "--wait").code == 0
    ran = stage.ended(process)
    assert ran.code == 0, ran.output
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    watched.kept_between(5, 8)
    state = stage.state()
    assert (
        state is not None
        and state["lastRollout"]["operation"] == stage.lab.group("web")["refreshes"][0]["id"]
    )

    refreshing(stage)
    stage.lab.image("ami-bad", launchError="InvalidAMIID.NotFound")
    stage.lab.refresh_rules(hour=4.0)
    stage.want(template, stage.new_version(template, "ami-bad"))
    ran = stage.up()
    assert ran.code != 0 and "is back on version 2" in ran.error, ran.output
    assert "The instance refresh made no progress for one hour" in ran.error and "ami-bad" in ran.error
    assert refreshes(stage)[0] == ("3", "RollbackSuccessful")
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    stage.lab.refresh_rules(hour=3600.0)

    stage.lab.image("ami-v4", boot=1.0)
    stage.want(template, stage.new_version(template, "ami-v4"))
    process = stage.start_up()
    stage.wait_for(lambda: of_image(stage, "ami-v4"), "a new member in service")
    for pid in stage.processes():
        os.kill(pid, signal.SIGKILL)
    process.wait()
    assert stage.cancel().code == 0
    ran = stage.up()
    assert ran.code == 0, ran.output
    assert [version for version, _ in refreshes(stage)].count("4") == 1, "found by its id"
    watched.runs("ami-v4", 6, "4")
    watched.is_as_found()

    pointer = {"LaunchTemplate": {"LaunchTemplateId": template, "Version": "2"}}
    stage.lab.client("autoscaling").start_instance_refresh(
        AutoScalingGroupName="web", DesiredConfiguration=pointer
    )
    stage.wait_for(lambda: stage.lab.group("web")["launchTemplate"]["Version"] == "2", "somebody's refresh")
    assert stage.refresh().code == 0
    state = stage.state()
    assert state is not None and state["revision"] == f"{template}:2"
    ran = stage.up()
    assert ran.code == 0, ran.output
    watched.runs("ami-v4", 6, "4")


@pytest.fixture
def yaml(tmp_path: Path, around: Around) -> Iterator[YamlStage]:
    with ExitStack() as stack:
        yield stack.enter_context(yaml_stage(tmp_path, around))


def test_the_plugin_ends_refreshes_as_it_ends_its_own_rolls(yaml: YamlStage) -> None:
    """Ctrl-C, an abort from a second shell and customTimeouts return the group, and the stack stands after each."""
    stage = yaml
    refreshing(stage)
    template = stage.deployed_group(**SERVES)
    watched = Watched(stage)
    stage.lab.image("ami-v2", boot=1.0)
    stage.want(template, stage.new_version(template, "ami-v2"))

    process = stage.start_up()
    stage.wait_for(lambda: of_image(stage, "ami-v2"), "a new member in service")
    process.send_signal(signal.SIGINT)
    ran = stage.ended(process)
    assert ran.code != 0 and ran.error.startswith("cancelled (Ctrl-C); "), ran.output
    assert "is back on version 1" in ran.error
    watched.runs("ami-v1", 6, "1")

    process = stage.start_up()
    stage.wait_for(lambda: of_image(stage, "ami-v2"), "a new member in service")
    assert rolling(stage, "abort", "web").code == 0
    ran = stage.ended(process)
    assert ran.code != 0 and "aborted on request" in ran.error, ran.output
    watched.runs("ami-v1", 6, "1")

    stage.lab.image("ami-v2", boot=60.0)
    stage.options["web"] = {"customTimeouts": {"update": "6s"}}
    stage.declare()
    ran = stage.up()
    assert ran.code != 0 and "longer than its timeout of PT6S" in ran.error, ran.output
    assert "customTimeouts" in ran.error
    watched.runs("ami-v1", 6, "1")
    watched.is_as_found()
    watched.kept_between(5, 8)
    assert [status for _, status in refreshes(stage)[:3]] == ["RollbackSuccessful"] * 3
