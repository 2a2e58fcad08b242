"""A lab's cloud in place of any other, for code that runs in the test's own process."""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest


def use_lab(patch: pytest.MonkeyPatch, environment: Mapping[str, str], **seconds: float) -> None:
    """No variable of AWS's but the lab's. ``seconds``: the driver's pace, ``poll`` and ``settle``."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        patch.delenv(name)
    for name, value in environment.items():
        patch.setenv(name, value)
    for name, length in seconds.items():
        patch.setenv(f"ROLLING_{name.upper()}_SECONDS", str(length))
