"""Ages come from the cloud's clock, whatever this machine's says (property 17)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_rolling.cloud_time import CloudTime

TRUE = 1_700_000_000.25
"""The cloud's time of day at the steady clock's 0."""


class World:
    """A cloud's clock, a steady one, and this machine's, which is off and may be set."""

    def __init__(self, off: float) -> None:
        self.elapsed, self.off = 0.0, off
        self.time = CloudTime(lambda: TRUE + self.elapsed + self.off, lambda: self.elapsed)

    def ask(self, there: float, back: float) -> None:
        """One question and its answer, whose Date is in whole seconds."""
        asked_at = self.elapsed
        date = math.floor(TRUE + self.elapsed + there)
        self.elapsed += there + back
        self.time.heard(date, asked_at, self.elapsed)

    @property
    def error(self) -> float:
        return self.time.now() - (TRUE + self.elapsed)


@pytest.mark.parametrize("off", [0.0, 0.3, -0.3, 120.0, -120.0, 600.0, -600.0, 86_400.0 * 365])
def test_one_answer_tells_the_time_to_a_second(off: float) -> None:
    """From the very first look, which judges what was launched before it."""
    world = World(off)
    world.ask(0.05, 0.05)
    assert abs(world.error) <= 1.1


@given(
    off=st.floats(-1e6, 1e6),
    trips=st.lists(st.tuples(st.floats(0.01, 2.0), st.floats(0.01, 2.0), st.floats(0.0, 30.0)), min_size=1),
)
def test_every_answer_keeps_the_time_within_its_own_bounds(
    off: float, trips: list[tuple[float, float, float]]
) -> None:
    """However long answers take, the time is never further off than the quickest of them allows."""
    world = World(off)
    for there, back, pause in trips:
        world.ask(there, back)
        world.elapsed += pause
    assert abs(world.error) <= 1.0 + min(there + back for there, back, _ in trips) + 1e-3


@pytest.mark.parametrize("step", [600.0, -600.0, 7200.0, -7200.0])
def test_a_step_of_this_machines_clock_changes_nothing(step: float) -> None:
    """Before the first answer and after it."""
    for answered in (False, True):
        world = World(0.0)
        if answered:
            world.ask(0.05, 0.05)
        before = world.time.now()
        world.off += step
        assert world.time.now() == before


def test_a_clock_that_is_right_is_taken_as_it_is() -> None:
    """To the fraction of a second that no Date has."""
    world = World(0.0)
    world.ask(0.05, 0.05)
    assert world.error == 0.0


def test_one_answer_against_all_others_is_not_believed_and_two_are() -> None:
    """A proxy's own page may carry any Date; where the clock of the cloud itself has moved, the next answer agrees."""
    world = World(0.0)
    world.ask(0.05, 0.05)
    world.time.heard(TRUE - 5_000.0, world.elapsed, world.elapsed)
    assert abs(world.error) <= 1.1
    world.ask(0.05, 0.05)
    assert abs(world.error) <= 1.1
    for _ in range(2):
        world.time.heard(math.floor(TRUE + world.elapsed + 300.0), world.elapsed, world.elapsed)
    assert 299.0 <= world.error <= 301.0
