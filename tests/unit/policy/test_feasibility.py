"""The policy against the sizes and processes of a live group."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.model import Sizes
from pulumi_rolling.policy import UpdatePolicy, advice, feasibility, parse_policy

ALL = ["AlarmNotification", "AZRebalance", "HealthCheck", "ReplaceUnhealthy", "ScheduledActions"]


def policy(**fields: Any) -> UpdatePolicy:
    return parse_policy({"rollingUpdate": fields})


def test_a_roomy_group_has_neither_faults_nor_warnings() -> None:
    assert feasibility(policy(maxBatchSize=2, minInstancesInService=5), Sizes(4, 8, 6)) == ([], [])


@pytest.mark.parametrize(
    ("fields", "sizes", "sentence"),
    [
        (
            {"minInstancesInService": 5},
            Sizes(1, 6, 3),
            "minInstancesInService 5 is more than Desired 3, and is lowered to it.",
        ),
        (
            {"maxBatchSize": 100, "minInstancesInService": 5},
            Sizes(4, 8, 6),
            "maxBatchSize 100 is lowered to 3: MaxSize 8 less the 5 to be kept in service leaves no more "
            "room.",
        ),
        (
            {"maxBatchSize": "50%", "minInstancesInService": "75%"},
            Sizes(4, 10, 8),
            None,
        ),
        (
            {"maxBatchSize": 2, "minInstancesInService": 4},
            Sizes(2, 6, 6),
            "MaxSize equals Desired (6), so nothing can be launched ahead: 4 in service while 2 being "
            "replaced.",
        ),
        (
            {"maxBatchSize": 6},
            Sizes(2, 12, 6),
            "all of Desired (6) is replaced at once, and none stays in service; raise minInstancesInService "
            "or lower maxBatchSize to keep some.",
        ),
        ({"maxBatchSize": 6}, Sizes(0, 6, 0), None),
        ({"maxBatchSize": 6, "minInstancesInService": 6}, Sizes(2, 12, 6), None),
        ({"maxBatchSize": 100, "minInstancesInService": 6}, Sizes(2, 12, 6), None),
    ],
)
def test_sizes_that_bend_the_policy_are_warned_about(
    fields: dict[str, Any], sizes: Sizes, sentence: str | None
) -> None:
    faults, warnings = feasibility(policy(**fields), sizes)
    assert faults == []
    assert warnings == ([] if sentence is None else [sentence])


def test_the_floor_fault_replaces_the_size_warnings() -> None:
    faults, warnings = feasibility(policy(minInstancesInService="100%"), Sizes(2, 6, 6))
    assert [fault.path for fault in faults] == ["updatePolicy.rollingUpdate.minInstancesInService"]
    assert "found 100% of Desired 6, which is 6, with a MaxSize of 6" in faults[0].message
    assert warnings == []


def test_a_group_of_no_size_has_nothing_to_roll_and_no_fault() -> None:
    assert feasibility(policy(), Sizes(0, 0, 0)) == ([], [])


@pytest.mark.parametrize("in_policy", [True, False])
def test_suspending_load_balancer_registration_is_warned_about(in_policy: bool) -> None:
    name = "AddToLoadBalancer"
    rolling = policy(suspendProcesses=[name]) if in_policy else policy()
    faults, warnings = feasibility(rolling, Sizes(4, 8, 6), frozenset() if in_policy else frozenset({name}))
    assert faults == []
    assert [warning.split()[0] for warning in warnings] == [name]


@pytest.mark.parametrize(
    ("fields", "heartbeat", "count"),
    [
        ({"waitOnResourceSignals": True}, None, 0),
        ({"waitOnResourceSignals": True, "pauseTime": "PT59S"}, None, 1),
        ({"waitOnResourceSignals": True, "pauseTime": "PT1M"}, None, 0),
        ({"waitOnResourceSignals": True}, 300.0, 0),
        ({"waitOnResourceSignals": True}, 299.0, 1),
        ({"pauseTime": "PT5S"}, 1.0, 0),
    ],
)
def test_too_little_time_to_signal_is_warned_about(
    fields: dict[str, Any], heartbeat: float | None, count: int
) -> None:
    _, warnings = feasibility(policy(**fields), Sizes(4, 8, 6), signal_heartbeat=heartbeat)
    assert len(warnings) == count


def test_advice_is_one_line_and_names_only_what_still_runs() -> None:
    assert advice(policy(suspendProcesses=ALL)) is None
    assert advice(policy(suspendProcesses=ALL[:4]), frozenset({"ScheduledActions"})) is None
    line = advice(policy(suspendProcesses=ALL[2:]))
    assert (
        line
        == "AWS advises to suspend AlarmNotification, AZRebalance during a rolling update (suspendProcesses)."
    )
