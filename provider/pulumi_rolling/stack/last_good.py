"""Which deployment a stack returns to: the state itself where it is good, or else a copy of what was.

A state is good where the newest update in Pulumi's history succeeded and left it. One that is half of a journey is not,
even where history says nothing of that journey, since it was killed: then the journal says where it was to return to.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pulumi_rolling.errors import StackError, StackStateError
from pulumi_rolling.stack import history
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.deployment import Deployment, parsed
from pulumi_rolling.stack.exports import copy_of, exported
from pulumi_rolling.stack.history import LITTLE, RETURNED, SLACK, Update
from pulumi_rolling.stack.kept import Copy, Kept

NO_GOOD = "no earlier deployment of this stack is known to be good"


@dataclass(frozen=True)
class Standing:
    """What a stack is now: its export with ciphertext, and the newest entry of its history."""

    export: str
    newest: Update | None

    @property
    def since(self) -> str:
        """What tells whether anything was deployed since, as far as history knows."""
        return self.newest.deployed if self.newest is not None else ""


def last_good(pulumi: Pulumi, kept: Kept, file: Path, now: Standing) -> Copy:
    """The deployment that a failure returns to. Raises StackError with the reason where none is known."""
    state, update = parsed(now.export), now.newest
    if update is None or not state.entries:
        raise StackStateError(NO_GOOD)
    begun = kept.begun()
    if begun is not None and begun.since == now.since:
        return begun.to
    if _is_good(state, update):
        return _as_it_is(pulumi, kept, file, now.export, update)
    copy = begun.to if begun is not None else next(kept.all(), None)
    return _newest(pulumi, kept, copy, file)


def still_good(pulumi: Pulumi, kept: Kept, file: Path, good: Copy, before: Standing, now: Standing) -> Copy:
    """The last good deployment after an update that failed, where `good` was it before.

    That is another one where another process has deployed between our look and our update.
    """
    former = before.newest.started if before.newest is not None else ""
    if now.newest is None or now.newest.succeeded_at <= former:
        return good
    return _newest(pulumi, kept, good, file)


def named(pulumi: Pulumi, kept: Kept, file: Path, now: Standing, to: str = "") -> Copy:
    """The deployment whose time begins so; otherwise the one that the newest update returned to, or the last good one.

    Raises StackError where there is none.
    """
    if to:
        chosen = next((copy for copy in kept.all() if copy.started.startswith(to)), None)
        if chosen is None:
            raise StackError(f"no kept deployment begins with {to}")
        return chosen
    message = now.newest.message if now.newest is not None else ""
    again = kept.of(message.removeprefix(RETURNED)) if message.startswith(RETURNED) else None
    return again or last_good(pulumi, kept, file, now)


def _is_good(state: Deployment, update: Update) -> bool:
    """An update that ends drops every pending operation but the creations of an earlier one that was killed."""
    begun = any(each.get("type") != "creating" for each in state.pending)
    slack = LITTLE if state.pending else SLACK
    return update.succeeded and not begun and update.is_of(state.written_at, slack)


def _as_it_is(pulumi: Pulumi, kept: Kept, file: Path, export: str, update: Update) -> Copy:
    copy = kept.of(update.started)
    return copy if copy is not None else copy_of(pulumi, update, file, export)


def _newest(pulumi: Pulumi, kept: Kept, copy: Copy | None, file: Path) -> Copy:
    """The copy, or that of an update that has succeeded since: a return past that would destroy what it made."""
    success = history.newest_success(pulumi)
    if copy is not None and (
        success is None or success.started <= copy.started or success.message == f"{RETURNED}{copy.started}"
    ):
        return copy
    if success is None:
        raise StackStateError(NO_GOOD)
    newer = kept.of(success.started) or exported(pulumi, success, file)
    if newer is not None:
        return newer
    if copy is None:
        raise StackStateError(NO_GOOD)
    raise StackStateError(
        f"the last good deployment is that of {success.started}, of which no copy is kept",
        hint="To return to an older one name it: rolling rollback --to",
    )
