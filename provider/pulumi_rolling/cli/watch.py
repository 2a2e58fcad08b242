"""`rolling watch`: a rollout as it goes on, drawn in place on a terminal, else a line a change."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import click

from pulumi_rolling.cli.declared import Option
from pulumi_rolling.cli.formats import Form, TextOrJson
from pulumi_rolling.cli.live import Endpoint, Group, Region, Rolled, rolled_group
from pulumi_rolling.cli.status import ChangesHandsError, standing_in, standing_of
from pulumi_rolling.core.machine import machine_of
from pulumi_rolling.engine.clock import Clock, SystemClock
from pulumi_rolling.engine.record.pieces import read_any
from pulumi_rolling.errors import RollingError
from pulumi_rolling.report.standing import Either
from pulumi_rolling.report.status_json import CHANGING, ending_json, status_json
from pulumi_rolling.report.watch import Ending, ended, is_over, line
from pulumi_rolling.signals.tag import TagSignals

INTERRUPTED = 130
"""The exit code that shells give to Ctrl-C. The end of the rollout is not known."""
TIMED_OUT = 124
"""The exit code that `timeout` gives. The end of the rollout is not known."""

Show = Callable[[Either], None]
Anew = Callable[[], Rolled]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two looks, and until when by the steady clock there are any."""

    interval: float = 2.0
    until: float = math.inf


class TimedOutError(RollingError):
    """The watching is over, and what was watched is not."""


def watch(
    group: Group,
    region: Region = None,
    endpoint: Endpoint = None,
    interval: Annotated[float, Option(help="Seconds between two looks.", min=0.1)] = 2.0,
    wait_for_start: Annotated[
        bool, Option("--wait-for-start", help="Wait for a rollout where there is none.")
    ] = False,
    timeout: Annotated[
        float | None, Option(help="Watch for so many seconds at most, a wait for the start included.", min=0)
    ] = None,
    form: Form = TextOrJson.TEXT,
) -> None:
    """Watch the rollout of a group until it ends."""
    # Signals of a launch hook show in the state; whether the policy wants any is not on the group.
    fleet = rolled_group(group, region, endpoint, TagSignals())
    as_json, clock = form is TextOrJson.JSON, SystemClock()
    pace = Pace(interval, math.inf if timeout is None else clock.steady() + timeout)

    def anew() -> Rolled:
        return rolled_group(group, region, endpoint, TagSignals())

    try:
        if wait_for_start:
            await_start(fleet, clock, pace)
            # The strategy of what has begun is known only now.
            fleet = anew()
        ending = _follow(fleet, clock, pace, as_json, anew)
    except KeyboardInterrupt:
        click.echo(f"{group}: no longer watched; the rollout goes on.", err=as_json)
        raise click.exceptions.Exit(INTERRUPTED) from None
    except TimedOutError as error:
        click.echo(error.message, err=as_json)
        raise click.exceptions.Exit(TIMED_OUT) from None
    click.echo(json.dumps(ending_json(group, ending)) if as_json else ending.words)
    raise click.exceptions.Exit(0 if ending.succeeded else 1)


def _follow(fleet: Rolled, clock: Clock, pace: Pace, as_json: bool, anew: Anew) -> Ending:
    if as_json:
        return follow(fleet, clock, pace, JsonLines(click.echo), anew)
    if not sys.stdout.isatty():
        return follow(fleet, clock, pace, Lines(click.echo), anew)
    # Loads rich, which a script's output does not need.
    from pulumi_rolling.report.watch_screen import Screen

    with Screen() as screen:
        return follow(fleet, clock, pace, screen.show, anew)


def follow(fleet: Rolled, clock: Clock, pace: Pace, show: Show, anew: Anew | None = None) -> Ending:
    """Look once an interval, until the record is gone or no driver can go on from it.

    ``anew``: the group as a fleet of the machine whose rollout it is by then, where one hands it over to the other.
    """
    try:
        standing = standing_of(fleet)
    except ChangesHandsError:
        if anew is None:
            raise
        fleet = anew()
        standing = standing_of(fleet)
    if standing is None:
        raise RollingError(f"{fleet.name} has no rollout to watch.")
    while True:
        show(standing)
        ending = is_over(standing)
        if ending is not None:
            return ending
        _wait(clock, pace, f"{fleet.name}: no longer watched; the rollout goes on.")
        sight = fleet.observe(standing.rollout)
        if anew is not None and _is_handed_over(standing, sight.marks):
            fleet = anew()
            now = standing_of(fleet)
        else:
            now = standing_in(fleet.name, sight, fleet.call)
        if now is None:
            return ended(standing.rollout, fleet.name, sight.observation)
        standing = now


def _is_handed_over(standing: Either, marks: Mapping[str, str]) -> bool:
    found = read_any(marks)
    return found is not None and machine_of(found[1]) is not machine_of(standing.rollout)


def await_start(fleet: Rolled, clock: Clock, pace: Pace) -> None:
    """Look once an interval, until there is a record."""
    while read_any(fleet.marks()) is None:
        _wait(clock, pace, f"{fleet.name}: no rollout has begun.")


def _wait(clock: Clock, pace: Pace, words: str) -> None:
    left = pace.until - clock.steady()
    if left <= 0:
        raise TimedOutError(words)
    clock.wait(min(pace.interval, left))


class Lines:
    """Lines for logs and pipes, one for each change, with the time of day."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._last = ""

    def __call__(self, standing: Either) -> None:
        said = line(standing, with_time_left=False)
        if said != self._last:
            self._last = said
            self._say(f"{datetime.fromtimestamp(standing.at, UTC):%H:%M:%S} {line(standing)}")


class JsonLines:
    """A line of JSON for each change, which the time left alone is none of."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._last: dict[str, Any] = {}

    def __call__(self, standing: Either) -> None:
        found = status_json(standing)
        told = {key: value for key, value in found.items() if key not in CHANGING}
        if told != self._last:
            self._last = told
            self._say(json.dumps(found))
