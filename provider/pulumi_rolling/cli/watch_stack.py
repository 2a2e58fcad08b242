"""`rolling watch` without a group: all groups of a stack that roll, told together until the last of them has ended.

A look is one call for a hundred groups of a place and brings their records; members are looked at once, when a record
is gone, to tell how its rollout ended.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from pulumi_rolling.cli.listing import asked, placed, told
from pulumi_rolling.cli.patience import AtATerminal
from pulumi_rolling.core.machine import machine_of
from pulumi_rolling.engine.clock import Clock
from pulumi_rolling.errors import GroupNotFoundError, RollingError
from pulumi_rolling.fleets.base import ListedGroup
from pulumi_rolling.report.apart import Named, labels
from pulumi_rolling.report.stack_watch import (
    WatchedGroup,
    all_ended_json,
    all_ended_text,
    stack_json,
    text_line,
)
from pulumi_rolling.report.standing import Standing
from pulumi_rolling.report.status_json import CHANGING
from pulumi_rolling.report.watch import Ending, ended, is_over
from pulumi_rolling.report.wording import time_of_day

if TYPE_CHECKING:
    from pulumi_rolling.cli.stack_groups import StackGroup
    from pulumi_rolling.handler.context import Defaults

Show = Callable[[Sequence[WatchedGroup]], None]


class Rolls(Protocol):
    """The groups of a stack as the cloud has them."""

    def look(self) -> list[WatchedGroup]:
        """Those that roll now; with ``ending`` those whose record cannot be read, or from which nobody goes on."""
        ...

    def end_of(self, group: WatchedGroup) -> Ending:
        """How a rollout ended whose record is gone."""
        ...


@dataclass
class StackRolls:
    """By what state says of the stack's groups when the watching begins."""

    by_place: Mapping[Defaults, Sequence[StackGroup]]
    _floors: dict[tuple[str, str, object], int | None] = field(default_factory=dict)
    _labels: dict[Named, str] = field(init=False)

    def __post_init__(self) -> None:
        """Names are told apart among all groups of the stack, so that none changes when another begins to roll."""
        self._labels = labels(
            Named(each.name, where.region or "", each.resource)
            for where, wanted in self.by_place.items()
            for each in wanted
        )

    @staticmethod
    def of(folder: Path, stack: str, given: Defaults) -> StackRolls:
        return StackRolls(placed(folder, stack, given))

    def look(self) -> list[WatchedGroup]:
        rolling = []
        for where, wanted in self.by_place.items():
            resources = {each.name: each.resource for each in wanted if each.name}
            for found in asked(where, wanted):
                watched = self._watched(found, resources[found.name], where)
                if watched is not None:
                    rolling.append(watched)
        told_apart = (replace(each, label=self._labels[each.named]) for each in rolling)
        return sorted(told_apart, key=lambda each: each.named)

    def _watched(self, found: ListedGroup, resource: str, where: Defaults) -> WatchedGroup | None:
        region = where.region or ""
        listed = told(found, resource, region)
        if listed.fault:
            return WatchedGroup(found.name, resource, region, ending=Ending(False, listed.fault))
        standing = listed.standing
        if standing is None:
            return None
        floor = self._floor(found, standing, where)
        return WatchedGroup(found.name, resource, region, standing, floor, is_over(standing))

    def _floor(self, found: ListedGroup, standing: Standing[Any], where: Defaults) -> int | None:
        """Of one direction it stays as it is."""
        rollout = standing.rollout
        key = (found.name, rollout.goal.id, (rollout.direction, rollout.generation))
        if key not in self._floors:
            from pulumi_rolling.handler.floors import floor_of

            self._floors[key] = floor_of(found.name, found.tags, where, AtATerminal())
        return self._floors[key]

    def end_of(self, group: WatchedGroup) -> Ending:
        from pulumi_rolling.handler.opening import fleet_named
        from pulumi_rolling.handler.operation import Reach

        if group.standing is None:
            return Ending(False, f"{group.name}: its record could not be read.")
        where = next(
            place
            for place, wanted in self.by_place.items()
            if any(Named(each.name, place.region or "", each.resource) == group.named for each in wanted)
        )
        last = group.standing.rollout
        fleet = fleet_named(group.name, Reach(where, AtATerminal()), machine_of(last).name)
        try:
            return ended(last, group.name, fleet.observe(last).observation)
        except GroupNotFoundError:
            return Ending(False, f"{group.name}: there is no such group any more.")


def follow_stack(rolls: Rolls, wait: Callable[[], None], show: Show) -> list[WatchedGroup]:
    """Look until no group rolls any more; those that begin meanwhile are told as well."""
    known: dict[Named, WatchedGroup] = {}
    while True:
        now = {each.named: each for each in rolls.look()}
        for key, was in known.items():
            if key not in now and was.ending is None:
                known[key] = _ended(was, rolls.end_of(was))
        known.update(now)
        show(list(known.values()))
        if all(each.ending is not None for each in known.values()):
            return list(known.values())
        wait()


def _ended(was: WatchedGroup, ending: Ending) -> WatchedGroup:
    return replace(was, ending=ending)


def await_any(rolls: Rolls, wait: Callable[[], None]) -> None:
    """Look until a group of the stack rolls."""
    while not rolls.look():
        wait()


class Lines:
    """Lines for logs and pipes, one for each change of a group, with the time of day."""

    def __init__(self, say: Callable[[str], None], clock: Clock) -> None:
        self._say, self._clock = say, clock
        self._last: dict[Named, str] = {}

    def __call__(self, groups: Sequence[WatchedGroup]) -> None:
        for group in groups:
            line, key = text_line(group), group.named
            if self._last.get(key) != line:
                self._last[key] = line
                self._say(f"{time_of_day(self._clock.now())} {line}")


class JsonLines:
    """A line of JSON for each change of a group, which the time left alone is none of."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._last: dict[Named, dict[str, Any]] = {}

    def __call__(self, groups: Sequence[WatchedGroup]) -> None:
        for group in groups:
            found, key = stack_json(group), group.named
            now = {name: value for name, value in found.items() if name not in CHANGING}
            if self._last.get(key) != now:
                self._last[key] = now
                self._say(json.dumps(found))


def watch_all(
    rolls: Rolls, stack: str, clock: Clock, wait: Callable[[], None], *, as_json: bool, patient: bool
) -> bool:
    """Tell all until the last has ended; whether all are at their targets. ``patient``: wait for one to begin."""
    if patient:
        await_any(rolls, wait)
    elif not rolls.look():
        raise RollingError(
            f"No group of {stack or 'the stack'} rolls.", hint="'--wait-for-start' waits for one."
        )
    if as_json:
        groups = follow_stack(rolls, wait, JsonLines(click.echo))
        click.echo(json.dumps(all_ended_json(stack, groups)))
    else:
        groups = _shown(rolls, clock, wait)
        click.echo(all_ended_text(groups))
    return all(each.ending is not None and each.ending.succeeded for each in groups)


def _shown(rolls: Rolls, clock: Clock, wait: Callable[[], None]) -> list[WatchedGroup]:
    if not sys.stdout.isatty():
        return follow_stack(rolls, wait, Lines(click.echo, clock))
    # Loads rich, which a script's output does not need.
    from pulumi_rolling.report.watch_screen import StackScreen

    with StackScreen() as screen:
        return follow_stack(rolls, wait, screen.show_all)
