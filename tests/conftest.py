"""What holds for every test, and for the processes that they start: no course is kept among the user's own.

A worker goes through many modules, each with a lab at an address of its own: what this process keeps for an address,
some 20 MB of clients, is forgotten with the module.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

os.environ["ROLLING_HISTORY"] = "off"
os.environ.pop("ROLLING_HISTORY_BUCKET", None)
_KEPT = (
    ("pulumi_rolling.fleets.aws.api", "_clients"),
    ("pulumi_rolling.fleets.aws.sessions", "_sessions"),
    ("pulumi_rolling.fleets.alibaba.api", "_clients"),
)


@pytest.fixture(scope="module", autouse=True)
def forgotten_clients() -> Iterator[None]:
    """Made before any lab of the module, so that it ends after it. Nothing is loaded for it."""
    yield
    for module, name in _KEPT:
        if module in sys.modules:
            getattr(sys.modules[module], name).clear()
    if "tests.in_lab" in sys.modules:
        sys.modules["tests.in_lab"]._client.cache_clear()
