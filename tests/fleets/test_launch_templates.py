"""Launch template versions as revisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.aws.api import AwsApi
from pulumi_rolling.fleets.aws.launch_templates import (
    LaunchTemplates,
    TemplateWanted,
    no_such_version,
    parts,
)
from pulumi_rolling.fleets.contents import digest_of

from tests.fleets.scripted_aws import Answer, ScriptedAws, refused

WEB = "lt-0abc"
IMAGES = {1: "ami-a", 2: "ami-b", 3: "ami-a"}


def once(work: Callable[[], Any]) -> Any:
    return work()


def version(number: int) -> Answer:
    return {
        "LaunchTemplateId": WEB,
        "LaunchTemplateName": "web",
        "VersionNumber": number,
        "DefaultVersion": number == 1,
        "LaunchTemplateData": {"ImageId": IMAGES[number], "InstanceType": "t3.small"},
    }


def ec2(parameters: Answer) -> Answer:
    """EC2 with one template of three versions; it refuses the whole call for one unknown version."""
    if parameters.get("LaunchTemplateId", WEB) != WEB:
        return refused("InvalidLaunchTemplateId.NotFound", "no")
    if parameters.get("LaunchTemplateName", "web") != "web":
        return refused("InvalidLaunchTemplateName.NotFoundException", "no")
    numbers = {{"$Latest": 3, "$Default": 1}.get(v) or int(v) for v in parameters["Versions"]}
    if not numbers <= set(IMAGES):
        return refused("InvalidLaunchTemplateId.VersionNotFound", "no")
    return {"LaunchTemplateVersions": [version(number) for number in sorted(numbers)]}


@pytest.fixture
def api(aws: ScriptedAws) -> AwsApi:
    aws.answer("DescribeLaunchTemplateVersions", ec2)
    return AwsApi(aws.place, once)


@pytest.mark.parametrize(
    ("wanted", "address"),
    [
        (TemplateWanted(id=WEB, version="2"), "lt-0abc:2"),
        (TemplateWanted(id=WEB, version="$Latest"), "lt-0abc:3"),
        (TemplateWanted(id=WEB, version="$Default"), "lt-0abc:1"),
        (TemplateWanted(id=WEB), "lt-0abc:1"),
        (TemplateWanted(name="web", version="$Latest"), "lt-0abc:3"),
    ],
    ids=str,
)
def test_a_name_and_a_literal_become_an_id_and_a_number(
    api: AwsApi, wanted: TemplateWanted, address: str
) -> None:
    """No version means $Default (LaunchTemplateSpecification, EC2 Auto Scaling API)."""
    revision = LaunchTemplates().resolve(api, wanted)
    assert revision.address == address
    assert revision.label == f"version {parts(address)[1]}"


def test_equal_contents_have_equal_digests(api: AwsApi) -> None:
    """A reverted program makes version 3 with the contents of version 1, and nothing has to be replaced."""
    templates = LaunchTemplates()
    one, two, three = (templates.resolve(api, TemplateWanted(id=WEB, version=str(n))) for n in (1, 2, 3))
    assert one.digest == three.digest != two.digest
    assert len(one.digest) >= 12


def test_the_order_of_keys_does_not_matter() -> None:
    """The digest is made from canonical JSON."""
    assert digest_of({"a": 1, "b": {"c": 2, "d": 3}}) == digest_of({"b": {"d": 3, "c": 2}, "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})


def test_a_number_is_read_once_and_a_literal_each_time(api: AwsApi) -> None:
    """A version never changes; what $Latest stands for does."""
    templates = LaunchTemplates()
    for _ in range(3):
        templates.resolve(api, TemplateWanted(id=WEB, version="2"))
    assert api.count() == 1
    for _ in range(3):
        templates.resolve(api, TemplateWanted(id=WEB, version="$Latest"))
    assert api.count() == 4


def test_one_call_serves_every_version_needed(aws: ScriptedAws, api: AwsApi) -> None:
    """The versions members run, the pointer's and the target's come together."""
    templates = LaunchTemplates()
    meant = templates.learn(api, WEB, ["1", "2"], ["$Latest", "$Default"])
    assert {literal: revision.address for literal, revision in meant.items()} == {
        "$Latest": "lt-0abc:3",
        "$Default": "lt-0abc:1",
    }
    assert all(templates.known(WEB, number) for number in ("1", "2", "3"))
    assert aws.operations() == ["DescribeLaunchTemplateVersions"]
    templates.learn(api, WEB, ["1", "2", "3"], ["2"])
    assert api.count() == 1


def test_a_deleted_version_matches_nothing(api: AwsApi) -> None:
    """A member of a deleted version is old, whatever the target; the other versions are read all the same."""
    templates = LaunchTemplates()
    templates.learn(api, WEB, ["2", "7", "8"])
    seven, eight = templates.known(WEB, "7"), templates.known(WEB, "8")
    assert seven is not None and eight is not None and not seven.exists
    assert seven.digest == "gone:lt-0abc:7" != eight.digest
    two = templates.known(WEB, "2")
    assert two is not None and two.exists


def test_a_deleted_template_leaves_its_members_old(api: AwsApi) -> None:
    """The pointer then resolves to nothing, and the members are told apart by their address."""
    templates = LaunchTemplates()
    assert templates.learn(api, "lt-0gone", ["1"], ["$Latest"]) == {}
    gone = templates.known("lt-0gone", "1")
    assert gone is not None and gone.digest == "gone:lt-0gone:1"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (TemplateWanted(id=WEB, version="9"), "lt-0abc with version 9"),
        (TemplateWanted(id="lt-0no", version="1"), "lt-0no with version 1"),
        (TemplateWanted(name="nowhere"), "nowhere with version \\$Default"),
    ],
    ids=str,
)
def test_a_target_that_does_not_exist_is_named(api: AwsApi, wanted: TemplateWanted, words: str) -> None:
    """The error says which template and which version, in the user's own words."""
    with pytest.raises(PermanentFleetError, match=words):
        LaunchTemplates().resolve(api, wanted)


def test_a_target_that_was_missing_is_asked_for_again(aws: ScriptedAws, api: AwsApi) -> None:
    """The version may have been made since: an absent target is not remembered."""
    templates = LaunchTemplates()
    with pytest.raises(PermanentFleetError):
        templates.resolve(api, TemplateWanted(id=WEB, version="4"))
    aws.answer(
        "DescribeLaunchTemplateVersions", {"LaunchTemplateVersions": [{**version(1), "VersionNumber": 4}]}
    )
    assert templates.resolve(api, TemplateWanted(id=WEB, version="4")).address == "lt-0abc:4"


def test_a_denied_read_is_no_missing_version(aws: ScriptedAws, api: AwsApi) -> None:
    """Without the permission nothing is known, and nobody's version counts as deleted."""
    aws.answer("DescribeLaunchTemplateVersions", refused("UnauthorizedOperation", "no", 403))
    templates = LaunchTemplates()
    with pytest.raises(PermanentFleetError, match="refused"):
        templates.learn(api, WEB, ["1"])
    assert templates.known(WEB, "1") is None


def test_the_error_has_a_code() -> None:
    """The handler can tell a wrong target from other refusals."""
    assert (
        no_such_version(TemplateWanted(id=WEB, version="9")).code == "InvalidLaunchTemplateId.VersionNotFound"
    )
