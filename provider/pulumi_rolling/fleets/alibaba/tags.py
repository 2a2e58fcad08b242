"""The room that the tags of a scaling group have for a record."""

from __future__ import annotations

from pulumi_rolling.fleets.base import Shelf

GROUP = "scalinggroup"
"""What a scaling group is called where its tags are written (TagResources, ResourceType)."""


def _allowed(text: str) -> bool:
    return not text.startswith(("acs:", "aliyun")) and "http://" not in text and "https://" not in text


SHELF = Shelf(count=20, characters=128, allowed=_allowed)
"""At most 20 tags a group, keys and values of at most 128 characters (TagResources, ESS API reference)."""
