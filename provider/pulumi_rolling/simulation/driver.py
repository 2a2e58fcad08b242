"""One rollout of a simulated group from its first look to its end, as the engine drives it, under a virtual clock.

Acts are applied in order, and the next look is when ``decide`` says. A look at which nothing has changed and nothing
is due would bring the same answer, so it is counted and not made: the looks that are made, and all that follows from
them, are those of a driver who makes every one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.decisions import look_after, looks_until
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.looks import blind_wait, usual_wait
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.core.shared.lease_rules import ASLEEP, lease_length
from pulumi_rolling.fleets.simulated import SimulatedFleet
from pulumi_rolling.simulation.calls import Bill


@dataclass(frozen=True, slots=True)
class Rolled:
    """What one simulated rollout came to. Counts are members, times are seconds from the first look."""

    done: bool
    """False: it failed, and the group went back or was left."""
    returned: bool | None
    why: str
    """The code of the verdict that ended the way forward; empty for a success."""
    seconds: float
    stopped: float | None
    """When the way forward ended with a verdict; None for a success."""
    lowest: int
    """Fewest in service at any moment, as it really was."""
    touched: int
    """Launched from the new revision by acts of the driver."""
    relaunched: int
    """Launched from the new revision by the cloud itself, in place of those that went."""
    calls: int
    """API calls, as a fleet of Auto Scaling would have made them."""
    looks: int
    """Looks of the driver; ``decisions`` of them showed something new."""
    decisions: int


@dataclass(frozen=True, slots=True)
class Manner:
    """How a driver looks, and for how long."""

    continuous: bool = False
    """It looks in the moment when anything changes, and at no other time."""
    every_look: bool = False
    """It makes those looks, too, that bring nothing new."""
    grain: float = 0.0
    """While replacements are in flight, what is new is looked at only at every so many seconds.

    That is fewer decisions, each slot used again half a grain later on average; calls are counted as without.
    """
    approve_after: float = 0.0
    """Seconds until somebody approves where the policy wants it."""
    only_forward: bool = False
    """It ends at a verdict."""
    even: bool = False
    """It follows no boots: soon after something happened it looks often, and then ever less, as at all else."""


AS_THE_ENGINE = Manner()


def drive(
    fleet: SimulatedFleet,
    limits: Limits,
    rollout: Rollout,
    manner: Manner = AS_THE_ENGINE,
    bill: Bill | None = None,
) -> Rolled:
    """Drive to an outcome. ``bill``: where the calls are counted."""
    return _Roll(fleet, limits, rollout, manner, bill).run()


class _Roll:
    """One rollout on its way."""

    def __init__(
        self, fleet: SimulatedFleet, limits: Limits, rollout: Rollout, manner: Manner, bill: Bill | None
    ) -> None:
        self._fleet = fleet
        self._limits = limits
        self._rollout = rollout
        self._manner = manner
        self._began = fleet.now
        self._bill = bill or Bill(limits, fleet.sizes.desired, fleet.now)
        self._pace = _Pace(fleet, limits, manner)
        self._looks = 0
        self._decisions = 0
        self._approved = 0
        self._stopped: float | None = None

    def run(self) -> Rolled:
        while True:
            before = self._rollout
            seen, decision = self._look()
            if decision.outcome is not None or (self._manner.only_forward and self._stopped is not None):
                return self._rolled(decision)
            self._approve(decision)
            again, idle = self._pace.next_look(decision, turned=_turned(before, decision.next))
            self._looks += idle
            if idle:
                hung = self._asks_health(seen)
                self._bill.add_looks(self._rollout, idle, again - self._limits.poll, hung=hung)
            self._fleet.advance(again)

    def _look(self) -> tuple[Observation, Decided]:
        fleet, before = self._fleet, self._rollout
        seen = fleet.observe(before).observation
        hung = self._asks_health(seen)
        decision = decide(self._limits, before, seen)
        self._looks += 1
        self._decisions += 1
        self._bill.add(before, decision, fleet.now, hung=hung)
        self._rollout = decision.next
        for action in decision.actions:
            fleet.apply(action)
        if self._stopped is None and decision.next.verdict is not None:
            self._stopped = fleet.now - self._began
        return seen, decision

    def _asks_health(self, seen: Observation) -> bool:
        """Whether the next decision hangs on health behind load balancers, which is asked for only then."""
        rollout = self._rollout
        limits = self._limits.back() if rollout.direction is Direction.BACK else self._limits
        if not limits.target_health:
            return False
        return decide(self._limits, rollout, replace(seen, health_asked=False)).asks_health

    def _approve(self, decision: Decided) -> None:
        gate = decision.next.way.gate
        if (
            decision.because.code is ReasonCode.APPROVAL
            and gate is not None
            and self._approved <= gate.number
        ):
            self._approved = gate.number + 1
            request = Request(f"approve-{self._approved}", "approve")
            self._fleet.after(self._manner.approve_after, partial(self._fleet.request, request))

    def _rolled(self, decision: Decided) -> Rolled:
        fleet, verdict = self._fleet, decision.next.verdict
        births = [birth for birth in fleet.launched if birth.revision == decision.next.goal.to]
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
            decisions=self._decisions,
        )


class _Pace:
    """When the driver looks again, and how many looks of the engine bring nothing new before that."""

    def __init__(self, fleet: SimulatedFleet, limits: Limits, manner: Manner) -> None:
        self._fleet = fleet
        self._limits = limits
        self._manner = manner
        self._began = fleet.now
        self._longest = ASLEEP * lease_length(limits.poll)

    def next_look(self, decision: Decided, *, turned: bool) -> tuple[float, int]:
        fleet, rollout = self._fleet, decision.next
        if self._manner.continuous:
            news = fleet.now if turned else fleet.changes_at()
            return max(fleet.now, min(news, decision.quiet_until)), 0
        if self._manner.grain and rollout.step is Step.ROLL and rollout.way.in_flight and not turned:
            return self._coarse(decision)
        if decision.by_boots and not self._manner.even:
            return decision.look_again_at, 0
        news = fleet.now if self._manner.every_look or turned else fleet.changes_at()
        due, soonest = decision.quiet_until, decision.look_again_at
        if decision.by_boots:
            due = due or math.inf
            soonest = look_after(self._limits, rollout, fleet.now, due)
        first = min(soonest, fleet.now + self._longest)
        return looks_until(self._limits, rollout, first, min(news, due), due, self._longest)

    def _coarse(self, decision: Decided) -> tuple[float, int]:
        """The next of the looks a grain apart by which something is new or a clock has run out.

        Those before it are counted: while boots set the pace, as far apart as the first of them; otherwise as if
        nothing happened until the first event, and from then on as often as the poll allows.
        """
        now, grain, longest = self._fleet.now, self._manner.grain, self._longest
        clock = decision.quiet_until if decision.quiet_until > now else math.inf
        news = self._fleet.changes_at()
        soonest = now if math.isinf(news) else max(news, now)
        again = min(clock, self._began + grain * math.floor((soonest - self._began) / grain + 1))
        if decision.by_boots:
            return again, self._between(decision, again)
        event = min(self._fleet.moves_at(), again)
        first = min(decision.look_again_at, now + longest)
        seen, idle = looks_until(self._limits, decision.next, first, event, again, longest)
        return again, idle + max(0, math.floor((again - seen) / self._limits.poll))

    def _between(self, decision: Decided, again: float) -> int:
        """Looks until then, while boots set the pace: as far apart as the next one is, or as where many are due."""
        now, poll, usual = self._fleet.now, self._limits.poll, usual_wait(decision.next)
        if usual is not None:
            apart = max(poll, decision.look_again_at - now, usual)
            return max(0, math.floor((again - now) / apart) - 1)
        idle, at = 0, decision.look_again_at
        while at < again:
            at += blind_wait(at - now, poll)
            idle += 1
        return idle


def _turned(before: Rollout, after: Rollout) -> bool:
    """The look ended a step or a direction, so that the next one goes on where this one stopped."""
    return (
        before.step is not after.step
        or before.direction is not after.direction
        or before.verdict is not after.verdict
        or before.back_failed is not after.back_failed
        or before.way.held is not after.way.held
    )
