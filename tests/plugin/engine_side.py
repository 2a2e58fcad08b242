"""The engine's side: what it sends, what it keeps after each answer, and how it reads a failure."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import empty_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2
from pulumi_rolling.lab import Lab
from pulumi_rolling.plugin.failures import DETAILS
from pulumi_rolling.plugin.provider import RESOURCE, Provider
from pulumi_rolling.plugin.wire import Path, decode, encode

from tests.background import in_background
from tests.in_lab import client
from tests.unwrapped import unwrapped

POLICY = {
    "maxBatchSize": 1,
    "minInstancesInService": 1,
    "suspendProcesses": ["AZRebalance"],
    "waitOnResourceSignals": True,
    "pauseTime": "PT30S",
}


class Heard(engine_pb2_grpc.EngineServicer):
    def __init__(self) -> None:
        self.address = ""
        self.lines: list[engine_pb2.LogRequest] = []

    def Log(self, request: engine_pb2.LogRequest, context: Any) -> empty_pb2.Empty:
        self.lines.append(request)
        return empty_pb2.Empty()

    def told(self) -> str:
        """Every line, those that stay and those that pass, unwrapped."""
        return "\n".join(unwrapped(line.message) for line in self.lines)

    def kept(self) -> list[str]:
        """Lines that stay, warnings left out, unwrapped."""
        stay = [line for line in self.lines if not line.ephemeral]
        return [unwrapped(line.message) for line in stay if line.severity == engine_pb2.INFO]


@dataclass
class Failed(Exception):
    """A call that did not succeed, and what the engine is told to keep of its resource."""

    code: grpc.StatusCode
    text: str
    left: provider_pb2.ErrorResourceInitFailed | None = None


def call(rpc: Any, request: Any) -> Any:
    try:
        return rpc(request, timeout=60)
    except grpc.RpcError as error:
        failed: Any = error
        left = None
        for key, value in failed.trailing_metadata() or ():
            if key == DETAILS:
                left = provider_pb2.ErrorResourceInitFailed()
                assert status_pb2.Status.FromString(value).details[0].Unpack(left)
        raise Failed(failed.code(), failed.details(), left) from None


class Plugged:
    """The plugin over gRPC."""

    def __init__(self, provider: Provider, stub: Any, heard: Heard) -> None:
        self.provider, self.stub, self.heard = provider, stub, heard

    def configure(self, **config: Any) -> None:
        call(self.stub.Configure, provider_pb2.ConfigureRequest(args=encode(config)))

    def check(
        self, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None, secrets: tuple[Path, ...] = ()
    ) -> Any:
        request = provider_pb2.CheckRequest(
            urn=urn("web"), type=RESOURCE, news=encode(news, secrets), olds=encode(olds or {})
        )
        return call(self.stub.Check, request)

    def faults(self, news: Mapping[str, Any], secrets: tuple[Path, ...] = ()) -> dict[str, str]:
        return {f.property: f.reason for f in self.check(news, secrets=secrets).failures}

    def run_again(self) -> None:
        """Another `pulumi` begins: nothing is heard yet."""
        self.configure()
        self.heard.lines.clear()

    def cancel(self) -> None:
        call(self.stub.Cancel, empty_pb2.Empty())


def until(fact: Callable[[], object]) -> None:
    """Looks until the fact is true."""
    for _ in range(3000):
        if fact():
            return
        threading.Event().wait(0.02)
    raise AssertionError("the fact did not come true")


def urn(name: str) -> str:
    return f"urn:pulumi:dev::trial::{RESOURCE}::{name}"


@dataclass
class Resource:
    """What the engine keeps of one resource. A failed update keeps old inputs, and outputs where some were left."""

    plugged: Plugged
    name: str = "web"
    id: str = ""
    inputs: Any = field(default_factory=lambda: encode({}))
    state: Any = field(default_factory=lambda: encode({}))
    init_errors: list[str] = field(default_factory=list)

    @property
    def outputs(self) -> dict[str, Any]:
        return decode(self.state)[0]

    def checked(self, news: Mapping[str, Any], secrets: tuple[Path, ...] = ()) -> Any:
        answer = call(
            self.plugged.stub.Check,
            provider_pb2.CheckRequest(
                urn=urn(self.name), type=RESOURCE, olds=self.inputs, news=encode(news, secrets)
            ),
        )
        assert not answer.failures, answer.failures
        return answer.inputs

    def diff(self, news: Mapping[str, Any]) -> Any:
        return call(self.plugged.stub.Diff, provider_pb2.DiffRequest(**self._change(self.checked(news))))

    def create(
        self, news: Mapping[str, Any], *, preview: bool = False, secrets: tuple[Path, ...] = ()
    ) -> Any:
        inputs = self.checked(news, secrets)
        request = provider_pb2.CreateRequest(
            urn=urn(self.name), type=RESOURCE, properties=inputs, preview=preview
        )
        try:
            answer = call(self.plugged.stub.Create, request)
        except Failed as failed:
            if failed.left is not None:
                self.id, self.inputs = failed.left.id, inputs
                self._keep_left(failed.left)
            raise
        if not preview:
            self.id, self.inputs, self.state = answer.id, inputs, answer.properties
        return answer.properties

    def update(self, news: Mapping[str, Any], *, preview: bool = False, timeout: float = 0.0) -> Any:
        inputs = self.checked(news)
        request = provider_pb2.UpdateRequest(**self._change(inputs), preview=preview, timeout=timeout)
        try:
            answer = call(self.plugged.stub.Update, request)
        except Failed as failed:
            if failed.left is not None:
                self._keep_left(failed.left)
            raise
        if not preview:
            self.inputs, self.state, self.init_errors = inputs, answer.properties, []
        return answer.properties

    def read(self) -> Any:
        request = provider_pb2.ReadRequest(
            id=self.id, urn=urn(self.name), type=RESOURCE, inputs=self.inputs, properties=self.state
        )
        return call(self.plugged.stub.Read, request)

    def delete(self) -> None:
        request = provider_pb2.DeleteRequest(
            id=self.id, urn=urn(self.name), type=RESOURCE, properties=self.state
        )
        call(self.plugged.stub.Delete, request)

    def _keep_left(self, left: provider_pb2.ErrorResourceInitFailed) -> None:
        self.state, self.init_errors = left.properties, list(left.reasons)

    def _change(self, inputs: Any) -> dict[str, Any]:
        return {
            "id": self.id,
            "urn": urn(self.name),
            "type": RESOURCE,
            "olds": self.state,
            "old_inputs": self.inputs,
            "news": inputs,
        }


class Web:
    """A group in the lab, and the resource that rolls it under ``policy``, deployed at version 1."""

    def __init__(
        self,
        lab: Lab,
        plugged: Plugged,
        name: str = "web",
        members: int = 2,
        policy: Mapping[str, Any] = POLICY,
        **group: Any,
    ) -> None:
        self.lab, self.plugged, self.name, self.policy = lab, plugged, name, policy
        self.ec2, self.asg = client("ec2"), client("autoscaling")
        made = self.ec2.create_launch_template(
            LaunchTemplateName=name, LaunchTemplateData={"ImageId": "ami-v1", "InstanceType": "t3.small"}
        )
        self.template: str = made["LaunchTemplate"]["LaunchTemplateId"]
        described = {
            "MinSize": 1,
            "MaxSize": members + 2,
            "DesiredCapacity": members,
            "AvailabilityZones": ["us-east-1a"],
            "LaunchTemplate": {"LaunchTemplateId": self.template, "Version": "1"},
            **group,
        }
        self.asg.create_auto_scaling_group(AutoScalingGroupName=name, **described)
        while lab.group(name)["inService"] < members:
            lab.groups()
        self.resource = Resource(plugged, name)
        self.resource.create(self.news("1"))

    def version(self, image: str) -> str:
        answer = self.ec2.create_launch_template_version(
            LaunchTemplateId=self.template, LaunchTemplateData={"ImageId": image, "InstanceType": "t3.small"}
        )
        return str(answer["LaunchTemplateVersion"]["VersionNumber"])

    def news(self, version: str, **fields: Any) -> dict[str, Any]:
        return {
            "autoScalingGroup": {
                "name": self.name,
                "launchTemplate": {"id": self.template, "version": version},
            },
            "updatePolicy": {"rollingUpdate": self.policy},
            **fields,
        }

    def group(self) -> dict[str, Any]:
        group: dict[str, Any] = self.lab.group(self.name)
        return group

    def images(self) -> list[str]:
        """Of members that serve."""
        return sorted(m["image"] for m in self.group()["members"] if m["lifecycle"] == "InService")

    def in_background(self, news: Mapping[str, Any], **how: Any) -> Future[Any]:
        return in_background(self.resource.update, news, **how)


WithPolicy = Callable[..., Web]
"""A group of six whose policy has these fields beside the usual ones; ``group`` has fields of the group."""
