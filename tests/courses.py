"""Courses of simulated rollouts, as the keeper of a real one would have kept them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.plan import begin
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.member import Signal
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.courses.keeper import Keeper, Kept
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.report.course.course import Course, Drive, Head
from pulumi_rolling.report.course.points import Reader
from pulumi_rolling.simulation.builds import NEW, OLD
from pulumi_rolling.simulation.calls import Bill
from pulumi_rolling.simulation.driver import Manner, drive
from pulumi_rolling.simulation.refresh_calls import RefreshBill
from pulumi_rolling.simulation.refreshes import RefreshScenario, follow, simulated_service

BEGAN = 1_790_000_000.0
GOOD = Behaviour(boot=90.0, spread=0.4)
HALF_BAD = (Behaviour(boot=90.0, spread=0.4, signal=Signal.FAILURE, share=0.5),)
Tell = Callable[[Any, Decision[Any, Any], float], None]


@dataclass
class InMemory:
    """A keeper that keeps in memory alone, with the moments of a virtual clock."""

    limits: Any
    strategy: str
    machine: str
    began: float
    most: int = 64 * 1024 * 1024
    said: list[str] = field(default_factory=list)
    _at: float = BEGAN

    def __post_init__(self) -> None:
        self._reader = Reader(self.limits, "web", lambda: self._at)
        head = Head("4e8386c2", "web", "autoScalingGroup", BEGAN, "shop/prod", "web")
        started = Drive(BEGAN, self.strategy, self.machine, "version 2", "version 1")
        self.keeper = Keeper(Kept(head, started), None, None, self.said.append, self.most)

    def tell(self, before: Any, decision: Decision[Any, Any], at: float) -> None:
        self._at = BEGAN + at - self.began
        self.keeper.take(self._reader.read(before, decision))

    @property
    def course(self) -> Course:
        return self.keeper.course


class _Replaced(Bill):
    """The bill of a simulation is shown each decision."""

    def __init__(self, limits: Limits, size: int, at: float, tell: Tell) -> None:
        super().__init__(limits, size, at)
        self._tell = tell

    def add(self, before: Rollout, decision: Decided, at: float, *, hung: bool = False) -> None:
        super().add(before, decision, at, hung=hung)
        self._tell(before, decision, at)


class _Delegated(RefreshBill):
    def __init__(self, poll: float, at: float, tell: Tell) -> None:
        super().__init__(poll, at)
        self._tell = tell

    def add(self, before: Delegating, seen: Delegated, decision: DelegateDecision) -> None:
        super().add(before, seen, decision)
        self._tell(before, decision, seen.at)


def limits(desired: int, window: int, **more: Any) -> Limits:
    given: dict[str, Any] = {
        "batch": window,
        "floor": desired - window // 2,
        "max_size": desired + window,
        "signals": True,
        "pause": 600.0,
        "active_percent": None,
        "pacing": Pacing.SLIDING,
        "settle": 6.0,
    }
    return Limits(**(given | more))


def replaced(
    rules: Limits,
    desired: int,
    behaviour: Behaviour | tuple[Behaviour, ...] = GOOD,
    manner: Manner | None = None,
    prepared: Callable[[SimulatedFleet], None] = lambda fleet: None,
    **more: Any,
) -> Course:
    """A rollout by the replace machine; ``more`` is the keeper's."""
    fleet = _fleet(rules, desired, behaviour)
    prepared(fleet)
    kept = InMemory(rules, "rollingUpdate", "replace", fleet.now, **more)
    _drive(fleet, rules, desired, kept.tell, manner or Manner())
    return kept.course


def decisions(rules: Limits, desired: int, behaviour: Behaviour) -> list[tuple[Rollout, Decided, float]]:
    """What a rollout decides, each with the rollout before it and its moment."""
    fleet, found = _fleet(rules, desired, behaviour), list[tuple[Rollout, Decided, float]]()
    _drive(fleet, rules, desired, lambda *told: found.append(told), Manner())
    return found


def _fleet(rules: Limits, desired: int, behaviour: Behaviour | tuple[Behaviour, ...]) -> SimulatedFleet:
    return SimulatedFleet(
        desired=desired,
        max_size=rules.max_size,
        revision=OLD,
        behaviours={OLD.digest: GOOD, NEW.digest: behaviour},
        seed=3,
        shutdown=20.0,
    )


def _drive(fleet: SimulatedFleet, rules: Limits, desired: int, tell: Tell, manner: Manner) -> None:
    rollout = new_rollout("4e8386c2", NEW, OLD, fleet.sizes, fleet.suspended, fleet.now)
    drive(fleet, rules, rollout, manner, _Replaced(rules, desired, fleet.now, tell))


def delegated(scenario: RefreshScenario, rules: DelegateLimits) -> Course:
    """A rollout by the service's own operation."""
    fleet = simulated_service(scenario, 3)
    kept = InMemory(rules, "instanceRefresh", "delegate", fleet.now)
    bill = _Delegated(rules.poll, fleet.now, kept.tell)
    rollout = begin(Goal("4e8386c2", NEW, OLD), fleet.now)
    follow(fleet, rules, rollout, scenario.approve_after, bill)
    return kept.course
