"""What counts as old although its revision is the wanted one, and what preview cannot know of a version."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.handler.replace.preview import preview_of
from pulumi_rolling.lab import Lab
from pulumi_rolling.report.preview import headline

from tests.fleets.scripted_aws import Answer, refused
from tests.fleets.stage import WEB, group, instance, machine, versions
from tests.handler.conftest import Handled, assessed
from tests.handler.lab_web import LabWeb

TWO = {"LaunchTemplate": {"LaunchTemplateId": WEB, "LaunchTemplateName": "web", "Version": "2"}}
STATE = {"revision": f"{WEB}:2"}


def _placed(ident: str, zone: str, subnet: str = "") -> tuple[Answer, Answer]:
    """A member of version 2, as the group and as EC2 have it."""
    return instance(ident, 2, AvailabilityZone=zone), {
        **machine(ident),
        **({"SubnetId": subnet} if subnet else {}),
    }


@pytest.mark.parametrize(
    ("where", "around", "old"),
    [
        ([("a", ""), ("b", "")], {"AvailabilityZones": ["a", "b"]}, []),
        ([("a", ""), ("b", "")], {"AvailabilityZones": ["a"]}, ["i-1"]),
        ([("a", ""), ("b", "")], {}, []),
        (
            [("a", "subnet-1"), ("a", "subnet-2")],
            {"AvailabilityZones": ["a"], "VPCZoneIdentifier": "subnet-1"},
            ["i-1"],
        ),
        (
            [("a", "subnet-1"), ("a", "subnet-2")],
            {"AvailabilityZones": ["a"], "VPCZoneIdentifier": "subnet-1, subnet-2"},
            [],
        ),
        ([("a", "subnet-1"), ("a", "")], {"AvailabilityZones": ["a"], "VPCZoneIdentifier": "subnet-1"}, []),
    ],
)
def test_a_member_where_the_group_makes_none_any_more_is_old(
    handled: Handled, where: list[tuple[str, str]], around: dict[str, Any], old: list[str]
) -> None:
    """CloudFormation replaces members when a zone or subnet is taken from the group; so do plan and roll here."""
    placed = [_placed(f"i-{n}", *each) for n, each in enumerate(where)]
    handled.stage.machines = {ident["InstanceId"]: each for ident, each in placed}
    handled.stage.shows(group(*(each for each, _ in placed), **TWO, **around))
    inputs = handled.inputs("2")
    operation = handled.operation(inputs, {**inputs, **STATE})
    found = operation.strategy.situation.assess(operation)

    assert [m.id for m in found.old] == old
    assert found.warnings == () or not any("carries no record" in warning for warning in found.warnings)
    seen = operation.fleet.observe(found.rollout).observation.members
    assert [m.id for m in seen if m.revision.digest != found.to.digest] == old
    back = replace(found.rollout, direction=Direction.BACK)
    assert all(m.revision.exists for m in operation.fleet.observe(back).observation.members)


PARAMETER = "resolve:ssm:/web/image"


def _by_parameter(handled: Handled, now: Answer | str) -> None:
    """Version 2 takes its image from a parameter, which stands for ``now``."""

    def answer(parameters: Answer) -> Answer:
        if not parameters.get("ResolveAlias"):
            found = versions(parameters)
            for each in found["LaunchTemplateVersions"]:
                if each["VersionNumber"] == 2:
                    each["LaunchTemplateData"] = {"ImageId": PARAMETER}
            return found
        if not isinstance(now, str):
            return now
        data = {"LaunchTemplateId": WEB, "VersionNumber": 2, "LaunchTemplateData": {"ImageId": now}}
        return {"LaunchTemplateVersions": [data]}

    handled.aws.answer("DescribeLaunchTemplateVersions", answer)


@pytest.mark.parametrize(
    ("now", "old"),
    [
        ("ami-a", ["i-1"]),
        ("ami-b", ["i-0"]),
        ("ami-c", ["i-0", "i-1"]),
        (PARAMETER, []),
        (refused("UnauthorizedOperation", "no", 403), []),
    ],
)
def test_members_of_another_image_than_the_parameter_names_now_are_old(
    handled: Handled, now: Answer | str, old: list[str]
) -> None:
    """One version, two images: what was launched before the parameter moved is replaced; without its right, nobody."""
    _by_parameter(handled, now)
    members = [instance(f"i-{n}", 2) for n in range(2)]
    handled.stage.machines = {f"i-{n}": {**machine(f"i-{n}"), "ImageId": f"ami-{'ab'[n]}"} for n in range(2)}
    handled.stage.shows(group(*members, **TWO))
    inputs = handled.inputs("2")
    operation = handled.operation(inputs, {**inputs, **STATE})
    found = operation.strategy.situation.assess(operation)
    glance = operation.fleet.glance()

    assert [m.id for m in found.old] == old
    assert [m.id for m in glance.members if m.revision.digest != glance.target.digest] == old
    assert not any("carries no record" in warning for warning in found.warnings)


def test_who_is_launched_during_a_roll_is_new_wherever_the_parameter_goes(handled: Handled) -> None:
    """Otherwise a parameter that moves in mid-roll would have its own new members replaced, for ever."""
    _by_parameter(handled, "ami-b")
    handled.stage.machines = {f"i-{n}": {**machine(f"i-{n}"), "ImageId": "ami-a"} for n in range(2)}
    handled.stage.shows(
        group(instance("i-0", 2), **TWO), group(instance("i-0", 2), instance("i-1", 2), **TWO)
    )
    inputs = handled.inputs("2")
    operation = handled.operation(inputs, {**inputs, **STATE})
    found = operation.strategy.situation.assess(operation)
    handled.aws.calls.clear()
    seen = operation.fleet.observe(found.rollout).observation.members
    assert [m.id for m in seen if m.revision.digest != found.to.digest] == ["i-0"]
    assert "DescribeLaunchTemplateVersions" not in handled.aws.operations()


def test_an_image_that_is_named_itself_costs_no_call(handled: Handled) -> None:
    """Only versions with a parameter are asked about again."""
    handled.stage.shows(group(instance("i-1", 2), **TWO))
    handled.situation(handled.inputs("2"))
    assert not any(sent.get("ResolveAlias") for sent in handled.aws.sent("DescribeLaunchTemplateVersions"))


def test_the_plan_says_from_where(handled: Handled) -> None:
    """Both have the same version, so the zone is what the headline tells."""
    placed, ec2 = _placed("i-1", "c")
    handled.stage.machines = {"i-1": ec2}
    handled.stage.shows(group(placed, **TWO, AvailabilityZones=["a"]))
    inputs = handled.inputs("2")
    found = handled.situation(inputs, {**inputs, **STATE})
    assert headline(preview_of(found, ())) == (
        "web: replacing 1 instance, version 2 in c, which the group has left -> version 2"
    )


def test_a_zone_taken_from_the_group_is_a_difference_and_rolls(lab: Lab) -> None:
    """No input changes; the next update sees it, replaces who stands there, and is settled then."""
    web = LabWeb(lab, "ami-v1", size=4, AvailabilityZones=["us-east-1a", "us-east-1b"])
    web.asg.suspend_processes(AutoScalingGroupName="web", ScalingProcesses=["AZRebalance"])
    news = web.news("1")
    state = web.deploy(news)
    assert not web.handler.diff(state, news, web.context).changes
    web.asg.update_auto_scaling_group(AutoScalingGroupName="web", AvailabilityZones=["us-east-1a"])

    assert web.handler.diff(state, news, web.context).changes
    state = web.update(state, news)

    zones = {m["zone"] for m in web.group["members"] if not m["lifecycle"].startswith("Terminating")}
    assert zones == {"us-east-1a"}
    assert not web.handler.diff(state, news, web.context).changes


@pytest.mark.parametrize("version", [None, "$Default"])
def test_a_default_that_never_moves_is_said(handled: Handled, version: str | None) -> None:
    """A template has got versions and nothing happens: preview names both numbers and the line that helps."""
    handled.stage.shows(group(instance("i-1"), LaunchTemplate={"LaunchTemplateId": WEB, "Version": "1"}))
    on = {"launchTemplate": {"id": WEB, **({"version": version} if version else {})}}
    found = handled.situation(handled.inputs(on=on))
    (note,) = [n for n in found.notes if "default version" in n]
    assert f"the default version of {WEB} is 1 and its latest is 2" in note
    assert "Give it the template's latestVersion" in note
    assert "updateDefaultVersion at the template" in note


@pytest.mark.parametrize(
    ("version", "says"), [("$Latest", "$Latest of lt-0abc is version 2 now"), ("2", None)]
)
def test_what_preview_cannot_know_of_a_version_is_said(
    handled: Handled, version: str, says: str | None
) -> None:
    """The template may change after the preview, in the same update; a number is a number."""
    handled.stage.shows(group(instance("i-1")))
    notes = [n for n in handled.situation(handled.inputs(version)).notes if WEB in n]
    assert len(notes) == (says is not None)
    assert says is None or (notes[0].startswith(says) and "latestVersion" in notes[0])


def test_a_version_that_is_known_after_apply_needs_no_advice(handled: Handled) -> None:
    """The program names it already, as it should: preview does not tell it to."""
    handled.stage.shows(group(instance("i-1")))
    operation = handled.operation(handled.inputs(on={"launchTemplate": {"id": WEB}}))
    assert [note for note in assessed(operation).notes if "latestVersion" in note]
    unknown = replace(operation, target_unknown=True)
    assert not [note for note in assessed(unknown).notes if "latestVersion" in note]


def test_a_settled_group_with_a_floating_version_is_told_about_in_preview(lab: Lab) -> None:
    """Nothing is to be done, so that no plan is shown, and yet the update may replace all."""
    web = LabWeb(lab, "ami-v1")
    news = web.news("$Latest")
    state = web.deploy(news)
    asked = replace(web.context, dry_run=True)
    web.said.clear()
    assert not web.handler.diff(state, news, asked).changes
    assert [line.partition(" is version")[0] for line in web.said] == [
        f"web: nothing to replace as it is; $Latest of {web.template}"
    ]
    assert not web.handler.diff(state, news, web.context).changes
    assert len(web.said) == 1, "the update itself says nothing"
