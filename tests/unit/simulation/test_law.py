"""Boots as they are given: by mean and spread, by the last rollout's three sums, or by quantiles."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from pulumi_rolling.core.replace.boots import add_boots
from pulumi_rolling.core.replace.rollout import Boots
from pulumi_rolling.errors import PolicyErrors
from pulumi_rolling.simulation.law import law_from


def test_the_sums_of_the_last_rollout_give_its_mean_and_spread() -> None:
    """lastRollout.boots of state, as it stands there, is the lognormal law that it was summed from."""
    chance, boots = random.Random(1), Boots()
    for _ in range(4000):
        boots = add_boots(boots, [chance.lognormvariate(math.log(80.0), 0.4)])
    law = law_from({"n": boots.n, "logs": boots.logs, "squares": boots.squares}, "--quantiles")
    assert law.spread == pytest.approx(0.4, rel=0.05)
    assert law.mean == pytest.approx(80.0 * math.exp(0.08), rel=0.05)


def test_quantiles_in_any_order() -> None:
    """They are sorted, and their mean is that of the law which is straight between them."""
    law = law_from({"p100": 300, "p50": 100, "p0": 100}, "--quantiles")
    assert law.quantiles == ((0.0, 100.0), (0.5, 100.0), (1.0, 300.0))
    assert law.mean == pytest.approx(150.0)


@pytest.mark.parametrize(
    ("given", "path", "message"),
    [
        ([], "--quantiles", "must be"),
        ({}, "--quantiles", "must be"),
        ({"n": 1, "logs": 4.0, "squares": 16.0}, "--quantiles.n", "at least 2"),
        ({"n": "x", "logs": 4.0, "squares": 16.0}, "--quantiles.n", "must be a number"),
        ({"p101": 4.0}, "--quantiles.p101", "is no quantile"),
        ({"median": 4.0}, "--quantiles.median", "is no quantile"),
        ({"p50": True}, "--quantiles.p50", "must be a number"),
        ({"p50": 0}, "--quantiles.p50", "above 0"),
        ({"p5": 90, "p50": 60}, "--quantiles.p50", "at least 90"),
    ],
)
def test_what_is_wrong_is_told_by_its_path(given: Any, path: str, message: str) -> None:
    """One sentence, before anything is simulated."""
    with pytest.raises(PolicyErrors) as raised:
        law_from(given, "--quantiles")
    (fault,) = raised.value.faults
    assert fault.path == path and message in fault.message
