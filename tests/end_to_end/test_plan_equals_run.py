"""What the plan says is what the lab then sees. In this process: handler and engine on the lab, without `pulumi`."""

from __future__ import annotations

import time
from typing import Any

import pytest
from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.replace.events import EventTexts, masked
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import plan
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import Journal
from pulumi_rolling.handler import Context, RollingGroupHandler
from pulumi_rolling.handler.opening import Asked, open_operation

from tests.end_to_end.lab_process import LabProcess
from tests.in_lab import use_lab

SIGNALS = {"waitOnResourceSignals": True, "pauseTime": "PT1M"}


@pytest.fixture
def lab(running_lab: LabProcess, monkeypatch: pytest.MonkeyPatch) -> LabProcess:
    running_lab.reset()
    use_lab(monkeypatch, running_lab.environment, poll=0.1, settle=3)
    return running_lab


class Told:
    """The event texts of a run, ids masked."""

    def __init__(self, limits: Limits) -> None:
        self._texts = EventTexts(limits, masked)
        self.events: list[str] = []

    def __call__(self, before: Rollout, decision: Decided) -> None:
        self.events += self._texts.fold(before, decision)


def _group(lab: LabProcess, least: int, most: int, desired: int) -> str:
    """In service, at version 1 of a template that has a second one. Answers the template's id."""
    ec2 = lab.client("ec2")
    data = {"ImageId": "ami-v1", "InstanceType": "t3.small"}
    made = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)
    template: str = made["LaunchTemplate"]["LaunchTemplateId"]
    ec2.create_launch_template_version(
        LaunchTemplateId=template, LaunchTemplateData={**data, "ImageId": "ami-v2"}
    )
    lab.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="web",
        MinSize=least,
        MaxSize=most,
        DesiredCapacity=desired,
        AvailabilityZones=["us-east-1a", "us-east-1b"],
        LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
    )
    until = time.monotonic() + 60
    while lab.group("web")["inService"] < desired:
        assert time.monotonic() < until
        time.sleep(0.05)
    return template


@pytest.mark.parametrize(
    ("sizes", "policy", "rounds"),
    [
        ((4, 8, 6), {"maxBatchSize": 2, "minInstancesInService": 5, **SIGNALS}, None),
        ((4, 12, 10), {"maxBatchSize": 4, "minInstancesInService": 8, **SIGNALS}, [(4, 4), (4, 4), (2, 0)]),
        ((0, 6, 5), {"maxBatchSize": 2, "minInstancesInService": 2}, [(2, 2), (2, 2), (1, 1)]),
        ((1, 2, 1), {"maxBatchSize": 1, "minInstancesInService": 1, **SIGNALS}, [(1, 0)]),
    ],
    ids=["6 at floor 5", "10 at floor 8", "5 without signals", "1"],
)
def test_the_rounds_of_the_plan_are_the_rounds_of_the_run(
    lab: LabProcess, sizes: tuple[int, int, int], policy: dict[str, Any], rounds: list[tuple[int, int]] | None
) -> None:
    """CloudFormation's event texts of the plan and of the run are the same, and so is the lowest point."""
    template = _group(lab, *sizes)
    inputs, faults = RollingGroupHandler().check(
        None,
        {
            "autoScalingGroup": {"name": "web", "launchTemplate": {"id": template, "version": "2"}},
            "updatePolicy": {"rollingUpdate": {**policy, "pacing": "lockStep"}},
        },
        Context(),
    )
    assert not faults
    operation = open_operation(Asked.stored(inputs), Context())
    situation = operation.strategy.situation.assess(operation)
    planned = plan(situation.limits, situation.rollout, situation.facts.observation)
    told = Told(situation.limits)
    timing = operation.timing
    lease = Lease(operation.fleet, "me", operation.clock, timing.poll, timing.settle)
    lease.acquire()
    journal = Journal(operation.fleet, "me")
    begun = len(lab.history("web")) - 1
    drive = Drive(
        REPLACE,
        operation.fleet,
        situation.limits,
        journal,
        lease,
        operation.clock,
        on_decision=told,
        orphaned=lambda: False,
    )
    outcome = drive.run(situation.rollout)
    assert outcome.outcome is not None and outcome.outcome.done
    assert told.events == list(planned.events)
    points = lab.history("web")[begun:]
    assert max(p["total"] for p in points) == planned.capacity
    assert min(p["inService"] for p in points) >= planned.lowest_in_service
    if rounds is not None:
        assert [(r.terminate, r.launch) for r in planned.rounds] == rounds
