"""One DescribeAutoScalingGroups for every group that rolls at one place in this process.

A caller that needs a newer description than the kept one waits a moment for others with the same need, and then one of
them describes all groups of interest in one request (at most 100 names). The poll knows nothing of rollouts, and keeps
nothing but the last description of each group.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

from pulumi_rolling.cloud_time import steady
from pulumi_rolling.errors import FleetError, GroupNotFoundError, PermanentFleetError
from pulumi_rolling.fleets.aws.api import AUTO_SCALING, Answer, AwsApi
from pulumi_rolling.fleets.aws.place import Place

MOST_NAMES = 100
"""MaxRecords of DescribeAutoScalingGroups (facts/aws.md 2.1)."""
GATHER = 0.03
"""Seconds in which others may join a request that is about to be sent."""
PAGE = 100
"""Groups that one request without names brings at once (MaxRecords of DescribeAutoScalingGroups)."""
MOST_PAGES = 5
"""Pages that diffs may turn before a group is asked for by name; a region has 500 groups unless more are asked for."""
PAGE_AGE = 5.0
"""Seconds for which a description serves a diff that expects nothing to have changed; the cloud's own answers may
be that old."""
INTEREST = 60.0
"""Seconds for which a group goes on being described with the others after it was last asked for."""


@dataclass(frozen=True, slots=True)
class Look:
    """A group as described by a request that was sent at ``at``."""

    description: Answer
    at: float


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one request came to: the time it was sent, the names it covered, and its error if it failed."""

    sent_at: float
    names: frozenset[str]
    error: FleetError | None = None


class GroupPoll:
    def __init__(self, clock: Callable[[], float] = steady, *, page_first: bool = False) -> None:
        self._clock = clock
        self._page_first = page_first
        self._changed = threading.Condition()
        self._asked: dict[str, float] = {}
        self._seen: dict[str, Look] = {}
        self._absent: dict[str, float] = {}
        self._alone: set[str] = set()
        self._leading = False
        self._paging = threading.Lock()
        self._page_at, self._page_number, self._next_page = -math.inf, 0, ""
        self._last = _Batch(0.0, frozenset())

    def register(self, name: str) -> None:
        """The group will be asked for soon, so the next request may as well bring it."""
        with self._changed:
            self._asked[name] = self._clock()

    def look(self, name: str, not_before: float, api: AwsApi) -> Look:
        """The group as it was at ``not_before`` or later; the first caller that needs a request sends it.

        That a group is absent is never taken from before the question: it may have been made since.
        """
        return self._look(name, not_before, self._clock(), api)

    def glance(self, name: str, not_before: float, api: AwsApi) -> Look:
        """The group for a diff: as ``look`` for the first one, a moment older where several are asked for.

        Pulumi asks one resource after the other, so requests cannot be shared by waiting for each other. From the
        second group on, or from the first in a process that serves many, requests bring pages of all groups there
        are, each page once (docs/decisions/0007).
        """
        recent = self._clock() - PAGE_AGE
        with self._paging:
            with self._changed:
                alone = all(look.at < recent for other, look in self._seen.items() if other != name)
            if alone and not self._page_first:
                return self.look(name, not_before, api)
            while not self._has(name, recent) and self._turn_page(recent, api):
                continue
            return self.look(name, recent, api)

    def _has(self, name: str, recent: float) -> bool:
        with self._changed:
            kept = self._seen.get(name)
            return kept is not None and kept.at >= recent

    def _turn_page(self, recent: float, api: AwsApi) -> bool:
        """Reads one more page, or says that there is none."""
        if self._page_at < recent:
            self._page_at, self._page_number, self._next_page = self._clock(), 0, ""
        elif not self._next_page or self._page_number >= MOST_PAGES:
            return False
        sent_at = self._clock()
        following = {"NextToken": self._next_page} if self._next_page else {}
        page = api.attempt(AUTO_SCALING, "DescribeAutoScalingGroups", MaxRecords=PAGE, **following)
        self._page_number, self._next_page = self._page_number + 1, page.get("NextToken") or ""
        with self._changed:
            for description in page["AutoScalingGroups"]:
                self._seen[description["AutoScalingGroupName"]] = Look(description, sent_at)
        return True

    def _look(self, name: str, not_before: float, asked_at: float, api: AwsApi) -> Look:
        with self._changed:
            while True:
                self._asked[name] = self._clock()
                kept = self._seen.get(name)
                if kept is not None and kept.at >= not_before:
                    return kept
                if self._absent.get(name, -1.0) >= max(not_before, asked_at):
                    raise GroupNotFoundError(
                        f"There is no Auto Scaling group {name!r} in {api.place}.",
                        operation="DescribeAutoScalingGroups",
                    )
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
        return [name, *(other for _, other in reversed(others[-(MOST_NAMES - 1) :]))]

    def _lead(self, name: str, not_before: float, asked_at: float, api: AwsApi) -> Look:
        sent_at, names = self._clock(), [name]
        try:
            with self._changed:
                self._changed.wait(GATHER)
                names = self._names_around(name)
            sent_at = self._clock()
            found = _describe(names, api)
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
            for description in found:
                each = description["AutoScalingGroupName"]
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


def _describe(names: list[str], api: AwsApi) -> list[Answer]:
    found: list[Answer] = []
    parameters: Answer = {"AutoScalingGroupNames": names, "MaxRecords": MOST_NAMES}
    while True:
        page = api.attempt(AUTO_SCALING, "DescribeAutoScalingGroups", **parameters)
        found.extend(page["AutoScalingGroups"])
        if not page.get("NextToken"):
            return found
        parameters["NextToken"] = page["NextToken"]


_polls: dict[Place, GroupPoll] = {}
_polls_lock = threading.Lock()
_many = threading.Event()


def expect_many() -> None:
    """This process serves the groups of a whole stack, so that its first diff is not the only one."""
    _many.set()


def poll_of(place: Place) -> GroupPoll:
    """The one poll of this process for that place."""
    with _polls_lock:
        return _polls.setdefault(place, GroupPoll(page_first=_many.is_set()))
