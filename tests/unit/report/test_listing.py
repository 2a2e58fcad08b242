"""A list of groups: what stands in each line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.decision import Because, Status
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.report.listing import ListedRoll, listing_json, listing_text
from pulumi_rolling.report.standing import Standing

from tests.rollouts import changed
from tests.unit.report.test_standing import NOW, ROLLOUT

SAID = Status(ROLLOUT.step, ROLLOUT.direction, 9, 9, 4, 10, (), 1, (40.0, 90.0))


def rolling(**changes: Any) -> Standing[Any]:
    given: dict[str, Any] = {"driver": "d1", "lease_until": NOW + 20, "owner": "abc"}
    given |= {"status": SAID, "because": Because(ReasonCode.APPROVAL, {"percent": 50})}
    return Standing(group="web", at=NOW, **({"rollout": ROLLOUT} | given | changes))


@pytest.mark.parametrize(
    ("roll", "state"),
    [
        (ListedRoll("web", 6), "not rolling"),
        (ListedRoll("web"), "there is no such group"),
        (ListedRoll("web", 6, fault="the record is torn"), "the record is torn"),
        (
            ListedRoll("web", 6, rolling()),
            "rolling to version 2, 4/10 replaced, run 'rolling approve web' or 'reject': waiting for approval at 50 %",
        ),
        (
            ListedRoll("web", 6, rolling(lease_until=NOW - 1)),
            "stopped while rolling to version 2, nobody drives it",
        ),
        (
            ListedRoll("web", 6, rolling(rollout=changed(ROLLOUT, paused=True))),
            "rolling to version 2, 4/10 replaced, paused",
        ),
        (
            ListedRoll("web", 6, rolling(rollout=changed(ROLLOUT, direction=Direction.BACK), because=None)),
            "going back to version 1, 4/10 replaced",
        ),
    ],
)
def test_the_state_of_a_group_in_a_list(roll: ListedRoll, state: str) -> None:
    """Direction, counts and what it waits for; whether anybody drives it; or why nothing is known."""
    assert listing_text([roll]).splitlines()[1].endswith(f"  {state}")


def test_groups_that_roll_stand_first_and_columns_that_are_empty_do_not_stand() -> None:
    """Names are in order, and resource and region appear for a stack alone."""
    listed = [ListedRoll("b", 2), ListedRoll("a", 12), ListedRoll("web", 6, rolling())]
    lines = listing_text(listed).splitlines()
    assert [line.split()[0] for line in lines] == ["GROUP", "web", "a", "b"]
    assert lines[0].split() == ["GROUP", "INSTANCES", "STATE"]
    of_stack = [replace(each, resource="shop", region="us-east-1") for each in listed]
    assert listing_text(of_stack).splitlines()[0].split() == [
        "GROUP",
        "INSTANCES",
        "RESOURCE",
        "REGION",
        "STATE",
    ]


def test_a_list_as_json_has_the_keys_of_a_status() -> None:
    """A program that reads a status reads each line of a list, without the members."""
    group = listing_json([ListedRoll("web", 6, rolling())])["groups"][0]
    assert (group["state"], group["driven"], group["replaced"], group["total"]) == ("rolling", True, 4, 10)
    assert (group["instances"], group["resourceName"], group["fault"]) == (6, None, None)
    assert "members" not in group
