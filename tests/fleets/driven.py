"""A fleet driven by the delegate machine without an engine: what it saw, what it did, and what people asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from pulumi_rolling.core.delegate.actions import Act
from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.operation import State
from pulumi_rolling.core.machine import DELEGATE
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.seen import RefusedAct, Request
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.delegate import Fleet


class Drive:
    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.points: list[Delegated] = []

    def drive(
        self,
        fleet: Fleet,
        allowed: DelegateLimits,
        goal: Goal,
        *requests: tuple[Callable[[], bool], str],
    ) -> DelegateDecision:
        """To the end. A request is made once its fact holds."""
        found = fleet.facts().observation
        return self.go_on(fleet, allowed, DELEGATE.begin(goal, found, found.at), *requests)

    def go_on(
        self,
        fleet: Fleet,
        allowed: DelegateLimits,
        rollout: Delegating,
        *requests: tuple[Callable[[], bool], str],
    ) -> DelegateDecision:
        """From a record to the end."""
        waiting = [Request(f"q{nth}", kind) for nth, (_, kind) in enumerate(requests)]
        refused: tuple[RefusedAct, ...] = ()
        decision: DelegateDecision | None = None
        end = time.monotonic() + 30
        while decision is None or decision.outcome is None:
            assert time.monotonic() < end, (decision, self.acts)
            said = tuple(each for each, (fact, _) in zip(waiting, requests, strict=True) if fact())
            seen = DELEGATE.hear(fleet.observe(rollout).observation, said, refused)
            decision, refused = self._step(fleet, allowed, rollout, seen)
            rollout = decision.next
            time.sleep(0.02)
        return decision

    def _step(
        self, fleet: Fleet, allowed: DelegateLimits, rollout: Delegating, seen: Delegated
    ) -> tuple[DelegateDecision, tuple[RefusedAct, ...]]:
        self.points.append(seen)
        decision = DELEGATE.decide(allowed, rollout, seen)
        refused = []
        for act in decision.actions:
            self.acts.append(act)
            try:
                fleet.apply(act)
            except PermanentFleetError as error:
                refused.append(RefusedAct(fleet.key(act), error.code, error.message, hint=error.hint))
        return decision, tuple(refused)

    def states(self) -> list[State]:
        """Of the newest operation, each once in a row."""
        told = [point.operations[0].state for point in self.points if point.operations]
        return [state for nth, state in enumerate(told) if nth == 0 or told[nth - 1] is not state]

    def kinds(self) -> list[type]:
        return [type(act) for act in self.acts]


class Kept:
    """A fact that stays true once it was."""

    def __init__(self, fact: Callable[[], bool]) -> None:
        self._fact = fact
        self._held = False

    def __call__(self) -> bool:
        self._held = self._held or self._fact()
        return self._held


class Once(Kept):
    """A fact that is told once."""

    def __call__(self) -> bool:
        return not self._held and super().__call__()


def once(work: Callable[[], Any]) -> Any:
    return work()


def wait(fact: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it never became so"
        time.sleep(0.02)
