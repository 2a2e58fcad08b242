"""The arithmetic of an ECS deployment: percentages in tasks, what is blocked, and when the breaker acts."""

from __future__ import annotations

from itertools import product

import pytest
from pulumi_rolling.policy.ecs_deployment.arithmetic import bounds, failures
from pulumi_rolling.policy.ecs_deployment.leaves import ThresholdType


@pytest.mark.parametrize(
    ("desired", "minimum", "maximum", "keep", "top", "at_once"),
    [
        (4, 50, 200, 2, 8, 4),
        (4, 50, 100, 2, 4, 2),
        (4, 100, 200, 4, 8, 4),
        (2, 75, 200, 2, 4, 2),
        (3, 100, 134, 3, 4, 1),
        (5, 100, 150, 5, 7, 2),
        (10, 90, 110, 9, 11, 1),
        (1, 0, 100, 0, 1, 1),
        (1, 100, 200, 1, 2, 1),
        (7, 50, 150, 4, 10, 3),
        (3, 0, 100, 0, 3, 3),
    ],
)
def test_the_table_of_bounds(
    desired: int, minimum: int, maximum: int, keep: int, top: int, at_once: int
) -> None:
    """The minimum is rounded up, the maximum down (developer guide, deployment configuration)."""
    found = bounds(desired, minimum, maximum)
    assert (found.keep, found.top, found.at_once, found.is_blocked) == (keep, top, at_once, False)


@pytest.mark.parametrize(
    ("desired", "minimum", "maximum", "keep", "top"),
    [
        (2, 75, 100, 2, 2),
        (2, 75, 149, 2, 2),
        (3, 100, 125, 3, 3),
        (3, 100, 133, 3, 3),
        (3, 67, 100, 3, 3),
        (1, 100, 100, 1, 1),
        (1, 1, 199, 1, 1),
    ],
)
def test_the_table_of_what_is_blocked(desired: int, minimum: int, maximum: int, keep: int, top: int) -> None:
    """Where rounding leaves room for no stop and no start; either remedy alone makes room for one task."""
    found = bounds(desired, minimum, maximum)
    assert (found.keep, found.top, found.is_blocked, found.at_once) == (keep, top, True, 0)
    assert bounds(desired, minimum, found.least_top).at_once == 1
    assert bounds(desired, found.most_keep, maximum).at_once == 1
    assert bounds(desired, minimum, found.least_top - 1).is_blocked
    assert bounds(desired, found.most_keep + 1, maximum).is_blocked


def test_a_deployment_moves_exactly_where_it_is_not_blocked() -> None:
    """One step never takes more than the bounds allow, and there is one wherever there are tasks and room."""
    for desired, minimum, maximum in product(range(1, 25), range(0, 101, 3), range(100, 210, 7)):
        found = bounds(desired, minimum, maximum)
        assert found.is_blocked == (found.at_once == 0)
        assert found.at_once <= desired and (
            desired + found.at_once <= found.top
            if found.starts_first
            else desired - found.at_once >= found.keep
        )


@pytest.mark.parametrize(("minimum", "maximum"), [(0, 100), (100, 100), (50, 200)])
def test_of_nothing_nothing_is_blocked(minimum: int, maximum: int) -> None:
    """A service without tasks is deployed at once."""
    found = bounds(0, minimum, maximum)
    assert (found.is_blocked, found.is_outage, found.at_once) == (False, False, 0)


def test_an_outage_is_told_from_a_small_service() -> None:
    """A minimum of nothing lets all tasks go before a new one is healthy, whatever the maximum."""
    assert bounds(1, 0, 100).is_outage and bounds(4, 0, 200).is_outage
    assert not bounds(1, 1, 200).is_outage and not bounds(1, 100, 200).is_outage


@pytest.mark.parametrize(
    ("desired", "acts"),
    [(0, 3), (1, 3), (6, 3), (7, 4), (10, 5), (25, 13), (100, 50), (399, 200), (2000, 200)],
)
def test_the_breaker_acts_at_half_of_desired_between_3_and_200(desired: int, acts: int) -> None:
    """The API's own threshold, BOUNDED_PERCENT 50, rounded up (25 tasks make 13)."""
    assert failures(desired) == acts


@pytest.mark.parametrize(
    ("kind", "value", "desired", "acts"),
    [
        (ThresholdType.COUNT, 1, 100, 1),
        (ThresholdType.COUNT, 500, 4, 500),
        (ThresholdType.BOUNDED_PERCENT, 10, 10, 3),
        (ThresholdType.BOUNDED_PERCENT, 100, 8, 8),
        (ThresholdType.BOUNDED_PERCENT, 100, 900, 200),
        (ThresholdType.UNBOUNDED_PERCENT, 10, 10, 1),
        (ThresholdType.UNBOUNDED_PERCENT, 25, 10, 3),
        (ThresholdType.UNBOUNDED_PERCENT, 100, 900, 900),
        (ThresholdType.UNBOUNDED_PERCENT, 50, 0, 1),
    ],
)
def test_a_threshold_of_ones_own(kind: ThresholdType, value: int, desired: int, acts: int) -> None:
    """COUNT is literal, BOUNDED_PERCENT is held between 3 and 200, UNBOUNDED_PERCENT is not."""
    assert failures(desired, kind, value) == acts
