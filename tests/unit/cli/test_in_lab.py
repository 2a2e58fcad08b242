"""The commands that need a cloud, against the one that `rolling lab` serves."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from pulumi_rolling.cli import live_plan
from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Decided
from pulumi_rolling.engine.clock import SystemClock
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import Journal
from pulumi_rolling.fleets.auto_scaling_group.fleet import AutoScalingGroupFleet
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.handler.kinds import kind_named
from pulumi_rolling.handler.operation import Kind, Reach
from pulumi_rolling.signals.choose import NoSignals

from tests.in_lab import use_lab
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
    use_lab(monkeypatch, served["environment"])
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
    assert text.startswith(
        f"{group}: replacing 4 instances, version 1 -> version 2, in us-east-1 of account 123456789012\n"
    )
    assert "rolls back to version 1" in text


def test_plan_of_a_live_group_to_what_it_runs(rolling: Rolling, group: str) -> None:
    """Where all members match there is nothing to do."""
    ran = rolling("plan", "--policy", POLICY, "--group", group, "--to", "1")
    assert ran.out.startswith(
        f"{group}: nothing to replace, all instances run version 1, in us-east-1 of account 123456789012\n"
    )


def test_plan_of_a_live_group_that_somebody_begins_to_roll_meanwhile(
    rolling: Rolling, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record that the look shows is the one that is planned, whichever resource wrote it since the first look."""
    (found,) = boto3.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group])[
        "AutoScalingGroups"
    ]
    fleet = fleet_toward_2(group, found["LaunchTemplate"]["LaunchTemplateId"])
    seen = fleet.facts()
    at = seen.observation.at
    begun = new_rollout("r1", fleet.target(), seen.current, seen.sizes, seen.suspended, at)

    def named(name: str, reach: Reach) -> Kind:
        Journal(fleet, "another").write(begun)
        return kind_named(name, reach)

    monkeypatch.setattr(live_plan, "kind_named", named)
    ran = rolling("plan", "--policy", POLICY, "--group", group)
    assert ran.code == 0 and f"see 'rolling status {group}' for the rollout under way" in ran.out, ran
    fleet.remove_marks(sorted(fleet.marks()))


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
        ("watch", "nobody"),
        ("abort", "nobody"),
        ("skip", "nobody", "i-1"),
    ):
        ran = rolling(*command)
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
        assert "nobody" in ran.err


def test_status_of_a_live_group(rolling: Rolling, group: str) -> None:
    """A group without our tags has no rollout."""
    assert rolling("status", group).out == f"{group}: no rollout is recorded.\n"


def test_list_of_a_region_and_of_a_stack(
    rolling: Rolling, group: str, served: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A region's groups are listed with their counts; a stack's by each face, and one that is not there is told."""
    lines = rolling("list").out.splitlines()
    assert lines[0].split() == ["GROUP", "INSTANCES", "STATE"]
    assert [line.split() for line in lines if line.startswith(f"{group} ")] == [
        [group, "4", "not", "rolling"]
    ]
    assert rolling("list", "--rolling") == Ran(0, "", "No group has a rollout.\n")
    tag = {"ResourceId": group, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
    boto3.client("autoscaling").create_or_update_tags(
        Tags=[{**tag, "Key": "rolling:record.0", "Value": "7.2 a"}]
    )
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: yaml\n")
    monkeypatch.setattr(
        "pulumi_rolling.cli.stack_groups.Pulumi", lambda *_: Exported(group, served["endpoint"])
    )
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    ran = rolling("list", "--stack", "prod", "--cwd", str(tmp_path))
    told = [" ".join(line.split()) for line in ran.out.splitlines()[1:]]
    torn = "the record on the group is torn: its tags belong to different writings"
    assert told == [
        "? hidden us-east-1 state does not tell its name",
        "gone other us-east-1 there is no such group",
        f"{group} 4 own us-east-1 {torn}",
        f"{group} 4 web us-east-1 {torn}",
    ]
    listed = json.loads(rolling("list", "--stack", "prod", "-C", str(tmp_path), "--format", "json").out)
    states = {each["resourceName"]: each["state"] for each in listed["groups"]}
    assert states == {
        "web": "unreadable",
        "own": "unreadable",
        "other": "missing",
        "hidden": "unreadable",
    }


class Exported:
    """A stack with a group of the Python face, whose place is configured, two of the plugin, and one by attribute."""

    def __init__(self, group: str, endpoint: str) -> None:
        self.group, self.endpoint = group, endpoint

    def asked(self, *words: str) -> str:
        if words[0] == "config":
            endpoints = json.dumps([{"autoscaling": self.endpoint, "ec2": self.endpoint}])
            return json.dumps({"aws:region": {"value": "us-east-1"}, "aws:endpoints": {"value": endpoints}})
        start = "urn:pulumi:prod::shop::"
        plugin = f"{start}pulumi:providers:rolling::here"
        groups = (
            ("web", "pulumi-python:dynamic/rolling:RollingGroup", self.group),
            ("other", "rolling:index:RollingGroup", "gone"),
            ("hidden", "rolling:index:RollingGroup", {"4dabf18193072939515e22adb298388d": "secret"}),
        )
        resources: list[dict[str, Any]] = [
            {
                "urn": plugin,
                "custom": True,
                "id": "1",
                "type": "pulumi:providers:rolling",
                "inputs": {"region": "us-east-1", "endpoint": self.endpoint},
            }
        ]
        resources += [
            {
                "urn": f"{start}{kind}::{name}",
                "custom": True,
                "id": "2",
                "type": kind,
                "provider": f"{plugin}::1",
                "inputs": {"autoScalingGroup": {"name": group}},
            }
            for name, kind, group in groups
        ]
        resources += self._by_attribute(start)
        return json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": resources}})

    def _by_attribute(self, start: str) -> list[dict[str, Any]]:
        """The group's own resource, another one without a policy, and what stands beside the first."""
        kind, aws = "aws:autoscaling/group:Group", f"{start}pulumi:providers:aws::default"
        endpoints = json.dumps([{"autoscaling": self.endpoint, "ec2": self.endpoint}])
        outputs = {"name": self.group, "arn": "arn:aws:autoscaling:us-east-1:1:autoScalingGroup:u:x"}
        own = {"custom": True, "id": "3", "type": kind, "provider": f"{aws}::4", "outputs": outputs}
        kept = {"group": kind, "hook": "own", "policy": {"rollingUpdate": {}}}
        return [
            {
                "urn": aws,
                "custom": True,
                "id": "4",
                "type": "pulumi:providers:aws",
                "inputs": {"endpoints": endpoints},
            },
            {"urn": f"{start}{kind}::own", "resourceHooks": {"BeforeUpdate": ["own"]}, **own},
            {"urn": f"{start}{kind}::bare", **own},
            {
                "urn": f"{start}rolling:index:UpdatePolicy::own",
                "type": "rolling:index:UpdatePolicy",
                "inputs": kept,
            },
        ]


def test_signal_sets_the_tag(rolling: Rolling, group: str) -> None:
    """Without a hook an instance's signal is its tag; why it failed, its console may tell."""
    found = boto3.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group])
    ident = found["AutoScalingGroups"][0]["Instances"][0]["InstanceId"]
    ran = rolling("signal", "--instance", ident, "--failure")
    assert ran.out.startswith(f"FAILURE of {ident} in {group}: tag rolling:signal set")
    console = rolling("status", group, "--console", ident)
    assert console.code == 0 and console.out.splitlines()[-1] == "lab: user data has sent SUCCESS"
    assert rolling("status", group, "--console", "i-0000000000000000f").code == 1


