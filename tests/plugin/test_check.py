"""Check, CheckConfig, DiffConfig and Configure: what is refused, what is kept, and that nothing is touched."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2
from pulumi_rolling import __version__
from pulumi_rolling.fleets.aws import api as aws_api
from pulumi_rolling.handler.at_rest import CHECKED_BY
from pulumi_rolling.plugin.provider import RESOURCE, SECRET_NAME
from pulumi_rolling.plugin.wire import UNKNOWN, decode, encode

from tests.plugin.engine_side import Failed, Plugged, call, urn

GROUP = {"name": "web", "launchTemplate": {"id": "lt-1", "version": "1"}}
ROLL = "updatePolicy.rollingUpdate"


class Touched(Exception):
    """The cloud was called."""


@pytest.fixture(autouse=True)
def no_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Touched

    monkeypatch.setattr(aws_api, "_client", refuse)


def test_all_faults_come_at_once_with_their_paths(plugged: Plugged) -> None:
    """Wrong kinds, unknown keys, both strategies and no group: each fault of one input has its own path."""
    roll = {
        "maxBatchSize": "many",
        "minInstanceInService": 1,
        "suspendProcesses": ["Launch"],
        "pauseTime": 5.0,
    }
    faults = plugged.faults(
        {"updatePolicy": {"rollingUpdate": roll, "instanceRefresh": {"checkpointDelay": 5}}}
    )
    assert set(faults) == {
        "autoScalingGroup",
        "updatePolicy",
        "updatePolicy.instanceRefresh.checkpointPercentages",
        f"{ROLL}.maxBatchSize",
        f"{ROLL}.minInstanceInService",
        f"{ROLL}.pauseTime",
        f"{ROLL}.suspendProcesses[0]",
    }
    assert "did you mean minInstancesInService?" in faults[f"{ROLL}.minInstanceInService"]
    assert "exactly one strategy" in faults["updatePolicy"]
    assert "is required" in faults["autoScalingGroup"]


def test_names_may_not_be_secret(plugged: Plugged) -> None:
    """A secret name would stand in the id, in plans and in messages, so it is refused with what to do."""
    policy: dict[str, Any] = {"rollingUpdate": {}}
    faults = plugged.faults(
        {"autoScalingGroup": {**GROUP, "name": UNKNOWN}, "updatePolicy": policy},
        (("autoScalingGroup", "name"),),
    )
    assert faults == {"autoScalingGroup.name": SECRET_NAME}


UNKNOWN_EVERYWHERE: list[dict[str, Any]] = [
    {"autoScalingGroup": UNKNOWN, "updatePolicy": UNKNOWN, "onFailure": UNKNOWN, "triggers": UNKNOWN},
    {
        "autoScalingGroup": {"name": UNKNOWN, "launchTemplate": UNKNOWN},
        "updatePolicy": {"rollingUpdate": UNKNOWN},
    },
    {
        "autoScalingGroup": {"name": UNKNOWN, "launchTemplate": {"id": UNKNOWN, "version": UNKNOWN}},
        "updatePolicy": {"rollingUpdate": {"maxBatchSize": UNKNOWN, "suspendProcesses": [UNKNOWN]}},
        "triggers": [UNKNOWN],
    },
]


@pytest.mark.parametrize("news", UNKNOWN_EVERYWHERE)
def test_what_is_unknown_stays_unknown(plugged: Plugged, news: dict[str, Any]) -> None:
    """Values that preview does not know are no faults, come back as unknown, and what needs them is unknown, too."""
    answer = plugged.check(news)
    assert not answer.failures
    assert decode(answer.inputs)[0] == {**news, CHECKED_BY: __version__}
    request = provider_pb2.CreateRequest(
        urn=urn("web"), type=RESOURCE, properties=answer.inputs, preview=True
    )
    planned, _ = decode(call(plugged.stub.Create, request).properties)
    assert planned["revision"] == planned["lastRollout"] == UNKNOWN


def test_a_secret_trigger_stays_secret(plugged: Plugged) -> None:
    """What may be secret goes through Check as a secret."""
    news = {"autoScalingGroup": {**GROUP, "name": UNKNOWN}, "triggers": ["x"]}
    answer = plugged.check({**news, "updatePolicy": {"rollingUpdate": {}}}, secrets=(("triggers", 0),))
    assert not answer.failures
    assert decode(answer.inputs)[1] == {("triggers", 0)}


def test_the_default_policy_fills_what_is_open(plugged: Plugged) -> None:
    """Fields of the provider's policy hold where the resource gives none, in any spelling, and JSON text is read."""
    plugged.configure(policy='{"maxBatchSize": 3, "pauseTime": "PT2M", "waitOnResourceSignals": true}')
    group = {"autoScalingGroup": {**GROUP, "name": UNKNOWN}}
    inputs, _ = decode(plugged.check(group).inputs)
    assert inputs["updatePolicy"]["rollingUpdate"]["maxBatchSize"] == 3
    own = {"UpdatePolicy": {"RollingUpdate": {"MaxBatchSize": 5}}}
    inputs, _ = decode(plugged.check({**group, **own}).inputs)
    roll = inputs["updatePolicy"]["rollingUpdate"]
    assert roll == {"maxBatchSize": 5, "pauseTime": "PT2M", "waitOnResourceSignals": True}


