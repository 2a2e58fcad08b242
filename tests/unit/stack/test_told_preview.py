"""What `pulumi preview --json` wrote, policies that change in it, and faults as annotations."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi_rolling.cli.commenting import faults_of
from pulumi_rolling.errors import CommandError
from pulumi_rolling.stack.annotations import annotated
from pulumi_rolling.stack.deployment import UNKNOWN
from pulumi_rolling.stack.policy_changes import policy_changes
from pulumi_rolling.stack.told_preview import of_output

URN = "urn:pulumi:dev::shop::rolling:index:RollingGroup::web"


def state(policy: dict[str, Any], kind: str = "rolling:index:RollingGroup", key: str = "updatePolicy") -> Any:
    return {"urn": URN, "type": kind, "custom": True, "inputs": {key: policy, "other": 1}}


OLD, NEW = state({"rollingUpdate": {"maxBatchSize": 1}}), state({"rollingUpdate": {"maxBatchSize": UNKNOWN}})
DIGEST = {
    "steps": [{"op": "update", "urn": URN, "oldState": OLD, "newState": NEW}],
    "diagnostics": [{"urn": URN, "severity": "info", "message": "web: nothing to replace"}],
    "changeSummary": {"update": 1},
}


def test_one_document_is_read() -> None:
    """Steps and diagnostics; with an error or without its summary it did not come to its end."""
    told = of_output(json.dumps(DIGEST))
    assert [change.urn for change in told.changes] == [URN] and told.ended
    assert [message.text for message in told.messages] == ["web: nothing to replace"]
    assert not of_output(json.dumps({**DIGEST, "changeSummary": None})).ended
    error = {"urn": URN, "severity": "error", "message": "no"}
    assert not of_output(json.dumps({**DIGEST, "diagnostics": [error]})).ended


SLOW = {
    "severity": "error",
    "message": "error: Detected that /usr/bin/pulumi-resource-rolling exited prematurely. \n  This is *always* a",
}


def test_a_plugin_that_ends_slowly_is_no_fault_of_a_preview() -> None:
    """On a busy machine Pulumi adds an error when it closes its plugins, and ends with 0: so do we, in both forms."""
    told = of_output(json.dumps({**DIGEST, "diagnostics": [SLOW]}))
    assert told.ended and faults_of(told) == ()
    lines = [{"diagnosticEvent": SLOW}, {"summaryEvent": {"isPreview": True, "result": "succeeded"}}]
    told = of_output("\n".join(json.dumps(line) for line in lines))
    assert told.ended and faults_of(told) == ()
    error = {"urn": URN, "severity": "error", "message": "no"}
    told = of_output(json.dumps({**DIGEST, "diagnostics": [SLOW, error]}))
    assert not told.ended and [fault.words for fault in faults_of(told)] == ["no"]


def test_a_stream_of_events_is_read() -> None:
    """A line for each event, as the engine's log has them."""
    lines = [
        {"diagnosticEvent": {"urn": URN, "severity": "info", "message": "said"}},
        {"diagnosticEvent": {"urn": URN, "severity": "info", "message": "gone", "ephemeral": True}},
        {"resourcePreEvent": {"metadata": {"op": "update", "urn": URN, "old": OLD, "new": NEW}}},
        {"summaryEvent": {"isPreview": True, "resourceChanges": {}}},
    ]
    told = of_output("\n".join(json.dumps(line) for line in lines))
    assert [message.text for message in told.messages] == ["said"]
    assert len(told.changes) == 1 and told.ended


@pytest.mark.parametrize("text", ["", "error: no stack selected", "{}", "[1]"])
def test_what_is_no_preview_is_refused(text: str) -> None:
    """One clear error for any other input."""
    with pytest.raises(CommandError, match="not what `pulumi preview --json` writes"):
        of_output(text)


def test_a_policy_is_compared_wherever_it_stands() -> None:
    """In a RollingGroup and in the component beside a group that has it as an attribute; others are not looked at."""
    line = "updatePolicy.rollingUpdate.maxBatchSize: 1 -> known after apply"
    told = of_output(json.dumps(DIGEST))
    assert policy_changes(told.changes) == {URN: (line,)}
    component = [
        state(each["inputs"]["updatePolicy"], "rolling:index:UpdatePolicy", "policy") for each in (OLD, NEW)
    ]
    step = {"op": "update", "urn": URN, "oldState": component[0], "newState": component[1]}
    assert policy_changes(of_output(json.dumps({"steps": [step]})).changes) == {URN: (line,)}
    for other in (
        {**step, "oldState": None},
        {**step, "newState": component[0]},
        {**step, "oldState": state({}, "a:b:C"), "newState": state({"x": 1}, "a:b:C")},
    ):
        assert policy_changes(of_output(json.dumps({"steps": [other]})).changes) == {}


def of_its_groups(name: str, size: int, group: str = "aws:autoscaling/group:Group") -> dict[str, Any]:
    """A policy that groups share, as a preview tells it."""
    block = {"rollingUpdate": {"maxBatchSize": size}}
    inputs = {"group": group, "hook": name, "policy": block}
    return {"urn": f"{URN}{name}", "type": "rolling:index:UpdatePolicy", "inputs": inputs}


def test_a_shared_policy_is_compared_with_the_one_that_it_follows() -> None:
    """It has another name; where several come or go for one type of groups nothing says which follows which."""
    gone = [{"op": "delete", "oldState": of_its_groups("a", 1)}]
    come = [{"op": "create", "newState": of_its_groups("b", 2)}]
    line = "updatePolicy.rollingUpdate.maxBatchSize: 1 -> 2"

    def told(*steps: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        found = [{**each, "urn": (each.get("oldState") or each["newState"])["urn"]} for each in steps]
        return policy_changes(of_output(json.dumps({"steps": found})).changes)

    assert told(*gone, *come) == {f"{URN}b": (line,)}
    other = {"op": "create", "newState": of_its_groups("c", 3, "aws:ecs/service:Service")}
    assert told(*come, other, *gone) == {f"{URN}b": (line,)}
    assert told(*gone) == told(*come) == told(*gone, other) == {}
    assert told(*gone, *come, {"op": "create", "newState": of_its_groups("d", 3)}) == {}


def test_faults_are_annotations_in_github_actions_alone() -> None:
    """What would end a property or a message is escaped, and no more than a step shows are told."""
    faults = [("a:b,c", "50 %\nand more")] * 20
    assert annotated(faults, {}) == []
    lines = annotated(faults, {"GITHUB_ACTIONS": "true"})
    assert lines == ["::error title=a%3Ab%2Cc::50 %25%0Aand more"] * 10
