"""Tags of ours on the lab: what cannot be removed, what somebody removes, and what another stack may not remove."""

from __future__ import annotations

import pytest
from pulumi_rolling.errors import RollingError
from pulumi_rolling.handler import Context, RollingGroupHandler
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.lab_web import URN, LabWeb


def _tags(web: LabWeb) -> list[str]:
    return sorted(key for key in web.group["tags"] if key.startswith("rolling:"))


def test_a_role_that_may_remove_no_tags_succeeds_with_a_warning_at_every_update(lab: Lab) -> None:
    """The first names the tags, the next are not failures either, and once it may, the tags go."""
    web = LabWeb(lab, "ami-v1", "ami-v2")
    state = web.deploy(web.news("1"))
    lab.fault("DeleteTags", error="AccessDenied")
    for version in ("2", "2", "1"):
        state = web.update(state, web.news(version))
        assert web.revisions() == {version}
        said = " ".join(web.warned)
        assert "could not be removed" in said and "rolling:record.0" in said and "rolling:lease" in said
        web.warned.clear()
    lab.clear_fault()
    state = web.update(state, web.news("1"))
    assert not _tags(web) and web.handler.read(state) == state


@pytest.mark.parametrize("version", ["1", "2"])
def test_another_stacks_delete_leaves_a_running_roll_alone(lab: Lab, version: str) -> None:
    """Its record and lease stay, the other stack is told so, and the roll arrives."""
    web = LabWeb(lab, "ami-v1", "ami-v2", size=3)
    lab.image("ami-v2", boot=0.5)
    state = web.deploy(web.news("1"))
    rolled = web.in_background(state, web.news("2"))
    wait_until(lambda: "2" in web.revisions(), 20.0)
    said: list[str] = []
    other = Context(urn=URN.replace("dev::trial", "prod::other"), warn=said.append)
    RollingGroupHandler().delete(web.news(version), other)
    assert len(said) == 1 and "is being rolled by driver" in said[0]
    rolled.result(30)
    assert web.revisions() == {"2"} and not _tags(web)


def test_a_cleaner_in_mid_roll_stops_nobody(lab: Lab) -> None:
    """Every tag of ours is removed once: the roll goes on, and sizes and processes end as found."""
    web = LabWeb(lab, "ami-v1", "ami-v2", size=3)
    lab.image("ami-v2", boot=0.5)
    state = web.deploy(web.news("1"))
    rolled = web.in_background(state, web.news("2"))
    wait_until(lambda: "2" in web.revisions(), 20.0)
    web.asg.delete_tags(
        Tags=[{"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": key} for key in _tags(web)]
    )
    rolled.result(30)
    group = web.group
    assert web.revisions() == {"2"} and not _tags(web)
    assert (group["minSize"], group["desired"], group["suspended"]) == (1, 3, [])


def test_a_cleaner_that_never_rests_is_named_and_the_group_is_given_back(lab: Lab) -> None:
    """What is true stands in the error; the least size and processes are as found."""
    web = LabWeb(lab, "ami-v1", "ami-v2", size=3)
    lab.image("ami-v2", boot=30.0)
    state = web.deploy(web.news("1"))
    rolled = web.in_background(state, web.news("2", minInstancesInService=3))
    wait_until(lambda: web.group["desired"] > 3, 20.0)
    while not rolled.done():
        for key in _tags(web):
            web.asg.delete_tags(
                Tags=[{"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": key}]
            )
    with pytest.raises(RollingError, match="removes the tags of ours") as caught:
        rolled.result()
    group = web.group
    assert (group["minSize"], group["suspended"]) == (1, []) and caught.value.left is not None
