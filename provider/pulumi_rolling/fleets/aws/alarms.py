"""The states of CloudWatch alarms, asked for once for all groups that roll at one place in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pulumi_rolling.cloud_time import steady
from pulumi_rolling.core.model.seen import AlarmState
from pulumi_rolling.fleets.aws.api import ALARMS, Answer, AwsApi
from pulumi_rolling.fleets.aws.place import Place

MOST_NAMES = 100
"""AlarmNames of one request (DescribeAlarms, CloudWatch API)."""
INTEREST = 60.0
"""Seconds for which an alarm goes on being asked for with others after somebody last wanted it."""
_KINDS = {"MetricAlarm": "MetricAlarms", "CompositeAlarm": "CompositeAlarms"}


@dataclass(frozen=True, slots=True)
class _Seen:
    state: AlarmState | None
    """None: there was no such alarm."""
    at: float


class AlarmPoll:
    def __init__(self, clock: Callable[[], float] = steady) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wanted: dict[str, float] = {}
        self._seen: dict[str, _Seen] = {}

    def states(self, names: Iterable[str], age: float, api: AwsApi) -> dict[str, AlarmState]:
        """Those of the alarms that exist, as they were ``age`` seconds ago or later.

        An alarm changes once in ten seconds at most (its period and its evaluation), so a rollout asks with an age
        of five polls: a call in five looks, shared by all groups. One group asks, and the others wait for its answer.
        """
        names = tuple(names)
        with self._lock:
            now = self._clock()
            self._wanted.update(dict.fromkeys(names, now))
            if any(self._age(name, now) >= age for name in names):
                self._ask(names, now, api)
            found = {name: self._seen[name].state for name in names}
        return {name: state for name, state in found.items() if state is not None}

    def _age(self, name: str, now: float) -> float:
        seen = self._seen.get(name)
        return now - seen.at if seen is not None else float("inf")

    def _ask(self, names: tuple[str, ...], now: float, api: AwsApi) -> None:
        """Composite alarms are left out unless their type is named, too (DescribeAlarms, CloudWatch API)."""
        recent = {name: at for name, at in self._wanted.items() if now - at <= INTEREST}
        self._wanted = recent
        others = sorted(recent.keys() - set(names), key=lambda name: -recent[name])
        asked = [*names, *others][:MOST_NAMES]
        found: dict[str, AlarmState] = {}
        parameters: Answer = {"AlarmNames": asked, "AlarmTypes": [*_KINDS], "MaxRecords": MOST_NAMES}
        while True:
            page = api.attempt(ALARMS, "DescribeAlarms", **parameters)
            for kind in _KINDS.values():
                for alarm in page.get(kind, []):
                    found[alarm["AlarmName"]] = AlarmState(alarm["StateValue"])
            if not page.get("NextToken"):
                break
            parameters["NextToken"] = page["NextToken"]
        self._seen.update({name: _Seen(found.get(name), now) for name in asked})


_polls: dict[Place, AlarmPoll] = {}
_polls_lock = threading.Lock()


def alarms_of(place: Place) -> AlarmPoll:
    """The one poll of this process for that place."""
    with _polls_lock:
        return _polls.setdefault(place, AlarmPoll())
