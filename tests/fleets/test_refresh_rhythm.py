"""When the service is asked about a refresh, and when what it told serves again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.delegate.actions import Stop
from pulumi_rolling.core.delegate.delegating import Delegating, Earlier, Issued, Way
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.fleets.auto_scaling_group.refresh import RefreshFleet
from pulumi_rolling.fleets.auto_scaling_group.refresh_facts import RefreshWatched
from pulumi_rolling.fleets.auto_scaling_group.refresh_rhythm import still_serves, told
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted
from pulumi_rolling.fleets.aws.shared_poll import Look
from pulumi_rolling.fleets.rhythm import EVERY_LOOK, Rhythm

from tests.fleets.scripted_aws import Answer, ScriptedAws
from tests.fleets.stage import V1, V2, WEB, Stage, group, instance, once

RHYTHM = Rhythm(soon=10.0, seldom=30.0)
FOLLOWED = Delegating(goal=Goal("r1", V2, V1), started_at=0.0, way=Way(operation="r-1"))


def refresh(status: str = "InProgress", left: int = 2) -> Answer:
    return {"InstanceRefreshId": "r-1", "Status": status, "InstancesToUpdate": left}


def look(at: float, **more: Any) -> Look:
    members = [instance("i-a"), instance("i-b", LifecycleState=more.pop("second", "InService"))]
    return Look(group(*members, **more), at)


BEGUN = replace(FOLLOWED, issued=(Issued(Stop("r-1"), 0.0),))
RETURNING = replace(FOLLOWED, way=Way(), earlier=Earlier(None, "r-1"))
SUSPENDED = {"SuspendedProcesses": [{"ProcessName": "InstanceRefresh"}]}


@pytest.mark.parametrize(
    ("now", "rollout", "last", "serves"),
    [
        (look(29.0), FOLLOWED, refresh(), True),
        (look(30.0), FOLLOWED, refresh(), False),
        (look(9.0, second="Terminating"), FOLLOWED, refresh(), True),
        (look(10.0, second="Terminating"), FOLLOWED, refresh(), False),
        (look(10.0, **SUSPENDED), FOLLOWED, refresh(), False),
        (look(10.0), FOLLOWED, refresh(left=0), False),
        (look(29.0), FOLLOWED, refresh("Baking", left=0), True),
        (look(1.0), FOLLOWED, refresh("Successful", left=0), False),
        (look(1.0), BEGUN, refresh(), False),
        (look(29.0), RETURNING, refresh("RollbackInProgress"), True),
        (look(1.0), replace(FOLLOWED, way=Way(operation="r-2")), refresh(), False),
        (look(1.0), replace(FOLLOWED, way=Way()), refresh(), False),
    ],
    ids=[
        "nothing moves", "for long", "a member just left", "a member left", "its process is suspended",
        "all are replaced", "it bakes", "it is over", "an act of ours is unseen", "it returns",
        "another is followed", "none is followed",
    ],
)  # fmt: skip
def test_what_was_told_serves_while_it_cannot_have_moved(
    now: Look, rollout: Delegating, last: Answer, serves: bool
) -> None:
    """Members that change and an end that is near are soon asked about; what we did, at once."""
    assert still_serves(told([last], look(0.0)), now, rollout, RHYTHM) is serves
    assert not still_serves(told([last], look(0.0)), now, rollout, EVERY_LOOK)


def test_a_look_at_a_quiet_refresh_is_the_groups_description_alone(aws: ScriptedAws) -> None:
    """The refresh is asked for once, and again after an act of ours; the same operation is told all the while."""
    stage = Stage(aws)
    stage.shows(group(instance("i-a"), instance("i-b")))
    aws.answer("DescribeInstanceRefreshes", {"InstanceRefreshes": [refresh()]})
    aws.answer("CancelInstanceRefresh", {"InstanceRefreshId": "r-1"})
    fleet = RefreshFleet("web", wanted=TemplateWanted(id=WEB, version="2"), place=aws.place, retry=once)
    fleet.watched = RefreshWatched(rhythm=Rhythm(600.0, 600.0))
    seen = [fleet.observe(FOLLOWED).observation.operations for _ in range(3)]
    assert seen[0] == seen[1] == seen[2] and seen[0][0].id == "r-1"
    assert len(aws.sent("DescribeInstanceRefreshes")) == 1
    assert len(aws.sent("DescribeAutoScalingGroups")) == 3
    fleet.apply(Stop("r-1"))
    asked = len(aws.sent("DescribeInstanceRefreshes"))
    fleet.observe(FOLLOWED)
    assert len(aws.sent("DescribeInstanceRefreshes")) == asked + 1
