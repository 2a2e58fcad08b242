"""What StartInstanceRefresh refuses.

Source: EC2 Auto Scaling API reference, RefreshPreferences: ranges, names, and which preferences need each other.
"""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.lab.world.refresh_limits import check
from pulumi_rolling.lab.world.refusal import Refused

from tests.lab.bench import Bench, refusal
from tests.lab.refreshed import WEB, refreshed

ROLLS_BACK = (
    "The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty. "
    "Set AutoRollback to false or specify a desired configuration and try again."
)
RANGES: dict[str, tuple[dict[str, Any], str]] = {
    "minimum": ({"MinHealthyPercentage": 101}, "'preferences.minHealthyPercentage'"),
    "low maximum": ({"MinHealthyPercentage": 90, "MaxHealthyPercentage": 99}, "greater than or equal to 100"),
    "high maximum": ({"MinHealthyPercentage": 100, "MaxHealthyPercentage": 201}, "less than or equal to 200"),
    "delay": ({"CheckpointPercentages": [50], "CheckpointDelay": 172801}, "'preferences.checkpointDelay'"),
    "bake": ({"BakeTime": 172801}, "less than or equal to 172800"),
    "checkpoint": ({"CheckpointPercentages": [50, 101]}, "'preferences.checkpointPercentages.2.member'"),
    "protected": ({"ScaleInProtectedInstances": "Replace"}, "enum value set: [Ignore, Wait, Refresh]"),
    "standby": ({"StandbyInstances": "Refresh"}, "enum value set: [Terminate, Ignore, Wait]"),
}
TOGETHER: dict[str, tuple[dict[str, Any], str]] = {
    "maximum alone": ({"MaxHealthyPercentage": 110}, "MinHealthyPercentage must be specified"),
    "too wide": ({"MinHealthyPercentage": 50, "MaxHealthyPercentage": 151}, "cannot be greater than 100"),
    "delay alone": ({"CheckpointDelay": 60}, "CheckpointPercentages must be specified"),
    "falling": ({"CheckpointPercentages": [50, 20]}, "ascending order"),
    "twice": ({"CheckpointPercentages": [50, 50]}, "unique"),
    "eleven alarms": ({"AlarmSpecification": {"Alarms": list("abcdefghijk")}}, "at most 10 alarms"),
}


@pytest.mark.parametrize(("given", "said"), [*RANGES.values(), *TOGETHER.values()], ids=[*RANGES, *TOGETHER])
def test_preferences_have_limits(given: dict[str, Any], said: str) -> None:
    """ValidationError names the preference in the service's form; two that do not go together are named both."""
    with pytest.raises(Refused) as refused:
        check(given, desired=True)
    assert (refused.value.code, said in refused.value.message) == ("ValidationError", True)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"MinHealthyPercentage": 0, "MaxHealthyPercentage": 100},
        {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200},
        {"CheckpointPercentages": [1, 100], "CheckpointDelay": 0, "BakeTime": 0, "InstanceWarmup": 0},
        {"CheckpointPercentages": [1], "CheckpointDelay": 172800, "BakeTime": 172800},
        {"AlarmSpecification": {"Alarms": list("abcdefghij")}},
    ],
)
def test_the_ends_of_the_ranges_are_within(given: dict[str, Any]) -> None:
    """The reference's own bounds are accepted."""
    check(given, desired=False)


def test_several_faults_are_counted(bench: Bench) -> None:
    """Over the wire: `2 validation errors detected`, with the value of each."""
    web = refreshed(bench, 1)
    given = {"ScaleInProtectedInstances": "X", "StandbyInstances": "Y"}
    code, text = refusal(bench.asg.start_instance_refresh, Preferences=given, **WEB)
    assert code == "ValidationError"
    assert text.startswith(
        "2 validation errors detected: Value 'X' at 'preferences.scaleInProtectedInstances'"
    )
    assert bench.asg.describe_instance_refreshes(**WEB)["InstanceRefreshes"] == []
    assert web.versions() == ["1"]


def test_a_way_back_needs_a_configuration(bench: Bench) -> None:
    """AutoRollback without DesiredConfiguration is refused with the service's text."""
    refreshed(bench, 1)
    given = {"Preferences": {"AutoRollback": True}}
    assert refusal(bench.asg.start_instance_refresh, **given, **WEB) == ("ValidationError", ROLLS_BACK)


def test_what_does_not_exist_is_refused(bench: Bench) -> None:
    """A template version, a group, a strategy; root volumes are not modelled."""
    web = refreshed(bench, 1)
    start = bench.asg.start_instance_refresh
    unknown = {"LaunchTemplate": web.pointer("7")}
    assert refusal(start, DesiredConfiguration=unknown, **WEB)[0] == "ValidationError"
    assert refusal(start, AutoScalingGroupName="nobody") == (
        "ValidationError",
        "AutoScalingGroup name not found - null",
    )
    for strategy, said in (("Fast", "[Rolling, ReplaceRootVolume]"), ("ReplaceRootVolume", "does not model")):
        code, text = refusal(start, Strategy=strategy, **WEB)
        assert (code, said in text) == ("ValidationError", True)
    assert bench.asg.describe_instance_refreshes(**WEB)["InstanceRefreshes"] == []
