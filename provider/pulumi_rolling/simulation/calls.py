"""What a simulated rollout would have cost in API calls on a group of EC2 Auto Scaling.

What a look costs is told here once more, since a simulation makes no calls; tests/unit/simulation compares it with
the loop. Signals are taken to come by tag, the dearer of the two sources, and the group to have one target group.
"""

from __future__ import annotations

import math
from typing import Any

from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.looks import rarely
from pulumi_rolling.core.replace.questions import looks_for_others, proves_members
from pulumi_rolling.core.replace.record_rules import is_news
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.core.shared.lease_rules import RENEWED, is_due, lease_length, promised, wait_before

BEFORE = 10
"""The facts (six calls), the lease: a look, its tag, a look; and the template's version."""
AFTER = 1
"""The record is removed."""
INSTANCES_PER_CALL = 200
CHECKS_PER_CALL = 100
OTHERS = 30
"""Polls for which an answer about others' operations serves at least."""


class Writes:
    """Counts the writes of record and lease, the lease as new as the rollout."""

    def __init__(self, poll: float, at: float) -> None:
        self.count = 0
        self._length = lease_length(poll)
        self._holds_until = at + self._length

    def wait_of(self, decision: Decision[Any, Any], at: float) -> float:
        """Seconds of the wait that the loop would sleep, for which the lease is promised."""
        return wait_before(self._length, decision.look_again_at - at, by_boots=decision.by_boots)

    def add(self, at: float, wait: float) -> None:
        """A write before a wait."""
        self.count += 1
        self._holds_until = max(self._holds_until, at + promised(self._length, wait))

    def is_due(self, at: float, wait: float) -> bool:
        """The lease is to be renewed by the look at that time, before a wait."""
        return is_due(self._length, self._holds_until - at, wait)

    def renew(self, until: float) -> None:
        """The renewals that are due by then, where not every look is made."""
        due = self._holds_until - (1 - RENEWED) * self._length
        while due <= until:
            self._holds_until = due + self._length
            due += RENEWED * self._length
            self.count += 1


class Bill:
    """Counts the calls of one rollout of a group of ``size`` members."""

    def __init__(self, limits: Limits, size: int, at: float) -> None:
        self.looks = 0
        """What looks cost."""
        self.acts = 0
        self._limits = limits
        self._size = size
        self._writes = Writes(limits.poll, at)
        self._dated: frozenset[str] = frozenset()
        self._others_at = at

    @property
    def marks(self) -> int:
        """Writes of the record and the lease."""
        return self._writes.count

    @property
    def total(self) -> int:
        return BEFORE + self.looks + self.acts + self.marks + AFTER

    def add(self, before: Rollout, decision: Decided, at: float, *, hung: bool = False) -> None:
        """One look with what its decision brought: the record, and an act each. ``hung``: on health, too."""
        after = decision.next
        self.looks += self._look(after, dating=self._dates(before, after)) + self._asks_of_others(after, at)
        self.looks += hung
        self.acts += len(decision.actions)
        wait = self._writes.wait_of(decision, at)
        if decision.actions or is_news(before, after) or self._writes.is_due(at, wait):
            self._writes.add(at, wait)

    def add_looks(self, rollout: Rollout, count: int, until: float, *, hung: bool = False) -> None:
        """Looks up to ``until`` at which nothing is new. ``hung``: each on health."""
        if count:
            self.looks += count * (self._look(rollout, dating=False) + hung)
            self._writes.renew(until)

    def _dates(self, before: Rollout, after: Rollout) -> bool:
        """Whether a launch time is asked for: of one that is ready or failed; the same request brings all others'."""
        judged = after.way.succeeded.union([f.id for f in after.way.failed]) - before.way.succeeded
        if judged <= self._dated:
            return False
        self._dated |= judged | after.way.in_flight
        return True

    def _asks_of_others(self, rollout: Rollout, at: float) -> bool:
        if not looks_for_others(rollout) or at - self._others_at < rarely(
            rollout, OTHERS * self._limits.poll
        ):
            return False
        self._others_at = at
        return True

    def _look(self, rollout: Rollout, *, dating: bool) -> int:
        limits = self._limits
        flight = len(rollout.way.in_flight)
        calls = 1
        if "HealthCheck" in limits.suspend and rollout.step is not Step.PREPARE:
            calls += math.ceil(self._size / INSTANCES_PER_CALL)
        elif dating or (flight and limits.signals):
            calls += max(1, math.ceil(flight / INSTANCES_PER_CALL))
        if rollout.way.openings or rollout.way.missing:
            calls += 1  # The scaling activities say why somebody is missing.
        if limits.status_checks and proves_members(rollout):
            calls += math.ceil(flight / CHECKS_PER_CALL)
        if limits.alarms and rollout.direction is Direction.FORWARD and rollout.verdict is None:
            calls += 1
        return calls