def test_a_faulty_configuration_is_refused_as_a_whole(plugged: Plugged) -> None:
    """CheckConfig names every fault, and Configure without it refuses."""
    wrong = {
        "ignoreTags": "commit",
        "region": 3,
        "endpoint": "here",
        "speed": "x",
        "policy": {"maxBatchSize": 0},
        "version": "0.1.0",
    }
    answer = call(plugged.stub.CheckConfig, provider_pb2.CheckRequest(news=encode(wrong)))
    assert {f.property for f in answer.failures} == {
        "ignoreTags",
        "region",
        "endpoint",
        "speed",
        "policy.maxBatchSize",
    }
    with pytest.raises(Failed, match="rolling:speed"):
        plugged.configure(**wrong)


def test_another_region_replaces_the_provider(plugged: Plugged) -> None:
    """A group of the same name elsewhere is another group; another version of the plugin is no change."""

    def diff(olds: dict[str, Any], news: dict[str, Any]) -> Any:
        return call(plugged.stub.DiffConfig, provider_pb2.DiffRequest(olds=encode(olds), news=encode(news)))

    moved = diff({"region": "eu-west-1"}, {"region": "us-east-1"})
    assert list(moved.replaces) == ["region"]
    same = diff({"version": "0.1.0"}, {"version": "0.2.0"})
    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE
    other = diff({"profile": "a"}, {"profile": "b"})
    assert other.changes == provider_pb2.DiffResponse.DIFF_SOME and not other.replaces


KEYS = [
    "autoScalingGroup",
    "updatePolicy",
    "UpdatePolicy",
    "rollingUpdate",
    "RollingUpdate",
    "AutoScalingRollingUpdate",
    "name",
    "id",
    "version",
    "launchTemplate",
    "region",
    "endpoint",
    "maxBatchSize",
    "pauseTime",
    "suspendProcesses",
    "canary",
    "readiness",
    "checkpoints",
    "guard",
    "alarms",
    "drain",
    "triggers",
    "onFailure",
    "__x",
]
keys = st.sampled_from([*KEYS, ""])
leaf = (
    st.sampled_from(["", "25%", "PT5M", "$Latest", UNKNOWN, "true", "lockStep", "\x00", "x" * 300])
    | st.floats()
    | st.booleans()
    | st.none()
    | st.text(max_size=4)
)
anything = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(keys | st.text(max_size=4), inner, max_size=5),
)


def _struct(properties: dict[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(properties)
    return struct


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(keys, anything, max_size=5), st.booleans())
def test_no_input_breaks_check(plugged: Plugged, properties: dict[str, Any], secret: bool) -> None:
    """Whatever comes, Check answers with faults or inputs; only a group that is named right is looked at."""
    news = _struct(properties)
    if secret and properties:
        news = encode(properties, [(next(iter(properties)),)])
    request = provider_pb2.CheckRequest(urn=urn("web"), type=RESOURCE, news=news)
    try:
        answer = call(plugged.stub.Check, request)
    except Failed as failed:
        broken = failed
    else:
        if not answer.failures:
            again = provider_pb2.CheckRequest(urn=urn("web"), type=RESOURCE, news=answer.inputs)
            assert call(plugged.stub.Check, again).inputs == answer.inputs
        return
    assert "Touched" in broken.text, broken
    group = decode(news)[0].get("autoScalingGroup", {})
    assert group["name"] and group["launchTemplate"], "the cloud was touched for a faulty group"
