"""What programs import for the Automation API."""

from __future__ import annotations

import pulumi_rolling.stack
import pytest
from pulumi_rolling import automation


def test_up_is_had_at_both_addresses() -> None:
    """`pulumi_rolling.stack.up` is that of `pulumi_rolling.automation`, the error as well."""
    assert pulumi_rolling.stack.up is automation.up
    assert pulumi_rolling.stack.UpdateFailedError is automation.UpdateFailedError


def test_a_name_that_is_none_is_told() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="no attribute 'down'"):
        _ = pulumi_rolling.stack.down
