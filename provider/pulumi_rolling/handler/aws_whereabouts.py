"""Where calls to AWS go for a group, by what its block says of it and by what holds for all."""

from __future__ import annotations

from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.handler.context import Defaults


def place_with(region: str | None, endpoint: str | None, defaults: Defaults) -> Place:
    """What the group's own block leaves open is as it is for all."""
    return Place.of(
        region or defaults.region,
        endpoint or defaults.endpoint,
        defaults.profile,
        defaults.ignored_tags,
        defaults.keys,
        defaults.roles,
    )
