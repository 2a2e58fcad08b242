"""Timing from the environment."""

from __future__ import annotations

import pytest
from pulumi_rolling.errors import PolicyErrors
from pulumi_rolling.policy.timing import Timing


def test_an_empty_environment_leaves_the_defaults() -> None:
    """A variable that is empty or absent changes nothing."""
    timing = Timing.from_environment({"ROLLING_POLL_SECONDS": "", "PATH": "/bin"})
    assert timing == Timing(poll=1.0, settle=20.0, boot_limit=3600.0)


def test_each_variable_sets_its_own_field() -> None:
    """Each of the three variables is read as seconds into the field of its name."""
    environment = {
        "ROLLING_POLL_SECONDS": "0.05",
        "ROLLING_SETTLE_SECONDS": "0",
        "ROLLING_BOOT_LIMIT_SECONDS": " 90 ",
    }
    assert Timing.from_environment(environment) == Timing(poll=0.05, settle=0.0, boot_limit=90.0)


@pytest.mark.parametrize("text", ["soon", "-1", "0", "nan", "inf", "1e9", "1s"])
def test_a_poll_that_is_no_sensible_number_is_named_with_its_variable(text: str) -> None:
    """A variable outside its range is refused with its name, its range and what was found."""
    with pytest.raises(PolicyErrors) as caught:
        Timing.from_environment({"ROLLING_POLL_SECONDS": text})
    assert [fault.path for fault in caught.value.faults] == ["ROLLING_POLL_SECONDS"]
    assert f'from 0.01 to 600; found "{text}"' in str(caught.value)


def test_all_faults_of_the_environment_are_told_at_once() -> None:
    """Two bad variables are two faults of one error."""
    with pytest.raises(PolicyErrors) as caught:
        Timing.from_environment({"ROLLING_POLL_SECONDS": "x", "ROLLING_BOOT_LIMIT_SECONDS": "y"})
    assert [fault.path for fault in caught.value.faults] == [
        "ROLLING_POLL_SECONDS",
        "ROLLING_BOOT_LIMIT_SECONDS",
    ]
