"""CloudFormation's sizing and event rules, seen in the plan, each with its source.

DOC is the CloudFormation template reference, page "UpdatePolicy attribute". GU is guardian/testing-asg-rolling-update,
experiments on live stacks with their events. WS is the event log of andresmith/CFN-Workshop-201807.
"""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.ideal import all_old
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.plan import Plan, new_rollout, plan
from pulumi_rolling.policy.check import parse_policy
from pulumi_rolling.policy.rolling_update.limits import limits
from pulumi_rolling.policy.timing import Timing

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")


def planned(desired: int, max_size: int, min_size: int = 0, **fields: Any) -> Plan:
    """The plan for a group all of whose members are old, under a pasted block."""
    sizes = Sizes(min_size, max_size, desired)
    seen = Observation(0.0, tuple(all_old(desired, V1)), sizes, V1.address)
    policy = parse_policy({"AutoScalingRollingUpdate": fields}).rolling_update
    rollout = new_rollout("conformance", V2, V1, sizes, frozenset(), seen.at)
    return plan(limits(policy, sizes, Timing()), rollout, seen)


def rounds(made: Plan) -> list[tuple[int, int]]:
    return [(each.terminate, each.launch) for each in made.rounds]


def test_default_block_takes_one_at_a_time_and_one_down() -> None:
    """DOC: MaxBatchSize 1, MinInstancesInService 0; with room for none ahead the group is one short."""
    made = planned(3, 9)
    assert (made.batch, made.capacity, made.resize) == (1, 3, False)
    assert rounds(made) == [(1, 1), (1, 1), (1, 1)]
    assert made.lowest_in_service == 2


@pytest.mark.parametrize(
    ("desired", "max_size", "floor", "batch", "capacity", "taken"),
    [
        pytest.param(3, 9, 3, 6, 6, [(3, 0)], id="GU: floor equals Desired, doubled and halved"),
        pytest.param(6, 9, 3, 6, 9, [(6, 3)], id="GU partially scaled: nine, six killed, three launched"),
        pytest.param(6, 9, 6, 6, 9, [(3, 3), (3, 0)], id="MaxSize less the floor bounds the batch"),
        pytest.param(10, 12, 8, 4, 12, [(4, 4), (4, 4), (2, 0)], id="worked example"),
        pytest.param(2, 3, 1, 1, 2, [(1, 1), (1, 1)], id="floor plus batch equals Desired"),
    ],
)
def test_capacity_is_floor_plus_batch_within_max_size(
    desired: int, max_size: int, floor: int, batch: int, capacity: int, taken: list[tuple[int, int]]
) -> None:
    """GU: batch = min(old, MaxBatchSize, MaxSize - floor), capacity = max(Desired, floor + batch)."""
    made = planned(desired, max_size, MaxBatchSize=batch, MinInstancesInService=floor)
    assert (made.capacity, rounds(made)) == (capacity, taken)


def test_sizes_are_untouched_where_floor_and_batch_fit_into_desired() -> None:
    """GU (2024): no resize at floor + batch = Desired, though WS (2018) shows the event there."""
    made = planned(6, 9, MaxBatchSize=3, MinInstancesInService=3)
    assert made.resize is False
    assert not any(text.startswith("Temporarily setting") for text in made.events)


def test_the_floor_holds_in_every_round() -> None:
    """DOC: "the minimum number of instances that must be in service" while old instances are updated."""
    for floor in range(9):
        made = planned(8, 10, MaxBatchSize=3, MinInstancesInService=floor)
        assert made.lowest_in_service >= floor


def test_a_group_with_a_low_floor_and_no_room_drops_by_its_batch() -> None:
    """aws-cloudformation roadmap #467: Desired 30, MaxSize 30, floor 3, batch 100 leave 3 in service."""
    made = planned(30, 30, MaxBatchSize=100, MinInstancesInService=3)
    assert (made.batch, made.lowest_in_service) == (27, 3)


