"""Alibaba's lab for the tests of a module, emptied for each, under the pace of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pulumi_rolling.lab import AlibabaLab


@pytest.fixture(scope="module")
def running_lab() -> Iterator[AlibabaLab]:
    with AlibabaLab(boot=0.05) as lab:
        yield lab


@pytest.fixture
def paced_lab(running_lab: AlibabaLab, monkeypatch: pytest.MonkeyPatch) -> AlibabaLab:
    monkeypatch.setenv("ROLLING_POLL_SECONDS", "0.05")
    monkeypatch.setenv("ROLLING_SETTLE_SECONDS", "0.5")
    running_lab.reset()
    return running_lab
