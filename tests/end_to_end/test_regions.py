"""Where the groups are: by the stack's configuration and by an explicit provider, against what the shell says."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import Any

import boto3

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import HERE, Stage

REGIONS = ("us-west-2", "eu-west-1")
"""The stack's own, and that of the explicit provider. The shell says us-east-1."""


class Regions:
    """A group `web` of two members in each region."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        keys = {"aws_access_key_id": "lab", "aws_secret_access_key": "lab"}
        self.asg, ec2 = (
            {r: boto3.client(name, region_name=r, endpoint_url=stage.lab.endpoint, **keys) for r in REGIONS}
            for name in ("autoscaling", "ec2")
        )
        self.templates: dict[str, str] = {}
        for region in REGIONS:
            made = ec2[region].create_launch_template(
                LaunchTemplateName="web", LaunchTemplateData={"ImageId": "ami-v1", "InstanceType": "t3.small"}
            )
            self.templates[region] = made["LaunchTemplate"]["LaunchTemplateId"]
            ec2[region].create_launch_template_version(
                LaunchTemplateId=self.templates[region],
                LaunchTemplateData={"ImageId": "ami-v2", "InstanceType": "t3.small"},
            )
            self.asg[region].create_auto_scaling_group(
                AutoScalingGroupName="web",
                MinSize=1,
                MaxSize=4,
                DesiredCapacity=2,
                AvailabilityZones=[f"{region}a"],
                LaunchTemplate={"LaunchTemplateId": self.templates[region], "Version": "1"},
            )
        stage.wait_for(lambda: all(len(self.serving(region)) == 2 for region in REGIONS), "two in service")

    def group(self, region: str) -> dict[str, Any]:
        found: dict[str, Any] = self.asg[region].describe_auto_scaling_groups(AutoScalingGroupNames=["web"])[
            "AutoScalingGroups"
        ][0]
        return found

    def serving(self, region: str) -> list[str]:
        listed = self.group(region)["Instances"]
        return [i["LaunchTemplate"]["Version"] for i in listed if i["LifecycleState"] == "InService"]

    def owner(self, region: str) -> str | None:
        tags = {tag["Key"]: tag["Value"] for tag in self.group(region)["Tags"]}
        return tags["rolling:lease"].split()[1] if "rolling:lease" in tags else None

    def want(self, version: str) -> None:
        wanted = {region: {"id": self.templates[region], "version": version} for region in REGIONS}
        (self.stage.project / "wanted.json").write_text(json.dumps(wanted))


def test_one_name_in_two_regions_is_rolled_in_both_and_gone_on_with_after_a_kill(open_stage: Open) -> None:
    """Each under its own URN and in its own region, though the shell says a third one; refresh and destroy as well."""
    stage = open_stage(names=[])
    regions = Regions(stage)
    shutil.copy(HERE / "regions" / "__main__.py", stage.project / "__main__.py")
    assert stage.run("config", "set", "aws:region", REGIONS[0]).code == 0
    regions.want("1")
    assert stage.up().code == 0
    regions.want("2")

    shown = stage.preview()
    assert shown.code == 0, shown.output
    for region in REGIONS:
        assert f"web: replacing 2 instances, version 1 -> version 2, in {region} of account" in shown.told

    running = stage.start_up()
    stage.wait_for(lambda: all(regions.owner(region) for region in REGIONS), "both leases")
    urns = {r: f"urn:pulumi:dev::trial::{stage.type}::web-{r}" for r in REGIONS}
    owners = {region: hashlib.sha256(urn.encode()).hexdigest()[:12] for region, urn in urns.items()}
    assert {region: regions.owner(region) for region in REGIONS} == owners
    running.kill()
    running.wait()
    stage.wait_for(lambda: not any(map(regions.owner, REGIONS)), "the orphan to give both leases back")
    assert stage.cancel().code == 0

    ran = stage.up()
    assert ran.code == 0, ran.output
    assert {region: regions.serving(region) for region in REGIONS} == {
        region: ["2", "2"] for region in REGIONS
    }
    assert stage.refresh().code == 0
    assert {urn["outputs"]["status"] for urn in stage._resources() if urn["type"] == stage.type} == {"stable"}
    assert stage.destroy().code == 0
