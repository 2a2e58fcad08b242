"""`rolling watch`: a rollout, or all of a stack, as it goes on, drawn in place on a terminal, else a line a change."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import click

from pulumi_rolling.cli.declared import Argument, Option
from pulumi_rolling.cli.formats import Form, TextOrJson
from pulumi_rolling.cli.live import Endpoint, Region, Rolled, rolled_group
from pulumi_rolling.cli.status import look_at, standing_of
from pulumi_rolling.engine.clock import Clock, SystemClock
from pulumi_rolling.engine.record.pieces import read_any
from pulumi_rolling.errors import Fault, PolicyErrors, RollingError
from pulumi_rolling.report.standing import Either
from pulumi_rolling.report.status_json import CHANGING, ending_json, status_json
from pulumi_rolling.report.watch import Ending, ended, is_over, line
from pulumi_rolling.report.wording import time_of_day
from pulumi_rolling.signals.tag import TagSignals

INTERRUPTED = 130
"""The exit code that shells give to Ctrl-C. The end of the rollout is not known."""
TIMED_OUT = 124
"""The exit code that `timeout` gives. The end of the rollout is not known."""

Show = Callable[[Either], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two looks, and until when by the steady clock there are any."""

    interval: float = 2.0
    until: float = math.inf


@dataclass(frozen=True, slots=True)
class Where:
    """What the options say of it."""

    region: str | None
    endpoint: str | None


class TimedOutError(RollingError):
    """The watching is over, and what was watched is not."""


def watch(
    group: Annotated[
        str | None, Argument(help="Name of the group; without it all groups of a stack that roll.")
    ] = None,
    stack: Annotated[
        str, Option("--stack", "-s", help="All groups of this stack; default: the one selected.")
    ] = "",
    cwd: Annotated[Path, Option("--cwd", "-C", help="Without GROUP: as if started in this folder.")] = Path(),
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
    """Watch the rollout of a group until it ends, or all those of a stack."""
    if group is not None and (stack or cwd != Path()):
        raise PolicyErrors(
            [Fault("--stack" if stack else "--cwd", "is for all groups of a stack, without GROUP.")]
        )
    as_json, clock = form is TextOrJson.JSON, SystemClock()
    pace = Pace(interval, math.inf if timeout is None else clock.steady() + timeout)
    what = group or stack or "the stack"
    try:
        if group is None:
            succeeded = _of_stack(cwd, stack, Where(region, endpoint), pace, wait_for_start, as_json)
        else:
            succeeded = _of_group(group, Where(region, endpoint), pace, wait_for_start, as_json)
    except KeyboardInterrupt:
        goes_on = "the rollout goes on" if group else "its rollouts go on"
        click.echo(f"{what}: no longer watched; {goes_on}.", err=as_json)
        raise click.exceptions.Exit(INTERRUPTED) from None
    except TimedOutError as error:
        click.echo(error.message, err=as_json)
        raise click.exceptions.Exit(TIMED_OUT) from None
    raise click.exceptions.Exit(0 if succeeded else 1)


def _of_group(group: str, where: Where, pace: Pace, wait_for_start: bool, as_json: bool) -> bool:
    # Signals of a launch hook show in the state; whether the policy wants any is not on the group.
    fleet, clock = rolled_group(group, where.region, where.endpoint, TagSignals()), SystemClock()
    if wait_for_start:
        await_start(fleet, clock, pace)
    ending = _follow(fleet, clock, pace, as_json)
    click.echo(json.dumps(ending_json(group, ending)) if as_json else ending.words)
    return ending.succeeded


def _of_stack(cwd: Path, stack: str, where: Where, pace: Pace, wait_for_start: bool, as_json: bool) -> bool:
    # Loads the table of kinds, and through it the models of the inputs.
    from pulumi_rolling.cli.watch_stack import StackRolls, watch_all
    from pulumi_rolling.handler.context import Defaults

    rolls, clock = StackRolls.of(cwd, stack, Defaults(where.region, where.endpoint)), SystemClock()

    def wait() -> None:
        _wait(clock, pace, f"{stack or 'The stack'}: no longer watched; its rollouts go on.")

    return watch_all(rolls, stack, clock, wait, as_json=as_json, patient=wait_for_start)


def _follow(fleet: Rolled, clock: Clock, pace: Pace, as_json: bool) -> Ending:
    if as_json:
        return follow(fleet, clock, pace, JsonLines(click.echo))
    if not sys.stdout.isatty():
        return follow(fleet, clock, pace, Lines(click.echo))
    # Loads rich, which a script's output does not need.
    from pulumi_rolling.report.watch_screen import Screen

    with Screen() as screen:
        return follow(fleet, clock, pace, screen.show)


def follow(fleet: Rolled, clock: Clock, pace: Pace, show: Show) -> Ending:
    """Look once an interval, until the record is gone or no driver can go on from it."""
    standing = standing_of(fleet)
    if standing is None:
        raise RollingError(f"{fleet.name} has no rollout to watch.")
    while True:
        show(standing)
        ending = is_over(standing)
        if ending is not None:
            return ending
        _wait(clock, pace, f"{fleet.name}: no longer watched; the rollout goes on.")
        look = look_at(fleet, standing.rollout)
        if look.standing is None:
            return ended(look.made_for, fleet.name, look.seen)
        standing = look.standing


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
            self._say(f"{time_of_day(standing.at)} {line(standing)}")


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
