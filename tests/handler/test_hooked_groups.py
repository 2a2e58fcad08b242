"""Hooks of a group with its policy as an attribute, called as a program's engine calls them, on the lab."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent import futures
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc
from pulumi_rolling.errors import OrphanedError, PolicyErrors
from pulumi_rolling.host.engine_log import EngineLog
from pulumi_rolling.host.hook_call import Called, Given
from pulumi_rolling.host.hooked_groups import HookedGroups
from pulumi_rolling.lab import Lab

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

    def update(self, before: Mapping[str, Any], dry_run: bool = False, policy: Any = None) -> None:
        """The hook before an update to version 2."""
        after = {**before, **self.made_from("2")}
        called = Called(URN, "web", TYPE, before, after, before, None)
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
    pool = futures.ThreadPoolExecutor(1)
    rolled = pool.submit(hooked.update, hooked.outputs())
    pool.shutdown(wait=False)
    wait_until(lambda: lab.group("web")["launchTemplate"]["Version"] == "2", 20.0)
    hooked.engine.end()
    with pytest.raises(OrphanedError, match="group web stays as it is and the record is kept"):
        rolled.result(20)
    tags = lab.group("web")["tags"]
    assert "rolling:lease" not in tags and "rolling:record.0" in tags
    assert hooked.engine.said[-1] == ("web: 'rolling abort web' ends this roll; Ctrl-C waits for it")
