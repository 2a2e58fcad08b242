"""The guard's odds against a calculation that tries every fate of every member in flight."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product
from statistics import NormalDist
from typing import Any

import pytest
from pulumi_rolling.core.replace.guard import OVERDUE, Odds
from pulumi_rolling.core.replace.limits import Guard, Limits
from pulumi_rolling.core.replace.rollout import Boots, Opening, Rollout

from tests.unit.core.stage import START, booting, boots_like, boots_of, failures, limits, rolling

AT = START + 1000.0
TWENTY = boots_like(20, 90.0, 19 * 0.3**2)
"""Boots of about 90 s whose logs differ by 0.3."""
SETTINGS = {Guard.FAST: (0.1, 0.02), Guard.BALANCED: (0.2, 0.1), Guard.CAUTIOUS: (0.1, 0.3)}
"""Threshold q, and the failures A that are presumed beside one success (simulated: docs/design.md, the guard)."""


def rules(guard: Guard, need: float = 100.0) -> Limits:
    return limits(guard=guard, signals=True, pause=600.0, need_percent=need, active_percent=None)


def met(finished: int, **changes: Any) -> Rollout:
    """``finished`` members succeeded, with boots of about 90 s."""
    names = frozenset(f"new-{i}" for i in range(finished))
    return rolling(**({"succeeded": names, "boots": TWENTY} | changes))


def flight(*ages: float) -> tuple[Any, ...]:
    return tuple(booting(f"i-{i + 1}", age) for i, age in enumerate(ages))


def odds_of(guard: Guard, rollout: Rollout, *ages: float, need: float = 100.0) -> Odds:
    return Odds(rules(guard, need), rollout, flight(*ages), AT)


def slower(boots: Boots, age: float) -> float:
    """S(a): the tail of a lognormal law with s2 = (sum of squares + 2 * 0.25) / (n + 1), widened by (1 + 1/n)."""
    mean = boots.logs / boots.n
    variance = (boots.squares - boots.n * mean**2 + 0.5) / (boots.n + 1) * (1 + 1 / boots.n)
    return NormalDist(-mean, math.sqrt(variance)).cdf(-math.log(age)) if age > 0 else 1.0


def tried_out(share: float, boots: Boots, ages: list[float], left: int) -> float:
    """P(more than ``left`` are bad): the sum over all fates, each member bad with f / (f + (1 - f) S(a))."""
    bad = [share / (share + (1 - share) * slower(boots, age)) for age in ages]
    lost = 0.0
    for fates in product((True, False), repeat=len(bad)):
        if sum(fates) > left:
            lost += math.prod(p if fate else 1 - p for p, fate in zip(bad, fates, strict=True))
    return lost


@pytest.mark.parametrize("guard", list(SETTINGS))
@pytest.mark.parametrize(
    ("finished", "failed", "need", "ages"),
    [
        pytest.param(20, 0, 100.0, [200.0], id="one late, no failure allowed"),
        pytest.param(20, 0, 100.0, [60.0] * 5 + [200.0], id="one late among five in time"),
        pytest.param(0, 0, 100.0, [10.0, 90.0, 95.0], id="nobody ready yet"),
        pytest.param(3, 1, 70.0, [150.0, 160.0, 170.0, 10.0], id="one failed, two more may"),
        pytest.param(6, 2, 80.0, [150.0, 120.0], id="the budget is used up, not spent"),
        pytest.param(2, 0, 0.0, [500.0, 600.0], id="all may fail"),
        pytest.param(5, 0, 90.0, [0.0, -3.0, 1e5], id="just launched, by clocks that differ, and long lost"),
    ],
)
def test_the_odds_are_those_of_all_fates(
    guard: Guard, finished: int, failed: int, need: float, ages: list[float]
) -> None:
    """P(failures and silent bad ones exceed the budget), with f = (failures + A) / (judged + A + 1)."""
    odds = odds_of(guard, met(finished, failed=failures(failed)), *ages, need=need)
    _, presumed = SETTINGS[guard]
    share = (failed + presumed) / (finished + failed + presumed + 1)
    left = round(10 - need / 10) - failed
    assert odds.lost == pytest.approx(tried_out(share, TWENTY, ages, left), abs=1e-9)


def test_the_worked_example() -> None:
    """Five of 60 s and one of 200 s: 0.40 that one is bad, over balanced's 0.2; at 60 s all six together 0.03."""
    assert odds_of(Guard.BALANCED, met(20), *[60.0] * 6).lost == pytest.approx(0.03, abs=0.005)
    late = odds_of(Guard.BALANCED, met(20), *[60.0] * 5, 200.0)
    assert late.lost == pytest.approx(0.40, abs=0.015)
    assert not late.allow_start()


@pytest.mark.parametrize(
    ("guard", "starts"),
    [
        pytest.param(Guard.FAST, 11, id="fast: q 0.1, A 0.02"),
        pytest.param(Guard.BALANCED, 5, id="balanced: q 0.2, A 0.1"),
        pytest.param(Guard.CAUTIOUS, 1, id="cautious: q 0.1, A 0.3"),
    ],
)
def test_each_start_counts(guard: Guard, starts: int) -> None:
    """A member just launched is bad with f; starts are allowed while the odds of those before are below q.

    After one success f is 0.0099, 0.048, 0.13: the odds 1 - (1 - f)^k reach q at the 11th, the 5th, the 1st start.
    """
    odds = odds_of(guard, met(1))
    allowed = 0
    while odds.allow_start():
        allowed += 1
        threshold, presumed = SETTINGS[guard]
        share = presumed / (2 + presumed)
        assert odds.lost == pytest.approx(1 - (1 - share) ** allowed)
    assert allowed == starts
    assert odds.lost >= threshold
    assert not odds.allow_start()