def test_no_more_are_launched_than_are_old() -> None:
    """Our deviation: Desired 10, MaxSize 20, floor 10, batch 4 launches ten, where the plain rule launches twelve."""
    made = planned(10, 20, MaxBatchSize=4, MinInstancesInService=10)
    assert made.launch_first + sum(each.launch for each in made.rounds) == 10
    assert sum(each.terminate for each in made.rounds) == 10


def test_a_floor_above_desired_counts_as_desired() -> None:
    """Undocumented by AWS; ours: the group is never made larger than Desired plus one batch for it."""
    made = planned(3, 9, MaxBatchSize=1, MinInstancesInService=6)
    assert (made.floor, made.capacity) == (3, 4)


def test_texts_of_an_update_with_signals() -> None:
    """GU: the literal event texts, for a group of three that is doubled; ids are not known yet."""
    made = planned(
        3, 9, 3, MaxBatchSize=6, MinInstancesInService=3, WaitOnResourceSignals=True, PauseTime="PT5M"
    )
    assert list(made.events) == [
        "Rolling update initiated. Terminating 3 obsolete instance(s) in batches of 3, while keeping at least 3 "
        "instance(s) in service. Waiting on resource signals with a timeout of PT5M when new instances are added "
        "to the autoscaling group.",
        "Temporarily setting autoscaling group MinSize and DesiredCapacity to 6.",
        "New instance(s) added to autoscaling group - Waiting on 3 resource signal(s) with a timeout of PT5M.",
        "Received SUCCESS signal with UniqueId {1 instance}",
        "Received SUCCESS signal with UniqueId {1 instance}",
        "Received SUCCESS signal with UniqueId {1 instance}",
        "Terminating instance(s) [{3 instances}]; replacing with 0 new instance(s).",
        "Successfully terminated instance(s) [{3 instances}] (Progress 100%).",
    ]


def test_progress_is_rounded_to_the_nearest_percent() -> None:
    """Observed: 33, 67 and 100 for three rounds of one."""
    made = planned(3, 4)
    told = [text.rpartition("Progress ")[2] for text in made.events if "Progress" in text]
    assert told == ["33%).", "67%).", "100%)."]


def test_a_floor_of_none_is_not_mentioned() -> None:
    """GU: without MinInstancesInService the start event has no clause about it."""
    assert (
        planned(2, 3).events[0]
        == "Rolling update initiated. Terminating 2 obsolete instance(s) in batches of 1."
    )


def test_a_pause_without_signals_is_announced() -> None:
    """DOC: without signals PauseTime is a pause after each change of a batch."""
    made = planned(2, 3, PauseTime="PT1M")
    assert made.events[0].endswith(" Pausing for PT1M when new instances are added to the autoscaling group.")
    assert made.events.count("New instance(s) added to autoscaling group - Pausing for PT1M.") == 2


@pytest.mark.parametrize(
    ("old", "percent", "tolerated"),
    [
        pytest.param(10, 100, 0, id="DOC: default"),
        pytest.param(10, 50, 5, id="AWS knowledge centre: ten at 50 percent"),
        pytest.param(9, 95, 0, id="observed: 1 FAILURE out of 9 at 95 percent fails"),
        pytest.param(3, 66.7, 1, id="DOC: rounded to the nearest tenth of a percent"),
        pytest.param(3, 66.8, 0, id="DOC: rounded to the nearest tenth of a percent, the other side"),
        pytest.param(4, 0, 4, id="zero asks for nothing"),
    ],
)
def test_failures_are_counted_over_the_whole_update(old: int, percent: float, tolerated: int) -> None:
    """GU: "0 SUCCESS signal(s) out of 6" with batches of 3; the share is of all members, not of the batch."""
    made = planned(old, old + 2, WaitOnResourceSignals=True, MinSuccessfulInstancesPercent=percent)
    assert made.tolerated == tolerated


def test_nothing_to_replace_says_nothing() -> None:
    """Without obsolete instances there are no rolling events, and nothing is resized."""
    made = planned(0, 3)
    assert (made.replace, made.events, made.resize) == (0, (), False)
