"""Sizes that the group's own resource sets between a killed update and the next, and in the middle of one."""

from __future__ import annotations

import pytest
from pulumi_rolling.errors import OrphanedError
from pulumi_rolling.handler import Context
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.lab_web import URN, LabWeb


def _resize(web: LabWeb) -> None:
    web.asg.update_auto_scaling_group(AutoScalingGroupName="web", MinSize=6, MaxSize=12, DesiredCapacity=10)


def _sizes(web: LabWeb) -> tuple[int, int, int]:
    group = web.group
    return group["minSize"], group["maxSize"], group["desired"]


@pytest.mark.parametrize("killed", [True, False], ids=["between two updates", "in mid-roll"])
def test_a_group_found_at_4_8_6_and_set_to_6_12_10_ends_so(lab: Lab, killed: bool) -> None:
    """The update that goes on returns to the sizes of now, not to those of before."""
    web = LabWeb(lab, "ami-v1", "ami-v2", size=6, MinSize=4, MaxSize=8)
    lab.image("ami-v2", boot=0.3)
    state = web.deploy(web.news("1", minInstancesInService=5))
    gone = [False]
    web.context = Context(urn=URN, orphaned=lambda: gone[0])
    news = web.news("2", minInstancesInService=5)
    rolled = web.in_background(state, news)
    wait_until(lambda: "2" in web.revisions(), 20.0)
    if killed:
        gone[0] = True
        with pytest.raises(OrphanedError):
            rolled.result(20)
        gone[0] = False
    _resize(web)
    state = web.update(state, news) if killed else rolled.result(60)
    assert _sizes(web) == (6, 12, 10) and web.revisions() == {"2"} and state["revision"].endswith(":2")
