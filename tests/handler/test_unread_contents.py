"""An update with nothing to do reads no contents where they cannot have changed, and reads them where they can."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fleets.scripted_aws import Answer
from tests.fleets.stage import POINTER, WEB, group, instance, machine, versions
from tests.handler.conftest import Handled

HERE = {"LaunchTemplate": {**POINTER, "Version": "2"}}
FIXED = {"revision": f"{WEB}:2", "fixedRevision": f"{WEB}:2"}
READS = "DescribeLaunchTemplateVersions"
BY_NUMBER = {"launchTemplate": {"id": WEB, "version": "2"}}


def _state(handled: Handled, inputs: dict[str, Any], **outputs: Any) -> dict[str, Any]:
    return {**inputs, "status": "stable", "suspendedAsFound": [], **FIXED, **outputs}


@pytest.mark.parametrize("on", [BY_NUMBER, {"launchTemplate": {"name": "web", "version": "2"}}])
def test_equal_numbers_need_no_contents(handled: Handled, on: dict[str, Any]) -> None:
    """A version never changes: where pointer and members carry the wanted number the describe is all."""
    handled.stage.shows(group(instance("i-1", 2), instance("i-2", 2), **HERE))
    inputs = handled.inputs(on=on)
    assert not handled.handler.diff(_state(handled, inputs), inputs, handled.context).changes
    assert handled.aws.operations() == ["DescribeAutoScalingGroups"]


def test_a_configuration_that_is_the_wanted_one_needs_no_contents(handled: Handled) -> None:
    """A launch configuration cannot be changed at all."""
    member = {**instance("i-1"), "LaunchConfigurationName": "web-1"}
    del member["LaunchTemplate"]
    found = group(member, LaunchConfigurationName="web-1")
    del found["LaunchTemplate"]
    handled.stage.shows(found)
    inputs = handled.inputs(on={"launchConfiguration": "web-1"})
    state = _state(handled, inputs, revision="lc:web-1", fixedRevision="lc:web-1")
    assert not handled.handler.diff(state, inputs, handled.context).changes
    assert handled.aws.operations() == ["DescribeAutoScalingGroups"]


@pytest.mark.parametrize(
    ("member", "around", "version", "outputs"),
    [
        (instance("i-2", 1), HERE, "2", {}),
        (instance("i-2", 2), {}, "2", {}),
        (instance("i-2", 2), HERE, "$Latest", {}),
        (instance("i-2", 2), HERE, "2", {"fixedRevision": None}),
        (instance("i-2", 2), HERE, "2", {"fixedRevision": f"{WEB}:1"}),
        ({**instance("i-2"), "LaunchTemplate": {}}, HERE, "2", {}),
    ],
    ids=["a member", "the pointer", "no number", "not in state", "of another", "attached by hand"],
)
def test_contents_are_read_where_a_number_differs(
    handled: Handled, member: Answer, around: Answer, version: str, outputs: dict[str, Any]
) -> None:
    """Equal contents may stand under two numbers, ``$Latest`` moves, and state may be of an earlier version of us."""
    handled.stage.shows(group(instance("i-1", 2), member, **around))
    inputs = handled.inputs(version)
    handled.handler.diff(_state(handled, inputs, **outputs), inputs, handled.context)
    assert READS in handled.aws.operations()


def test_state_holds_no_revision_as_fixed_whose_image_is_a_parameter(handled: Handled) -> None:
    """So a parameter that moved later is seen by the next diff, which reads contents each time."""
    now = "ami-a"

    def answer(parameters: Answer) -> Answer:
        found = versions(parameters)
        for each in found["LaunchTemplateVersions"]:
            each["LaunchTemplateData"] = {
                "ImageId": now if parameters.get("ResolveAlias") else "resolve:ssm:/web/image"
            }
        return found

    handled.aws.answer(READS, answer)
    handled.stage.machines = {"i-1": {**machine("i-1"), "ImageId": "ami-a"}}
    handled.stage.shows(group(instance("i-1", 2), **HERE))
    inputs = handled.inputs()
    state = handled.handler.update({**inputs, "revision": f"{WEB}:2"}, inputs, handled.context)
    assert "fixedRevision" not in state
    assert not handled.handler.diff(state, inputs, handled.context).changes
    now = "ami-b"
    assert handled.handler.diff(state, inputs, handled.context).changes


def test_state_holds_a_revision_as_fixed_whose_image_is_named_itself(handled: Handled) -> None:
    """One update with this version of ours, and the next diff needs no contents."""
    handled.stage.shows(group(instance("i-1", 2), **HERE))
    inputs = handled.inputs()
    state = handled.handler.update({**inputs, "revision": f"{WEB}:2"}, inputs, handled.context)
    assert state["fixedRevision"] == state["revision"] == f"{WEB}:2"


def test_a_member_in_a_zone_that_the_group_left_is_a_difference_without_contents(handled: Handled) -> None:
    """The zone stands in the description of the group, so the number alone does not settle it."""
    handled.stage.shows(group(instance("i-1", 2, AvailabilityZone="c"), **HERE, AvailabilityZones=["a"]))
    inputs = handled.inputs()
    handled.stage.machines = {"i-1": machine("i-1")}
    assert handled.handler.diff(_state(handled, inputs), inputs, handled.context).changes


def test_a_refresh_reads_contents(handled: Handled) -> None:
    """It says what is there, and so finds a version that somebody deleted."""
    handled.stage.shows(group(instance("i-1", 2), **HERE))
    handled.handler.read(_state(handled, handled.inputs()))
    assert READS in handled.aws.operations()
