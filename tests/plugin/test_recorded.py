"""Earlier versions' requests, states and records, taken over by this one. How they came: recorded.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import provider_pb2
from pulumi_rolling import __version__
from pulumi_rolling.core.replace.actions import Terminate
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.handler.at_rest import CHECKED_BY
from pulumi_rolling.lab import Lab
from pulumi_rolling.plugin.wire import decode

from tests.plugin.engine_side import Plugged, Web, call
from tests.plugin.recorded import FOLDER, REQUESTS

VERSIONS = sorted(FOLDER.iterdir())
LATER = ("fixedRevision",)
"""Outputs that a state gets from a later version of ours."""


@pytest.fixture(params=VERSIONS, ids=lambda folder: folder.name)
def kept(request: pytest.FixtureRequest) -> dict[str, Any]:
    folder: Path = request.param
    session: dict[str, Any] = json.loads((folder / "session.json").read_text())
    return session


def _sent(plugged: Plugged, recorded: dict[str, Any]) -> Any:
    method = recorded["method"]
    request = json_format.ParseDict(recorded["request"], REQUESTS[method]())
    return call(getattr(plugged.stub, method), request)


def test_this_version_is_recorded() -> None:
    """A later version can only be tested with what this one has left."""
    assert __version__ in {folder.name for folder in VERSIONS}


def test_recorded_calls_mean_what_they_meant(kept: dict[str, Any], lab: Lab, plugged: Plugged) -> None:
    """From create to delete: what was no difference is none, and inputs and outputs keep their names and values."""
    web = Web(lab, plugged)
    web.version("ami-v2")
    for recorded in kept["calls"]:
        answer = _sent(plugged, recorded)
        if recorded["method"] in ("Check", "Diff"):
            was = json_format.ParseDict(recorded["answer"], type(answer)())
            if recorded["method"] == "Check":
                # Which version of ours it was that accepted them, nothing else.
                answer.inputs.fields.pop(CHECKED_BY)
                was.inputs.fields.pop(CHECKED_BY, None)
            assert answer == was, recorded
        elif recorded["method"] != "Delete":
            now, was = decode(answer.properties)[0], recorded["answer"]["properties"]
            told = {key: value for key, value in now.items() if key not in ("lastRollout", *LATER)}
            assert told == {key: was[key] for key in told}
            assert was.keys() <= now.keys()
    assert web.images() == ["ami-v2", "ami-v2"]


def test_an_interrupted_rollout_is_gone_on_with(kept: dict[str, Any], lab: Lab, plugged: Plugged) -> None:
    """The record that a killed process left on a group is read, and its rollout ends as if nothing had happened."""
    left = kept["interrupted"]
    web = Web(lab, plugged)
    web.version("ami-v2")
    found = journal.read(left["tags"])
    assert found is not None
    web.asg.suspend_processes(AutoScalingGroupName="web", ScalingProcesses=left["suspended"])
    web.asg.update_auto_scaling_group(
        AutoScalingGroupName="web",
        LaunchTemplate={"LaunchTemplateId": web.template, "Version": left["pointer"]},
        **left["sizes"],
    )
    gone = [act.action.member for act in found[1].ours.issued if isinstance(act.action, Terminate)]
    assert gone, "the lab gives the same ids again"
    for member in gone:
        web.asg.terminate_instance_in_auto_scaling_group(
            InstanceId=member, ShouldDecrementDesiredCapacity=False
        )
    lab.move_group("web", tags=left["tags"])
    request = json_format.ParseDict(left["update"], provider_pb2.UpdateRequest())
    state, _ = decode(call(plugged.stub.Update, request).properties)
    assert state["status"] == "stable" and state["lastRollout"]["id"] == found[1].goal.id
    assert state["lastRollout"]["replaced"] == 2
    assert web.images() == ["ami-v2", "ami-v2"] and web.group()["tags"] == {}
    assert web.group()["suspended"] == []
