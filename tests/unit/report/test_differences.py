"""Differences of two revisions' contents, a line for each value."""

from __future__ import annotations

import pytest
from pulumi_rolling.report.differences import LONGEST, differences


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({"ImageId": "ami-1"}, {"ImageId": "ami-2"}, ("ImageId: ami-1 -> ami-2",)),
        ({"ImageId": "ami-1"}, {"ImageId": "ami-1"}, ()),
        ({}, {"KeyName": "ops"}, ("KeyName added: ops",)),
        ({"KeyName": "ops"}, {}, ("KeyName removed: ops",)),
        ({"EbsOptimized": False}, {"EbsOptimized": True}, ("EbsOptimized: false -> true",)),
        (
            {"Disks": [{"Ebs": {"Size": 8}}, {"Name": "b"}]},
            {"Disks": [{"Ebs": {"Size": 16}}, {"Name": "b"}]},
            ("Disks[0].Ebs.Size: 8 -> 16",),
        ),
        ({"B": 1, "A": 1}, {"B": 2, "A": 2}, ("A: 1 -> 2", "B: 1 -> 2")),
        ({"Tags": []}, {"Tags": [{"Key": "a"}]}, ("Tags[0].Key added: a",)),
        ({"Note": "a"}, {"Note": ""}, ('Note: a -> ""',)),
    ],
)
def test_each_value_that_differs_has_one_line(
    before: dict[str, object], after: dict[str, object], lines: tuple[str, ...]
) -> None:
    """A line has the whole path and both values; equal values have none."""
    assert differences(before, after) == lines


def test_list_items_come_by_their_number() -> None:
    """The tenth item comes after the second."""
    before = {"Groups": [str(i) for i in range(11)]}
    after = {"Groups": [f"{i}x" for i in range(11)]}
    assert differences(before, after)[2].startswith("Groups[2]")
    assert differences(before, after)[10].startswith("Groups[10]")


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ({"UserData": "c2VjcmV0"}, {"UserData": "b3RoZXI="}, "UserData changed"),
        ({}, {"UserData": "c2VjcmV0"}, "UserData added"),
        ({"UserData": "c2VjcmV0"}, {}, "UserData removed"),
    ],
)
def test_user_data_is_never_shown(before: dict[str, object], after: dict[str, object], line: str) -> None:
    """It may hold secrets, and previews end up in logs and comments."""
    assert differences(before, after) == (line,)


def test_long_values_are_cut() -> None:
    """One value never fills the screen."""
    (line,) = differences({"Name": "a" * 500}, {"Name": "b\n" * 500})
    assert len(line) == len("Name:  -> ") + 2 * LONGEST
    assert "\n" not in line
