"""One lab of Alibaba Cloud for the tests of a module, emptied for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pulumi_rolling.lab import AlibabaLab

from tests.lab.alibaba.bench import AlibabaBench
from tests.lab.bench import HeldClock


@pytest.fixture(scope="module")
def served() -> Iterator[AlibabaBench]:
    clock = HeldClock()
    with AlibabaLab(boot=0.05, clock=clock) as lab:
        yield AlibabaBench(lab, clock)


@pytest.fixture
def bench(served: AlibabaBench) -> AlibabaBench:
    served.lab.reset(seed=1)
    return served
