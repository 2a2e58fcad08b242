"""Figures of simulated rollouts: distributions, and who is counted in which."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pulumi_rolling.report.simulation import distribution, trial


@dataclass(frozen=True)
class Rolled:
    done: bool = True
    returned: bool | None = None
    why: str = ""
    seconds: float = 100.0
    stopped: float | None = None
    lowest: int = 4
    touched: int = 6
    relaunched: int = 0
    calls: int = 50


STOPPED = Rolled(False, True, "tooManyFailures", 90.0, 60.0, touched=2, relaunched=1)


def test_a_distribution_is_quantiles_mean_and_standard_deviation() -> None:
    """Quantiles lie straight between the values on both sides of them, whatever the order."""
    found = distribution([4.0, 1.0, 3.0, 2.0, 5.0])
    assert found is not None
    assert (found.p5, found.p50, found.p95) == pytest.approx((1.2, 3.0, 4.8))
    assert (found.mean, found.spread) == pytest.approx((3.0, 2.0**0.5))


def test_a_distribution_of_one_value_and_of_none() -> None:
    """One value is all its quantiles; no value is no distribution."""
    found = distribution([7.0])
    assert found is not None
    assert (found.p5, found.p50, found.p95, found.mean, found.spread) == (7.0, 7.0, 7.0, 7.0, 0.0)
    assert distribution([]) is None


def test_roll_time_is_of_those_that_arrived_and_the_way_back_of_those_that_returned() -> None:
    """A rollout that was stopped says nothing of how long one takes."""
    found = trial(0.0, 0.1, [Rolled(), Rolled(seconds=200.0), STOPPED])
    assert (found.rolls, found.arrived, found.returned) == (3, 2, 1)
    assert found.stopped_by == {"tooManyFailures": 1}
    assert found.roll is not None and found.roll.mean == 150.0
    assert found.stopped is not None and found.stopped.mean == 60.0
    assert found.back is not None and found.back.mean == 90.0
    assert found.touched_samples == (6, 6, 2)
    assert found.relaunched.mean == pytest.approx(1 / 3)


def test_where_none_arrives_there_is_no_roll_time() -> None:
    """And where all arrive nothing was stopped."""
    assert trial(1.0, 0.0, [STOPPED]).roll is None
    good = trial(0.0, 0.0, [Rolled()])
    assert good.stopped is None and good.back is None
