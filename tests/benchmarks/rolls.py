"""A roll on the lab, both pacings side by side: time over the lower bound, and calls per replaced instance."""

from __future__ import annotations

import os
import time
from typing import Any

from pulumi_rolling.handler import Context, RollingGroupHandler
from pulumi_rolling.lab import Lab

MEMBERS, WINDOW, BOOT, SPREAD = 20, 4, 2.0, 0.5
POLL = "0.1"


def inputs(template: str, version: str, pacing: str) -> dict[str, Any]:
    return {
        "autoScalingGroup": {"name": "bench", "launchTemplate": {"id": template, "version": version}},
        "updatePolicy": {
            "rollingUpdate": {
                "maxBatchSize": WINDOW,
                "minInstancesInService": MEMBERS - WINDOW,
                "waitOnResourceSignals": True,
                "pauseTime": "PT5M",
                "pacing": pacing,
            }
        },
    }


def roll(pacing: str, seed: int) -> tuple[float, float, int, int]:
    """(seconds, lower bound, calls, replaced)."""
    import boto3

    with Lab(boot=BOOT, spread=SPREAD, seed=seed) as lab:
        os.environ.update(lab.environment, ROLLING_POLL_SECONDS=POLL, ROLLING_SETTLE_SECONDS="2")
        ec2 = boto3.client("ec2", endpoint_url=lab.endpoint)
        groups = boto3.client("autoscaling", endpoint_url=lab.endpoint)
        lab.image("ami-quick", boot=0.05, spread=0.0)
        made = ec2.create_launch_template(
            LaunchTemplateName=f"bench-{pacing}-{seed}", LaunchTemplateData={"ImageId": "ami-quick"}
        )
        template = made["LaunchTemplate"]["LaunchTemplateId"]
        groups.create_auto_scaling_group(
            AutoScalingGroupName="bench",
            MinSize=0,
            MaxSize=MEMBERS,
            DesiredCapacity=MEMBERS,
            AvailabilityZones=["us-east-1a", "us-east-1b", "us-east-1c"],
            LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
        )
        while lab.group("bench")["inService"] < MEMBERS:
            time.sleep(0.05)
        handler = RollingGroupHandler()
        before = inputs(template, "1", pacing)
        state = {**before, "revision": f"{template}:1", "suspendedAsFound": []}
        ec2.create_launch_template_version(
            LaunchTemplateId=template, LaunchTemplateData={"ImageId": "ami-slow"}
        )
        started = time.perf_counter()
        state = handler.update(state, inputs(template, "2", pacing), Context(urn="bench"))
        spent = time.perf_counter() - started
        boots = [
            m["inServiceAt"] - m["launchedAt"] for m in lab.group("bench")["members"] if m["inServiceAt"]
        ]
        last = state["lastRollout"]
        return spent, max(sum(boots) / WINDOW, max(boots)), last["apiCalls"], last["replaced"]


def report() -> None:
    print(
        f"roll: {MEMBERS} members, window {WINDOW}, boots of {BOOT:g} s, spread {SPREAD:g}, a look every {POLL} s"
    )
    seconds: dict[str, float] = {}
    for pacing in ("lockStep", "sliding"):
        spent, bound, calls, replaced = roll(pacing, seed=7)
        seconds[pacing] = spent
        print(
            f"  {pacing:<9} {spent:>6.1f} s, {spent / bound:.2f} times the bound of {bound:.1f} s; "
            f"{calls} calls, {calls / replaced:.1f} per replaced instance"
        )
    print(f"  lockStep over sliding: {seconds['lockStep'] / seconds['sliding']:.2f}")
