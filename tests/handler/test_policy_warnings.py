"""Warnings of a policy are for people who can still change it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.handler.origin import policy_warnings


@pytest.mark.parametrize(
    ("continues", "direction", "told"),
    [
        ("", Direction.FORWARD, ("no breaker",)),
        ("", Direction.BACK, ()),
        ("r1", Direction.FORWARD, ()),
        ("r1", Direction.BACK, ()),
    ],
)
def test_warnings_of_a_policy_are_of_the_way_forward(
    continues: str, direction: Direction, told: tuple[str, ...]
) -> None:
    """Neither a shell that goes on by the record's policy nor a rollout that goes back repeats them."""
    operation: Any = SimpleNamespace(continues=continues)
    assert policy_warnings(operation, SimpleNamespace(direction=direction), ("no breaker",)) == told
