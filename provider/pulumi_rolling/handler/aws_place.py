"""Where calls to AWS go for a group, by its block of the inputs and what holds for all."""

from __future__ import annotations

from typing import Protocol

from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.handler.operation import Reach


class Placed(Protocol):
    """A block that may say where its group is."""

    @property
    def region(self) -> str | None: ...

    @property
    def endpoint(self) -> str | None: ...


def place_of(group: Placed, reach: Reach) -> Place:
    """What the group's own block leaves open is as it is for all."""
    defaults = reach.defaults
    return Place.of(
        group.region or defaults.region,
        group.endpoint or defaults.endpoint,
        defaults.profile,
        defaults.ignored_tags,
        defaults.keys,
        defaults.roles,
    )
