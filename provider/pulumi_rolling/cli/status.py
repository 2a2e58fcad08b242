"""`rolling status`: the state of a group's rollout, whether anybody drives it, and what to do now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import click

from pulumi_rolling.cli.declared import Option
from pulumi_rolling.cli.formats import Form, TextOrJson
from pulumi_rolling.cli.live import Endpoint, Group, Region, Rolled, live_group, rolled_group
from pulumi_rolling.cli.screen import say
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.machine import machine_of
from pulumi_rolling.engine.lease import found_lease
from pulumi_rolling.engine.printable import printable_text
from pulumi_rolling.engine.process import has_ended
from pulumi_rolling.engine.record.pieces import read_any, requests
from pulumi_rolling.engine.said import said
from pulumi_rolling.fleets.base import Sight
from pulumi_rolling.report.standing import Either, GroupStatus, OperationStatus, Standing
from pulumi_rolling.report.status import status_text
from pulumi_rolling.report.status_json import not_rolling_json, status_json

CONSOLE_LINES = 20
"""Lines of a console that are shown, the last ones."""

Console = Annotated[
    str | None,
    Option(
        help=f"Show the last {CONSOLE_LINES} lines of this instance's console instead, a terminated one's too."
    ),
]


def status(
    group: Group,
    region: Region = None,
    endpoint: Endpoint = None,
    form: Form = TextOrJson.TEXT,
    console: Console = None,
) -> None:
    """Tell where the rollout of a group stands, also when the process that drove it was killed."""
    if console is not None:
        for line in last_lines(console, live_group(group, region, endpoint).console(console)):
            click.echo(line)
        return
    standing = standing_of(rolled_group(group, region, endpoint))
    if form is TextOrJson.JSON:
        found = not_rolling_json(group) if standing is None else status_json(standing)
        click.echo(json.dumps(found, indent=2))
    elif standing is None:
        click.echo(f"{group}: no rollout is recorded.")
    else:
        say(status_text(standing))


def last_lines(machine: str, output: str) -> list[str]:
    """What the machine wrote last, without what a screen would obey."""
    lines = [printable_text(line.expandtabs().rstrip()) for line in output.splitlines() if line.strip()]
    if not lines:
        return [f"EC2 has kept nothing of the console of {machine}; it does so minutes after a boot."]
    return lines[-CONSOLE_LINES:]


def standing_of(fleet: Rolled) -> Either | None:
    """The group's record with what is seen of it now; None where there is no record."""
    record = read_any(fleet.marks())
    return None if record is None else look_at(fleet, record[1]).standing


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a group, made for a rollout of the machine whose record it shows."""

    standing: Either | None
    """In that look: record, lease, the driver's words, requests and members. None where the record is gone."""
    made_for: Any
    """The rollout as its record was before."""
    seen: Any


def look_at(fleet: Rolled, rollout: Any) -> Look:
    """Look for a rollout as it was recorded; anew where one machine has handed the group over to the other since."""
    while True:
        sight = fleet.observe(rollout)
        record = read_any(sight.marks)
        if record is None or machine_of(record[1]) is machine_of(rollout):
            return Look(_standing_in(fleet, sight), rollout, sight.observation)
        rollout = record[1]


def _standing_in(fleet: Rolled, sight: Sight[Any]) -> Either | None:
    seen = sight.observation
    told = _told(fleet.name, sight.marks, seen.at)
    if told is None:
        return None
    if isinstance(seen, Delegated):
        return OperationStatus(**told, call=fleet.call, seen=seen)
    return GroupStatus(**told, call=fleet.call, members=seen.members)


def recorded(group: str, marks: Mapping[str, str], at: float, call: str = "") -> Standing[Any] | None:
    """What a group's tags say at that moment, without a look at its members."""
    told = _told(group, marks, at)
    return None if told is None else Standing(**told, call=call)


def _told(group: str, marks: Mapping[str, str], at: float) -> dict[str, Any] | None:
    record = read_any(marks)
    if record is None:
        return None
    owner, rollout = record
    lease, word = found_lease(marks), said(marks)
    return {
        "group": group,
        "at": at,
        "rollout": rollout,
        "owner": owner,
        "driver": None if lease is None else lease.holder,
        "lease_until": None if lease is None else lease.until,
        "has_ended": lease is not None and has_ended(lease.process),
        "because": None if word is None else word.because,
        "status": None if word is None else word.status,
        "said_at": None if word is None else word.at,
        "asked": tuple(requests(marks)),
    }
