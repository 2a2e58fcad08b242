"""The block instanceRefresh for an ESS scaling group: spellings, faults, limits, and what a start is sent.

Limits and defaults are those of StartInstanceRefresh (ESS API reference, 2022-02-22).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from pulumi_rolling.core.delegate.limits import Foreseen, ForeseenGate, WayBack
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.policy import check
from pulumi_rolling.policy.check import parse_policy
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup
from pulumi_rolling.policy.groups.ess_scaling_group import EssScalingGroup
from pulumi_rolling.policy.inputs import inputs_with
from pulumi_rolling.policy.instance_refresh.ess_limits import (
    EssFound,
    ess_feasibility,
    ess_limits,
    ess_notes,
    ess_preferences,
)
from pulumi_rolling.policy.timing import Timing

from .conftest import by_path

check_inputs = partial(check.check_inputs, inputs_with(AutoScalingGroup, EssScalingGroup))
ESS = {"essScalingGroup": {"id": "asg-1", "scalingConfiguration": "asc-1"}}
EC2 = {"autoScalingGroup": {"name": "web", "launchTemplate": {"id": "lt-1", "version": "1"}}}


def checked(group: dict[str, Any], refresh: dict[str, Any]) -> Any:
    return check_inputs({**group, "updatePolicy": {"instanceRefresh": refresh}})


def faults_of(**refresh: Any) -> dict[str, str]:
    found = by_path(checked(ESS, refresh).faults)
    return {path.removeprefix("updatePolicy.instanceRefresh."): said for path, said in found.items()}


def block(**refresh: Any) -> Any:
    policy = parse_policy({"instanceRefresh": refresh}, kind="essScalingGroup")
    return policy.instance_refresh


@pytest.mark.parametrize(
    "refresh",
    [
        {},
        {"minHealthyPercentage": 0, "maxHealthyPercentage": 200},
        {"maxHealthyPercentage": 100},
        {"minHealthyPercentage": 100},
        {"checkpointPercentages": [1, 99, 100], "checkpointDelay": "PT1M"},
        {"checkpointPercentages": [100], "checkpointDelay": "P2D"},
        {"checkpointPercentages": [50, 100], "approval": True},
        {"skipMatching": False, "timeout": "PT2H", "allowContainerRefresh": True},
        {"standbyInstances": "Ignore", "scaleInProtectedInstances": "ignore", "defaults": "service"},
    ],
)
def test_what_ess_has_is_taken_to_its_limits(refresh: dict[str, Any]) -> None:
    """Percentages need not stand together, and may be 200 apart."""
    assert faults_of(**refresh) == {}


@pytest.mark.parametrize(
    ("refresh", "path", "words"),
    [
        ({"minHealthyPercentage": 101}, "minHealthyPercentage", "from 0 to 100"),
        ({"maxHealthyPercentage": 99}, "maxHealthyPercentage", "from 100 to 200"),
        ({"checkpointPercentages": [0, 100]}, "checkpointPercentages[0]", "from 1 to 100"),
        (
            {"checkpointPercentages": [50, 50, 100]},
            "checkpointPercentages[1]",
            "more than the percent before",
        ),
        ({"checkpointPercentages": [20, 90]}, "checkpointPercentages[1]", "must be 100"),
        ({"checkpointDelay": 600}, "checkpointPercentages", "is required with checkpointDelay"),
        (
            {"checkpointPercentages": [50, 100], "checkpointDelay": 30},
            "checkpointDelay",
            "whole minutes from PT1M",
        ),
        (
            {"checkpointPercentages": [50, 100], "checkpointDelay": 90},
            "checkpointDelay",
            "whole minutes from PT1M",
        ),
        ({"checkpointPercentages": [50, 100], "checkpointDelay": 172860}, "checkpointDelay", "172800"),
        ({"checkpointPercentages": [100], "approval": True}, "approval", "needs checkpointPercentages"),
        ({"instanceWarmup": 60}, "instanceWarmup", "lifecycle hook of its scale-out"),
        ({"alarms": ["a"]}, "alarms", "watches no alarms"),
        ({"bakeTime": 60}, "bakeTime", "watches no alarms"),
        ({"autoRollback": True}, "autoRollback", "returns nothing by itself"),
        ({"standbyInstances": "Wait"}, "standbyInstances", "must be Ignore"),
        ({"scaleInProtectedInstances": "Refresh"}, "scaleInProtectedInstances", "must be Ignore"),
        ({"defaults": "cloudFormation"}, "defaults", "must be service"),
        ({"checkpointPauseTime": "soon"}, "checkpointPauseTime", "whole minutes"),
        (
            {"desiredConfiguration": {"ImageId": "m-1"}},
            "desiredConfiguration",
            "made from the group's own block: say launchTemplate there, or scalingConfiguration of an ESS group",
        ),
        ({"imageId": "m-1"}, "imageId", "is said by what the group's own block names"),
        ({"Containers": [{}]}, "containers", "are said by what the group's own block names"),
    ],
)
def test_each_fault_has_its_path(refresh: dict[str, Any], path: str, words: str) -> None:
    """And a sentence with what to do instead; nothing is ignored in silence."""
    assert words in faults_of(**refresh)[path]


def test_limits_of_one_service_are_none_of_the_other() -> None:
    """A range of 200 and a Max alone are EC2's faults, and containers are none of its."""
    wide = {"minHealthyPercentage": 0, "maxHealthyPercentage": 200}
    alone = {"maxHealthyPercentage": 110}
    assert checked(ESS, wide).faults == checked(ESS, alone).faults == ()
    path = "updatePolicy.instanceRefresh"
    assert f"{path}.maxHealthyPercentage" in by_path(checked(EC2, wide).faults)
    assert f"{path}.minHealthyPercentage" in by_path(checked(EC2, alone).faults)
    containers = by_path(checked(EC2, {"allowContainerRefresh": True}).faults)
    assert "ESS scaling groups" in containers[f"{path}.allowContainerRefresh"]


