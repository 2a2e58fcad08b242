"""Launch configurations, and overrides with launch templates of their own: what matches, what moves, what it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.replace.actions import PointAt
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.aws.launch_configurations import (
    ConfigurationWanted,
    LaunchConfigurations,
    configuration_in,
)
from pulumi_rolling.fleets.aws.launch_templates import LaunchTemplates
from pulumi_rolling.report.differences import differences

from tests.fleets.scripted_aws import Answer, refused
from tests.fleets.stage import DATA, POINTER, ROLLOUT, V1, V2, WEB, Stage, group, instance, versions
from tests.rollouts import changed

ROLLING = replace(ROLLOUT, step=Step.ROLL)


def configuration(name: str, image: str = "ami-a", **more: Any) -> Answer:
    return {
        "LaunchConfigurationName": name,
        "LaunchConfigurationARN": f"arn:{name}",
        "CreatedTime": datetime.fromtimestamp(len(name), UTC),
        "ImageId": image,
        "InstanceType": "t3.small",
        "KeyName": "",
        "SecurityGroups": [],
        **more,
    }


def configurations(*there: Answer) -> Callable[[Answer], Answer]:
    def answer(parameters: Answer) -> Answer:
        asked = parameters["LaunchConfigurationNames"]
        return {"LaunchConfigurations": [c for c in there if c["LaunchConfigurationName"] in asked]}

    return answer


def by_configuration(ident: str, name: str | None) -> Answer:
    """AWS leaves the name out where the launch configuration is gone (facts/aws.md 2.1)."""
    made = instance(ident)
    del made["LaunchTemplate"]
    return {**made, "LaunchConfigurationName": name} if name else made


def on_configuration(name: str, *instances: Answer) -> Answer:
    return group(*instances, LaunchTemplate=None, LaunchConfigurationName=name)


@pytest.fixture
def old_style(stage: Stage) -> Stage:
    """A group on launch configuration ``web-1``; ``web-2`` has another image, ``web-3`` the contents of ``web-1``."""
    stage.wanted = ConfigurationWanted("web-2")
    stage.aws.answer(
        "DescribeLaunchConfigurations",
        configurations(configuration("web-1"), configuration("web-2", "ami-b"), configuration("web-3")),
    )
    return stage


def test_a_launch_configuration_is_a_revision_by_its_contents(old_style: Stage) -> None:
    """The pointer is its name; name, ARN and time of creation are no contents, nor is what is not set."""
    old_style.shows(
        on_configuration("web-1", by_configuration("i-1", "web-1"), by_configuration("i-2", "web-3"))
    )
    fleet = old_style.fleet()
    facts = fleet.facts()
    one, three = (m.revision for m in facts.observation.members)
    assert (facts.pointer, facts.current, facts.refusals) == ("lc:web-1", one, ())
    assert (one.address, str(one)) == ("lc:web-1", "launch configuration web-1")
    assert one.digest == three.digest != fleet.target().digest
    assert facts.counts == {"launch configuration web-1": 1, "launch configuration web-3": 1}


def test_contents_of_two_launch_configurations_can_be_compared(old_style: Stage) -> None:
    """Preview says what changes, as it does between versions of a template."""
    old_style.shows(on_configuration("web-1", by_configuration("i-1", "web-1")))
    fleet = old_style.fleet()
    old, new = fleet.facts().observation.members[0].revision, fleet.target()
    assert differences(fleet.contents(old), fleet.contents(new)) == ("ImageId: ami-a -> ami-b",)


def test_a_launch_configuration_never_equals_a_template(stage: Stage) -> None:
    """The same image and type under the same names, and yet one is told from the other."""
    there = configuration("web-1", KeyName=None, SecurityGroups=None)
    stage.aws.answer("DescribeLaunchConfigurations", configurations(there))
    stage.shows(on_configuration("web-1", by_configuration("i-1", "web-1")))
    (member,) = stage.fleet().facts().observation.members
    assert member.revision.digest not in {V1.digest, V2.digest}
    assert member.revision.digest.startswith("lc-")


@pytest.mark.parametrize("name", [None, "web-9"], ids=["the group does not say", "it is gone meanwhile"])
def test_a_member_of_a_launch_configuration_that_is_gone_matches_nothing(
    old_style: Stage, name: str | None
) -> None:
    """Whether the group still names it or not."""
    old_style.shows(
        on_configuration("web-1", by_configuration("i-1", name), by_configuration("i-2", "web-1"))
    )
    fleet = old_style.fleet()
    gone, there = (m.revision for m in fleet.facts().observation.members)
    assert gone.digest not in {there.digest, fleet.target().digest}


def test_configurations_are_read_once_and_fifty_at_a_time(stage: Stage) -> None:
    """They cannot be changed, so a second look asks nothing (LaunchConfigurationNames: at most 50)."""
    names = [f"web-{n}" for n in range(70)]
    stage.aws.answer("DescribeLaunchConfigurations", configurations(*(configuration(n) for n in names)))
    stage.shows(
        on_configuration("web-1", *(by_configuration(f"i-{n}", name) for n, name in enumerate(names)))
    )
    fleet = stage.fleet()
    fleet.observe(ROLLING)
    assert [len(c["LaunchConfigurationNames"]) for c in stage.aws.sent("DescribeLaunchConfigurations")] == [
        50,
        20,
    ]
    fleet.observe(ROLLING)
    assert len(stage.aws.sent("DescribeLaunchConfigurations")) == 2


def test_a_configuration_that_was_missing_may_have_been_made_since(old_style: Stage) -> None:
    """In one process preview finds it missing and the update, after the program made it, does not."""
    old_style.wanted = ConfigurationWanted("late")
    old_style.shows(on_configuration("web-1", by_configuration("i-1", "web-1")))
    fleet = old_style.fleet()
    with pytest.raises(PermanentFleetError, match="no launch configuration 'late'"):
        fleet.glance()
    old_style.aws.answer("DescribeLaunchConfigurations", configurations(configuration("late")))
    assert fleet.glance().target.address == "lc:late"


def test_a_glance_at_configurations_costs_a_describe_and_one_read(old_style: Stage) -> None:
    """Target, pointer and members come by one call, and by none the next time."""
    old_style.shows(on_configuration("web-1", by_configuration("i-1", "web-1")))
    assert old_style.fleet().glance().target.address == "lc:web-2"
    old_style.fleet().glance()
    assert old_style.aws.operations() == [
        "DescribeAutoScalingGroups",
        "DescribeLaunchConfigurations",
        "DescribeAutoScalingGroups",
    ]


@pytest.mark.parametrize(
    ("shown", "to", "sent"),
    [
        (on_configuration("web-1"), Revision("lc:web-2", "x"), {"LaunchConfigurationName": "web-2"}),
        (on_configuration("web-1"), V2, {"LaunchTemplate": {"LaunchTemplateId": WEB, "Version": "2"}}),
        (group(), Revision("lc:web:1", "x"), {"LaunchConfigurationName": "web:1"}),
    ],
    ids=["to another configuration", "to a template", "back to a configuration"],
)
def test_the_pointer_moves_between_configurations_and_templates(
    stage: Stage, shown: Answer, to: Revision, sent: Answer
) -> None:
    """A group has one of the two; naming the one takes the other away. A name may have colons."""
    stage.shows(shown)
    stage.fleet().apply(PointAt(to))
    assert stage.aws.sent("UpdateAutoScalingGroup") == [{"AutoScalingGroupName": "web", **sent}]


def test_a_mixed_group_is_not_moved_to_a_launch_configuration(old_style: Stage) -> None:
    """Its policy would be lost with the template, on the way back, too."""
    old_style.shows(mixed({}))
    (fault,) = old_style.fleet().facts().refusals
    assert (fault.path, "mixed instances policy" in fault.message) == (
        "autoScalingGroup.launchConfiguration",
        True,
    )


@pytest.mark.parametrize(
    ("address", "name"), [("lc:web-1", "web-1"), ("lc:a:b", "a:b"), ("lt-0abc:3", None), ("lc:", "")]
)
def test_an_address_says_which_kind_it_is(address: str, name: str | None) -> None:
    """An address is ``lc:NAME`` or ``TEMPLATE:VERSION``."""
    assert configuration_in(address) == name


@pytest.mark.parametrize(
    ("address", "gone"),
    [
        ("lc:web-1", False),
        ("lc:web-9", True),
        (f"{WEB}:1", False),
        (f"{WEB}:7", True),
        ("lt-0gone:1", True),
    ],
)
def test_an_address_from_state_may_be_gone(old_style: Stage, address: str, gone: bool) -> None:
    """Where the group came from may have been deleted; that is no error, and matches nothing."""

    def answer(parameters: Answer) -> Answer:
        if parameters["LaunchTemplateId"] != WEB:
            return refused("InvalidLaunchTemplateId.NotFound")
        if "7" in parameters["Versions"]:
            return refused("InvalidLaunchTemplateId.VersionNotFound")
        return versions(parameters)

    old_style.aws.answer("DescribeLaunchTemplateVersions", answer)
    assert old_style.fleet().at(address).exists is not gone


OWN = "lt-0arm"
ARM = {1: {"ImageId": "ami-arm-a"}, 2: {"ImageId": "ami-arm-b"}, 3: {"ImageId": "ami-arm-a"}}


def mixed(*overrides: Answer, **more: Any) -> Answer:
    launch = {"LaunchTemplateSpecification": POINTER, "Overrides": list(overrides)}
    return group(LaunchTemplate=None, MixedInstancesPolicy={"LaunchTemplate": launch}, **more)


def own(kind: str = "m6g.large", version: str | None = "1", template: str = OWN) -> Answer:
    specification = {"LaunchTemplateId": template, "LaunchTemplateName": "arm"}
    if version:
        specification["Version"] = version
    return {"LaunchTemplateSpecification": specification, **({"InstanceType": kind} if kind else {})}


def arm(ident: str, version: int, kind: str = "m6g.large", template: str = OWN) -> Answer:
    made_from = {"LaunchTemplateId": template, "LaunchTemplateName": "arm", "Version": str(version)}
    return {**instance(ident), "InstanceType": kind, "LaunchTemplate": made_from}


class Arm:
    """A mixed group whose ARM instances have a template of their own; ``latest`` is what its literals stand for."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.latest = 2
        stage.aws.answer("DescribeLaunchTemplateVersions", self._versions)

    def shows(self, override: Answer, *instances: Answer) -> None:
        shown = mixed({"InstanceType": "m5.large"}, override)
        self.stage.shows({**shown, "Instances": list(instances), "DesiredCapacity": len(instances)})

    def _versions(self, parameters: Answer) -> Answer:
        if parameters["LaunchTemplateId"] == WEB:
            return versions(parameters)
        asked = {self.latest if v.startswith("$") else int(v) for v in parameters["Versions"]}
        return {
            "LaunchTemplateVersions": [
                {
                    "LaunchTemplateId": OWN,
                    "VersionNumber": number,
                    "DefaultVersion": number == self.latest,
                    "LaunchTemplateData": ARM[number],
                }
                for number in sorted(asked)
            ]
        }


