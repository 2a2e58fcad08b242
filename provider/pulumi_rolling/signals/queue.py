"""Signals by SQS queue: one receiver for a queue in this process, for all groups that roll here and listen to it.

Theory of operation. A thread waits for messages (long poll) as long as some rollout listens. A message says
``{"group": ..., "instanceId": ..., "status": ...}``. One for a group that listens here is handed to it, and deleted
only after the group has kept the verdict where a crash does not lose it: in the instance's own tag. Then the rollout is
woken, and reads the verdict as if the instance had set the tag itself. All other messages are left for others: they
are hidden for a moment, longer each time, and never deleted. So are those of instances that EC2 does not know yet.

Worked example: two messages at 10 s, i-1 of ``web`` and i-2 of ``api``; only ``web`` rolls here. Tag on i-1, first
message deleted, the rollout looks at once; the second message is hidden for 2 s, then 4, 8, 16 and 30.

The thread outlives the last rollout by one long poll at most. What the queue refuses for good ends it, and every
rollout that listens hears of that at its next look.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pulumi_rolling.core.model.member import Signal
from pulumi_rolling.errors import FleetError, PermanentFleetError, TemporaryFleetError
from pulumi_rolling.signals.tag import Tagged, TagSignals

LONG_POLL = 20
"""WaitTimeSeconds of ReceiveMessage: 20 is the most (SQS API)."""
LONGEST_HIDDEN = 30
"""Seconds for which a message that is not for us is kept from its receivers, at most."""
_LONGEST_PAUSE = 30.0
_INSTANCE = re.compile(r"i-[0-9a-f]{1,17}")
_LONGEST_BODY = 4096
"""Characters of a message that may be a signal: the longest name of a group has 255, and a message up to a million."""


class Mailbox(Protocol):
    """A queue. Each call is sent once; the receiver repeats what is temporary."""

    def receive(self, seconds: int) -> list[tuple[str, str, int]]:
        """Messages that come within that time: body, handle, and how often each was received."""
        ...

    def delete(self, handles: Sequence[str]) -> None: ...

    def give_back(self, hidden: Sequence[tuple[str, int]]) -> None:
        """Give messages back: handles, each with the seconds after which its message is seen again."""
        ...


@dataclass(frozen=True, slots=True)
class Inbox:
    """One group's ear at a queue."""

    group: str
    mailbox: Mailbox
    keep: Callable[[Mapping[str, Signal]], frozenset[str]]
    """Make verdicts of instances last, and bring back those that last now."""
    wake: Callable[[], None]
    fail: Callable[[FleetError], None]


@dataclass(frozen=True, slots=True)
class Spoken:
    group: str
    instance: str
    status: Signal


def spoken(body: str) -> Spoken | None:
    """The group, the instance and its signal; None for a message of another form."""
    if len(body) > _LONGEST_BODY:
        return None
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    group, instance, status = (said.get(key) for key in ("group", "instanceId", "status"))
    if not (isinstance(group, str) and isinstance(instance, str) and isinstance(status, str)):
        return None
    word = status.strip().upper()
    if word not in Signal.__members__ or not _INSTANCE.fullmatch(instance):
        return None
    return Spoken(group, instance, Signal(word))


class QueueSignals(TagSignals):
    """Verdicts that came by queue stand in the instances' tags, so an instance may as well set its own tag."""

    def __init__(self, queue: str) -> None:
        self.queue = queue
        self.trouble: FleetError | None = None
        """The error after which nothing comes by the queue any more."""

    def read(self, member: Tagged) -> Signal | None:
        if self.trouble is not None:
            raise self.trouble
        return super().read(member)


class Receiver:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inboxes: dict[str, Inbox] = {}
        self._running = False
        self._left = threading.Event()

    def join(self, inbox: Inbox) -> None:
        """Listen for the group. The first listener asks the queue at once; its refusal for good is raised here."""
        with self._lock:
            self._inboxes[inbox.group] = inbox
            first = not self._running
        if first:
            try:
                self._deal(inbox.mailbox, inbox.mailbox.receive(0))
            except TemporaryFleetError:
                # The thread will ask again.
                pass
            except FleetError:
                self.leave(inbox)
                raise
        with self._lock:
            if self._running or not self._inboxes:
                return
            self._running = True
            self._left.clear()
        threading.Thread(target=self._serve, name="signal queue", daemon=True).start()

    def leave(self, inbox: Inbox) -> None:
        with self._lock:
            if self._inboxes.get(inbox.group) is inbox:
                del self._inboxes[inbox.group]
            if not self._inboxes:
                self._left.set()

    def _serve(self) -> None:
        failures = 0
        while True:
            with self._lock:
                mailbox = next((inbox.mailbox for inbox in self._inboxes.values()), None)
                if mailbox is None:
                    self._running = False
                    return
            try:
                self._deal(mailbox, mailbox.receive(LONG_POLL))
                failures = 0
            except TemporaryFleetError:
                failures += 1
                self._left.wait(min(_LONGEST_PAUSE, 2.0**failures))
            except Exception as error:  # noqa: BLE001 - a receiver that dies in silence would make every signal late
                self._end(error)
                return

    def _end(self, error: Exception) -> None:
        with self._lock:
            self._running = False
            deaf, self._inboxes = list(self._inboxes.values()), {}
        ours = error if isinstance(error, FleetError) else None
        for inbox in deaf:
            inbox.fail(ours or PermanentFleetError(f"the receiver of the signal queue broke: {error!r}"))
            inbox.wake()

    def _deal(self, mailbox: Mailbox, messages: list[tuple[str, str, int]]) -> None:
        """Keep verdicts, then delete messages. A death in between brings a message twice, which counts once."""
        heard: dict[str, list[tuple[str, int, Spoken]]] = {}
        left: list[tuple[str, int]] = []
        for body, handle, receives in messages:
            said = spoken(body)
            if said is None:
                left.append((handle, hidden_for(receives)))
            else:
                heard.setdefault(said.group, []).append((handle, receives, said))
        kept: list[str] = []
        for group, theirs in heard.items():
            lasting = self._keep(group, [said for _, _, said in theirs])
            kept += [handle for handle, _, said in theirs if said.instance in lasting]
            left += [
                (h, hidden_for(receives)) for h, receives, said in theirs if said.instance not in lasting
            ]
        if kept:
            mailbox.delete(kept)
        if left:
            mailbox.give_back(left)

    def _keep(self, group: str, said: list[Spoken]) -> frozenset[str]:
        """Instances whose verdict lasts now; none where the group does not listen here."""
        with self._lock:
            inbox = self._inboxes.get(group)
        if inbox is None:
            return frozenset()
        verdicts: dict[str, Signal] = {}
        for each in said:
            if verdicts.get(each.instance) is not Signal.FAILURE:
                verdicts[each.instance] = each.status
        try:
            lasting = inbox.keep(verdicts)
        except TemporaryFleetError:
            # The messages come again.
            return frozenset()
        except FleetError as error:
            self.leave(inbox)
            inbox.fail(error)
            inbox.wake()
            return frozenset()
        if lasting:
            inbox.wake()
        return lasting


def hidden_for(receives: int) -> int:
    return min(LONGEST_HIDDEN, 1 << min(receives, 10))


_receivers: dict[Hashable, Receiver] = {}
_receivers_lock = threading.Lock()


def receiver_of(queue: Hashable) -> Receiver:
    """The one receiver of this process for that queue, as seen with those credentials."""
    with _receivers_lock:
        return _receivers.setdefault(queue, Receiver())
