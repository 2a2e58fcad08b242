"""Joins a group to the receivers of its signal queues for as long as its rollout is driven."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pulumi_rolling.errors import Fault, FleetError, PermanentFleetError, PolicyErrors
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.replace.watching import QUEUE_PATH
from pulumi_rolling.signals.choose import Source
from pulumi_rolling.signals.queue import Inbox, QueueSignals, Receiver, receiver_of
from pulumi_rolling.signals.tag import SIGNAL_TAG


@contextmanager
def listening(operation: Operation, sources: Iterable[Source]) -> Iterator[None]:
    """Nothing where signals come otherwise. A queue that refuses to be read is a fault, before anything is touched."""
    heard: dict[str, list[QueueSignals]] = {}
    for source in dict.fromkeys(sources):
        if isinstance(source, QueueSignals):
            heard.setdefault(source.queue, []).append(source)
    joined: list[tuple[Receiver, Inbox]] = []
    try:
        for url, theirs in heard.items():
            receiver, inbox = receiver_of((operation.fleet.place, url)), _inbox(operation, url, theirs)
            try:
                receiver.join(inbox)
            except PermanentFleetError as error:
                raise PolicyErrors([Fault(QUEUE_PATH, str(error))]) from error
            joined.append((receiver, inbox))
        yield
    finally:
        for receiver, inbox in joined:
            receiver.leave(inbox)


def _inbox(operation: Operation, url: str, sources: list[QueueSignals]) -> Inbox:
    def fail(error: FleetError) -> None:
        for source in sources:
            source.trouble = error

    fleet = operation.fleet
    return Inbox(fleet.name, fleet.queue(url), fleet.verdict_tags(SIGNAL_TAG).keep, operation.wake, fail)