@pytest.fixture
def arms(stage: Stage) -> Arm:
    return Arm(stage)


@pytest.mark.parametrize(
    ("override", "member", "matches"),
    [
        (own(version="1"), arm("i-1", 1), True),
        (own(version="1"), arm("i-1", 2), False),
        (own(version="1"), arm("i-1", 3), True),
        (own(version="$Latest"), arm("i-1", 2), True),
        (own(version="$Latest"), arm("i-1", 1), False),
        (own(version=None), arm("i-1", 2), True),
        (own(kind="", version="1"), arm("i-1", 1, "c7g.large"), True),
        (own(version="1"), arm("i-1", 1, "c7g.large"), False),
        (own(version="1"), instance("i-1", 1), False),
        (own("m5.large", "1", WEB), {**instance("i-1", 1), "InstanceType": "m5.large"}, True),
        (own("m5.large", "1", WEB), {**instance("i-1", 1), "InstanceType": "m5.xlarge"}, False),
    ],
    ids=[
        "as the override",
        "another version",
        "equal contents",
        "as the latest",
        "before the latest",
        "as the default",
        "by requirements",
        "another type",
        "of the main template",
        "a version of the main template of its own",
        "the main template itself",
    ],
)
@pytest.mark.parametrize("direction", list(Direction))
def test_a_member_of_an_overrides_own_template_matches_while_it_is_as_the_override_says(
    arms: Arm, override: Answer, member: Answer, matches: bool, direction: Direction
) -> None:
    """Its pointer is not ours to move, so whatever it stands for now is right, on both ways; all else is old."""
    arms.shows(override, member)
    rollout = changed(ROLLING, direction=direction, came_from=Revision(f"{WEB}:9", "former"))
    (seen,) = arms.stage.fleet().observe(rollout).observation.members
    assert (seen.revision.digest == rollout.target.digest) is matches


