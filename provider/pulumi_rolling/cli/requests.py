"""`rolling abort`, `pause`, `resume`, `approve`, `reject`, `retry`, `skip`: ask the driver of a group's rollout.

A request is a tag on the group, so it reaches the driver from any shell that may tag the group, at the driver's next
look. The driver takes the tag off when it has taken the request up; `--wait` waits for that.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Annotated

import click

from pulumi_rolling.cli.declared import Argument, Option
from pulumi_rolling.cli.fitting import Recorded, has_taken_effect, refuse
from pulumi_rolling.cli.live import Endpoint, Group, Region, Rolled, rolled_group
from pulumi_rolling.cli.status import standing_of
from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.operation import stage_of
from pulumi_rolling.core.model.commands import command
from pulumi_rolling.core.replace.looks import LONG
from pulumi_rolling.engine.clock import Clock, SystemClock
from pulumi_rolling.engine.lease import found_lease
from pulumi_rolling.engine.nudge import nudge
from pulumi_rolling.engine.record.pieces import OF_A_MEMBER, read_any, request_mark
from pulumi_rolling.errors import PermanentFleetError, RollingError, TemporaryFleetError

LOOK = 1.0
SETTLE = 20.0
"""Seconds after which a tag that never showed is taken to have come and gone."""

Instance = Annotated[str, Argument(help="Id of the instance.")]
Wait = Annotated[bool, Option("--wait", help="Return when the driver has taken it up.")]

_ASKED = {
    "abort": "asked to end and, unless the policy says otherwise, to roll back",
    "pause": "asked to start nothing new; what is in flight goes on",
    "resume": "asked to go on",
    "approve": "the gate at which it stands is approved",
    "reject": "asked to end at the gate at which it stands",
    "retry": "asked to replace {member} once more",
    "skip": "asked to leave {member} as it is",
}


def abort(group: Group, region: Region = None, endpoint: Endpoint = None, wait: Wait = False) -> None:
    """Ask the running rollout of a group to end and, unless its policy says leave, to roll back."""
    _run("abort", "", rolled_group(group, region, endpoint), wait)


def pause(group: Group, region: Region = None, endpoint: Endpoint = None, wait: Wait = False) -> None:
    """Start no more replacements; those in flight go on."""
    _run("pause", "", rolled_group(group, region, endpoint), wait)


def resume(group: Group, region: Region = None, endpoint: Endpoint = None, wait: Wait = False) -> None:
    """Go on with a rollout that is paused, or held after a failure."""
    _run("resume", "", rolled_group(group, region, endpoint), wait)


def approve(group: Group, region: Region = None, endpoint: Endpoint = None, wait: Wait = False) -> None:
    """Let a rollout go on that stands after its canary or at a checkpoint."""
    _run("approve", "", rolled_group(group, region, endpoint), wait)


def reject(group: Group, region: Region = None, endpoint: Endpoint = None, wait: Wait = False) -> None:
    """End a rollout that stands after its canary or at a checkpoint, and roll back."""
    _run("reject", "", rolled_group(group, region, endpoint), wait)


def retry(
    group: Group, instance: Instance, region: Region = None, endpoint: Endpoint = None, wait: Wait = False
) -> None:
    """Replace an instance once more that is in flight or failed; it is no failure then."""
    _run("retry", instance, rolled_group(group, region, endpoint), wait)


def skip(
    group: Group, instance: Instance, region: Region = None, endpoint: Endpoint = None, wait: Wait = False
) -> None:
    """Leave an instance as it is that is old, in flight or failed; it is no failure then."""
    _run("skip", instance, rolled_group(group, region, endpoint), wait)


def _run(kind: str, member: str, fleet: Rolled, wait: bool) -> None:
    key, before = ask(fleet, kind, member)
    group, asked = fleet.name, _ASKED[kind].format(member=member) + _stage(kind, before)
    click.echo(f"{group}: {asked}; {command('status', fleet.call)} shows how it goes on.")
    clock = SystemClock()
    when = heard(fleet, clock)
    if when:
        click.echo(f"{group}: the driver {when}.")
    if wait:
        await_answer(fleet, key, kind, member, before, clock)
        click.echo(f"{group}: the driver has taken it up.")


def _stage(kind: str, rollout: Recorded) -> str:
    """Where it stands, if the cloud has a name for that."""
    gate = rollout.way.gate if isinstance(rollout, Delegating) else None
    return f" ({stage_of(gate.name)})" if gate is not None and kind in ("approve", "reject") else ""


def ask(fleet: Rolled, kind: str, member: str = "") -> tuple[str, Recorded]:
    """Put the request on the group: its tag, and the rollout as it was then. RollingError where it does not fit."""
    standing = standing_of(fleet)
    if standing is None:
        what = f"in which an instance could be {_done(kind)}" if kind in OF_A_MEMBER else f"to {kind}"
        raise RollingError(f"{fleet.name} has no rollout {what}.")
    refuse(standing, kind, member)
    mark = request_mark(kind, member)
    fleet.write_marks(mark)
    return next(iter(mark)), standing.rollout


def heard(fleet: Rolled, clock: Clock) -> str:
    """When the driver hears of a request that stands; one on this machine is nudged. Empty where nobody can tell.

    The driver looks before its lease runs out. The lease is read after the request was written, so that no look that
    renewed it in between can have missed the request.
    """
    try:
        lease = found_lease(fleet.marks())
    except (TemporaryFleetError, PermanentFleetError):
        return ""
    now = clock.now()
    if lease is None or not lease.may_act(now):
        return ""
    if nudge(lease.holder, lease.process):
        return "is at work on this machine and hears it at once"
    latest = datetime.fromtimestamp(math.ceil(min(lease.until, now + LONG)), UTC)
    return f"hears it at its next look, by {latest:%H:%M:%S} UTC at the latest"


def await_answer(fleet: Rolled, key: str, kind: str, member: str, before: Recorded, clock: Clock) -> None:
    """Wait until the driver has taken the request up. RollingError where it does not, or where that changed nothing."""
    began = clock.steady()
    shown = False
    while True:
        marks = fleet.marks()
        record = read_any(marks)
        shown = shown or key in marks
        if record is None:
            _take_back(fleet, key)
            raise RollingError(f"The rollout of {fleet.name} ended meanwhile.")
        effect = has_taken_effect(kind, member, before, record[1])
        if key not in marks and (shown or effect or clock.steady() - began > SETTLE):
            if effect:
                return
            raise RollingError(
                f"The driver of {fleet.name} took it up and nothing came of it: the rollout had moved on."
            )
        lease = found_lease(marks)
        if key in marks and (lease is None or not lease.may_act(clock.now())):
            _take_back(fleet, key)
            raise RollingError(
                f"The driver of {fleet.name} is gone, and the request was taken back.",
                hint="Run 'pulumi up' to go on with the rollout.",
            )
        clock.wait(LOOK)


def _take_back(fleet: Rolled, key: str) -> None:
    """Take the request off: one that was not taken up would strike the next rollout."""
    fleet.remove_marks([key])


def _done(kind: str) -> str:
    return {"retry": "retried", "skip": "skipped"}[kind]
