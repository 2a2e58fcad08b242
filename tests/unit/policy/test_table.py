"""The table of kinds of groups and strategies: each row has its own files, and nothing else names it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any, ClassVar

import pytest
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy import check, inputs
from pulumi_rolling.policy.block import POLICY, Block, GroupBlock, IsUnknown, child
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup
from pulumi_rolling.policy.inputs import RollingGroupInputs, Row, Table, UpdatePolicy, inputs_with, rows
from pulumi_rolling.policy.leaves import Flag, Text
from pydantic import create_model

from tests.unit.policy.kinds import INPUTS_MODEL

from .conftest import by_path


class Fleet(GroupBlock):
    """A kind of group that exists in this test alone."""

    name: Text = None

    key: ClassVar[str] = "fleet"
    path: ClassVar[str] = key

    @classmethod
    def faults(cls, given: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
        if "name" not in given:
            yield Fault("name", "is required.")


class Drip(Block):
    """A strategy that exists in this test alone."""

    fast: Flag = False

    key: ClassVar[str] = "drip"
    path: ClassVar[str] = f"{POLICY}.{key}"
    pasted_key: ClassVar[str] = "fleetDrip"
    pasted_fields: ClassVar[Mapping[str, Any]] = {"fast": True}


def drip_faults(drip: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
    if not drip:
        yield Fault("fast", "is required.")


class PolicyWithDrip(UpdatePolicy):
    drip: Annotated[Drip, Row(drip_faults)] = Drip()


INPUTS_WITH_ROWS: type[RollingGroupInputs] = create_model(
    "InputsWithRows",
    __base__=inputs_with(AutoScalingGroup, Fleet),
    update_policy=(PolicyWithDrip, PolicyWithDrip()),
)
check_inputs = partial(check.check_inputs, INPUTS_WITH_ROWS)
check_stored = partial(check.check_stored, INPUTS_WITH_ROWS)


@pytest.fixture
def with_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A strategy more; the kind comes with the model."""
    for module in (check, inputs):
        monkeypatch.setattr(module, "UpdatePolicy", PolicyWithDrip)


@pytest.mark.parametrize(("table", "above"), [(INPUTS_MODEL, ""), (UpdatePolicy, "updatePolicy.")])
def test_a_block_says_the_key_and_the_path_that_the_table_has(table: type[Table], above: str) -> None:
    """Faults of a row's rules lead to where the row stands."""
    assert rows(table)
    for key in rows(table):
        block = child(table, key)
        assert block is not None and (block.key, block.path) == (key, f"{above}{key}")


def test_what_is_later_is_refused() -> None:
    """A kind or strategy without a row counts as given, and has its own sentence."""
    for table in (INPUTS_MODEL, INPUTS_WITH_ROWS, UpdatePolicy):
        assert table.later.items() <= table.refused.items()
        assert not table.later.keys() & rows(table).keys()


@pytest.mark.usefixtures("with_rows")
def test_a_row_more_is_spelled_judged_and_parsed() -> None:
    """Its keys in each spelling, its rules with their paths, and its model, by the row alone."""
    checked = check_inputs({"Fleet": {"Name": "web"}, "UpdatePolicy": {"FleetDrip": {}}})
    assert checked.normal == {"fleet": {"name": "web"}, "updatePolicy": {"drip": {"fast": True}}}
    accepted = checked.accepted()
    assert isinstance(accepted, INPUTS_WITH_ROWS)
    assert accepted.model_dump(include={"fleet", "update_policy"}) == {
        "fleet": {"name": "web"},
        "update_policy": accepted.update_policy.model_dump(),
    }
    assert dict(accepted.update_policy)["drip"] == Drip(fast=True)
    assert check_stored({**checked.normal, "revision": "x"}) == checked


@pytest.mark.usefixtures("with_rows")
def test_the_rules_of_a_row_more_are_asked() -> None:
    """Exactly one kind and one strategy holds for it as for those that were there before."""
    group = {"name": "web", "launchTemplate": {"id": "lt-1"}}
    both: dict[str, Any] = {"rollingUpdate": {}, "drip": {}}
    found = by_path(check_inputs({"autoScalingGroup": group, "fleet": {}, "updatePolicy": both}).faults)
    assert list(found) == ["fleet", "fleet.name", "updatePolicy", "updatePolicy.drip.fast"]
    assert "found autoScalingGroup and fleet" in found["fleet"]
    assert "found rollingUpdate and drip" in found["updatePolicy"]


@pytest.mark.usefixtures("with_rows")
def test_the_faulty_fields_of_a_row_more_are_left_out() -> None:
    """The strategy that is given stays the strategy that is judged."""
    given = {"fleet": {"name": "web"}, "updatePolicy": {"drip": {"fast": True, "slow": 1}}}
    checked = check_inputs(given)
    assert list(by_path(checked.faults)) == ["updatePolicy.drip.slow"]
    rest = checked.without_faulty()
    assert (rest.faults, rest.normal["updatePolicy"]) == ((), {"drip": {"fast": True}})