def test_a_version_published_meanwhile_does_not_make_its_first_members_look_old(arms: Arm) -> None:
    """``$Latest`` is resolved again as soon as somebody differs, and only then."""
    arms.shows(own(version="$Latest"), arm("i-1", 2))
    fleet = arms.stage.fleet()
    for _ in range(3):
        fleet.observe(ROLLING)
    asked = [c for c in arms.stage.aws.sent("DescribeLaunchTemplateVersions") if c["LaunchTemplateId"] == OWN]
    assert [c["Versions"] for c in asked] == [["2"], ["$Latest"]]
    arms.latest = 3
    arms.shows(own(version="$Latest"), arm("i-2", 3))
    (seen,) = fleet.observe(ROLLING).observation.members
    assert seen.revision.digest == ROLLING.target.digest


def test_facts_and_glance_agree_with_the_rollout_on_overrides(arms: Arm) -> None:
    """Preview, diff and update count the same members; the note says what is not moved."""
    arms.shows(own(version="1"), arm("i-1", 1), arm("i-2", 2), instance("i-3", 2))
    fleet = arms.stage.fleet()
    facts = fleet.facts()
    assert facts.as_their_override == {"i-1"} and facts.refusals == ()
    assert f"override 1 (m6g.large) launches from {OWN} version 1" in facts.notes[0]
    wanted = [True, False, True]
    seen = facts.matching_overrides(V2.digest).observation.members
    assert [m.revision.digest == V2.digest for m in seen] == wanted
    glance = fleet.glance()
    assert [m.revision.digest == glance.target.digest for m in glance.members] == wanted
    observed = fleet.observe(ROLLING).observation.members
    assert [m.revision.digest == V2.digest for m in observed] == wanted


def test_the_overrides_own_template_is_sent_back_as_it_was(arms: Arm) -> None:
    """Only the main pointer moves; id and name may not be sent together."""
    arms.shows(own(version="$Latest"), arm("i-1", 2))
    arms.stage.fleet().apply(PointAt(V2))
    (sent,) = arms.stage.aws.sent("UpdateAutoScalingGroup")
    launch = sent["MixedInstancesPolicy"]["LaunchTemplate"]
    assert launch["LaunchTemplateSpecification"] == {"LaunchTemplateId": WEB, "Version": "2"}
    assert launch["Overrides"][1]["LaunchTemplateSpecification"] == {
        "LaunchTemplateId": OWN,
        "Version": "$Latest",
    }


def test_knowledge_of_one_place_says_nothing_about_another() -> None:
    """Names and ids are of a region and an account."""
    assert LaunchConfigurations().known("web-1") is None
    assert LaunchTemplates().known(WEB, "1") is None and DATA[1]["ImageId"] == "ami-a"