@pytest.mark.parametrize("age", [100.0, 160.0, 200.0, 300.0])
def test_the_settings_differ_in_patience(age: float) -> None:
    """What fast holds, balanced holds too; what balanced holds, cautious holds too."""
    held = [not odds_of(guard, met(20), 60.0, age).allow_start() for guard in SETTINGS]
    assert held == sorted(held)


def test_balanced_holds_later_than_cautious_and_earlier_than_fast() -> None:
    """The age at which one silent member of a good build stops new starts, to the second."""
    first = [
        next(age for age in range(1000) if not odds_of(guard, met(20), float(age)).allow_start())
        for guard in (Guard.CAUTIOUS, Guard.BALANCED, Guard.FAST)
    ]
    assert first == sorted(set(first))
    assert first[0] > 90.0


def test_the_guard_opens_again_when_the_late_one_arrives() -> None:
    """It is asked anew at each look: with the one of 200 s ready, the others hold nothing."""
    assert not odds_of(Guard.BALANCED, met(20), 60.0, 200.0).allow_start()
    assert odds_of(Guard.BALANCED, met(21), 60.0).allow_start()


@pytest.mark.parametrize(
    ("guard", "rollout"),
    [
        pytest.param(Guard.OFF, met(5), id="off: the slots alone hold"),
        pytest.param(Guard.CAUTIOUS, met(0, boots=Boots()), id="no boot was ever seen: nothing to compare"),
    ],
)
def test_nothing_is_held(guard: Guard, rollout: Rollout) -> None:
    """However old those in flight are, and however many starts are asked for."""
    odds = odds_of(guard, rollout, 1e6, 1e6, 1e6)
    assert odds.lost == 0.0
    assert all(odds.allow_start() for _ in range(100))


def test_the_last_roll_holds_before_a_boot_of_this_one_is_seen() -> None:
    """Boots of the group's last rollout are what a silent member is compared with at first."""
    assert not odds_of(Guard.BALANCED, met(0, boots=Boots(), prior=TWENTY), 900.0).allow_start()
    assert odds_of(Guard.BALANCED, met(0, boots=Boots(), prior=TWENTY), 90.0).allow_start()


@pytest.mark.parametrize("own", [(), (60.0,), (60.0, 80.0, 100.0)])
def test_the_last_roll_counts_as_four_boots(own: tuple[float, ...]) -> None:
    """A thousand boots of the last rollout say no more than four like them; two say no more than two."""
    prior = [boots_like(n, 300.0, n * 0.09) for n in (2, 4, 1000)]
    two, four, thousand = (
        odds_of(Guard.BALANCED, met(5, boots=boots_of(*own), prior=each), 900.0).lost for each in prior
    )
    assert four == pytest.approx(thousand)
    assert two != pytest.approx(four)


def test_an_explicit_failure_counts_twice() -> None:
    """It takes from the budget, and it makes every silent one likelier to be bad."""
    before = odds_of(Guard.BALANCED, met(8), 120.0, 120.0, need=90.0).lost
    after = odds_of(Guard.BALANCED, met(8, failed=failures(1)), 120.0, 120.0, need=80.0).lost
    assert after > 2 * before, "the same budget is left in both, so what differs is the share"
    tighter = odds_of(Guard.BALANCED, met(8, failed=failures(1)), 120.0, 120.0, need=90.0).lost
    assert tighter > after


def test_launches_that_have_not_appeared_age_as_well() -> None:
    """Two that are owed since 200 s weigh as much as two members of 200 s; a member without launch time is young."""
    owed = met(20, openings=(Opening(AT - 200.0, 2),))
    assert odds_of(Guard.FAST, owed).lost == pytest.approx(odds_of(Guard.FAST, met(20), 200.0, 200.0).lost)
    unknown = replace(booting("i-1", 200.0), launched_at=None)
    odds = Odds(rules(Guard.FAST), met(20), (unknown,), AT)
    assert odds.lost == pytest.approx(odds_of(Guard.FAST, met(20), 0.0).lost)


@pytest.mark.parametrize(
    ("ages", "named"),
    [
        pytest.param([60.0, 200.0, 300.0], ("i-3", "i-2"), id="the overdue, the latest first"),
        pytest.param([60.0, 100.0, 80.0], ("i-2",), id="the latest where nobody is plainly overdue"),
        pytest.param([300.0] * 7, ("i-1", "i-2", "i-3", "i-4", "i-5"), id="five at most, equal ones by name"),
        pytest.param([], (), id="nobody in flight"),
    ],
)
def test_suspects_are_named(ages: list[float], named: tuple[str, ...]) -> None:
    """Overdue is who takes longer than all but a twentieth of good boots (design: words)."""
    assert odds_of(Guard.BALANCED, met(20), *ages).suspects() == named
    assert [slower(TWENTY, age) < OVERDUE for age in (100.0, 200.0)] == [False, True]
    assert OVERDUE == 0.05
