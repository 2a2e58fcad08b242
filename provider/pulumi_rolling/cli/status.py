"""`rolling status`: the state of a group's rollout, whether anybody drives it, and what to do now."""

from __future__ import annotations

import click

from pulumi_rolling.cli.live import Endpoint, Group, Region, live_group
from pulumi_rolling.engine.lease import found_lease
from pulumi_rolling.engine.printable import printable_text
from pulumi_rolling.engine.record.pieces import read, requests
from pulumi_rolling.engine.said import said
from pulumi_rolling.fleets.replace import Fleet, Sight
from pulumi_rolling.report.status import GroupStatus, status_text


def status(group: Group, region: Region = None, endpoint: Endpoint = None) -> None:
    """Tell where the rollout of a group stands, also when the process that drove it was killed."""
    standing = standing_of(live_group(group, region, endpoint))
    if standing is None:
        click.echo(f"{group}: no rollout is recorded.")
    else:
        # Anybody who may tag the group chose some of these letters.
        click.echo("\n".join(map(printable_text, status_text(standing).split("\n"))))


def standing_of(fleet: Fleet) -> GroupStatus | None:
    """The group's record with its members as they are now; None where there is no record."""
    record = read(fleet.marks())
    return None if record is None else standing_in(fleet.name, fleet.observe(record[1]))


def standing_in(group: str, sight: Sight) -> GroupStatus | None:
    """The status in one look: record, lease, the driver's words, requests and members of the same moment."""
    record = read(sight.marks)
    if record is None:
        return None
    owner, rollout = record
    lease, word = found_lease(sight.marks), said(sight.marks)
    return GroupStatus(
        group=group,
        at=sight.observation.at,
        rollout=rollout,
        owner=owner,
        driver=None if lease is None else lease.holder,
        lease_until=None if lease is None else lease.until,
        members=sight.observation.members,
        because=None if word is None else word.because,
        status=None if word is None else word.status,
        said_at=None if word is None else word.at,
        asked=tuple(requests(sight.marks)),
    )
