"""One call on its way to its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pulumi_rolling.lab.alibaba.refusals import wrong
from pulumi_rolling.lab.world.ess.activity import Activity
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import Group

OLDER = "2014-08-28"
NEWER = "2022-02-22"
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """`as_of` is the time whose state a read shows; the answer waits until the activities in `awaits` are over."""

    cloud: EssCloud
    action: str
    version: str
    values: dict[str, Any]
    as_of: float
    awaits: list[Activity] = field(default_factory=list)

    @property
    def group(self) -> Group:
        return self.cloud.group(self.values["ScalingGroupId"])

    def most(self, name: str, most: int) -> list[Any]:
        """A list parameter that may have so many items."""
        items: list[Any] = self.values.get(name) or []
        if len(items) > most:
            raise wrong(name, f"at most {most}")
        return items

    def minute(self, at: float) -> str:
        return self._time(at, "%Y-%m-%dT%H:%MZ")

    def second(self, at: float) -> str:
        return self._time(at, "%Y-%m-%dT%H:%M:%SZ")

    def _time(self, at: float, form: str) -> str:
        return datetime.fromtimestamp(self.cloud.epoch + at, UTC).strftime(form)


@dataclass(frozen=True, slots=True)
class Operation:
    """`takes` describes the parameters."""

    takes: str
    act: Callable[[Call], Answer]


def numbered(call: Call, items: list[Any], most: int) -> tuple[list[Any], Answer]:
    """One page by PageNumber and PageSize, and what the answer says of it."""
    number, size = call.values.get("PageNumber", 1), call.values.get("PageSize", 10)
    if number < 1:
        raise wrong("PageNumber", number)
    if not 1 <= size <= most:
        raise wrong("PageSize", size)
    start = (number - 1) * size
    return items[start : start + size], {"TotalCount": len(items), "PageNumber": number, "PageSize": size}


def tokened(call: Call, items: list[Any], usual: int = 10, most: int = 50) -> tuple[list[Any], Answer]:
    """One page by NextToken and MaxResults, and what the answer says of it."""
    size, token = call.values.get("MaxResults", usual), call.values.get("NextToken", "0")
    if not 1 <= size <= most:
        raise wrong("MaxResults", size)
    if not token.isdigit():
        raise wrong("NextToken", token)
    start, end = int(token), int(token) + size
    more = {"NextToken": str(end)} if end < len(items) else {}
    return items[start:end], {"TotalCount": len(items), "MaxResults": size, **more}
