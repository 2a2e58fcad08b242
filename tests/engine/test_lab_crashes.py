"""Property 7 on the lab: a death at every act and every write of one roll and of its way back, then a resume.

The real fleet and the real AWS calls, in process. The group is small (three members, batches of up to two) and a
death at a pure read is left out: it changes nothing that the death at the next call does not. ``test_crashes`` has
the reads, too, on the simulated fleet. Half of the deaths come before the call has its effect, half after. Each death
has a group of its own, and several groups roll at a time, since a roll is mostly waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import boto3
import pytest
from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.core.replace.takeover import resume
from pulumi_rolling.engine.clock import SystemClock
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import LEASE, Journal, read
from pulumi_rolling.fleets.auto_scaling_group.fleet import AutoScalingGroupFleet
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.lab import Lab
from pulumi_rolling.signals.tag import TagSignals

from tests.in_lab import use_lab

from .stage import Death, MortalFleet

POLL = 0.05
SETTLE = 0.5
AT_ONCE = 6
LIMITS = Limits(
    batch=2,
    floor=2,
    max_size=4,
    signals=True,
    pause=30.0,
    suspend=frozenset({"AZRebalance", "AlarmNotification"}),
    settle=SETTLE,
    poll=POLL,
)


@dataclass
class DiesAtWrites(MortalFleet):
    """Counts acts and writes alone."""

    def _count(self, name: str) -> bool:
        if name == "observe":
            return False
        return super()._count(name)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(boot=0.05) as running, pytest.MonkeyPatch.context() as patch:
        use_lab(patch, running.environment)
        yield running


class Clouds:
    """An empty lab, with clients made once: boto3 takes its time for one."""

    def __init__(self, lab: Lab, *, good: bool) -> None:
        lab.reset()
        lab.image("ami-v2", signal="SUCCESS" if good else "FAILURE", shutdown=0.05)
        self.lab = lab
        self.ec2, self.asg = boto3.client("ec2"), boto3.client("autoscaling")


class Group:
    """Three members of version 1 of the group's own template; version 2 is good or bad."""

    def __init__(self, clouds: Clouds, name: str) -> None:
        self.lab, self.name = clouds.lab, name
        ec2, self.asg = clouds.ec2, clouds.asg
        asg = self.asg
        data = {"ImageId": "ami-v1", "InstanceType": "t3.small"}
        made = ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
        self.template = made["LaunchTemplate"]["LaunchTemplateId"]
        ec2.create_launch_template_version(
            LaunchTemplateId=self.template, LaunchTemplateData={**data, "ImageId": "ami-v2"}
        )
        asg.create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=1,
            MaxSize=4,
            DesiredCapacity=3,
            AvailabilityZones=["us-east-1a"],
            LaunchTemplate={"LaunchTemplateId": self.template, "Version": "1"},
        )
        asg.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=["AZRebalance"])
        clock = SystemClock()
        while self.lab.group(name)["inService"] < 3:
            clock.wait(POLL)

    def fleet(self) -> AutoScalingGroupFleet:
        return AutoScalingGroupFleet(
            self.name,
            wanted=TemplateWanted(id=self.template, version="2"),
            place=Place.of(),
            retry=lambda work: work(),
            signals=TagSignals(),
        )

    def drive(self, dies_at: int = 0, after: bool = False) -> tuple[DiesAtWrites, Decided | None]:
        """Go on from the record, or begin; None when it died."""
        fleet = self.fleet()
        mortal = DiesAtWrites(fleet, dies_at, after)
        clock = SystemClock()
        lease = Lease(mortal, "me", clock, POLL)
        try:
            found = read(lease.acquire())
            rollout = self.fresh(fleet) if found is None else resume(found[1], clock.now())
            return mortal, Drive(
                REPLACE, mortal, LIMITS, Journal(mortal, "me"), lease, clock, lambda *_: None, lambda: False
            ).run(rollout)
        except Death:
            return mortal, None

    def fresh(self, fleet: AutoScalingGroupFleet) -> Rollout:
        facts = fleet.facts()
        former = fleet.at(f"{self.template}:1")
        at = facts.observation.at
        return new_rollout("r", fleet.target(), former, facts.sizes, facts.suspended, at)

    def bury(self) -> None:
        """A dead driver's lease runs out in real time; here it is taken away, as if that had happened."""
        self.asg.delete_tags(
            Tags=[{"ResourceId": self.name, "ResourceType": "auto-scaling-group", "Key": LEASE}]
        )

    def ended(self, version: str, where: str) -> None:
        truth = self.lab.group(self.name)
        present = [m for m in truth["members"] if not m["lifecycle"].startswith("Terminat")]
        assert {m["revision"] for m in present} == {version}, where
        assert truth["launchTemplate"]["Version"] == version, where
        assert (truth["minSize"], truth["maxSize"], truth["desired"]) == (1, 4, 3), where
        assert truth["suspended"] == ["AZRebalance"] and not truth["tags"], where
        points = self.lab.history(self.name)
        begun = next(i for i, p in enumerate(points) if p["inService"] == 3)
        assert min(p["inService"] for p in points[begun:]) >= 2, f"property 1, {where}"
        assert max(p["total"] for p in points) <= 4, f"property 2, {where}"


@pytest.mark.parametrize("good", [True, False], ids=["good build", "failing build"])
def test_a_death_at_every_change_then_a_resume_ends_as_the_undisturbed_roll(lab: Lab, good: bool) -> None:
    """Whatever changing call the driver dies at, the next run ends where the undisturbed one does, all as found."""
    clouds = Clouds(lab, good=good)
    version = "2" if good else "1"
    group = Group(clouds, "undisturbed")
    undisturbed, decision = group.drive()
    assert decision is not None and decision.outcome is not None and decision.outcome.done is good
    group.ended(version, "undisturbed")
    changes = len(undisturbed.calls)
    assert changes > 10 and {"PointAt", "Terminate", "write", "Resume"} <= set(undisturbed.calls)

    def die_and_resume(dies_at: int) -> None:
        after = dies_at % 2 == 0
        where = f"died {'after' if after else 'before'} call {dies_at}"
        mortal = Group(clouds, f"web-{dies_at}")
        calls, ended = mortal.drive(dies_at, after)
        where += f", {calls.calls[-1]}"
        if ended is None and lab.group(mortal.name)["tags"]:
            mortal.bury()
            _, ended = mortal.drive()
            assert ended is not None, where
        mortal.ended(version, where)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for done in [threads.submit(die_and_resume, n) for n in range(2, changes + 1)]:
            done.result()
