"""Alarms that a policy names, as the program names them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from pulumi_rolling.errors import Fault
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.policy.block import POLICY


def alarm_faults(operation: Operation, missing: Container[object], field: str = "alarms") -> Iterator[Fault]:
    """One for each alarm that does not exist. ``field``: where the block of the strategy lists them."""
    for index, name in enumerate(alarms_as_given(operation, field)):
        if name in missing:
            yield Fault(
                f"{operation.strategy.block.path}.{field}[{index}]",
                f'there is no CloudWatch alarm "{name}" where the group is; check its name and the region.',
            )


def alarms_as_given(operation: Operation, field: str = "alarms") -> Sequence[object]:
    """Those that preview does not know yet included: a fault names the place of its alarm in the program."""
    found: Any = operation.news
    for key in (POLICY, operation.strategy.block.key, *field.split(".")):
        found = found.get(key) if isinstance(found, Mapping) else None
    return tuple(found) if isinstance(found, list) else ()
