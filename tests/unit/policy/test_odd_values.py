"""Values of no sensible type at every field of every strategy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pulumi_rolling.policy.check import check_policy

from tests.house.sources import TOP

SCHEMA: dict[str, Any] = json.loads((TOP / "policy.schema.json").read_text())
ODD: tuple[Any, ...] = (
    [],
    {},
    [[]],
    [{}],
    {"a": []},
    None,
    True,
    -1,
    0.5,
    float("nan"),
    "",
    "x" * 999,
    [None, 1],
)
Path = tuple[str, ...]


def fields_of(node: Any, path: Path = ()) -> Iterator[Path]:
    """Each field of the policy, those within other fields' blocks included."""
    if isinstance(node, list):
        for each in node:
            yield from fields_of(each, path)
    elif isinstance(node, dict):
        if "$ref" in node:
            yield from fields_of(SCHEMA["$defs"][node["$ref"].rpartition("/")[2]], path)
        for name, each in node.get("properties", {}).items():
            yield (*path, name)
            yield from fields_of(each, (*path, name))
        for key in ("anyOf", "allOf", "oneOf", "items"):
            yield from fields_of(node.get(key), path)


FIELDS = sorted(set(fields_of({"properties": SCHEMA["properties"]})))


def block(path: Path, value: Any) -> Any:
    return {path[0]: block(path[1:], value)} if path else value


def test_the_fields_are_all_of_them() -> None:
    """Of each strategy, and as deep as blocks stand in each other."""
    assert ("rollingUpdate", "suspendProcesses") in FIELDS
    assert any(path[0] == "ecsDeployment" and len(path) == 4 for path in FIELDS)


@pytest.mark.parametrize("path", FIELDS, ids=".".join)
def test_an_odd_value_has_an_answer(path: Path) -> None:
    """As itself and as the member of a list a value is taken or has a fault, and nothing is raised."""
    for odd in ODD:
        for value in (odd, [odd]):
            for kind in ("", "autoScalingGroup", "essScalingGroup", "ecsService"):
                checked = check_policy(block(path, value), kind=kind)
                assert all(fault.message for fault in checked.faults)
