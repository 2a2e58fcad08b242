"""The simulated group as a driver meets it: looks that may be late, acts, marks, calls that may be refused."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.seen import Alarm, Request
from pulumi_rolling.core.replace.actions import Action, PointAt, Remove, Resize, Resume, Suspend, Terminate
from pulumi_rolling.core.replace.observation import Observation, Parting
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.errors import TemporaryFleetError
from pulumi_rolling.fleets.base import Shelf
from pulumi_rolling.fleets.replace import Facts, Glance, Sight, counts_of, key_of, returning_acts
from pulumi_rolling.fleets.simulated.misfortunes import TroubledGroup
from pulumi_rolling.fleets.simulated.options import Options, given_as_keywords

UNHEALED = frozenset({"HealthCheck", "ReplaceUnhealthy"})
"""Processes without which nobody replaces a member that broke."""


class SimulatedFleet(TroubledGroup):
    """A fleet as ``pulumi_rolling.fleets.replace.Fleet`` describes it, without a cloud."""

    shelf = Shelf(count=50, characters=256)

    @given_as_keywords(Options)
    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.name = self.call = options.name
        self.stale = options.stale
        self.throttled = options.throttled
        self.acts: list[tuple[float, Action]] = []
        self._noise = random.Random(options.seed)
        self._requests: list[Request] = []
        self._marks: dict[str, str] = {}
        self._calls = 0

    def observe(self, rollout: Rollout) -> Sight:
        self._call("Describe")
        at = self.now - self.stale
        roster, warm = self._view.look(self.now)
        seen = Observation(
            self.now,
            roster.members,
            self._sizes.at(at),
            self._pointer.at(at).address,
            self._suspended.at(at),
            tuple([x for x in self._launches if rollout.started_at <= x.at <= at]),
            tuple([x for x in self._losses if x.at <= at]),
            (),
            tuple(self._requests),
            tuple([Alarm(name, track.at(at)) for name, track in self._alarms.items()]),
            warm,
            self._others.at(at),
            partings=tuple([Parting(member, succeeded=True) for member in rollout.way.parting]),
            heals=not self._suspended.at(at) & UNHEALED,
            roster=roster,
        )
        return Sight(seen, dict(self._marks))

    def apply(self, action: Action) -> None:
        self._call(type(action).__name__)
        self.acts.append((self.now, action))
        match action:
            case Terminate(member, again):
                self._terminate(member, again)
            case Suspend(processes):
                self._suspended.put(self.now, self.suspended | processes)
                self._view.touch(None, self.now)
            case Resume(processes):
                self._suspended.put(self.now, self.suspended - processes)
                self._view.touch(None, self.now)
            case PointAt(revision):
                self._pointer.put(self.now, revision)
                self._view.touch(None, self.now)
            case Resize(least, desired):
                if desired is not None:
                    self._owed_by_us += max(0, desired - self.sizes.desired)
                self._resize(desired=desired, least=least)
            case Remove(member):
                self._remove(member)
        self._go_on()

    def request(self, request: Request) -> None:
        """Somebody's wish, as the group's tags would bring it."""
        self._requests.append(request)
        self._view.touch(None, self.now - self.stale)

    def ends(self, machines: Sequence[str]) -> str:
        return f"end {' '.join(machines)}"

    def key(self, action: Action) -> str:
        return key_of(action)

    def facts(self) -> Facts:
        members = self.members()
        warm = tuple(self.warm_pool())
        seen = Observation(
            self.now, tuple(members), self.sizes, self.pointer.address, self.suspended, warm=warm
        )
        return Facts(
            name=self.name,
            id=self.name,
            pointer=self.pointer.address,
            current=self.pointer,
            observation=seen,
            tags=dict(self._marks),
        )

    def glance(self) -> Glance:
        members = tuple(self.members())
        return Glance(
            target=self.target(),
            current=self.pointer,
            pointer=self.pointer.address,
            tags=dict(self._marks),
            counts=counts_of(members),
            members=members,
            warm=tuple(self.warm_pool()),
        )

    def target(self) -> Revision:
        """Where the group points: no inputs want anything else of it."""
        return self.pointer

    def at(self, address: str) -> Revision:
        """A revision that some member or the pointer has; any other is gone."""
        known = (self.pointer, *(member.revision for member in (*self.members(), *self.warm_pool())))
        gone = Revision(address, f"gone:{address}", exists=False)
        return next((revision for revision in known if revision.address == address), gone)

    def contents(self, revision: Revision) -> Mapping[str, Any]:
        """Revisions are nothing but their digests here."""
        return {"digest": revision.digest}

    def give_back(self, record: Rollout) -> None:
        for action in returning_acts(record):
            self.apply(action)

    def write_marks(self, marks: Mapping[str, str]) -> None:
        self._call("CreateOrUpdateTags")
        self._marks.update(marks)

    def remove_marks(self, keys: list[str]) -> None:
        self._call("DeleteTags")
        for key in keys:
            self._marks.pop(key, None)

    def marks(self) -> Mapping[str, str]:
        self._call("Describe")
        return dict(self._marks)

    def api_calls(self) -> int:
        return self._calls

    def _terminate(self, member: str, again: bool) -> None:
        """One that is leaving already, or is gone, is success as well."""
        life = self._lives.get(member)
        if life is None or not life.counts(self.now):
            return
        if again:
            self._owed_by_us += 1
        else:
            self._resize(desired=self.sizes.desired - life.weight)
        self._leave(life, None)
        self._note(by_us=True)

    def _remove(self, member: str) -> None:
        """An instance outside Desired; the pool is filled up again from the current pointer."""
        life = self._pool.pop(member, None)
        if life is None:
            life = self._lives.get(member)
            if life is None or not life.is_standby(self.now):
                return
        self._leave(life, None)

    def _call(self, operation: str) -> None:
        self._calls += 1
        if self.throttled and self._noise.random() < self.throttled:
            raise TemporaryFleetError("Rate exceeded", operation=operation, code="Throttling")
