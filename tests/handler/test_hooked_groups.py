"""Hooks of a group with its policy as an attribute, called as a program's engine calls them, on the lab."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from dataclasses import dataclass, field
from typing import Any

import boto3
import grpc
import pytest
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc
from pulumi_rolling.errors import OrphanedError, PolicyErrors
from pulumi_rolling.host.engine_log import EngineLog
from pulumi_rolling.host.hook_call import POLICY_TYPE, Called, Given
from pulumi_rolling.host.hooked_groups import HookedGroups
from pulumi_rolling.lab import Lab

from tests.background import in_background
from tests.fleets.scripted_aws import wait_until
from tests.handler.lab_web import LabWeb

TYPE = "aws:autoscaling/group:Group"
URN = f"urn:pulumi:dev::trial::{TYPE}::web"
POLICY = {"rollingUpdate": {"maxBatchSize": 1}}


class Engine(engine_pb2_grpc.EngineServicer):
    """Pulumi's engine as far as a program may ask it; `end` is a kill."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._server = grpc.server(futures.ThreadPoolExecutor(2))
        engine_pb2_grpc.add_EngineServicer_to_server(self, self._server)
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.log = EngineLog("", engine_pb2_grpc.EngineStub(self.channel))

    def Log(self, request: Any, context: Any) -> Any:
        if not request.ephemeral:
            self.said.append(request.message)
        from google.protobuf import empty_pb2

        return empty_pb2.Empty()

    def GetRootResource(self, request: Any, context: Any) -> Any:
        return engine_pb2.GetRootResourceResponse()

    def end(self) -> None:
        self._server.stop(grace=None).wait()


@dataclass
class Hooked:
    """Group `web` of the lab with the attribute."""

    web: LabWeb
    engine: Engine
    groups: HookedGroups = field(init=False)

    def __post_init__(self) -> None:
        self.groups = HookedGroups(lambda name: None, self.engine.log)

    def outputs(self, **other: Any) -> dict[str, Any]:
        found = self.web.asg.describe_auto_scaling_groups(AutoScalingGroupNames=["web"])["AutoScalingGroups"]
        return {"name": "web", "arn": found[0]["AutoScalingGroupARN"], **self.made_from("1"), **other}

    def made_from(self, version: str) -> dict[str, Any]:
        return {"launchTemplate": {"id": self.web.template, "version": version}}

    def update(
        self, before: Mapping[str, Any], dry_run: bool = False, policy: Any = None, urn: str = URN
    ) -> None:
        """The hook before an update to version 2."""
        after = {**before, **self.made_from("2")}
        called = Called(urn, "web", TYPE, before, after, before, None)
        self.groups.hear(called, Given(policy or POLICY, None, {}, {}, dry_run))

    def made(self, outputs: Mapping[str, Any] | None, policy: Any = None, dry_run: bool = False) -> None:
        """The hook before a group is made, and after it (``outputs``). A replacement is told in no other way."""
        inputs = {"name": "web", **self.made_from("1")}
        called = Called(URN, "web", TYPE, None, inputs, None, outputs)
        self.groups.hear(called, Given(policy or POLICY, None, {}, {}, dry_run))


@pytest.fixture
def hooked(lab: Lab) -> Iterator[Hooked]:
    engine = Engine()
    yield Hooked(LabWeb(lab, "ami-v1", "ami-v2"), engine)
    engine.end()
    engine.channel.close()


def test_a_group_of_that_name_elsewhere_is_not_touched(hooked: Hooked, lab: Lab) -> None:
    """The group found is not the program's: preview and update refuse it with both names, and send nothing."""
    mine = "arn:aws:autoscaling:us-east-1:999999999999:autoScalingGroup:u:autoScalingGroupName/web"
    there = hooked.outputs()["arn"]
    lab.clear_calls()
    for dry_run in (True, False):
        with pytest.raises(PolicyErrors) as caught:
            hooked.update(hooked.outputs(arn=mine), dry_run)
        assert mine in str(caught.value) and there in str(caught.value)
        assert "roles that an explicit provider assumes" in str(caught.value)
    assert all(name.startswith("Describe") for name in lab.calls()["actions"])


def test_a_roll_stops_where_its_engine_is_killed(hooked: Hooked, lab: Lab) -> None:
    """Two looks without the engine end it: the lease is given back, the record is kept, and nothing more is done."""
    lab.image("ami-v2", boot=30.0)
    rolled = in_background(hooked.update, hooked.outputs())
    wait_until(lambda: lab.group("web")["launchTemplate"]["Version"] == "2", 20.0)
    hooked.engine.end()
    with pytest.raises(OrphanedError, match="group web stays as it is and the record is kept"):
        rolled.result(20)
    tags = lab.group("web")["tags"]
    assert "rolling:lease" not in tags and "rolling:record.0" in tags
    assert hooked.engine.said[-1] == ("web: 'rolling abort web' ends this roll; Ctrl-C waits for it")


