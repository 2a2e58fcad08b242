"""The policy against the sizes and processes of a live group."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.check import parse_policy
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.rolling_update.feasibility import advice, feasibility
from pulumi_rolling.policy.rolling_update.limits import limits
from pulumi_rolling.policy.timing import Timing

ALL = ["AlarmNotification", "AZRebalance", "HealthCheck", "ReplaceUnhealthy", "ScheduledActions"]


def policy(**fields: Any) -> RollingUpdate:
    return parse_policy({"rollingUpdate": fields}).rolling_update


def held_against(
    roll: RollingUpdate, sizes: Sizes, suspended: frozenset[str] = frozenset(), old: int | None = None
) -> tuple[list[Fault], list[str]]:
    """The block's faults and warnings against a group of these sizes."""
    return feasibility(roll, limits(roll, sizes, Timing()), sizes, suspended, old=old)


def test_a_roomy_group_has_neither_faults_nor_warnings() -> None:
    """A group with room for the batch beside the floor is told nothing."""
    assert held_against(policy(maxBatchSize=2, minInstancesInService=5), Sizes(4, 8, 6)) == ([], [])


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
    """A floor or batch that the sizes lower, and a group that has no room, bring one warning; no roll brings none."""
    faults, warnings = held_against(policy(**fields), sizes)
    assert faults == []
    assert warnings == ([] if sentence is None else [sentence])


def test_the_floor_fault_replaces_the_size_warnings() -> None:
    """A floor at MaxSize is a fault with both numbers, and no warning about the same sizes stands beside it."""
    faults, warnings = held_against(policy(minInstancesInService="100%"), Sizes(2, 6, 6))
    assert [fault.path for fault in faults] == ["updatePolicy.rollingUpdate.minInstancesInService"]
    assert "found 100% of Desired 6, which is 6, with a MaxSize of 6" in faults[0].message
    assert warnings == []


def test_a_group_of_no_size_has_nothing_to_roll_and_no_fault() -> None:
    """A group whose MaxSize is 0 has no member to replace, so no floor is at fault."""
    assert held_against(policy(), Sizes(0, 0, 0)) == ([], [])


@pytest.mark.parametrize("in_policy", [True, False])
def test_suspending_load_balancer_registration_is_warned_about(in_policy: bool) -> None:
    """AddToLoadBalancer at rest, by the policy or already, is warned about."""
    name = "AddToLoadBalancer"
    rolling = policy(suspendProcesses=[name]) if in_policy else policy()
    faults, warnings = held_against(rolling, Sizes(4, 8, 6), frozenset() if in_policy else frozenset({name}))
    assert faults == []
    assert [warning.split()[0] for warning in warnings] == [name]


@pytest.mark.parametrize(
    ("fields", "warned"),
    [
        ({"waitOnResourceSignals": True}, False),
        ({"waitOnResourceSignals": True, "pauseTime": "PT59S"}, True),
        ({"waitOnResourceSignals": True, "pauseTime": "PT1M"}, False),
        ({"pauseTime": "PT5S"}, False),
    ],
)
def test_too_little_time_to_signal_is_warned_about(fields: dict[str, Any], warned: bool) -> None:
    """A pauseTime under a minute is warned about where signals are waited for."""
    _, warnings = held_against(policy(**fields), Sizes(4, 8, 6))
    assert warnings == (
        ["pauseTime PT59S is short for a member to boot and signal, and it holds for the way back as well."]
        if warned
        else []
    )


def test_advice_is_one_line_and_names_only_what_still_runs() -> None:
    """Processes that the policy or the group lets rest are not advised again."""
    assert advice(policy(suspendProcesses=ALL)) is None
    assert advice(policy(suspendProcesses=ALL[:4]), frozenset({"ScheduledActions"})) is None
    line = advice(policy(suspendProcesses=ALL[2:]))
    assert (
        line
        == "AWS advises to suspend AlarmNotification, AZRebalance during a rolling update (suspendProcesses)."
    )


@pytest.mark.parametrize(
    ("fields", "old", "sentence"),
    [
        ({"canary": 6}, 6, None),
        ({"canary": 7}, 6, "canary 7 is more than the 6 to be replaced, and is lowered to it."),
        ({"canary": "50%"}, 2, "canary 3 is more than the 2 to be replaced, and is lowered to it."),
        ({"canary": 7}, 0, None),
        ({"checkpoints": [20, 50, 100]}, 6, None),
        (
            {"checkpoints": [10, 15, 100]},
            6,
            "checkpoints 10 and 15 % are one stop among 6 members to replace.",
        ),
        (
            {"checkpoints": [10, 40, 50, 100]},
            2,
            "checkpoints 10, 40 and 50 % are one stop among 2 members to replace.",
        ),
        (
            {"checkpoints": [12.5, 100]},
            1,
            "checkpoints 12.5 and 100 % are one stop among 1 member to replace.",
        ),
        (
            {"checkpoints": [50, 100], "approval": True},
            6,
            "the roll stops twice until somebody approves, and pulumi up waits for that.",
        ),
        (
            {"canary": 1, "approval": True, "timeout": "PT2H"},
            6,
            "the roll stops once until somebody approves, and pulumi up waits for that. The timeout of PT2H runs on "
            "meanwhile.",
        ),
        (
            {
                "canary": {"size": 1, "soak": "PT30M"},
                "checkpoints": {"percents": [50], "delay": "PT1H"},
                "bakeTime": "PT30M",
                "timeout": "PT2H",
            },
            6,
            "timeout PT2H leaves no time to replace anybody: soak, checkpoints and bakeTime alone take PT2H.",
        ),
        ({"bakeTime": "PT30M", "timeout": "PT31M"}, 6, None),
    ],
)
def test_stops_that_few_members_or_the_timeout_bend_are_warned_about(
    fields: dict[str, Any], old: int, sentence: str | None
) -> None:
    """A canary of everybody, checkpoints that round to the same member, waits for people, waits beyond the timeout.

    Instance refresh: in a group of 2 with checkpoints at 10, 40 and 100 percent only that of 40 is notified.
    """
    faults, warnings = held_against(policy(**fields), Sizes(4, 8, 6), old=old)
    assert faults == []
    assert warnings == ([] if sentence is None else [sentence])


def test_without_a_count_all_of_desired_is_to_be_replaced() -> None:
    """A caller that does not know how many are old gets the warnings of a whole roll."""
    _, warnings = held_against(policy(canary=7), Sizes(4, 8, 6))
    assert warnings == ["canary 7 is more than the 6 to be replaced, and is lowered to it."]
