"""SDKs, made once, and a lab for the examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.lab_process import LabProcess
from tests.made_sdks import TOP, made_sdks

EXAMPLES = TOP / "examples"


@pytest.fixture(scope="session")
def sdks() -> Path:
    return made_sdks("every example that needs an SDK")


@pytest.fixture(scope="session")
def example_lab() -> Iterator[LabProcess]:
    with LabProcess(boot=0.3) as lab:
        yield lab


@pytest.fixture(scope="session")
def alibaba_lab() -> Iterator[LabProcess]:
    with LabProcess(boot=0.3, cloud="alibaba") as lab:
        yield lab