def test_lab_of_an_unknown_cloud(rolling: Rolling) -> None:
    """One line and code 1, before a port is opened."""
    ran = rolling("lab", "--cloud", "moon")
    assert (ran.code, ran.err) == (1, "rolling: There is no lab for moon; there are aws and alibaba.\n")


def test_verbs_reach_a_driver_through_the_groups_tags(
    rolling: Rolling, group: str, served: dict[str, Any]
) -> None:
    """A roll that waits for approval after its canary goes on when another shell says so, and watch sees it end."""
    image = f"{served['endpoint']}/lab/images/ami-2"
    urlopen(Request(image, b'{"boot": 0.5}', method="PUT")).close()
    driving = Driving(
        group, Limits(batch=1, floor=3, max_size=6, canary=1, approval=True, settle=1.0, poll=0.1)
    )
    with driving:
        until(lambda: "waiting for approval" in rolling("status", group).out)
        assert "after 1 instance (canary: i-" in rolling("status", group).out
        assert rolling("resume", group).code == 1
        only = json.loads(rolling("list", "--rolling", "--format", "json").out)["groups"]
        mine = next(each for each in only if each["group"] == group)
        assert (mine["state"], mine["driven"], mine["reason"]["code"]) == ("rolling", True, "approval")
        old = driving.old()
        assert rolling("skip", group, old, "--wait").out.endswith("the driver has taken it up.\n")
        assert f"{old}, left as they are" in rolling("status", group).out
        approved = rolling("approve", group)
        assert approved.code == 0
        assert f"\n{group}: the driver hears it at its next look, by " in approved.out, (
            "it listens to no nudge"
        )
        watched = rolling("watch", group, "--interval", "0.1")
    assert (watched.code, watched.out.splitlines()[-1]) == (
        0,
        f"{group}: done, 3 of 4 instances on version 2.",
    )
    assert driving.old() == old
    assert rolling("pause", group).err == f"rolling: {group} has no rollout to pause.\n"


def until(fact: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not fact():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def fleet_toward_2(group: str, template: str) -> AutoScalingGroupFleet:
    return AutoScalingGroupFleet(
        group,
        wanted=TemplateWanted(id=template, version="2"),
        place=Place.of(None, None),
        retry=lambda work: work(),
        signals=NoSignals(),
    )


class Driving:
    """A driver of the group in a thread of its own, as `pulumi up` would be one in another process."""

    def __init__(self, group: str, limits: Limits) -> None:
        self.group, self.limits = group, limits
        self.scaling = boto3.client("autoscaling")
        self.template = self._described()["LaunchTemplate"]["LaunchTemplateId"]
        self.ended: list[Decided] = []
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Driving:
        self.thread.start()
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        if failed is not None:
            return
        self.thread.join(30)
        assert self.ended and self.ended[0].outcome is not None and self.ended[0].outcome.done

    def old(self) -> str:
        members: list[dict[str, Any]] = self._described()["Instances"]
        return min(str(m["InstanceId"]) for m in members if m["LaunchTemplate"]["Version"] == "1")

    def _described(self) -> Any:
        found = self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self.group])
        return found["AutoScalingGroups"][0]

    def _run(self) -> None:
        fleet, clock = fleet_toward_2(self.group, self.template), SystemClock()
        lease = Lease(fleet, "another", clock, self.limits.poll)
        lease.acquire()
        former = fleet.at(f"{self.template}:1")
        facts = fleet.facts()
        start = new_rollout("r1", fleet.target(), former, facts.sizes, facts.suspended, clock.now())
        drive = Drive(
            REPLACE,
            fleet,
            self.limits,
            Journal(fleet, "another"),
            lease,
            clock,
            lambda *_: None,
            lambda: False,
        )
        self.ended.append(drive.run(start))
