"""Following instance refreshes on the lab: calls per minute of one, and of thirty in one process."""

from __future__ import annotations

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pulumi_rolling.handler import Context, RollingGroupHandler
from pulumi_rolling.lab import Lab

MANY, MEMBERS, BOOT, SPREAD = 30, 4, 15.0, 0.3
TOLD = ("DescribeInstanceRefreshes", "DescribeAutoScalingGroups", "CreateOrUpdateTags")


def inputs(name: str, template: str, version: str) -> dict[str, Any]:
    return {
        "autoScalingGroup": {"name": name, "launchTemplate": {"id": template, "version": version}},
        "updatePolicy": {"instanceRefresh": {"minHealthyPercentage": 75}},
    }


def followed(count: int) -> tuple[float, Counter[str]]:
    """Minutes until all have arrived, and the calls that were made meanwhile."""
    import boto3

    with Lab(boot=BOOT, spread=SPREAD, seed=3) as lab:
        os.environ.update(lab.environment)
        for name in ("ROLLING_POLL_SECONDS", "ROLLING_SETTLE_SECONDS"):
            os.environ.pop(name, None)
        ec2 = boto3.client("ec2", endpoint_url=lab.endpoint)
        groups = boto3.client("autoscaling", endpoint_url=lab.endpoint)
        lab.image("ami-quick", boot=0.05, spread=0.0)
        names = [f"bench-{number:02}" for number in range(count)]
        templates = {}
        for name in names:
            made = ec2.create_launch_template(
                LaunchTemplateName=name, LaunchTemplateData={"ImageId": "ami-quick"}
            )
            templates[name] = made["LaunchTemplate"]["LaunchTemplateId"]
            ec2.create_launch_template_version(
                LaunchTemplateId=templates[name], LaunchTemplateData={"ImageId": "ami-slow"}
            )
            groups.create_auto_scaling_group(
                AutoScalingGroupName=name,
                MinSize=0,
                MaxSize=MEMBERS,
                DesiredCapacity=MEMBERS,
                AvailabilityZones=["us-east-1a", "us-east-1b"],
                LaunchTemplate={"LaunchTemplateId": templates[name], "Version": "1"},
            )
        while any(lab.group(name)["inService"] < MEMBERS for name in names):
            time.sleep(0.05)
        handler = RollingGroupHandler()

        def update(name: str) -> None:
            before = inputs(name, templates[name], "1")
            state = {**before, "revision": f"{templates[name]}:1", "suspendedAsFound": []}
            handler.update(state, inputs(name, templates[name], "2"), Context(urn=name))

        calls = Counter(lab.calls()["actions"])
        started = time.perf_counter()
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(update, names))
        minutes = (time.perf_counter() - started) / 60
        return minutes, Counter(lab.calls()["actions"]) - calls


def report() -> None:
    print(
        f"refresh: groups of {MEMBERS}, 1 at a time, boots of {BOOT:g} s, spread {SPREAD:g}, the usual looks"
    )
    for count in (1, MANY):
        minutes, calls = followed(count)
        print(
            f"  {count:>2} at once: {60 * minutes:>5.1f} s, {calls.total() / minutes:>6.1f} calls a minute; for each"
            f" {_each(calls.total(), minutes, count)}: "
            + ", ".join(f"{_each(calls[name], minutes, count)} {name}" for name in TOLD)
        )


def _each(calls: int, minutes: float, count: int) -> str:
    return f"{calls / minutes / count:.1f}"
