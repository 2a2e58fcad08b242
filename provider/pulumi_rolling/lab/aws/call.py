"""One call of the cloud's API on its way to its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.refusal import Refused

Ask = Callable[[Mapping[str, Any]], tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Call:
    """`as_of` is the time whose state a read shows: now, or earlier when reads are stale.

    `ask` puts the same action with another form to moto, and gives its status and body.
    """

    cloud: Cloud
    region: str
    action: str
    form: Mapping[str, Any]
    values: Mapping[str, Any]
    as_of: float
    ask: Ask

    @property
    def group_name(self) -> str:
        name: str = self.values["AutoScalingGroupName"]
        return name

    @property
    def group(self) -> Group:
        """The group that the call names; Refused when there is none."""
        return self.cloud.group(self.region, self.group_name)


def page(
    items: list[Any], values: Mapping[str, Any], default: int, most: int
) -> tuple[list[Any], str | None]:
    """One page by NextToken and MaxRecords."""
    try:
        return cut(items, values.get("NextToken"), min(values.get("MaxRecords", default), most))
    except ValueError:
        raise Refused("InvalidNextToken", "The NextToken value is not valid.") from None


def cut(items: list[Any], token: str | None, size: int) -> tuple[list[Any], str | None]:
    """So many items from the place that the token names, and the token of the next page."""
    start = int(token or 0)
    end = start + size
    return items[start:end], str(end) if end < len(items) else None
