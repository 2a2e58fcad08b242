"""One driver per group. Tags have no compare-and-set, so a lease is written, given time, and read again.

``rolling:lease`` = ``HOLDER URN-HASH UNTIL LENGTH``. A driver acts only on observations that show its own lease; one
that sees another's acts no more. UNTIL is the holder's clock; a lease counts as abandoned when it has passed, or when
it has not changed for its whole LENGTH of our own time, whichever we see first. LENGTH is left out where it is the
usual one; it is longer before a long wait, and UNTIL never goes back.

HOLDER ends with the driver's process. A driver of the same resource that finds it dead, on the same machine, need not
wait: nobody is left who could renew the lease or act.

A driver that slept is a stranger to itself (property 15): it writes and acts only while its look is young and its lease
has not run out, both by a clock that goes on while it sleeps. A lease that ran out is taken again as a first one is:
read, written alone, and given time.
"""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from pulumi_rolling.core.model.commands import command
from pulumi_rolling.core.shared.lease_rules import OUTLIVED, is_due, lease_length, promised
from pulumi_rolling.engine.clock import Clock
from pulumi_rolling.engine.printable import printable_text
from pulumi_rolling.engine.process import has_ended, own_name
from pulumi_rolling.engine.record.pieces import LEASE, read_any
from pulumi_rolling.engine.retry import Deadline
from pulumi_rolling.errors import LeaseHeldError, LeaseLostError, TemporaryFleetError
from pulumi_rolling.fleets.base import Group

RELEASES = 5
"""Reads after which a lease that is given up is left to run out."""


@dataclass(frozen=True, slots=True)
class LeaseTag:
    """A lease as it stands on the group."""

    holder: str
    owner: str
    until: float
    length: float | None = None
    """Seconds for which it was written; None: the usual ones."""

    @property
    def process(self) -> str:
        """The holder's process, as the same machine can look it up; empty where it told none."""
        return self.holder.partition("-")[2]

    def may_act(self, now: float) -> bool:
        """Whether its holder may still drive: it has not run out, and its process has not ended here."""
        return self.until > now and not has_ended(self.process)


def owner_of(urn: str) -> str:
    """A short name of a resource: tags are too small for URNs."""
    return hashlib.sha256(urn.encode()).hexdigest()[:12]


def found_lease(marks: Mapping[str, str]) -> LeaseTag | None:
    parts = marks.get(LEASE, "").split()
    if len(parts) not in (3, 4):
        return None
    try:
        until, *length = [float(part) for part in parts[2:]]
    except ValueError:
        return None
    if not all(map(math.isfinite, (until, *length))):
        return None
    return LeaseTag(printable_text(parts[0]), printable_text(parts[1]), until, *length)


