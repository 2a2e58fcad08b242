"""The commands that need a cloud, against the one that `rolling lab` serves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from tests.unit.cli.conftest import Ran

Rolling = Callable[..., Ran]

POLICY = '{"rollingUpdate":{"maxBatchSize":2,"minInstancesInService":3}}'
START = "from pulumi_rolling.cli.main import main; main(['lab', '--boot', '0.05'])"


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, Any]]:
    """A lab in a process of its own; what its first line says."""
    process = subprocess.Popen([sys.executable, "-c", START], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0


@pytest.fixture
def group(served: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> str:
    """Four instances of version 1, all in service; version 2 exists and nobody runs it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in served["environment"].items():
        monkeypatch.setenv(name, value)
    ec2, scaling = boto3.client("ec2"), boto3.client("autoscaling")
    name = f"web-{time.monotonic_ns()}"
    made = ec2.create_launch_template(
        LaunchTemplateName=name, LaunchTemplateData={"ImageId": "ami-1", "InstanceType": "t3.small"}
    )
    ident = made["LaunchTemplate"]["LaunchTemplateId"]
    ec2.create_launch_template_version(
        LaunchTemplateId=ident, LaunchTemplateData={"ImageId": "ami-2", "InstanceType": "t3.small"}
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateId": ident, "Version": "1"},
        MinSize=2,
        MaxSize=6,
        DesiredCapacity=4,
        AvailabilityZones=["us-east-1a"],
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]
        if sum(one["LifecycleState"] == "InService" for one in found["Instances"]) == 4:
            return name
        time.sleep(0.05)
    raise AssertionError(f"{name} did not come into service")


def test_plan_of_a_live_group(rolling: Rolling, group: str) -> None:
    """Sizes and members are the group's own; the target is the template's latest version."""
    ran = rolling("plan", "--policy", POLICY, "--group", group, "--format", "json")
    document = json.loads(ran.out)
    assert (document["replace"], document["window"], document["floor"]) == (4, 2, 3)
    text = rolling("plan", "--policy", POLICY, "--group", group).out
    assert text.startswith(f"{group}: replacing 4 instances, version 1 -> version 2\n")
    assert "rolls back to version 1" in text


def test_plan_of_a_live_group_to_what_it_runs(rolling: Rolling, group: str) -> None:
    """Where all members match there is nothing to do."""
    ran = rolling("plan", "--policy", POLICY, "--group", group, "--to", "1")
    assert ran.out.startswith(f"{group}: nothing to replace, all instances run version 1\n")


def test_plan_of_a_live_group_that_forbids_it(rolling: Rolling, group: str) -> None:
    """What the group itself forbids is a fault with its path, before anything is touched."""
    boto3.client("autoscaling").suspend_processes(AutoScalingGroupName=group, ScalingProcesses=["Launch"])
    ran = rolling("plan", "--policy", POLICY, "--group", group, "--format", "json")
    assert ran.code == 2
    assert json.loads(ran.out)["errors"][0]["path"] == "autoScalingGroup.suspendedProcesses"


def test_a_group_that_is_not_there(rolling: Rolling, group: str) -> None:
    """One line and code 1 for every command that looks for it."""
    for command in (
        ("plan", "--policy", POLICY, "--group", "nobody"),
        ("status", "nobody"),
        ("abort", "nobody"),
    ):
        ran = rolling(*command)
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
        assert "nobody" in ran.err


def test_status_of_a_live_group(rolling: Rolling, group: str) -> None:
    """A group without our tags has no rollout."""
    assert rolling("status", group).out == f"{group}: no rollout is recorded.\n"


def test_signal_sets_the_tag(rolling: Rolling, group: str) -> None:
    """Without a hook an instance's signal is its tag."""
    found = boto3.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group])
    ident = found["AutoScalingGroups"][0]["Instances"][0]["InstanceId"]
    ran = rolling("signal", "--instance", ident, "--failure")
    assert ran.out.startswith(f"FAILURE of {ident} in {group}: tag rolling:signal set")


def test_lab_of_an_unknown_cloud(rolling: Rolling) -> None:
    """One line and code 1, before a port is opened."""
    ran = rolling("lab", "--cloud", "moon")
    assert (ran.code, ran.err) == (1, "rolling: There is no lab for moon; there is aws.\n")
