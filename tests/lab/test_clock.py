"""The lab's clocks, real and jumping. Source: the lab's interface, docs/lab.md."""

from __future__ import annotations

import time

from pulumi_rolling.lab.clock import JumpingClock, WallClock

from tests.lab.bench import Bench


def test_a_boot_of_an_hour_takes_a_jump(bench: Bench) -> None:
    """On a jumping clock nothing happens until time is moved, and then everything at its own moment."""
    bench.lab.image("ami-v1", boot=3600)
    bench.start(desired=1)
    [first] = bench.ids()
    bench.clock.jump(3599.0)
    assert bench.states() == {first: "Pending"}
    bench.clock.jump(7200.0)
    assert bench.states() == {first: "InService"}
    assert bench.truth(first)["inServiceAt"] == 3600
    assert bench.about(first)["EndTime"].timestamp() - bench.about(first)["StartTime"].timestamp() == 3600


def test_a_jumping_clock_moves_by_waiting_and_not_by_itself() -> None:
    """`wait` moves the time and returns at once; `epoch` is where the time begins."""
    clock = JumpingClock(epoch=5.0)
    assert (clock.epoch, clock.now()) == (5.0, 0.0)
    clock.wait(1000.0)
    clock.jump(0.5)
    assert (clock.epoch, clock.now()) == (5.0, 1000.5)


def test_the_wall_clock_is_real_time() -> None:
    """It shows the present, and waiting takes as long as it says."""
    clock = WallClock()
    before = time.time()
    present = clock.epoch + clock.now()
    assert before - 1e-3 <= present <= time.time() + 1e-3
    shown = clock.now()
    clock.wait(0.01)
    assert clock.now() - shown >= 0.01
