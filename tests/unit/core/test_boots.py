"""What boots seen say of the next one, and of how long the rest takes."""

from __future__ import annotations

import math
from statistics import NormalDist, fmean

import pytest
from pulumi_rolling.core.replace.boots import Law, add_boots, law_of
from pulumi_rolling.core.replace.forecast import time_left
from pulumi_rolling.core.replace.limits import Pacing
from pulumi_rolling.core.replace.rollout import Boots

from tests.unit.core.stage import boots_like, boots_of

NONE = Boots()
HUNDRED = boots_of(100.0)
"""One boot of 100 s: a law with median 100 s and the spread that is expected before boots say otherwise, 0.5."""


def fitted(logs: list[float]) -> Law:
    """As simulated for the guard: s2 = (sum of squares + 2 * 0.25) / (n + 1), widened by (1 + 1/n)."""
    mean = fmean(logs)
    variance = (sum((x - mean) ** 2 for x in logs) + 0.5) / (len(logs) + 1)
    return Law(mean, math.sqrt(variance), math.sqrt(variance * (1 + 1 / len(logs))))


def close(made: Law | None, wanted: Law) -> bool:
    assert made is not None
    pairs = zip(
        (made.mean, made.spread, made.predictive),
        (wanted.mean, wanted.spread, wanted.predictive),
        strict=True,
    )
    return all(math.isclose(one, other, rel_tol=1e-9) for one, other in pairs)


def test_of_nothing_there_is_no_law() -> None:
    """Before a boot was ever seen nothing is said of the next one."""
    assert law_of(NONE, NONE) is None


@pytest.mark.parametrize("seconds", [(100.0,), (60.0, 90.0), (30.0, 45.0, 200.0, 41.0), (50.0,) * 20])
def test_the_law_of_the_boots_seen(seconds: tuple[float, ...]) -> None:
    """A lognormal law with a prior spread of 0.5 that counts for two boots, made wider for so few."""
    assert close(law_of(boots_of(*seconds), NONE), fitted([math.log(s) for s in seconds]))


@pytest.mark.parametrize(
    ("own", "prior", "counted"),
    [
        pytest.param((), (60.0, 90.0), (60.0, 90.0), id="two boots of the last roll count as two"),
        pytest.param((), (60.0, 90.0) * 2, (60.0, 90.0) * 2, id="four as four"),
        pytest.param((), (60.0, 90.0) * 50, (60.0, 90.0) * 2, id="a hundred as four"),
        pytest.param((200.0,), (60.0, 90.0) * 50, (60.0, 90.0, 60.0, 90.0, 200.0), id="beside one of this"),
        pytest.param((200.0,) * 40, (80.0,) * 9, (80.0,) * 4 + (200.0,) * 40, id="beside many of this"),
    ],
)
def test_the_last_roll_counts_for_four_boots_at_most(
    own: tuple[float, ...], prior: tuple[float, ...], counted: tuple[float, ...]
) -> None:
    """The new revision may boot otherwise, so the group's last rollout weighs no more than a few (design: guard)."""
    made = law_of(boots_of(*own), boots_of(*prior))
    assert close(made, fitted([math.log(s) for s in counted]))


def test_boots_are_kept_as_three_sums() -> None:
    """Count, logs, squares of logs; a boot of no time at all counts as a millisecond."""
    once = add_boots(NONE, [math.e])
    assert once == Boots(1, 1.0, 1.0)
    twice = add_boots(once, [math.exp(3.0)])
    assert (twice.n, twice.logs, twice.squares) == pytest.approx((2, 4.0, 10.0))
    assert (
        add_boots(NONE, [0.0]) == add_boots(NONE, [0.001]) == Boots(1, math.log(0.001), math.log(0.001) ** 2)
    )


@pytest.mark.parametrize("age", [1.0, 60.0, 100.0, 170.0, 400.0, 5000.0])
def test_the_share_of_good_boots_that_take_longer(age: float) -> None:
    """The upper tail of the predictive law, not of the narrower law of the boots seen."""
    law = law_of(HUNDRED, NONE)
    assert law is not None and law.predictive > law.spread
    tail = NormalDist(-math.log(100.0), law.predictive).cdf(-math.log(age))
    assert law.slower_than(age) == pytest.approx(tail)


def test_every_boot_takes_some_time() -> None:
    """At its launch, or before it by a clock that differs, nobody is late; half are slower than the median."""
    law = law_of(HUNDRED, NONE)
    assert law is not None
    assert [law.slower_than(0.0), law.slower_than(-5.0), law.slower_than(100.0)] == [1.0, 1.0, 0.5]


@pytest.mark.parametrize(
    ("pacing", "left", "window", "low", "high"),
    [
        pytest.param(Pacing.LOCK_STEP, 4, 2, 200.0, 454.1, id="two rounds of typical or of slow boots"),
        pytest.param(Pacing.LOCK_STEP, 5, 2, 300.0, 681.1, id="a last round of one is a round"),
        pytest.param(Pacing.LOCK_STEP, 1, 10, 100.0, 227.0, id="one round at least"),
        pytest.param(Pacing.SLIDING, 4, 2, 143.1, 391.5, id="two windows, the quick quarter at best"),
        pytest.param(Pacing.SLIDING, 5, 2, 178.8, 504.8, id="slots are used again at once"),
        pytest.param(Pacing.SLIDING, 1, 10, 71.5, 278.2, id="one boot at least"),
    ],
)
def test_time_left_is_a_range(pacing: Pacing, left: int, window: int, low: float, high: float) -> None:
    """By boots of 100 s: a quarter boots in 100 e^-0.335 = 71.5 s, a twentieth takes longer than 100 e^0.82 = 227 s."""
    assert time_left(HUNDRED, left, window, pacing) == pytest.approx((low, high), abs=0.1)


@pytest.mark.parametrize("pacing", list(Pacing))
def test_time_left_is_never_made_from_nothing(pacing: Pacing) -> None:
    """No boot in this rollout and none in the last one: no range, also where nobody is left."""
    assert time_left(NONE, 4, 2, pacing) is None
    assert time_left(NONE, 0, 2, pacing) is None


@pytest.mark.parametrize("pacing", list(Pacing))
def test_the_last_roll_tells_the_time_until_a_boot_of_this_one_does(pacing: Pacing) -> None:
    """From the first boot of this rollout on only its own count (core.forecast)."""
    prior = boots_like(30, 20.0, 2.0)
    assert time_left(NONE, 4, 2, pacing, prior) == time_left(boots_like(4, 20.0, 4 * 2.0 / 30), 4, 2, pacing)
    assert time_left(HUNDRED, 4, 2, pacing, prior) == time_left(HUNDRED, 4, 2, pacing)


@pytest.mark.parametrize("pacing", list(Pacing))
def test_time_left_narrows_to_nothing(pacing: Pacing) -> None:
    """The lower end never exceeds the higher, neither grows with fewer left, and with nobody left both are zero."""
    for spread in (0.0, 3.0, 60.0):
        boots = boots_like(10, 100.0, spread)
        ranges = [time_left(boots, left, 3, pacing) for left in range(13)]
        told = [each for each in ranges if each is not None]
        assert len(told) == 13 and told[0] == (0.0, 0.0)
        assert all(low < high for low, high in told[1:])
        assert told == sorted(told) and sorted(high for _, high in told) == [high for _, high in told]
