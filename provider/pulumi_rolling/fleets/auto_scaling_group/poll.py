"""One DescribeAutoScalingGroups for every group that rolls at one place in this process (at most 100 names).

Diffs, which come one after the other, are served by pages of all groups there are.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from pulumi_rolling.cloud_time import steady
from pulumi_rolling.errors import GroupNotFoundError
from pulumi_rolling.fleets.aws.api import AUTO_SCALING, Answer, AwsApi
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.aws.shared_poll import Look, SharedPoll

MOST_NAMES = 100
"""MaxRecords of DescribeAutoScalingGroups (facts/aws.md 2.1)."""
PAGE = 100
"""Groups that one request without names brings at once (MaxRecords of DescribeAutoScalingGroups)."""
MOST_PAGES = 5
"""Pages that diffs may turn before a group is asked for by name; a region has 500 groups unless more are asked for."""
PAGE_AGE = 5.0
"""Seconds for which a description serves a diff that expects nothing to have changed; the cloud's own answers may
be that old."""


class GroupPoll(SharedPoll):
    def __init__(self, clock: Callable[[], float] = steady, *, page_first: bool = False) -> None:
        super().__init__(_describe, MOST_NAMES, _absent, clock)
        self._page_first = page_first
        self._paging = threading.Lock()
        self._page_at, self._page_number, self._next_page = -math.inf, 0, ""

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


def _absent(name: str, api: AwsApi) -> GroupNotFoundError:
    return GroupNotFoundError(
        f"There is no Auto Scaling group {name!r} in {api.place}.",
        operation="DescribeAutoScalingGroups",
    )


def _describe(names: list[str], api: AwsApi) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    parameters: Answer = {"AutoScalingGroupNames": names, "MaxRecords": MOST_NAMES}
    while True:
        page = api.attempt(AUTO_SCALING, "DescribeAutoScalingGroups", **parameters)
        found |= {group["AutoScalingGroupName"]: group for group in page["AutoScalingGroups"]}
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
