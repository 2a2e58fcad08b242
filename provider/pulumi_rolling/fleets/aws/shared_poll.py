"""One request that describes many things, for all who need a newer look at one of them at the same place.

A caller that needs a newer description than the kept one waits a moment for others with the same need, and then one of
them describes all that are of interest in one request. The poll knows nothing of rollouts, nor what it describes, and
keeps nothing but the last description of each.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

from pulumi_rolling.cloud_time import steady
from pulumi_rolling.errors import FleetError, PermanentFleetError
from pulumi_rolling.fleets.aws.api import Answer, AwsApi

GATHER = 0.03
"""Seconds in which others may join a request that is about to be sent."""
INTEREST = 60.0
"""Seconds for which a thing goes on being described with the others after it was last asked for."""

Describe = Callable[[list[str], AwsApi], dict[str, Answer]]
"""Brings those of the names that there are, by name; one request, or a page after the other."""
Absent = Callable[[str, AwsApi], PermanentFleetError]
"""The error that says that there is no such thing."""


@dataclass(frozen=True, slots=True)
class Look:
    """A thing as described by a request that was sent at ``at``."""

    description: Answer
    at: float


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one request came to: the time it was sent, the names it covered, and its error if it failed."""

    sent_at: float
    names: frozenset[str]
    error: FleetError | None = None


class SharedPoll:
    def __init__(
        self, describe: Describe, most: int, absent: Absent, clock: Callable[[], float] = steady
    ) -> None:
        """``most``: names that one request may hold."""
        self._describe = describe
        self._most = most
        self._absence = absent
        self._clock = clock
        self._changed = threading.Condition()
        self._asked: dict[str, float] = {}
        self._seen: dict[str, Look] = {}
        self._absent: dict[str, float] = {}
        self._alone: set[str] = set()
        self._leading = False
        self._last = _Batch(0.0, frozenset())

    def register(self, name: str) -> None:
        """It will be asked for soon, so the next request may as well bring it."""
        with self._changed:
            self._asked[name] = self._clock()

    def look(self, name: str, not_before: float, api: AwsApi) -> Look:
        """The thing as it was at ``not_before`` or later; the first caller that needs a request sends it.

        That it is absent is never taken from before the question: it may have been made since.
        """
        return self._look(name, not_before, self._clock(), api)

    def _look(self, name: str, not_before: float, asked_at: float, api: AwsApi) -> Look:
        with self._changed:
            while True:
                self._asked[name] = self._clock()
                kept = self._seen.get(name)
                if kept is not None and kept.at >= not_before:
                    return kept
                if self._absent.get(name, -1.0) >= max(not_before, asked_at):
                    raise self._absence(name, api)
                if not self._leading:
                    break
                self._changed.wait()
                self._raise_shared_error(name, not_before)
            self._leading = True
        return self._lead(name, not_before, asked_at, api)

    def _raise_shared_error(self, name: str, not_before: float) -> None:
        """A failed request fails all who waited for it, or each of them would send it again at once."""
        last = self._last
        if last.error is not None and name in last.names and last.sent_at >= not_before:
            raise copy(last.error) from last.error

    def _names_around(self, name: str) -> list[str]:
        """The name itself and those asked for most recently."""
        oldest = self._clock() - INTEREST
        self._asked = {other: at for other, at in self._asked.items() if at >= oldest or other == name}
        if name in self._alone:
            return [name]
        others = sorted(
            (at, other) for other, at in self._asked.items() if other != name and other not in self._alone
        )
        return [name, *(other for _, other in reversed(others[-(self._most - 1) :]))]

    def _lead(self, name: str, not_before: float, asked_at: float, api: AwsApi) -> Look:
        sent_at, names = self._clock(), [name]
        try:
            with self._changed:
                self._changed.wait(GATHER)
                names = self._names_around(name)
            sent_at = self._clock()
            found = self._describe(names, api)
        except BaseException as error:
            self._end(sent_at, names, error)
            if isinstance(error, PermanentFleetError) and len(names) > 1:
                # One bad name refuses the whole request: from now on each of these is asked for by itself.
                return self._look(name, not_before, asked_at, api)
            raise
        with self._changed:
            self._alone.difference_update(names)
            for each in names:
                self._seen.pop(each, None)
                self._absent[each] = sent_at
            for each, description in found.items():
                self._seen[each] = Look(description, sent_at)
                self._absent.pop(each, None)
        self._end(sent_at, names, None)
        return self._look(name, min(not_before, sent_at), min(asked_at, sent_at), api)

    def _end(self, sent_at: float, names: list[str], error: BaseException | None) -> None:
        with self._changed:
            self._leading = False
            shared = error if isinstance(error, FleetError) else None
            if isinstance(error, PermanentFleetError) and len(names) > 1:
                self._alone.update(names)
                shared = None
            self._last = _Batch(sent_at, frozenset(names), shared)
            self._changed.notify_all()
