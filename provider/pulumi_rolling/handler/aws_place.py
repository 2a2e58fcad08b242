"""Where calls to AWS go for a group, by its block of the inputs and what holds for all."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.handler.aws_whereabouts import place_with
from pulumi_rolling.handler.operation import Operation, Reach


class Placed(Protocol):
    """A block that may say where its group is."""

    @property
    def region(self) -> str | None: ...

    @property
    def endpoint(self) -> str | None: ...


def place_of(group: Placed, reach: Reach) -> Place:
    """What the group's own block leaves open is as it is for all."""
    return place_with(group.region, group.endpoint, reach.defaults)


def place_beside(operation: Operation, region: str) -> Place:
    """Where calls go in another region, as whom the group's own are; as the environment says for another cloud's."""
    kind = operation.kind
    if not kind.reads_reach:
        return Place.of(region)
    return replace(place_of(kind.block_in(operation.inputs), operation.reach), region=region)
