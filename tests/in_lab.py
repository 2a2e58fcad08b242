"""A lab's cloud in place of any other, for code that runs in the test's own process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
import pytest


def client(service: str) -> Any:
    """Of the lab that is in use. A client takes longer to make than most of its calls, so it is made once."""
    return _client(service, os.environ["AWS_ENDPOINT_URL"])


@cache
def _client(service: str, endpoint: str) -> Any:
    return boto3.client(service, endpoint_url=endpoint)


def use_lab(patch: pytest.MonkeyPatch, environment: Mapping[str, str], **seconds: float) -> None:
    """No variable of AWS's but the lab's. ``seconds``: the driver's pace, ``poll`` and ``settle``."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        patch.delenv(name)
    for name, value in environment.items():
        patch.setenv(name, value)
    for name, length in seconds.items():
        patch.setenv(f"ROLLING_{name.upper()}_SECONDS", str(length))