def images(hooked: Hooked) -> set[str]:
    """What the members in service run."""
    found = hooked.web.asg.describe_auto_scaling_groups(AutoScalingGroupNames=["web"])["AutoScalingGroups"]
    ids = [each["InstanceId"] for each in found[0]["Instances"] if each["LifecycleState"] == "InService"]
    reservations = hooked.web.ec2.describe_instances(InstanceIds=ids)["Reservations"]
    return {each["ImageId"] for one in reservations for each in one["Instances"]}


def test_a_replacement_is_waited_for_and_rolls_nobody(hooked: Hooked, lab: Lab) -> None:
    """Before it and in preview nothing is asked; after it the members are looked at, and none is ended."""
    outputs = hooked.outputs()
    lab.clear_calls()
    for told, dry_run in ((None, True), (None, False), (outputs, True)):
        hooked.made(told, dry_run=dry_run)
    assert lab.calls()["actions"] == {}
    hooked.made(outputs)
    asked = set(lab.calls()["actions"])
    assert "DescribeAutoScalingGroups" in asked and not any("Terminate" in action for action in asked)
    assert not [tag for tag in lab.group("web")["tags"] if tag.startswith("rolling:")]


def test_a_replacement_under_a_faulty_policy_is_refused_before_it_is_made(hooked: Hooked) -> None:
    """The old group stands then, and the new one is not begun."""
    with pytest.raises(PolicyErrors, match="maxBatchSize"):
        hooked.made(None, {"rollingUpdate": {"maxBatchSize": 0}})


def test_an_imported_group_rolls_at_its_first_change(hooked: Hooked, lab: Lab) -> None:
    """State of an import has the fields that are empty as well."""
    imported = hooked.outputs(instanceRefresh=None, launchConfiguration="", mixedInstancesPolicy=None)
    hooked.update(imported)
    assert images(hooked) == {"ami-v2"}
    assert lab.group("web")["launchTemplate"]["Version"] == "2"


def test_two_stacks_do_not_roll_one_group(hooked: Hooked, lab: Lab) -> None:
    """The second one is refused while the first rolls, and after that was killed, since its record is there."""
    lab.image("ami-v2", boot=3600.0)
    rolled = in_background(hooked.update, hooked.outputs())
    wait_until(lambda: "rolling:record.0" in lab.group("web")["tags"], 20.0)
    other = Hooked(hooked.web, Engine())
    refused = "group web carries the record of rollout .* by another resource"
    try:
        for dry_run in (True, False):
            with pytest.raises(PolicyErrors, match=refused):
                other.update(other.outputs(), dry_run, urn=URN.replace(":dev:", ":live:"))
        hooked.engine.end()
        with pytest.raises(OrphanedError):
            rolled.result(20)
        with pytest.raises(PolicyErrors, match=refused):
            other.update(other.outputs(), urn=URN.replace(":dev:", ":live:"))
    finally:
        other.engine.end()
        other.engine.channel.close()


def test_stacks_of_two_regions_roll_the_group_of_their_own(hooked: Hooked, lab: Lab) -> None:
    """Groups of one name: the stack's region leads to one, and the other stays at its revision."""
    regional = {"region_name": "eu-west-1", "endpoint_url": lab.endpoint}
    ec2, asg = boto3.client("ec2", **regional), boto3.client("autoscaling", **regional)
    data = [{"ImageId": image, "InstanceType": "t3.small"} for image in ("ami-v1", "ami-v2")]
    made = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data[0])["LaunchTemplate"]
    template = made["LaunchTemplateId"]
    ec2.create_launch_template_version(LaunchTemplateId=template, LaunchTemplateData=data[1])
    first, second = ({"launchTemplate": {"id": template, "version": each}} for each in ("1", "2"))
    asg.create_auto_scaling_group(
        AutoScalingGroupName="web",
        MinSize=0,
        MaxSize=1,
        DesiredCapacity=0,
        AvailabilityZones=["eu-west-1a"],
        LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
    )
    groups = HookedGroups({"region": "eu-west-1"}.get, hooked.engine.log)
    before = {"name": "web", **first}
    groups.hear(
        Called(URN, "web", TYPE, before, {**before, **second}, before, None),
        Given(POLICY, None, {}, {}, False),
    )
    versions = [lab.group("web", each)["launchTemplate"]["Version"] for each in ("us-east-1", "eu-west-1")]
    assert versions == ["1", "2"]


def test_faults_of_a_policy_are_told_once(hooked: Hooked, lab: Lab) -> None:
    """By whichever of its groups, or by the policy in state, comes first; the others say where to look."""
    lab.clear_calls()
    wrong = {"rollingUpdate": {"maxBatchSize": 0, "strange": 1}}
    said = []
    in_state = Called("urn", "policy-1", POLICY_TYPE, None, {"group": TYPE}, None, None)
    calls: list[Callable[[], None]] = [
        lambda: hooked.groups.hear(in_state, Given(wrong, None, {}, {}, True)),
        lambda: hooked.update(hooked.outputs(), True, wrong),
        lambda: hooked.made(None, wrong),
    ]
    for hear in calls:
        with pytest.raises(PolicyErrors) as caught:
            hear()
        said.append(str(caught.value))
    assert "maxBatchSize" in said[0] and "strange" in said[0]
    assert said[1:] == ["its update policy is refused, see above"] * 2
