"""One lab for the tests of a module, emptied for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pulumi_rolling.lab import Lab

from tests.lab.bench import Bench, HeldClock


@pytest.fixture(scope="module")
def running() -> Iterator[Bench]:
    clock = HeldClock()
    with Lab(boot=0.05, clock=clock) as lab:
        yield Bench(lab, clock)


@pytest.fixture
def bench(running: Bench) -> Bench:
    running.lab.reset(seed=1)
    return running
