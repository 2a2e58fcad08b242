"""What a simulated instance refresh would have cost in API calls; tests/unit/simulation compares it with the loop."""

from __future__ import annotations

from pulumi_rolling.core.delegate.actions import Act, Continue, Pause
from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.operation import Operation, State
from pulumi_rolling.core.delegate.record_rules import is_news
from pulumi_rolling.policy.instance_refresh.limits import POLLS
from pulumi_rolling.simulation.calls import AFTER, Writes

BEFORE = 9
"""The facts (three calls), the lease: a look, its tag, a look; the template's version, twice; the record."""
SOON, SELDOM = 2.0, 6.0
"""Looks from one question about the refresh to the next: where it can have moved, and where nothing shows that."""
STILL = 60.0
"""Seconds without progress after which the scaling activities are asked why, and asked again."""


class RefreshBill:
    """Counts the calls of one delegated rollout."""

    def __init__(self, poll: float, at: float) -> None:
        self.looks = 0
        """What looks cost, the causes that are asked for among them."""
        self.acts = 0
        self._writes = Writes(poll / POLLS, at)
        self._poll = poll
        self._told: object = None
        self._since = at
        self._asked: tuple[float, object] | None = None

    @property
    def marks(self) -> int:
        return self._writes.count

    @property
    def total(self) -> int:
        return BEFORE + self.looks + self.acts + self.marks + AFTER

    def add(self, before: Delegating, seen: Delegated, decision: DelegateDecision) -> None:
        """One look with what its decision brought: the record, and its acts."""
        self.looks += 1 + self._asks(before, seen) + self._causes(decision.next, seen)
        self.acts += sum(_cost(act) for act in decision.actions)
        wait = self._writes.wait_of(decision, seen.at)
        if decision.actions or is_news(before, decision.next) or self._writes.is_due(seen.at, wait):
            self._writes.add(seen.at, wait)

    def _asks(self, rollout: Delegating, seen: Delegated) -> int:
        """Whether the refresh itself is asked for, beside the group."""
        told, shape = _told(rollout, seen), (tuple(sorted(seen.runs.items())), seen.in_service)
        if self._asked is not None and told is not None and not told.is_over and not rollout.issued:
            at, before = self._asked
            ends = told.state is not State.BAKING and told.done == told.total
            rhythm = SOON if ends or before != shape else SELDOM
            if seen.at - at < rhythm * self._poll:
                return 0
        self._asked = (seen.at, shape)
        return 1

    def _causes(self, rollout: Delegating, seen: Delegated) -> int:
        """Asked once for each state of what goes wrong, and once in a while of what stands still."""
        told = _told(rollout, seen)
        if told is None:
            return 0
        wrong = told.has_turned or (told.is_over and told.state is not State.SUCCEEDED)
        now = (told.state, told.done)
        if now != self._told:
            self._told, self._since = now, seen.at
            return int(wrong)
        if wrong or told.is_over or seen.at - self._since < STILL:
            return 0
        self._since = seen.at
        return 1


def _told(rollout: Delegating, seen: Delegated) -> Operation | None:
    """The operation that is followed, or that is to come to rest."""
    name = rollout.way.operation or (rollout.earlier.operation if rollout.earlier is not None else "")
    return next((each for each in seen.operations if each.id == name), None)


def _cost(act: Act) -> int:
    """A begin, a stop and a return look first."""
    return 1 if isinstance(act, Pause | Continue) else 2
