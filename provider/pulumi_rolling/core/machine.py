"""What a machine is: the one shape by which engine, simulation and handler reach every way to roll a group.

A machine is pure. It remembers a rollout (R), is shown what a look at the group brought (S), decides acts (A) under
limits (L), and plans by a dry run of its own decisions (P). ``name`` stands in the record's header, so that the
driver that takes over knows which machine wrote it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol, TypeVar

from pulumi_rolling.core.delegate import acts as delegate_acts
from pulumi_rolling.core.delegate import decide as delegate_decide
from pulumi_rolling.core.delegate import plan as delegate_plan
from pulumi_rolling.core.delegate import record_rules as delegate_record_rules
from pulumi_rolling.core.delegate import takeover as delegate_takeover
from pulumi_rolling.core.delegate.actions import Act
from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.core.model.goal import Direction, Goal
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.model.seen import RefusedAct, Request
from pulumi_rolling.core.replace import acts, decide, plan, record_rules, takeover
from pulumi_rolling.core.replace.actions import Action
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Rollout


class Remembered(Protocol):
    """What the loop itself reads of a rollout, whatever the machine."""

    @property
    def step(self) -> Step: ...

    @property
    def handled(self) -> frozenset[str]:
        """Requests that a decision has taken up."""
        ...

    @property
    def keeps_record(self) -> bool:
        """Somebody has to go on from the record after the end: it stays."""
        ...


class Paced(Protocol):
    """What the loop itself reads of limits, whatever the machine."""

    @property
    def poll(self) -> float:
        """Shortest time between two looks, in seconds."""
        ...


R = TypeVar("R", bound=Remembered)
S = TypeVar("S")
A = TypeVar("A")
L = TypeVar("L", bound=Paced, contravariant=True)
P = TypeVar("P", covariant=True)


class Machine(Protocol[R, S, A, L, P]):
    """One way to roll a group. Nothing of it does I/O, and every answer follows from what it is given."""

    @property
    def name(self) -> str: ...

    def begin(self, goal: Goal, seen: S, at: float) -> R:
        """A rollout that has done nothing yet, of a group as it is seen."""
        ...

    def decide(self, limits: L, rollout: R, seen: S) -> Decision[R, A]: ...

    def hear(self, seen: S, requests: tuple[Request, ...], refused: tuple[RefusedAct, ...]) -> S:
        """The look with what people asked for and which of our acts were refused; the lease on it is ours."""
        ...

    def take_back(self, rollout: R, unsent: tuple[A, ...]) -> R:
        """The rollout without acts that a decision brought last and that were never sent."""
        ...

    def plan(self, limits: L, rollout: R, seen: S) -> P: ...

    def resume(self, record: R, at: float) -> R:
        """The same rollout again, by another driver."""
        ...

    def retarget(self, record: R, to: Revision, at: float) -> R:
        """The record's group on the way to another revision."""
        ...

    def is_news(self, written: R, now: R) -> bool:
        """Whether ``now`` is worth a call of its own to be recorded."""
        ...


class _Replace:
    name = "replace"

    def begin(self, goal: Goal, seen: Observation, at: float) -> Rollout:
        return plan.begin(goal, seen.sizes, seen.suspended, at)

    def decide(self, limits: Limits, rollout: Rollout, seen: Observation) -> Decision[Rollout, Action]:
        return decide.decide(limits, rollout, seen)

    def hear(
        self, seen: Observation, requests: tuple[Request, ...], refused: tuple[RefusedAct, ...]
    ) -> Observation:
        return replace(seen, requests=requests, refusals=refused, lease_is_ours=True)

    def take_back(self, rollout: Rollout, unsent: tuple[Action, ...]) -> Rollout:
        return acts.take_back(rollout, unsent)

    def plan(self, limits: Limits, rollout: Rollout, seen: Observation) -> plan.Plan:
        return plan.plan(limits, rollout, seen)

    def resume(self, record: Rollout, at: float) -> Rollout:
        return takeover.resume(record, at)

    def retarget(self, record: Rollout, to: Revision, at: float) -> Rollout:
        return takeover.retarget(record, to, at)

    def is_news(self, written: Rollout, now: Rollout) -> bool:
        return record_rules.is_news(written, now)


REPLACE: Machine[Rollout, Observation, Action, Limits, plan.Plan] = _Replace()
"""We pick each victim, and the cloud launches its replacement."""


class _Delegate:
    name = "delegate"

    def begin(self, goal: Goal, seen: Delegated, at: float) -> Delegating:
        return delegate_plan.begin(goal, at)

    def decide(
        self, limits: DelegateLimits, rollout: Delegating, seen: Delegated
    ) -> Decision[Delegating, Act]:
        return delegate_decide.decide(limits, rollout, seen)

    def hear(
        self, seen: Delegated, requests: tuple[Request, ...], refused: tuple[RefusedAct, ...]
    ) -> Delegated:
        return replace(seen, requests=requests, refusals=refused, lease_is_ours=True)

    def take_back(self, rollout: Delegating, unsent: tuple[Act, ...]) -> Delegating:
        return delegate_acts.take_back(rollout, unsent)

    def plan(
        self, limits: DelegateLimits, rollout: Delegating, seen: Delegated
    ) -> delegate_plan.DelegatePlan:
        return delegate_plan.plan(limits, rollout, seen)

    def resume(self, record: Delegating, at: float) -> Delegating:
        return delegate_takeover.resume(record, at)

    def retarget(self, record: Delegating, to: Revision, at: float) -> Delegating:
        return delegate_takeover.retarget(record, to, at)

    def is_news(self, written: Delegating, now: Delegating) -> bool:
        return delegate_record_rules.is_news(written, now)


DELEGATE: Machine[Delegating, Delegated, Act, DelegateLimits, delegate_plan.DelegatePlan] = _Delegate()
"""The cloud rolls by an operation of its own; we begin it, follow it, and see to the way back."""


def machine_of(record: object) -> Machine[Any, Any, Any, Any, Any]:
    """The machine whose rollout a record holds."""
    return DELEGATE if isinstance(record, Delegating) else REPLACE


def is_handed_over(record: object) -> bool:
    """The delegate machine is done with the group, and the way back is the replace machine's."""
    if not isinstance(record, Delegating) or record.step is not Step.DONE:
        return False
    return record.hands_over and record.back_failed is None


def is_taken_on(record: object) -> bool:
    """The replace machine's rollout is nothing but a way back that was handed over to it."""
    return isinstance(record, Rollout) and record.handed_over


def take_on(record: Delegating, sizes: Sizes, suspended: frozenset[str], resting: frozenset[str]) -> Rollout:
    """The replace machine's rollout that goes on with the way back: same goal, same verdict, group as it is.

    ``suspended``: processes that rest. ``resting``: those of them that rest by our act, which ends with them running.
    """
    ours = resting & suspended
    anew = plan.begin(record.goal, sizes, suspended - ours, record.started_at)
    return replace(
        anew,
        ours=replace(anew.ours, suspended=ours, lowest=record.lowest),
        direction=Direction.BACK,
        generation=record.generation + 1,
        progress_at=record.progress_at,
        handled=record.handled,
        verdict=record.verdict,
        handed_over=True,
    )


def is_over(record: Remembered) -> bool:
    """The rollout came to its end, and only its tags could not be removed."""
    return record.step is Step.DONE and not record.keeps_record
