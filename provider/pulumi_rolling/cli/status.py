"""`rolling status`: where a group's rollout stands, whether anybody drives it, and what to do now."""

from __future__ import annotations

import typer

from pulumi_rolling.cli.live import Endpoint, Group, Region, live_group
from pulumi_rolling.engine.journal import read
from pulumi_rolling.engine.lease import held
from pulumi_rolling.fleets.base import Fleet
from pulumi_rolling.report.standing import Standing, standing_text


def status(group: Group, region: Region = None, endpoint: Endpoint = None) -> None:
    """Tell where the rollout of a group stands, also when the process that drove it was killed."""
    standing = standing_of(live_group(group, region, endpoint))
    typer.echo(f"{group}: no rollout is recorded." if standing is None else standing_text(standing))


def standing_of(fleet: Fleet) -> Standing | None:
    """The group's record with its members as they are now; None where there is no record."""
    marks = fleet.marks()
    record = read(marks)
    if record is None:
        return None
    owner, rollout = record
    seen = fleet.observe(rollout).observation
    lease = held(marks)
    return Standing(
        group=fleet.name,
        at=seen.at,
        rollout=rollout,
        owner=owner,
        driver=None if lease is None else lease.holder,
        lease_until=None if lease is None else lease.until,
        members=seen.members,
    )
