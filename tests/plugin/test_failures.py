"""Builds that do not come up, and a cloud that answers late, on whole rollouts through the plugin.

Every failed update brings the group back, so the next one starts from where it was.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.end_to_end.truth import Watched
from tests.plugin.engine_side import Failed, Web, WithPolicy, until

AS_FOUND = "sizes and suspended processes are as found."
UNSIGNALLED: dict[str, Any] = {"waitOnResourceSignals": None, "pauseTime": "PT0S", "pacing": "lockStep"}


def fails(web: Web, image: str) -> str:
    """Wants a version with this image, and holds the failed roll against the truth. Answers the error."""
    watched, before = Watched(web), web.resource.outputs
    with pytest.raises(Failed) as failed:
        web.resource.update(web.news(web.version(image)))
    told = failed.value.text
    watched.kept_between(5, 7)
    watched.runs("ami-v1", 6, "1")
    watched.is_as_found()
    assert web.resource.outputs == before, "state keeps what is true"
    assert "Group web is back on version 1" in told and AS_FOUND in told
    assert told.endswith(" run 'pulumi up' again.")
    return told


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "silent": (
        {"signal": None},
        r"i-\w+ sent no signal within PT",
        "See in the start of version 2 what keeps it from sending its signal",
    ),
    "never in service": (
        {"signal": None, "inService": False},
        r"i-\w+ did not reach service within PT",
        "See in the start of version 2 what keeps it from service",
    ),
    "refused for good": (
        {"launchError": "InvalidAMIID.NotFound"},
        "ami-bad",
        "Name an image in the launch template that exists",
    ),
}


@pytest.mark.parametrize(("behaviour", "reason", "advice"), BAD.values(), ids=BAD)
def test_members_that_fail_to_signal(
    six: WithPolicy, behaviour: dict[str, Any], reason: str, advice: str
) -> None:
    """Silence, a member that never serves, a launch refused for good: each fails with its reason, and returns."""
    web = six(pauseTime="PT2S")
    web.lab.image("ami-bad", **behaviour)
    told = fails(web, "ami-bad")
    assert re.search(reason, told) and advice in told


NEVER: dict[str, tuple[dict[str, Any], str, str]] = {
    "never in service": (
        {"inService": False},
        r"i-\w+ did not reach service within PT",
        "See in the start of version 2 what keeps it from service",
    ),
    "no capacity": (
        {"launchError": "InsufficientInstanceCapacity"},
        "capacity",
        "Give the group another instance type or zone",
    ),
}


@pytest.mark.parametrize(("behaviour", "reason", "advice"), NEVER.values(), ids=NEVER)
def test_members_that_are_only_waited_for(
    six: WithPolicy, monkeypatch: pytest.MonkeyPatch, behaviour: dict[str, Any], reason: str, advice: str
) -> None:
    """Without signals the boot limit decides, also over capacity that never comes."""
    monkeypatch.setenv("ROLLING_BOOT_LIMIT_SECONDS", "2")
    web = six(**UNSIGNALLED)
    web.lab.image("ami-bad", **behaviour)
    told = fails(web, "ami-bad")
    assert re.search(reason, told) and advice in told


def test_capacity_that_comes_late_is_no_failure(six: WithPolicy) -> None:
    """A launch is refused for want of capacity; when there is some again, the same rollout succeeds."""
    web = six(**UNSIGNALLED)
    watched = Watched(web)
    web.lab.image("ami-late", launchError="InsufficientInstanceCapacity")
    update = web.in_background(web.news(web.version("ami-late")))
    until(lambda: refused(web))
    web.lab.image("ami-late")
    update.result(timeout=60)
    watched.kept_between(5, 7)
    watched.is_as_found()
    assert watched.images() == {"ami-late"}


def refused(web: Web) -> bool:
    """The newest launch was."""
    seen = web.asg.describe_scaling_activities(AutoScalingGroupName="web", MaxRecords=1)
    return bool(seen["Activities"][0]["StatusCode"] == "Failed")


def is_shown(web: Web, key: str) -> bool:
    """A read as the driver makes it shows a tag."""
    shown = web.asg.describe_auto_scaling_groups(AutoScalingGroupNames=["web"])["AutoScalingGroups"]
    return any(tag["Key"] == key for group in shown for tag in group["Tags"])


def test_reads_from_the_past_keep_the_floor(six: WithPolicy) -> None:
    """Reads that are as old as a settle time allows: the roll succeeds, between floor and ceiling."""
    web = six()
    tag = {"ResourceId": "web", "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
    web.asg.create_or_update_tags(Tags=[{**tag, "Key": "created", "Value": "yes"}])
    web.lab.fault("*", stale=0.4)
    # Until then reads show the lease of the resource's own creation, which is another driver's.
    until(lambda: is_shown(web, "created"))
    watched = Watched(web)
    web.resource.update(web.news(web.version("ami-v2")))
    web.lab.clear_fault()
    watched.kept_between(5, 7)
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()


def test_scaled_by_somebody_else_meanwhile(six: WithPolicy) -> None:
    """Desired raised by one in the middle: the seventh is of the new version, and Desired stays as they set it."""
    web = six()
    web.lab.image("ami-v2", boot=0.4)
    watched = Watched(web)
    update = web.in_background(web.news(web.version("ami-v2")))
    until(lambda: any("2" in point["revisions"] for point in watched.points()))
    web.lab.move_group("web", desired=web.group()["desired"] + 1)
    update.result(timeout=60)
    watched.kept_between(5, 8)
    watched.runs("ami-v2", 7, "2")
    watched.is_as_found(desired=7)