class Lease:
    """Ours, on one group, for one rollout."""

    def __init__(
        self,
        fleet: Group,
        owner: str,
        clock: Clock,
        poll: float,
        settle: float = 0.0,
        deadline: Deadline | None = None,
    ) -> None:
        """``deadline``: that of the fleet's calls, which no call outlives that is sent for one look."""
        self.holder = f"{uuid.uuid4().hex[:12]}-{own_name()}".rstrip("-")
        self._fleet = fleet
        self._owner = owner
        self._clock = clock
        self._poll = poll
        self._settle = settle
        self.length = lease_length(poll)
        self._deadline = deadline or Deadline()
        self._read_at = self._marked_until = self._holds_until = -math.inf

    def mark(self, wait: float = 0.0) -> dict[str, str]:
        """The tag that renews it; part of every write of the record. It counts once it is ``written``.

        ``wait``: seconds until the look after this one.
        """
        now = self._clock.steady()
        self._marked_until = max(self._holds_until, now + promised(self.length, wait))
        length = self._marked_until - now
        longer = f" {length:.0f}" if length > self.length else ""
        return {LEASE: f"{self.holder} {self._owner} {self._clock.now() + length:.0f}{longer}"}

    def written(self) -> None:
        """The tag made last stands on the group."""
        self._holds_until = self._marked_until

    def renew(self) -> None:
        """The tag alone."""
        self._fleet.write_marks(self.mark())
        self.written()

    def is_due(self, wait: float = 0.0) -> bool:
        return is_due(self.length, self.left(), wait)

    def left(self) -> float:
        """Seconds that it still holds."""
        return self._holds_until - self._clock.steady()

    def has_run_out(self) -> bool:
        """Others may have taken the group."""
        return self.left() <= 0

    def look_begins(self) -> None:
        """A look changes nothing, so its calls may take their time."""
        self._deadline.lift()

    def looked(self, at: float) -> None:
        """What is written and done from now on follows from a look of that moment, by the steady clock."""
        self._deadline.at = min(at + OUTLIVED * self.length, self._holds_until)

    def allows(self) -> bool:
        """Whether the look is still young enough to write and act upon, and the group surely ours."""
        return self._clock.steady() < self._deadline.at

    def insist(self) -> None:
        """Nothing is written or done on a look that is too old: the next one decides anew."""
        if not self.allows():
            raise TemporaryFleetError(
                f"looks at group {self._fleet.name} were more than {OUTLIVED * self.length:.0f} s old before anything "
                "could be done on them",
                hint="The cloud answers too slowly, or this process is stopped again and again; run 'pulumi up' again.",
            )

    def take_again(self) -> None:
        """Renew a lease that ran out and that nobody has taken: a driver that is about to take it sees ours then."""
        self.must_be_ours(self._read())
        if self._is_young():
            self.renew()
            self._clock.wait(2 * self._poll)

    def must_be_ours(self, marks: Mapping[str, str]) -> None:
        if self.is_ours(marks):
            return
        if found_lease(marks) is None:
            raise LeaseLostError(
                f"this process was stopped for longer than its lease on group {self._fleet.name}, which is gone: "
                "another driver came and has ended, or somebody removed our tags",
                hint="We stopped at once. Run 'pulumi up' again: it says what is left to do.",
            )
        raise LeaseLostError(
            f"another driver took over group {self._fleet.name}",
            hint="We stopped at once; that driver goes on from the record.",
        )

    def is_gone(self, marks: Mapping[str, str]) -> bool:
        """Nobody's lease stands where ours has not run out, so that nobody may have taken it: it was removed."""
        return found_lease(marks) is None and not self.has_run_out()

    def is_ours(self, marks: Mapping[str, str]) -> bool:
        now = found_lease(marks)
        return now is not None and now.holder == self.holder

    def acquire(self) -> Mapping[str, str]:
        """Take the group, or say who has it. Returns the group's marks as they are with our lease on them."""
        marks = self._wait_until_free(self._read())
        while not self._is_young():
            # Stopped, or slow: somebody may have taken it since.
            marks = self._wait_until_free(self._read())
        before = found_lease(marks)
        self.renew()
        written_at = self._clock.steady()
        self._clock.wait(2 * self._poll)
        marks = self._fleet.marks()
        # A read from before our write shows what stood there then, if only for a moment: the next one may tell.
        while self._may_be_older(marks, before) and self._clock.steady() - written_at < self._settle:
            self._clock.wait(self._poll)
            marks = self._fleet.marks()
        if not self.is_ours(marks):
            raise self._refusal(found_lease(marks))
        return marks

    def _may_be_older(self, marks: Mapping[str, str], before: LeaseTag | None) -> bool:
        """Whether a read after our write may be from before it: it shows nothing new, or our resource's last driver."""
        found = found_lease(marks)
        if found is None or found == before:
            return True
        return found.owner == self._owner and found.holder != self.holder

    def release(self) -> None:
        """Give it up, unless somebody else has it by now. On a slow machine a read may be too old at once."""
        self._deadline.lift()
        for _ in range(RELEASES):
            if not self.is_ours(self._read()):
                return
            if self._is_young():
                self._fleet.remove_marks([LEASE])
                return

    def _read(self) -> Mapping[str, str]:
        self._read_at = self._clock.steady()
        return self._fleet.marks()

    def _is_young(self) -> bool:
        """Whether a driver that took the group since our read would still see what we write now."""
        return self._clock.steady() - self._read_at < 2 * self._poll

    def _wait_until_free(self, marks: Mapping[str, str]) -> Mapping[str, str]:
        found = found_lease(marks)
        self._refuse_stranger(marks, found)
        seen_at = self._clock.steady()
        while found is not None and found.until > self._clock.now():
            if found.owner != self._owner:
                raise self._refusal(found)
            if has_ended(found.process) or self._clock.steady() - seen_at > max(
                self.length, found.length or 0.0
            ):
                break
            self._clock.wait(max(self._poll, 0.5))
            marks = self._read()
            again = found_lease(marks)
            if again is not None and again.holder == found.holder and again.until > found.until:
                raise self._refusal(again)
            found = again
        return marks

    def _refuse_stranger(self, marks: Mapping[str, str], found: LeaseTag | None) -> None:
        record = read_any(marks)
        if record is not None and record[0] != self._owner:
            raise LeaseHeldError(
                f"group {self._fleet.name} carries the record of a rollout ({record[1].goal.id}) by another resource",
                hint="One group has one policy, of one resource; finish or remove the other one first.",
            )
        if found is not None and found.owner != self._owner and found.until > self._clock.now():
            raise self._refusal(found)

    def _refusal(self, other: LeaseTag | None) -> LeaseHeldError:
        who = f"driver {other.holder}" if other is not None else "another driver"
        return LeaseHeldError(
            f"group {self._fleet.name} is being rolled by {who}",
            hint=f"Wait until that update has ended, or end it with {command('abort', self._fleet.call)}.",
        )
