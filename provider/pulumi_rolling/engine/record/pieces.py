"""The record of a rollout in the group's own tags: where the next run, or another machine, finds it.

A tag holds few characters and a group few tags (the fleet's shelf says how many), so the text is cut into
``rolling:record.N``. Nothing propagates to instances. Beside the record stand its policy, ``rolling:lease``,
``rolling:said``, ``rolling:told`` and requests.

A request is ``rolling:request.ID`` = ``KIND`` or ``KIND:MEMBER``, put there by any shell; one tag each, so that two
shells never overwrite each other. IDs begin with the time of asking and are taken up in that order. The driver acts on
an ID once and removes its tag when the decision that took it up is recorded. ``rolling:request`` = ``abort:ID``, the
one tag of earlier versions, is still read.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeVar

from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.printable import printable_text
from pulumi_rolling.engine.record.cut import SERIALS, TornError, cut, joined
from pulumi_rolling.engine.record.header import decode, encode
from pulumi_rolling.engine.record.thinning import forms
from pulumi_rolling.engine.said import SAID
from pulumi_rolling.errors import FleetError, JournalError
from pulumi_rolling.fleets.base import Group, Shelf

R = TypeVar("R")

PREFIX = "rolling:"
RECORD = "rolling:record."
LEASE = "rolling:lease"
REQUEST = "rolling:request"
OF_THE_ROLLOUT = frozenset({"abort", "pause", "resume", "approve", "reject"})
OF_A_MEMBER = frozenset({"retry", "skip"})
MOST_PENDING = 3
"""Requests that may wait on a group at a time."""


class Journal:
    """Writes and reads one group's record. ``owner`` (the resource's URN) is kept in it, to tell strangers apart."""

    def __init__(
        self, fleet: Group, owner: str, beside: Mapping[str, str] | None = None, room: int | None = None
    ) -> None:
        """``beside``: tags that stand with the record and never change. ``room``: tags that the record may take."""
        self._fleet = fleet
        self._owner = owner
        self._beside = dict(beside or {})
        self._room = room
        self._serial = int(uuid.uuid4().int % 10_000)
        self._pieces = 0
        self._extra: set[str] = set()

    def write(self, rollout: Any, extra: Mapping[str, str] | None = None, *, whole: bool = False) -> None:
        """One call for all pieces and ``extra`` (the lease); pieces no longer needed are removed after it.

        What stands beside the record is written with it at first, and where ``whole`` says so.
        """
        self._serial = (self._serial + 1) % SERIALS
        marks = pack(rollout, self._owner, self._serial, self._fleet.shelf, self._room)
        beside = self._beside if whole or not self._pieces else {}
        self._extra |= (extra or {}).keys()
        self._fleet.write_marks({**marks, **beside, **(extra or {})})
        left = [f"{RECORD}{i}" for i in range(len(marks), self._pieces)]
        if left:
            # Each piece tells how many there are, so one too many says nothing wrong.
            with suppress(FleetError):
                self._fleet.remove_marks(left)
        self._pieces = len(marks)

    def misses(self, marks: Mapping[str, str]) -> bool:
        """Whether pieces that were written last are not among ``marks``."""
        return not {*self._written()} <= marks.keys()

    def _written(self) -> list[str]:
        return [*(f"{RECORD}{i}" for i in range(self._pieces)), *(self._beside if self._pieces else ())]

    def all_of(self, marks: Mapping[str, str]) -> list[str]:
        """The tags of ours that stand among ``marks`` or were written by this journal."""
        theirs = {key for key in marks if key.startswith(PREFIX)}
        return sorted(theirs | {*self._written(), *self._extra, LEASE, SAID})

    def clear(self, marks: Mapping[str, str]) -> None:
        """Remove everything of ours."""
        self._fleet.remove_marks(self.all_of(marks))
        self._pieces = 0


def pack(rollout: Any, owner: str, serial: int, shelf: Shelf, room: int | None = None) -> dict[str, str]:
    """The pieces of a record as tags: with all that it says, or with less where it would not fit into ``room``.

    One that does not fit at its thinnest is the cloud's to refuse.
    """
    marks: dict[str, str] = {}
    for form in forms(rollout):
        marks = cut(RECORD, serial, f"{owner} {encode(form, dense=shelf.is_small)}", shelf)
        if room is None or len(marks) <= room:
            break
    if not all(map(shelf.allowed, marks.values())):
        raise JournalError("the record of the rollout holds a text that the cloud allows in no tag")
    return marks


def read(marks: Mapping[str, str]) -> tuple[str, Rollout] | None:
    """(owner, rollout) of a record of the replace machine among a group's tags, or None where there is none."""
    return read_as(marks, Rollout)


def read_as(marks: Mapping[str, str], shape: type[R]) -> tuple[str, R] | None:
    """(owner, rollout) of a record of the machine whose rollouts are of that shape; an error for any other's."""
    found = read_any(marks)
    if found is None:
        return None
    owner, rollout = found
    if not isinstance(rollout, shape):
        raise JournalError(
            "the record on the group is of a rollout by another strategy",
            hint="Finish or abort that rollout with the policy that began it, then change the policy.",
        )
    return owner, rollout


def read_any(marks: Mapping[str, str]) -> tuple[str, Any] | None:
    """(owner, rollout) of the record among a group's tags, whatever the machine."""
    try:
        text = joined(RECORD, marks)
    except TornError as error:
        raise JournalError(
            "the record on the group is torn: its tags belong to different writings",
            hint="Look at the group, then remove its tags that begin with 'rolling:record.' to start anew.",
        ) from error
    if text is None:
        return None
    owner, _, packed = text.partition(" ")
    return printable_text(owner), decode(packed)


def ours(tags: Mapping[str, str]) -> dict[str, str]:
    """Those of a group's tags that are this package's."""
    return {key: value for key, value in tags.items() if key.startswith(PREFIX)}


def record_marks(tags: Mapping[str, str]) -> dict[str, str]:
    """The record as it stands, to compare with."""
    return {key: value for key, value in tags.items() if key.startswith(RECORD)}


def asked(marks: Mapping[str, str]) -> dict[str, Request]:
    """Each request by its tag, the oldest first. A tag that is not understood is no request."""
    found: dict[str, Request] = {}
    for key, value in marks.items():
        before, _, ident = key.partition(f"{REQUEST}.")
        if ident and not before:
            kind, _, member = value.partition(":")
        elif key == REQUEST:
            (kind, _, ident), member = value.partition(":"), ""
        else:
            continue
        if ident and (kind in OF_A_MEMBER if member else kind in OF_THE_ROLLOUT):
            found[key] = Request(ident, kind, member)
    return dict(sorted(found.items(), key=lambda pair: pair[1].id))


def requests(marks: Mapping[str, str]) -> tuple[Request, ...]:
    return tuple(asked(marks).values())


def request_mark(kind: str, member: str = "") -> dict[str, str]:
    """The tag that asks a running driver to do ``kind``, to ``member`` where it is about one."""
    ident = f"{time.time_ns() // 1_000:x}{uuid.uuid4().hex[:4]}"
    return {f"{REQUEST}.{ident}": f"{kind}:{member}" if member else kind}
