"""The arithmetic of instance refresh, by the table of facts.

API is the reference of StartInstanceRefresh (RefreshPreferences); UG23 is the EC2 Auto Scaling user guide, "Add
checkpoints to an instance refresh"; INFERRED follows from both and was not seen.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_rolling.lab.world import refresh_bounds as lab
from pulumi_rolling.policy.instance_refresh.arithmetic import (
    Bounds,
    Checkpoint,
    bounds,
    checkpoints,
    left_old,
)


@pytest.mark.parametrize(
    ("desired", "least", "most", "expected", "source"),
    [
        (10, 90, None, Bounds(9, 10, 1), "API: 1 at a time, terminate and launch together"),
        (10, 80, 100, Bounds(8, 10, 2), "UG23: a group of 10 with 80 % replaces 2 at a time"),
        (10, 100, 110, Bounds(10, 11, 1, launch_first=True), "API: launch 1 first"),
        (3, 100, 110, Bounds(3, 4, 1, True, True), "API: blocked by rounding, launch first"),
        (1, 90, None, Bounds(0, 1, 1, True), "API: no Max, so terminate and launch at the same time"),
        (3, 90, None, Bounds(2, 3, 1, True), "API: no Max, so terminate and launch at the same time"),
        (4, 100, 100, Bounds(4, 5, 1, True, True), "API: a Max that cannot be held yields"),
        (7, 50, 150, Bounds(4, 10, 6), "INFERRED: 3 launched, then terminations down to 4"),
        (10, 0, 100, Bounds(0, 10, 10), "API: Min 0 replaces all at once"),
        (10, 0, None, Bounds(0, 10, 10), "API: Min 0 replaces all at once"),
        (0, 90, None, Bounds(0, 0, 0), "nobody is there"),
    ],
)
def test_the_table_of_bounds(
    desired: int, least: int, most: int | None, expected: Bounds, source: str
) -> None:
    """Min rounds up, Max rounds down, and where both leave nothing one of them yields."""
    assert bounds(desired, least, most) == expected, source


def test_an_outage_is_told_from_a_small_group() -> None:
    """The only instance is terminated first without a Max, and launched first with one."""
    assert bounds(1, 90, None).is_outage and bounds(4, 0, 100).is_outage
    assert not bounds(1, 100, 110).is_outage and not bounds(3, 90, None).is_outage


@given(desired=st.integers(1, 400), least=st.integers(0, 100), most=st.none() | st.integers(100, 200))
def test_a_refresh_can_always_move_and_yields_by_one_at_most(
    desired: int, least: int, most: int | None
) -> None:
    """The percentages hold to within the one instance by which rounding yields."""
    room = bounds(desired, least, most)
    assert 1 <= room.at_once <= desired
    assert room.keep >= -(-desired * least // 100) - (1 if most is None else 0)
    assert room.top <= desired * (100 if most is None else most) // 100 + (0 if most is None else 1)


@pytest.mark.parametrize(
    ("total", "percents", "stops"),
    [
        (10, (20, 40, 100), [(20, 2), (40, 4)]),
        (2, (10, 40, 100), [(40, 1)]),
        (3, (50, 60, 90), [(60, 2)]),
        (3, (50,), []),
        (0, (50, 100), []),
        (1, (50, 100), []),
        (10, (95, 98, 100), []),
        (10, (), []),
    ],
)
def test_checkpoints_in_instances(
    total: int, percents: tuple[int, ...], stops: list[tuple[int, int]]
) -> None:
    """UG23: of those that two instances pass at once ([10, 40, 100]) only 40 is announced; the last ends it."""
    assert checkpoints(total, percents) == tuple(Checkpoint(*each) for each in stops)


@pytest.mark.parametrize(
    ("total", "percents", "left"), [(10, (), 0), (10, (20, 100), 0), (10, (20, 40), 6), (3, (50,), 1)]
)
def test_a_last_checkpoint_below_100_leaves_old_ones(
    total: int, percents: tuple[int, ...], left: int
) -> None:
    """API: to replace all instances the last number must be 100."""
    assert left_old(total, percents) == left


@given(desired=st.integers(0, 60), least=st.integers(0, 100), most=st.none() | st.integers(100, 200))
def test_the_lab_read_the_same_facts(desired: int, least: int, most: int | None) -> None:
    """Written twice and apart: the plan's arithmetic and that of the lab which proves it."""
    ours, theirs = bounds(desired, least, most), lab.bounds(desired, least, most)
    if desired:
        assert (ours.keep, ours.top) == (theirs.keep, theirs.top)