def test_names_of_the_api_are_read() -> None:
    """Checkpoints and CheckpointPauseTime, in minutes, as StartInstanceRefresh has them, in any spelling."""
    ours = {"checkpointPercentages": [20, 100], "checkpointDelay": 1800}
    for refresh in (
        {"Checkpoints": [{"Percentage": 20}, {"Percentage": 100}], "CheckpointPauseTime": 30},
        {"checkpoints": [{"percentage": 20}, {"percentage": 100}], "checkpoint_pause_time": "30"},
    ):
        found = checked(ESS, refresh)
        assert (found.normal["updatePolicy"]["instanceRefresh"], found.faults) == (ours, ())
    both = faults_of(checkpointPauseTime=30, checkpointDelay=60, checkpointPercentages=[50, 100])
    assert "no checkpointDelay beside it" in both["checkpointPauseTime"]


def test_a_start_is_sent_what_was_given() -> None:
    """Defaults are ESS's own; SkipMatching alone is always said, since clients differ in it."""
    assert ess_preferences(block()) == {"SkipMatching": True}
    given = block(
        minHealthyPercentage=50,
        maxHealthyPercentage=150,
        checkpointPercentages=[20, 100],
        checkpointDelay="PT30M",
        skipMatching=False,
    )
    assert ess_preferences(given) == {
        "MinHealthyPercentage": 50,
        "MaxHealthyPercentage": 150,
        "SkipMatching": False,
        "Checkpoints": [{"Percentage": 20}, {"Percentage": 100}],
        "CheckpointPauseTime": 30,
    }


def test_a_way_back_has_the_former_policy_and_no_gates() -> None:
    """ESS returns while the refresh is not over, after that another refresh, and this program at last."""
    found = EssFound(desired=10, old=10)
    former = block(minHealthyPercentage=60, checkpointPercentages=[50, 100])
    given = ess_limits(
        block(checkpointPercentages=[10, 100], approval=True), found, Timing(), former, OnFailure.ROLL_BACK
    )
    assert (given.way_back_by, given.otherwise, given.replaces_at_last) == (
        WayBack.SERVICE,
        WayBack.OPERATION,
        True,
    )
    assert given.approval and given.pausable and not given.returns_by_itself
    assert given.foreseen == Foreseen(batch=4, lowest=8, most=12, gates=(ForeseenGate("10 %", 10.0, 3600.0),))
    back = given.back()
    assert back.preferences == {"MinHealthyPercentage": 60, "SkipMatching": True} and not back.approval
    assert back.foreseen.lowest == 6 and not back.foreseen.gates


@pytest.mark.parametrize(("forced", "edited"), [(True, False), (False, True)])
def test_what_ids_do_not_tell_apart_is_replaced_without_matching(forced: bool, edited: bool) -> None:
    """Triggers, and members made before an edit in place."""
    found = EssFound(desired=2, old=2, edited=edited)
    given = ess_limits(block(), found, Timing(), forced=forced)
    assert given.preferences == {"SkipMatching": False}
    assert given.preferences_back == {"SkipMatching": True}


def test_small_groups_are_told_of_rounding_and_holding_is_refused() -> None:
    """80 and 120 percent of two leave room for nothing: one is launched first."""
    faults, warnings = ess_feasibility(block(), EssFound(desired=2, old=2), OnFailure.HOLD)
    assert [fault.path for fault in faults] == ["onFailure"]
    assert "the service launches one first, 3 instances for a while" in " ".join(warnings)
    assert list(ess_notes(block(minHealthyPercentage=80, maxHealthyPercentage=120))) == []
    (said,) = ess_notes(block())
    assert said.startswith("minHealthyPercentage 80 and maxHealthyPercentage 120: the defaults of ESS")
