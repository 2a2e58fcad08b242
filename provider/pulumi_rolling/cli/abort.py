"""`rolling abort`: ask whoever drives a group's rollout to end it and go back."""

from __future__ import annotations

import typer

from pulumi_rolling.cli.live import Endpoint, Group, Region, live_group
from pulumi_rolling.cli.status import standing_of
from pulumi_rolling.core.model import Direction
from pulumi_rolling.engine.journal import request_mark
from pulumi_rolling.errors import RollingError
from pulumi_rolling.fleets.base import Fleet


def abort(group: Group, region: Region = None, endpoint: Endpoint = None) -> None:
    """Ask the running rollout of a group to end and, unless its policy says leave, to roll back."""
    request_abort(live_group(group, region, endpoint))
    typer.echo(f"{group}: asked to abort; 'rolling status {group}' shows how it goes on.")


def request_abort(fleet: Fleet) -> None:
    """Put the request on the group. Where nobody would act on it soon, it is refused: the next, perhaps repaired,
    rollout would find it and end at once.
    """
    standing = standing_of(fleet)
    if standing is None:
        raise RollingError(f"{fleet.name} has no rollout to abort.")
    if standing.rollout.direction is Direction.BACK:
        raise RollingError(f"{fleet.name} is going back to {standing.rollout.came_from} already.")
    if not standing.is_driven:
        raise RollingError(
            f"Nobody drives the rollout of {fleet.name} at present.",
            hint="Run 'pulumi up' to go on with it, or revert the program first to go back.",
        )
    fleet.write_marks(request_mark("abort"))
