"""Pages of ECS's lists: by nextToken and maxResults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.lab.aws.call import cut
from pulumi_rolling.lab.world.refusal import Refused

MOST = 100


def page(items: list[Any], values: Mapping[str, Any], default: int = MOST) -> tuple[list[Any], str | None]:
    """One page."""
    try:
        return cut(items, values.get("nextToken"), min(values.get("maxResults") or default, MOST))
    except ValueError:
        raise Refused("InvalidParameterException", "Invalid token.") from None
