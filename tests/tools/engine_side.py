"""The engine's side of a resource: it keeps inputs and state, and calls the provider as the engine does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import boto3
from pulumi.runtime.proto import provider_pb2
from standin.wire import Properties, decode, encode

TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
GROUP = "aws:autoscaling/group:Group"
FIRST, SECOND = "ami-12c6146b", "ami-785db401"


def live(aws: boto3.session.Session, group: Resource) -> Any:
    found = aws.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group.id])
    return found["AutoScalingGroups"][0]


class Resource:
    def __init__(self, stub: Any, token: str, name: str = "web") -> None:
        self.stub = stub
        self.token = token
        self.urn = f"urn:pulumi:dev::trial::{token}::{name}"
        self.name = name
        self.id = ""
        self.inputs: Properties = {}
        self.state: Properties = {}

    def check(self, news: Properties) -> Any:
        return self.stub.Check(
            provider_pb2.CheckRequest(
                urn=self.urn, name=self.name, type=self.token, olds=encode(self.inputs), news=encode(news)
            )
        )

    def create(self, news: Properties, *, preview: bool = False) -> Properties:
        checked = self.check(news)
        assert not checked.failures, checked.failures
        answer = self.stub.Create(
            provider_pb2.CreateRequest(
                urn=self.urn, type=self.token, properties=checked.inputs, preview=preview
            )
        )
        if not preview:
            self.id, self.inputs, self.state = answer.id, decode(checked.inputs), decode(answer.properties)
        return decode(answer.properties)

    def diff(self, news: Properties, ignored: Sequence[str] = ()) -> Any:
        return self.stub.Diff(
            provider_pb2.DiffRequest(
                id=self.id, urn=self.urn, type=self.token, ignoreChanges=ignored, **self._change(news)
            )
        )

    def update(self, news: Properties, *, preview: bool = False) -> Properties:
        answer = self.stub.Update(
            provider_pb2.UpdateRequest(
                id=self.id, urn=self.urn, type=self.token, preview=preview, **self._change(news)
            )
        )
        if not preview:
            self.inputs, self.state = decode(self.check(news).inputs), decode(answer.properties)
        return decode(answer.properties)

    def refresh(self) -> bool:
        """Whether it is still there."""
        answer = self.stub.Read(
            provider_pb2.ReadRequest(
                id=self.id,
                urn=self.urn,
                type=self.token,
                inputs=encode(self.inputs),
                properties=encode(self.state),
            )
        )
        self.inputs, self.state = decode(answer.inputs), decode(answer.properties)
        return bool(answer.id)

    def delete(self) -> None:
        self.stub.Delete(
            provider_pb2.DeleteRequest(
                id=self.id, urn=self.urn, type=self.token, properties=encode(self.state)
            )
        )

    def _change(self, news: Properties) -> dict[str, Any]:
        return {
            "olds": encode(self.state),
            "old_inputs": encode(self.inputs),
            "news": self.check(news).inputs,
        }
