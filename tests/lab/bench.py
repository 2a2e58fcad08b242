"""The lab's tests share this: clients, groups in one line, and time that passes in a jump."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Any, TypeVar

# boto3 and botocore carry no type information.
import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]
from pulumi_rolling.lab import JumpingClock, Lab

T = TypeVar("T")
LIMIT = 20.0
STEP = 0.02


class HeldClock(JumpingClock):
    """A clock that jumps, except for calls that wait in the lab while it holds them."""

    def __init__(self) -> None:
        super().__init__()
        self._go_on = Event()
        self._go_on.set()
        self._somebody_waits = Event()

    def wait(self, seconds: float) -> None:
        self._somebody_waits.set()
        assert self._go_on.wait(LIMIT)
        super().wait(seconds)

    @contextmanager
    def held(self) -> Iterator[Callable[[], None]]:
        """Calls that wait do so until the end of this; what it gives returns once one does."""
        self._somebody_waits.clear()
        self._go_on.clear()

        def until_one_waits() -> None:
            assert self._somebody_waits.wait(LIMIT)

        try:
            yield until_one_waits
        finally:
            self._go_on.set()


def refusal(call: Callable[..., Any], **given: Any) -> tuple[str, str]:
    """Code and message with which a call is refused."""
    try:
        call(**given)
    except ClientError as refused:
        return refused.response["Error"]["Code"], refused.response["Error"]["Message"]
    raise AssertionError("the call was not refused")


class Bench:
    """A lab, its clock and its clients."""

    def __init__(self, lab: Lab, clock: HeldClock) -> None:
        self.lab = lab
        self.clock = clock
        self.asg = self.client("autoscaling")
        self.ec2 = self.client("ec2")
        self.elb = self.client("elbv2")
        self.sqs = self.client("sqs")
        self.cloudwatch = self.client("cloudwatch")

    def client(self, service: str, attempts: int = 1) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.lab.endpoint,
            region_name="us-east-1",
            aws_access_key_id="lab",
            aws_secret_access_key="lab",
            config=Config(retries={"total_max_attempts": attempts}),
        )

    def now(self) -> datetime:
        """The moment that the cloud shows for now."""
        return datetime.fromtimestamp(self.clock.epoch + self.clock.now(), UTC)

    def eventually(self, look: Callable[[], T]) -> T:
        """Look, and let time pass, until what is seen is true; give it back."""
        deadline = self.clock.now() + LIMIT
        while True:
            seen = look()
            if seen:
                return seen
            assert self.clock.now() < deadline, f"never came true; last seen: {seen!r}"
            self.clock.jump(STEP)

    def template(self, *images: str, name: str = "web") -> str:
        """A launch template with one version for each image."""
        first, *others = images
        body = {"ImageId": first, "InstanceType": "t3.small"}
        made = self.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=body)
        template: str = made["LaunchTemplate"]["LaunchTemplateId"]
        for image in others:
            self.version(template, image)
        return template

    def version(self, template: str, image: str) -> str:
        body = {"ImageId": image, "InstanceType": "t3.small"}
        made = self.ec2.create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData=body)
        return str(made["LaunchTemplateVersion"]["VersionNumber"])

    def start(self, template: str | None = None, version: str = "1", desired: int = 2, **given: Any) -> str:
        """Create the group `web`, between 0 and 10 in one zone unless something else is said."""
        wanted = {
            "AutoScalingGroupName": "web",
            "MinSize": 0,
            "MaxSize": 10,
            "DesiredCapacity": desired,
            "AvailabilityZones": ["us-east-1a"],
        }
        if "MixedInstancesPolicy" not in given and "LaunchConfigurationName" not in given:
            template = template or self.template("ami-v1")
            wanted["LaunchTemplate"] = {"LaunchTemplateId": template, "Version": version}
        self.asg.create_auto_scaling_group(**wanted | given)
        return template or ""

    def point(self, template: str, version: str) -> None:
        pointer = {"LaunchTemplateId": template, "Version": version}
        self.asg.update_auto_scaling_group(AutoScalingGroupName="web", LaunchTemplate=pointer)

    def group(self, name: str = "web") -> dict[str, Any]:
        found = self.asg.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
        return found[0] if found else {}

    def members(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.group()["Instances"]
        return listed

    def ids(self) -> list[str]:
        return [member["InstanceId"] for member in self.members()]

    def states(self) -> dict[str, str]:
        return {member["InstanceId"]: member["LifecycleState"] for member in self.members()}

    def settled(self, count: int) -> list[str]:
        """Wait until just so many members are there and in service; their ids."""

        def look() -> list[str]:
            states = self.states()
            done = len(states) == count and set(states.values()) <= {"InService"}
            return list(states) if done else []

        return self.eventually(look)

    def activities(self, **given: Any) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.asg.describe_scaling_activities(
            AutoScalingGroupName="web", **given
        )["Activities"]
        return listed

    def about(self, instance_id: str, doing: str = "") -> dict[str, Any]:
        """The newest activity about an instance."""
        found = [each for each in self.activities() if f"{doing}" in each["Description"]]
        return next(each for each in found if instance_id in each["Description"])

    def machine(self, instance_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0][
            "Instances"
        ][0]
        return found

    def tags(self, instance_id: str) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self.machine(instance_id)["Tags"]}

    def target_group(self) -> str:
        """A target group of the default VPC; its ARN."""
        vpc = self.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        made = self.elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)
        arn: str = made["TargetGroups"][0]["TargetGroupArn"]
        return arn

    def targets(self, arn: str, *ids: str) -> dict[str, str]:
        """States by id, of all targets of a group or of those asked for."""
        asked = {"Targets": [{"Id": each} for each in ids]} if ids else {}
        listed = self.elb.describe_target_health(TargetGroupArn=arn, **asked)["TargetHealthDescriptions"]
        return {each["Target"]["Id"]: each["TargetHealth"]["State"] for each in listed}

    def truth(self, instance_id: str) -> dict[str, Any]:
        """What the lab itself says of a member of `web`."""
        members = self.lab.group("web")["members"]
        found: dict[str, Any] = next(member for member in members if member["id"] == instance_id)
        return found

    def suspend(self, *processes: str) -> None:
        self.asg.suspend_processes(AutoScalingGroupName="web", ScalingProcesses=list(processes))

    def resume(self, *processes: str) -> None:
        self.asg.resume_processes(AutoScalingGroupName="web", ScalingProcesses=list(processes))

    def hook(self, name: str = "ready", transition: str = "LAUNCHING", **given: Any) -> None:
        self.asg.put_lifecycle_hook(
            AutoScalingGroupName="web",
            LifecycleHookName=name,
            LifecycleTransition=f"autoscaling:EC2_INSTANCE_{transition}",
            **given,
        )

    def complete(self, instance_id: str, result: str, name: str = "ready") -> None:
        self.asg.complete_lifecycle_action(
            AutoScalingGroupName="web",
            LifecycleHookName=name,
            InstanceId=instance_id,
            LifecycleActionResult=result,
        )

    def terminate(self, instance_id: str, decrement: bool = False) -> dict[str, Any]:
        answer: dict[str, Any] = self.asg.terminate_instance_in_auto_scaling_group(
            InstanceId=instance_id, ShouldDecrementDesiredCapacity=decrement
        )
        return answer

    def http(self, verb: str, path: str, body: Any = None) -> tuple[int, Any]:
        """A control call over HTTP: status and JSON."""
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.lab.endpoint}/lab/{path}", sent, method=verb)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)
