"""`rolling finish` and `rolling return`: end a rollout that was interrupted, from any shell, by what its group holds.

The command drives under the lease as an update does, whichever face began the rollout. Ctrl-C while it finishes asks
for the way back; a second one, or one while it returns, or SIGTERM, stops where it is and keeps the record.
"""

from __future__ import annotations

import signal
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from pulumi_rolling.cli.live import Endpoint, Group, Region
from pulumi_rolling.cli.screen import say
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.engine.clock import SystemClock
from pulumi_rolling.errors import OrphanedError, RolloutError

if TYPE_CHECKING:
    from pulumi_rolling.handler.continuing import Interrupted

STOPPED = 130
"""The exit code that shells give to Ctrl-C. The rollout is not over."""


def finish(group: Group, region: Region = None, endpoint: Endpoint = None) -> None:
    """Go on with an interrupted rollout of a group to its end, by the policy that began it."""
    word = _Word(group)
    found = _found(group, region, endpoint, word, back=False)
    where = f"back to {found.came_from}, for it had turned" if found.returns else f"to {found.to}"
    say(f"{group}: the rollout goes on {where}")
    _drive(found, word)
    say(f"{group}: done, on {found.to}; the next 'pulumi up' finds it there.")


def take_back(group: Group, region: Region = None, endpoint: Endpoint = None) -> None:
    """Return a group whose rollout was interrupted to the revision that it came from."""
    word = _Word(group)
    word.ask()
    found = _found(group, region, endpoint, word, back=True)
    say(f"{group}: going back to {found.came_from}")
    try:
        _drive(found, word)
    except RolloutError as error:
        if not error.returned:
            raise
        say(
            f"{group}: back on {found.came_from}. The next 'pulumi up' rolls it again unless the program was reverted."
        )
    else:
        # All members had been replaced, and nothing was left to do but to give back.
        say(f"{group}: it could not be taken back any more: all is replaced, and it is on {found.to}.")
        raise click.exceptions.Exit(1)


@dataclass(eq=False)
class _Word:
    """The user's word to the drive of this process."""

    group: str
    clock: SystemClock = field(default_factory=SystemClock)
    requests: tuple[Request, ...] = ()
    stops: bool = False

    def ask(self) -> None:
        """The rollout shall go back."""
        self.requests = (Request(f"shell-{uuid.uuid4().hex[:8]}", "abort"),)

    def hear(self, number: int, frame: Any) -> None:
        """A signal."""
        if number == signal.SIGINT and not self.requests:
            self.ask()
            self._tell("going back; Ctrl-C once more stops it as it is")
        else:
            self.stops = True
            self._tell("stopping")
        self.clock.wake()

    def _tell(self, text: str) -> None:
        click.echo(f"{self.group}: {text}", err=True)

    @contextmanager
    def heard(self) -> Iterator[None]:
        former = {number: signal.signal(number, self.hear) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


def _found(group: str, region: str | None, endpoint: str | None, word: _Word, *, back: bool) -> Interrupted:
    # Only a live group needs the table of kinds, and through it the models of the inputs.
    from pulumi_rolling.handler.context import Context, Defaults
    from pulumi_rolling.handler.continuing import interrupted_on

    context = Context(
        say=say,
        warn=say,
        status=lambda text: say(f"{group}: {text}"),
        orphaned=lambda: word.stops,
        requests=lambda: word.requests,
        clock=word.clock,
    )
    return interrupted_on(group, Defaults(region, endpoint), context, back=back)


def _drive(found: Interrupted, word: _Word) -> None:
    """In a thread of its own: a signal that comes while the clock is held must not wait for the clock."""
    failures: list[Exception] = []

    def drive() -> None:
        try:
            found.drive()
        except Exception as error:  # noqa: BLE001 - the one that waits for it raises it
            failures.append(error)

    if found.waits:
        say(
            f"{word.group}: its driver may still live; waiting up to {found.waits:.0f} s for the lease to run out"
        )
    thread = threading.Thread(target=drive, name="rolling", daemon=True)
    with word.heard():
        thread.start()
        thread.join()
    for error in failures:
        if isinstance(error, OrphanedError):
            say(
                f"{word.group}: stopped; it stays as it is and the record is kept. 'rolling finish {word.group}' goes "
                f"on, 'rolling return {word.group}' takes it back."
            )
            raise click.exceptions.Exit(STOPPED)
        raise error
