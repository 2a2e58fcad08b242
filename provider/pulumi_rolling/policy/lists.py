"""What can be wrong among the items of a list, for lists that more than one strategy has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.block import IsUnknown
from pulumi_rolling.policy.leaves import show

MOST_ALARMS = 10
"""StartInstanceRefresh, AlarmSpecification: "up to 10"."""


def alarm_faults(alarms: Any, is_unknown: IsUnknown) -> Iterator[Fault]:
    """Too many names, and names given twice."""
    if not isinstance(alarms, list):
        return
    if len(alarms) > MOST_ALARMS:
        yield Fault(
            "alarms",
            f"must be at most {MOST_ALARMS} names; found {len(alarms)}. A composite alarm can stand for several.",
        )
    yield from twice_faults("alarms", alarms, is_unknown)


def twice_faults(path: str, names: Any, is_unknown: IsUnknown) -> Iterator[Fault]:
    """Names given twice."""
    for index, name in enumerate(names if isinstance(names, list) else []):
        if isinstance(name, str) and not is_unknown(name) and name in names[:index]:
            yield Fault(f"{path}[{index}]", f"is named twice; found {show(name)} again.")


def ascending_faults(path: str, percents: Any) -> Iterator[Fault]:
    """Percents that are not more than the known one before them."""
    before: float | None = None
    for index, percent in enumerate(percents if isinstance(percents, list) else []):
        if type(percent) not in (int, float):
            continue
        if before is not None and percent <= before:
            yield Fault(
                f"{path}[{index}]",
                f"must be more than the percent before it; found {show(percent)} after {show(before)}.",
            )
        before = percent
