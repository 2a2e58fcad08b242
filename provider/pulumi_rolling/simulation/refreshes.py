"""One instance refresh of a simulated group from its first look to its end, as the engine drives it.

The service's side is made of what the policy foretells of it (``Foreseen``): kept in service, most there, warm-up,
checkpoints, bake. A launch of a bad build fails when its boot ends, and the service makes another, for an hour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from pulumi_rolling.core.delegate.decide import decide
from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating
from pulumi_rolling.core.delegate.limits import ONE_HOUR, DelegateLimits, WayBack
from pulumi_rolling.core.delegate.plan import begin
from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.shared.lease_rules import ASLEEP, lease_length
from pulumi_rolling.fleets.simulated import Behaviour, DelegatedFleet
from pulumi_rolling.policy.instance_refresh.limits import POLLS
from pulumi_rolling.simulation.builds import GOOD, NEW, OLD, Build
from pulumi_rolling.simulation.driver import Rolled
from pulumi_rolling.simulation.law import BootLaw
from pulumi_rolling.simulation.refresh_calls import RefreshBill

WHOLE = 100.0


@dataclass(frozen=True, slots=True)
class RefreshScenario:
    """One refresh to be simulated: everything but the seed."""

    limits: DelegateLimits
    desired: int
    law: BootLaw
    build: Build = GOOD
    approve_after: float = 0.0
    leaving: float = 0.0

    def roll(self, seed: int) -> Rolled:
        """One run."""
        fleet = simulated_service(self, seed)
        rollout = begin(Goal("simulated", NEW, OLD), fleet.now)
        return follow(fleet, self.limits, rollout, self.approve_after)


def simulated_service(scenario: RefreshScenario, seed: int) -> DelegatedFleet:
    limits, foreseen, law = scenario.limits, scenario.limits.foreseen, scenario.law
    well = Behaviour(boot=law.mean, spread=law.spread, quantiles=law.quantiles)
    gates = foreseen.gates
    ends = [WHOLE if foreseen.ends_at is None else foreseen.ends_at]
    return DelegatedFleet(
        desired=scenario.desired,
        revision=OLD,
        behaviours={OLD.digest: well, NEW.digest: _behaviours(scenario.build, well)},
        keep=foreseen.lowest,
        top=foreseen.most,
        warm_up=foreseen.warm_up,
        shutdown=scenario.leaving,
        checkpoints=tuple([gate.percent or 0.0 for gate in gates] + ends),
        overshoots=True,
        delay=(gates[0].lasts or 0.0) if gates else 0.0,
        bake=foreseen.bake,
        patience=ONE_HOUR,
        auto_rollback=limits.returns_by_itself,
        reversible=limits.way_back_by is WayBack.SERVICE,
        seed=seed,
    )


def _behaviours(build: Build, well: Behaviour) -> tuple[Behaviour, ...]:
    found = [
        replace(well, abandon=True, share=build.bad),
        replace(well, in_service=False, share=build.silent),
    ]
    return tuple(each for each in found if each.share) or (well,)


def follow(
    fleet: DelegatedFleet,
    limits: DelegateLimits,
    rollout: Delegating,
    approve_after: float = 0.0,
    bill: RefreshBill | None = None,
) -> Rolled:
    """Drive to an outcome, with every look that the engine makes. ``bill``: where the calls are counted."""
    return _Followed(fleet, limits, rollout, approve_after, bill or RefreshBill(limits.poll, fleet.now)).run()


class _Followed:
    """One rollout on its way."""

    def __init__(
        self,
        fleet: DelegatedFleet,
        limits: DelegateLimits,
        rollout: Delegating,
        approve_after: float,
        bill: RefreshBill,
    ) -> None:
        self._fleet = fleet
        self._limits = limits
        self._rollout = rollout
        self._approve_after = approve_after
        self._began = fleet.now
        self._longest = ASLEEP * lease_length(limits.poll / POLLS)
        self._bill = bill
        self._looks = 0
        self._approved: set[str] = set()
        self._stopped: float | None = None

    def run(self) -> Rolled:
        while True:
            decision = self._look()
            if decision.outcome is not None:
                return self._rolled(decision)
            self._approve(decision)
            now = self._fleet.now
            self._fleet.advance(min(max(decision.look_again_at, now), now + self._longest))

    def _look(self) -> DelegateDecision:
        fleet, before = self._fleet, self._rollout
        seen = fleet.shown()
        decision = decide(self._limits, before, seen)
        self._looks += 1
        self._bill.add(before, seen, decision)
        self._rollout = decision.next
        for act in decision.actions:
            fleet.apply(act)
        if self._stopped is None and decision.next.verdict is not None:
            self._stopped = fleet.now - self._began
        return decision

    def _approve(self, decision: DelegateDecision) -> None:
        gate = decision.next.way.gate
        if (
            decision.because.code is ReasonCode.APPROVAL
            and gate is not None
            and gate.name not in self._approved
        ):
            self._approved.add(gate.name)
            request = Request(f"approve-{len(self._approved)}", "approve")
            self._fleet.after(self._approve_after, partial(self._fleet.request, request))

    def _rolled(self, decision: DelegateDecision) -> Rolled:
        fleet, verdict = self._fleet, decision.next.verdict
        births = [birth for birth in fleet.launched if birth.revision == NEW]
        touched = sum(birth.by_us for birth in births)
        return Rolled(
            done=decision.outcome is not None and decision.outcome.done,
            returned=None if decision.outcome is None else decision.outcome.returned,
            why=verdict.code if verdict is not None else "",
            seconds=fleet.now - self._began,
            stopped=self._stopped,
            lowest=min(truth.in_service for truth in fleet.history),
            touched=touched,
            relaunched=len(births) - touched,
            calls=self._bill.total,
            looks=self._looks,
            decisions=self._looks,
        )
