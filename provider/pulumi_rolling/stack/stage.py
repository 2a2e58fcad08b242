"""One `pulumi up` or `pulumi preview` in the user's terminal: its exit code, its time, and the events that it told."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pulumi_rolling.stack import event_log
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.deployment import Deployment
from pulumi_rolling.stack.event_log import Event, Summary


@dataclass(frozen=True)
class Staged:
    """`events`: none where Pulumi was killed before it began, or is too old to tell any."""

    code: int
    events: tuple[Event, ...] = ()
    seconds: float = 0.0

    @property
    def begun(self) -> bool:
        """Whether the engine told anything of the update.

        It did not where another process has the stack, or where the preview was the end.
        """
        shown = any(isinstance(each, Summary) and each.preview for each in self.events)
        return bool(self.events) and not shown


@dataclass(frozen=True)
class Before:
    """What is known before an update.

    `good`: the last good deployment, where it is another one than the state. `returns`: whether there is any.
    """

    good: Deployment | None
    returns: bool


Deploy = Callable[[Before], Staged]
"""The update that a journey begins with."""


def staged(pulumi: Pulumi, arguments: Sequence[str]) -> Staged:
    """Run the command with the terminal inherited; its event log is the user's own, or a private one."""
    with tempfile.TemporaryDirectory(prefix="rolling-") as folder:
        theirs = given_log(arguments)
        log = pulumi.folder / theirs if theirs else Path(folder, "events")
        flag = () if theirs else (event_log.FLAG, str(log))
        told = replace(pulumi, variables={**pulumi.variables, **event_log.VARIABLES})
        began = time.monotonic()
        code = told.ran(*arguments, *flag)
        return Staged(code, event_log.read(log), time.monotonic() - began)


def given_log(arguments: Sequence[str]) -> Path | None:
    """The file of the user's own `--event-log`, which is read and kept."""
    found = None
    for word, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if word == event_log.FLAG:
            found = following
        elif word.startswith(f"{event_log.FLAG}="):
            found = word.partition("=")[2]
    return Path(found) if found else None
