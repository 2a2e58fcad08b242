"""A killed rollout whose record somebody removed: what state kept of its sizes, and what is said where it kept none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.errors import OrphanedError
from pulumi_rolling.handler.origin import who
from pulumi_rolling.handler.replace.kept_sizes import KeptSizes, kept_in
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.lab_web import LabWeb

FLOOR: dict[str, Any] = {"minInstancesInService": 4}
STOPS: dict[str, tuple[dict[str, Any], str]] = {
    "in mid-roll": ({"canary": 1, "approval": True}, "waiting for approval"),
    "all replaced": ({"bakeTime": "PT1H"}, "all are ready"),
}
"""Where the roll stands when it is killed: by which policy, and its status there."""


class Killed:
    """A roll of four members, for which Desired and MinSize were raised; it ended where it stood."""

    def __init__(self, lab: Lab, stands: str = "in mid-roll") -> None:
        web = self.web = LabWeb(lab, "ami-v1", "ami-v2", size=4)
        lab.image("ami-v2", boot=0.3)
        self.state = web.deploy(web.news("1", **FLOOR))
        gone = [False]
        web.context = replace(web.context, orphaned=lambda: gone[0])
        policy, status = STOPS[stands]
        rolled = web.in_background(self.state, web.news("2", **FLOOR, **policy))
        wait_until(lambda: any(status in each for each in web.statuses), 20.0)
        gone[0] = True
        with pytest.raises(OrphanedError):
            rolled.result(20)
        gone[0] = False
        assert web.group["suspended"] == ["AZRebalance"]

    def refresh(self) -> None:
        read = self.web.handler.read(self.state)
        assert read is not None
        self.state = read

    def lose_the_record(self, **sizes: int) -> None:
        """The group's own resource removes tags that it does not know, and sets the sizes that its program has."""
        tags = [
            {"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": key}
            for key in self.web.group["tags"]
        ]
        self.web.asg.delete_tags(Tags=tags)
        if sizes:
            self.web.asg.update_auto_scaling_group(AutoScalingGroupName="web", **sizes)

    def go_on(self) -> str:
        """The warnings of the next update, after which all members are of version 2."""
        self.state = self.web.update(self.state, self.web.news("2", **FLOOR))
        assert self.web.revisions() == {"2"} and not self.web.group["suspended"]
        said = "\n".join(self.web.warned)
        assert "another resource moved it" not in said, "the pointer was moved by the roll that died"
        return said

    def sizes(self) -> tuple[int, int]:
        group = self.web.group
        return group["minSize"], group["desired"]


@pytest.mark.parametrize("stands", STOPS)
def test_a_refresh_keeps_the_sizes_of_a_record_that_is_lost_after_it(lab: Lab, stands: str) -> None:
    """MinSize comes back from the program and Desired, which it does not declare, from state; then state has none."""
    killed = Killed(lab, stands)
    killed.refresh()
    raised = 5 if stands == "in mid-roll" else 4
    kept = killed.state["sizesAsFound"]
    assert (kept["min"], kept["max"], kept["desired"], kept["desiredSet"]) == (1, 6, 4, raised)
    killed.lose_the_record(MinSize=1, MaxSize=6)
    members = set(killed.web.members())
    assert "MinSize ends at 1 and Desired at 4, as state has them" in killed.go_on()
    assert killed.sizes() == (1, 4) and "sizesAsFound" not in killed.state
    assert stands == "in mid-roll" or set(killed.web.members()) <= members


def test_sizes_that_somebody_set_since_are_not_taken_back(lab: Lab) -> None:
    """What is neither as found nor as the rollout set it is a wish: the group ends there."""
    killed = Killed(lab)
    killed.refresh()
    killed.lose_the_record(MinSize=2, MaxSize=9, DesiredCapacity=3)
    assert "MinSize ends at 2 and Desired at 3" in killed.go_on()
    assert killed.sizes() == (2, 3) and killed.web.group["maxSize"] == 9


def test_sizes_that_nobody_knows_are_named(lab: Lab) -> None:
    """Without a refresh in between no state has them: they stay, and the warning has the numbers and what to do."""
    killed = Killed(lab)
    killed.lose_the_record()
    said = killed.go_on()
    assert "sizes are taken as they are (MinSize 5, Desired 5): set them back if that rollout raised" in said
    assert killed.sizes() == (5, 5)


def test_a_state_that_kept_sizes_forgets_them_once_the_group_is_whole(lab: Lab) -> None:
    """A refresh of a group that runs one revision, with no record on it, has nothing to give back."""
    killed = Killed(lab, "all replaced")
    killed.refresh()
    killed.lose_the_record()
    killed.refresh()
    assert "sizesAsFound" not in killed.state


KEPT = {"min": 4.0, "max": 8.0, "desired": 6.0, "minSet": [7.0], "desiredSet": 7.0}


def test_state_is_read_as_pulumi_keeps_it() -> None:
    """Whole numbers come back as floats; an entry that lacks something counts as none."""
    assert kept_in({"sizesAsFound": KEPT}) == KeptSizes(Sizes(4, 8, 6), frozenset({7}), 7)
    for state in (None, {}, {"sizesAsFound": None}, {"sizesAsFound": {**KEPT, "minSet": None}}):
        assert kept_in(state) is None


@pytest.mark.parametrize(("count", "words"), [(1, "1 instance is"), (2, "2 instances are")])
def test_one_is_and_several_are(count: int, words: str) -> None:
    """The warning counts members in the number that they are of."""
    assert who(count, ("instance", "instances")) == words
