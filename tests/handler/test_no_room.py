"""A group whose own tags leave no room for the record of a full window."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.errors import PolicyErrors
from pulumi_rolling.handler.driving import roll
from pulumi_rolling.handler.operation import Operation

from tests.fleets.stage import group, instance
from tests.handler.conftest import Handled, assessed

MEMBERS = 5000
BATCH = "updatePolicy.rollingUpdate.maxBatchSize"


def crowded(handled: Handled, tags: int, **sizes: int) -> Operation:
    """An update of a group with so many tags of its own under a window of a hundred."""
    own = [{"Key": f"t{number}", "Value": "x", "ResourceId": "web"} for number in range(tags)]
    members = [instance(f"i-{number}") for number in range(3)]
    handled.stage.shows(group(*members, Tags=own, **sizes))
    inputs: dict[str, Any] = handled.inputs(maxBatchSize=100)
    return handled.operation(inputs)


def test_a_record_without_room_is_refused_before_anything_is_touched(handled: Handled) -> None:
    """Preview and update alike name the field, both numbers and what helps; nothing is sent but questions."""
    operation = crowded(handled, 30, MaxSize=MEMBERS + 100, DesiredCapacity=MEMBERS)
    (fault,) = assessed(operation).faults
    assert fault.path == BATCH and "and the group has 30 of 50; lower maxBatchSize or remove tags" in str(
        fault
    )
    with pytest.raises(PolicyErrors, match=r"needs up to \d\d tags and the group has 30 of 50"):
        roll(operation, handled.context)
    assert all(call.startswith(("Describe", "Get")) for call in handled.aws.operations())


@pytest.mark.parametrize(
    ("tags", "sizes"),
    [
        (15, {"MaxSize": MEMBERS + 100, "DesiredCapacity": MEMBERS}),
        (38, {"MaxSize": 4, "DesiredCapacity": 3}),
    ],
    ids=["few tags", "a window that the group never fills"],
)
def test_a_record_that_has_room_is_not_refused(handled: Handled, tags: int, sizes: dict[str, int]) -> None:
    """No window is wider than the group can be, whatever the policy allows."""
    assert assessed(crowded(handled, tags, **sizes)).faults == ()
