"""Inputs that the tests of the policy have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from pulumi_rolling.errors import Fault

from tests.unit.policy.kinds import check_inputs

Faults = Callable[..., dict[str, str]]


@pytest.fixture
def faults() -> Faults:
    """Path and message of the faults of a policy on an otherwise good resource."""

    def of(policy: Any, **others: Any) -> dict[str, str]:
        group = {"name": "web", "launchTemplate": {"id": "lt-1", "version": "3"}}
        return by_path(check_inputs({"autoScalingGroup": group, "updatePolicy": policy, **others}).faults)

    return of


def by_path(found: Iterable[Fault]) -> dict[str, str]:
    messages = {fault.path: fault.message for fault in found}
    assert len(messages) == len(list(found)), f"two faults at one path: {found}"
    return messages
