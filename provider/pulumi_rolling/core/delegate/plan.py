"""The plan of a delegated rollout: a dry run of ``decide`` on a service where nothing goes wrong.

It knows no rule itself. How the service replaces members is its own arithmetic, which the policy foretells
(``Foreseen``); what we do about it, at which gates somebody is asked, and who returns the group is read off the dry
run and the limits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pulumi_rolling.core.delegate.actions import Act, Begin
from pulumi_rolling.core.delegate.decide import decide
from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating
from pulumi_rolling.core.delegate.ideal import IdealService
from pulumi_rolling.core.delegate.limits import LONGEST, DelegateLimits, WayBack
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.goal import Goal, OnFailure
from pulumi_rolling.core.model.seen import Request


@dataclass(frozen=True, slots=True)
class PlannedGate:
    name: str
    wait: float | None
    """Seconds; None: until somebody says so."""
    approval: bool


@dataclass(frozen=True, slots=True)
class DelegatePlan:
    """What a delegated rollout does when nothing goes wrong. Counts are members."""

    replace: int
    batch: int
    lowest_in_service: int | None
    most: int | None
    gates: tuple[PlannedGate, ...]
    acts: tuple[Act, ...]
    follows: str
    """The operation under way that leads to the goal already, and is followed; empty: one is begun."""
    left_old: int
    """Old members that the policy's last checkpoint leaves."""
    way_back: tuple[WayBack, ...]
    """Who returns the group after a failure, and who does where that is refused; empty: nobody."""
    decisions: int
    limits: DelegateLimits
    """What it was made with, for whatever a reader wants to know beside the numbers."""

    @property
    def fixed_waits(self) -> float:
        """Seconds that the policy itself waits on the way: gates and bakes. Approvals come on top."""
        foreseen = self.limits.foreseen
        return sum(gate.lasts or 0.0 for gate in foreseen.gates) + foreseen.bake + self.limits.bake


def begin(goal: Goal, at: float) -> Delegating:
    """A rollout that has done nothing yet."""
    return Delegating(goal=goal, started_at=at, progress_at=at)


def plan(limits: DelegateLimits, rollout: Delegating, seen: Delegated) -> DelegatePlan:
    """Run ``rollout`` to its end from what is seen now, every act taking effect at once."""
    run = _DryRun(limits, replace(rollout, resumed_at=None, deadline=None, issued=()), seen)
    run.to_the_end()
    foreseen = limits.foreseen
    began = any(isinstance(act, Begin) for act in run.service.acts)
    return DelegatePlan(
        replace=run.total,
        batch=min(foreseen.batch, run.total),
        lowest_in_service=foreseen.lowest if began else None,
        most=foreseen.most if began else None,
        gates=tuple(run.gates),
        acts=tuple(run.service.acts),
        follows="" if began else run.rollout.way.operation,
        left_old=run.rollout.left_old,
        way_back=_way_back(limits, rollout),
        decisions=run.decisions,
        limits=limits,
    )


def _way_back(limits: DelegateLimits, rollout: Delegating) -> tuple[WayBack, ...]:
    first = limits.way_back_by
    if not rollout.goal.has_way_back:
        asked = rollout.is_between_equals and limits.returns_equals and first is WayBack.SERVICE
        return (first,) if asked else ()
    ways = (first, limits.otherwise) if first is WayBack.SERVICE else (first,)
    at_last = limits.replaces_at_last and WayBack.REPLACE not in ways
    return (*ways, WayBack.REPLACE) if at_last else ways


class _DryRun:
    """The rollout on an ideal service, and what its decisions add up to."""

    def __init__(self, limits: DelegateLimits, rollout: Delegating, seen: Delegated) -> None:
        # Whatever a plan cannot foresee ends it as it would end the rollout, and no way back is planned.
        self._limits = replace(
            limits, settle=0.0, stall=LONGEST, poll=1.0, timeout=LONGEST, on_failure=OnFailure.LEAVE
        )
        self.rollout = rollout
        self.service = IdealService(seen, limits.foreseen, part=limits.part, asks=limits.approval)
        self.gates: list[PlannedGate] = []
        self.total = self.decisions = 0
        self._asked: tuple[Request, ...] = ()

    def to_the_end(self) -> None:
        while True:
            decision = decide(
                self._limits, self.rollout, replace(self.service.observe(), requests=self._asked)
            )
            self._add(decision)
            for act in decision.actions:
                self.service.apply(act)
            self.rollout = decision.next
            if decision.outcome is not None:
                return
            self.service.step(max(self.service.at + 1.0, decision.look_again_at))

    def _add(self, decision: DelegateDecision) -> None:
        self.decisions += 1
        self.total = max(self.total, decision.next.way.total)
        code, gate = decision.because.code, decision.next.way.gate
        # Where the rollout waits for people, people do in the plan what lets it go on.
        waits = code is ReasonCode.APPROVAL
        self._asked = (Request(f"plan-{self.decisions}", "approve"),) if waits else ()
        if gate is None or any(known.name == gate.name for known in self.gates):
            return
        told = next((g for g in self._limits.foreseen.gates if g.name == gate.name), None)
        self.gates.append(PlannedGate(gate.name, None if told is None else told.lasts, self._limits.approval))
