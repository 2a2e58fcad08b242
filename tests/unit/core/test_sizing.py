"""The arithmetic of a rollout. "GU" is guardian/testing-asg-rolling-update, "DOC" CloudFormation's own pages."""

from __future__ import annotations

import pytest
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.sizing import Sizing, in_instances, progress, size_roll, tenth, tolerated


@pytest.mark.parametrize(
    ("desired", "max_size", "floor", "most", "old", "batch", "capacity"),
    [
        pytest.param(10, 12, 8, 4, 10, 4, 12, id="worked example: two are launched first"),
        pytest.param(3, 9, 3, 6, 3, 3, 6, id="GU: a group at its floor is doubled"),
        pytest.param(6, 9, 3, 6, 6, 6, 9, id="GU partially scaled: six at once, up to MaxSize"),
        pytest.param(6, 9, 3, 3, 6, 3, 6, id="GU: floor and batch fit into Desired, sizes are untouched"),
        pytest.param(6, 9, 6, 6, 6, 3, 9, id="MaxSize less the floor bounds the batch"),
        pytest.param(30, 30, 3, 100, 30, 27, 30, id="roadmap #467: down to the floor where there is no room"),
        pytest.param(10, 20, 10, 4, 2, 2, 12, id="no more at once than are old"),
        pytest.param(3, 9, 6, 1, 3, 1, 4, id="a floor above Desired counts as Desired"),
        pytest.param(4, 4, 0, 2, 4, 2, 4, id="no floor, no launch ahead"),
        pytest.param(5, 5, 5, 2, 5, 0, 5, id="no room between floor and MaxSize: no batch"),
        pytest.param(6, 5, 6, 2, 6, 0, 6, id="above MaxSize: no batch, and none is taken away"),
        pytest.param(5, 9, 5, 2, 0, 0, 5, id="nobody is old: nothing changes"),
    ],
)
def test_batch_and_capacity(
    desired: int, max_size: int, floor: int, most: int, old: int, batch: int, capacity: int
) -> None:
    """batch = min(old, MaxBatchSize, MaxSize - floor); capacity = max(Desired, floor + batch) (GU; design: sizing)."""
    made = size_roll(Limits(batch=most, floor=floor, max_size=max_size), old, desired)
    assert made == Sizing(batch, capacity)


def test_capacity_keeps_within_bounds() -> None:
    """Never above MaxSize, never below Desired, and with the whole batch away the floor still stands."""
    for desired in range(1, 8):
        for floor in range(9):
            for most in range(1, 8):
                made = size_roll(Limits(batch=most, floor=floor, max_size=8), desired, desired)
                assert desired <= made.capacity <= 8
                assert made.capacity - made.batch >= min(floor, desired)


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(1, 3, 33.3), (2, 3, 66.7), (17, 21, 81.0), (1, 16, 6.3), (3, 16, 18.8), (0, 7, 0.0), (7, 7, 100.0)],
)
def test_percents_are_rounded_to_the_nearest_tenth(part: int, whole: int, percent: float) -> None:
    """DOC: "rounded to the nearest tenth of a percent"; a half goes up."""
    assert tenth(part, whole) == percent


@pytest.mark.parametrize(
    ("whole", "need", "failures"),
    [
        pytest.param(5, 50.0, 2, id="DOC: 50 percent of five are three"),
        pytest.param(10, 50.0, 5, id="half of ten"),
        pytest.param(9, 95.0, 0, id="95 percent of nine are all nine"),
        pytest.param(21, 81.0, 4, id="the first size at which rounding to a tenth differs from rounding up"),
        pytest.param(10, 100.0, 0, id="all must succeed"),
        pytest.param(10, 0.0, 10, id="none must succeed"),
        pytest.param(0, 50.0, 0, id="of nobody, nobody may fail"),
        pytest.param(1, 1.0, 0, id="the only one must succeed however little is asked"),
    ],
)
def test_failures_that_are_tolerated(whole: int, need: float, failures: int) -> None:
    """The most failures that leave MinSuccessfulInstancesPercent among those of the update (DOC)."""
    assert tolerated(whole, need) == failures


def test_tolerance_is_exact_for_every_percent() -> None:
    """The most f with round(100 (M - f) / M, 1) >= percent, half up, counted here in whole numbers."""
    for whole in range(1, 61):
        enough = [(2000 * (whole - f) + whole) // (2 * whole) for f in range(whole + 1)]
        for need in range(101):
            most = max(f for f in range(whole + 1) if enough[f] >= 10 * need)
            assert tolerated(whole, need) == most, (whole, need)


@pytest.mark.parametrize(
    ("done", "whole", "percent"), [(1, 9, 11), (1, 3, 33), (2, 3, 67), (1, 8, 13), (3, 3, 100), (0, 0, 100)]
)
def test_progress_of_the_event_texts(done: int, whole: int, percent: int) -> None:
    """GU: 11 for 1 of 9, 67 for 2 of 3: to the nearest whole percent, a half goes up."""
    assert progress(done, whole) == percent


@pytest.mark.parametrize(
    ("sizes", "weights", "counted"),
    [
        (Sizes(2, 8, 6), [1] * 6, Sizes(2, 8, 6)),
        (Sizes(3, 18, 12), [3] * 4, Sizes(1, 6, 4)),
        (Sizes(0, 12, 12), [3] * 4, Sizes(0, 4, 4)),
        (Sizes(0, 14, 6), [1, 1, 4], Sizes(0, 5, 3)),
        (Sizes(0, 8, 0), [], Sizes(0, 8, 0)),
    ],
)
def test_a_policy_counts_instances_where_members_have_weights(
    sizes: Sizes, weights: list[int], counted: Sizes
) -> None:
    """Facts G10: AWS counts units, we count instances; what a launch brings is taken to be the heaviest."""
    assert in_instances(sizes, weights) == counted


@pytest.mark.parametrize(
    ("whole", "need"), [(4000, 50.0), (2000, 95.0), (10_000, 99.9), (1000, 0.0), (20, 81.0)]
)
def test_as_many_are_tolerated_as_the_rounded_share_allows(whole: int, need: float) -> None:
    """The largest number of failures whose share of successes, to the nearest tenth, is still enough."""
    allowed = tolerated(whole, need)
    assert tenth(whole - allowed, whole) >= need
    assert allowed == whole or tenth(whole - allowed - 1, whole) < need
