"""Operations that others begin on the group while it rolls: named, by a question that is seldom asked."""

from __future__ import annotations

import pytest
from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.fleets.auto_scaling_group.surroundings import Refreshes
from pulumi_rolling.fleets.aws.api import AwsApi

from tests.fleets.scripted_aws import Answer, ScriptedAws
from tests.fleets.stage import ROLLOUT, Stage, group, instance, once
from tests.rollouts import changed


def _refreshes(*statuses: str) -> Answer:
    return {
        "InstanceRefreshes": [
            {"InstanceRefreshId": f"r-{n}", "Status": status} for n, status in enumerate(statuses)
        ]
    }


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ((), ""),
        (("Successful", "Cancelled", "Failed"), ""),
        (("InProgress",), "instance refresh r-0, which is InProgress"),
        (("Pending", "Successful"), "instance refresh r-0, which is Pending"),
        (("Cancelling",), "instance refresh r-0, which is Cancelling"),
    ],
)
def test_an_active_refresh_is_named(aws: ScriptedAws, statuses: tuple[str, ...], said: str) -> None:
    """Those that are over are none of a rollout's business."""
    aws.answer("DescribeInstanceRefreshes", _refreshes(*statuses))
    clock = iter(range(0, 1000, 100))
    found = Refreshes("web", AwsApi(aws.place, once), lambda: float(next(clock)))
    assert found.under_way(ROLLOUT, age=30.0) == said


def test_the_question_is_seldom_asked(aws: ScriptedAws) -> None:
    """One call in each half minute of looks; the answer serves until then."""
    aws.answer("DescribeInstanceRefreshes", _refreshes("InProgress"))
    at = [0.0]
    found = Refreshes("web", AwsApi(aws.place, once), lambda: at[0])
    said = []
    for second in range(65):
        at[0] = float(second)
        said.append(bool(found.under_way(ROLLOUT, age=30.0)))
    assert len(aws.operations()) == 2
    assert said.index(True) == 30 and all(said[30:])


@pytest.mark.parametrize("step", [Step.RESTORE, Step.DONE])
def test_who_gives_back_asks_no_more(aws: ScriptedAws, step: Step) -> None:
    """Nothing hangs on it then, so it costs no call."""
    found = Refreshes("web", AwsApi(aws.place, once), lambda: 1000.0)
    assert found.under_way(changed(ROLLOUT, step=step), age=0.0) == ""
    assert aws.operations() == []


def test_an_observation_tells_of_it(stage: Stage) -> None:
    """What the facts have seen stands in the next look without a call."""
    stage.shows(group(instance("i-1")))
    stage.aws.answer("DescribeInstanceRefreshes", _refreshes("InProgress"))
    fleet = stage.fleet()
    fleet.facts()
    assert fleet.observe(ROLLOUT).observation.others == "instance refresh r-0, which is InProgress"
    assert len(stage.aws.sent("DescribeInstanceRefreshes")) == 1
