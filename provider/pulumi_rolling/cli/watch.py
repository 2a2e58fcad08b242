"""`rolling watch`: a rollout as it goes on, drawn in place on a terminal, else a line a change."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import click

from pulumi_rolling.cli.declared import Option
from pulumi_rolling.cli.live import Endpoint, Group, Region, live_group
from pulumi_rolling.cli.status import standing_in, standing_of
from pulumi_rolling.engine.clock import Clock, SystemClock
from pulumi_rolling.errors import RollingError
from pulumi_rolling.fleets.replace import Fleet
from pulumi_rolling.report.status import GroupStatus
from pulumi_rolling.report.watch import Ending, ended, is_over, line
from pulumi_rolling.signals.tag import TagSignals

INTERRUPTED = 130
"""The exit code that shells give to Ctrl-C. The end of the rollout is not known."""

Show = Callable[[GroupStatus], None]


def watch(
    group: Group,
    region: Region = None,
    endpoint: Endpoint = None,
    interval: Annotated[float, Option(help="Seconds between two looks.", min=0.1)] = 2.0,
) -> None:
    """Watch the rollout of a group until it ends."""
    # Signals of a launch hook show in the state; whether the policy wants any is not on the group.
    fleet = live_group(group, region, endpoint, TagSignals())
    try:
        ending = _follow(fleet, SystemClock(), interval)
    except KeyboardInterrupt:
        click.echo(f"{group}: no longer watched; the rollout goes on.")
        raise click.exceptions.Exit(INTERRUPTED) from None
    click.echo(ending.words)
    raise click.exceptions.Exit(0 if ending.succeeded else 1)


def _follow(fleet: Fleet, clock: Clock, interval: float) -> Ending:
    if not sys.stdout.isatty():
        return follow(fleet, clock, interval, Lines(click.echo))
    # Loads rich, which a script's output does not need.
    from pulumi_rolling.report.watch_screen import Screen

    with Screen() as screen:
        return follow(fleet, clock, interval, screen.show)


def follow(fleet: Fleet, clock: Clock, interval: float, show: Show) -> Ending:
    """Look once an interval, until the record is gone or no driver can go on from it."""
    standing = standing_of(fleet)
    if standing is None:
        raise RollingError(f"{fleet.name} has no rollout to watch.")
    while True:
        show(standing)
        ending = is_over(standing)
        if ending is not None:
            return ending
        clock.wait(interval)
        sight = fleet.observe(standing.rollout)
        now = standing_in(fleet.name, sight)
        if now is None:
            return ended(standing.rollout, fleet.name, sight.observation)
        standing = now


class Lines:
    """Lines for logs and pipes, one for each change, with the time of day."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._last = ""

    def __call__(self, standing: GroupStatus) -> None:
        said = line(standing, with_time_left=False)
        if said != self._last:
            self._last = said
            self._say(f"{datetime.fromtimestamp(standing.at, UTC):%H:%M:%S} {line(standing)}")
