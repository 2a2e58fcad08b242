"""Checked inputs that are handed on: out of state, without what is faulty, and with the provider's policy."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.policy.kinds import check_inputs, check_stored

from .test_check import Later, later

GROUP = {"name": "web", "launchTemplate": {"id": "lt-1"}}


def test_what_is_left_of_faulty_inputs_is_checked_anew() -> None:
    """Faulty fields, faulty inputs beside the policy and keys that are none are left out; unknown values stay."""
    unknown = Later()
    group = {"name": "web", "launchTemplate": {"id": "lt-1", "version": unknown}}
    roll = {"alarms": [unknown], "maxBatchSize": 0, "canary": 2, "max_instances": 3}
    checked = check_inputs(
        {
            "autoScalingGroup": group,
            "updatePolicy": {"rollingUpdate": roll},
            "onFailure": "stop",
            "triggers": ["a"],
            "beanstalkEnvironment": {},
            "launch_type": "spot",
        },
        later,
    )
    assert (checked.inputs, len(checked.faults)) == (None, 6)
    rest = checked.without_faulty(later)
    assert rest.normal == {
        "autoScalingGroup": group,
        "updatePolicy": {"rollingUpdate": {"alarms": [unknown], "canary": {"size": 2}}},
        "triggers": ["a"],
    }
    assert rest.accepted().update_policy.rolling_update.canary.size == 2


def test_a_policy_whose_rest_is_faulty_is_left_out_whole() -> None:
    """Approval without the canary that was at fault would be a fault that nobody made."""
    roll = {"canary": 0, "approval": True, "maxBatchSize": 2}
    checked = check_inputs({"autoScalingGroup": GROUP, "updatePolicy": {"rollingUpdate": roll}})
    assert checked.without_faulty().normal["updatePolicy"] == {"rollingUpdate": {}}


def test_good_inputs_have_nothing_faulty_to_leave_out() -> None:
    """The same value is handed on, so nothing is judged twice."""
    checked = check_inputs({"autoScalingGroup": GROUP, "updatePolicy": {"rollingUpdate": {}}})
    assert checked.without_faulty() is checked


def test_inputs_out_of_state_are_those_that_were_checked() -> None:
    """Pulumi keeps numbers as floats, and outputs beside the inputs."""
    roll = {"maxBatchSize": 3, "checkpoints": {"percents": [20, 50]}, "alarms": ["a"]}
    checked = check_inputs(
        {"autoScalingGroup": GROUP, "updatePolicy": {"rollingUpdate": roll}, "triggers": [1]}
    )
    stored = json.loads(json.dumps(checked.normal), parse_int=float)
    assert check_stored({**stored, "revision": "lt-1:3", "onFailure": None}) == checked


@pytest.mark.parametrize(
    ("policy", "filled"),
    [
        (None, {"maxBatchSize": 2, "pauseTime": "PT1M"}),
        ({}, {"maxBatchSize": 2, "pauseTime": "PT1M"}),
        ({"rollingUpdate": {"maxBatchSize": 9}}, {"maxBatchSize": 9, "pauseTime": "PT1M"}),
    ],
)
def test_a_default_policy_fills_what_inputs_leave_open(policy: Any, filled: dict[str, Any]) -> None:
    """The provider's policy is for groups without fields of their own; what a group says goes before it."""
    default = {"rollingUpdate": {"maxBatchSize": 2, "pauseTime": "PT1M"}}
    checked = check_inputs({"autoScalingGroup": GROUP, "updatePolicy": policy}, default=default)
    assert checked.normal["updatePolicy"] == {"rollingUpdate": filled}


@pytest.mark.parametrize(
    "policy", [{"beanstalkUpdate": {}}, {"autoScalingScheduledAction": {}}, "fast", {"rollingUpdate": "fast"}]
)
def test_a_default_policy_does_not_hide_another(policy: Any) -> None:
    """What stands there, though not a rolling update, is what its faults are to be about."""
    default = {"rollingUpdate": {"maxBatchSize": 2}}
    checked = check_inputs({"autoScalingGroup": GROUP, "updatePolicy": policy}, default=default)
    assert checked.normal["updatePolicy"] == policy
    assert checked.faults
