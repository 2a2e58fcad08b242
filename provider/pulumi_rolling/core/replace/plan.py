"""The plan of a rollout: a dry run of ``decide`` against a fleet where nothing goes wrong. It knows no rule itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.replace.actions import Resize, Terminate
from pulumi_rolling.core.replace.acts import forget_issued
from pulumi_rolling.core.replace.budget import losses_tolerated
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.events import EventTexts, masked
from pulumi_rolling.core.replace.gates import stops
from pulumi_rolling.core.replace.ideal import IdealFleet
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.observation import Observation, Parting
from pulumi_rolling.core.replace.rollout import Decided, Found, Ledger, Rollout
from pulumi_rolling.core.replace.sizing import tolerated


@dataclass(frozen=True, slots=True)
class PlannedRound:
    terminate: int
    launch: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rollout does when nothing goes wrong. Counts are members."""

    pacing: Pacing
    replace: int
    batch: int
    capacity: int
    resize: bool
    launch_first: int
    floor: int
    lowest_in_service: int
    rounds: tuple[PlannedRound, ...]
    tolerated: int
    """Failures."""
    losses: int
    """The most members that may be lost after they were ready."""
    signals: bool
    pause: float
    events: tuple[str, ...]
    decisions: int
    limits: Limits
    """What it was made with, for whatever a reader wants to know beside the numbers."""

    @property
    def longest(self) -> float:
        """Seconds at most for the members' own clocks: lock-step waits once a round, sliding once a window."""
        waits = len(self.rounds) + (1 if self.launch_first else 0)
        if self.pacing is Pacing.SLIDING and self.batch:
            waits = -(-self.replace // self.batch)
        return waits * self.pause

    @property
    def fixed_waits(self) -> float:
        """Seconds that the policy itself waits on the way: canaries, checkpoints, bake. Approvals come on top."""
        return sum(stop.wait for stop in stops(self.limits, self.replace)) + self.limits.bake


def plan(limits: Limits, rollout: Rollout, seen: Observation) -> Plan:
    """Run ``rollout`` to its end from what is seen now, every act taking effect at once."""
    # What a record calls issued and nobody sees by now did not happen; here nobody waits for it.
    rollout = forget_issued(replace(limits, settle=0.0), rollout, seen)
    resumed = rollout.resumed_at is not None
    run = _DryRun(limits, replace(rollout, resumed_at=None, deadline=None), seen)
    run.to_the_end()
    return Plan(
        pacing=limits.pacing,
        replace=sum(each.terminate for each in run.rounds) if resumed else run.total,
        batch=run.batch,
        capacity=run.capacity or seen.sizes.desired,
        resize=run.first > 0,
        launch_first=run.first,
        floor=limits.floor,
        lowest_in_service=run.lowest,
        rounds=tuple(run.rounds),
        tolerated=_tolerated(limits, run.total, seen.sizes.desired),
        losses=losses_tolerated(limits, run.rollout),
        signals=limits.signals,
        pause=limits.pause,
        events=tuple(run.events),
        decisions=run.decisions,
        limits=limits,
    )


class _DryRun:
    """The rollout on an ideal fleet, and what its decisions add up to."""

    def __init__(self, limits: Limits, rollout: Rollout, seen: Observation) -> None:
        self._limits = replace(limits, settle=1e9, poll=1.0, timeout=None)
        self.rollout = rollout
        # Nothing goes wrong here, so that who launches makes no difference.
        kept = replace(seen, sizes=replace(seen.sizes, kept=True))
        self._fleet = IdealFleet(kept, _pointer(rollout, seen))
        self._texts = EventTexts(self._limits, masked)
        self.events: list[str] = []
        self.rounds: list[PlannedRound] = []
        self.lowest = self._fleet.in_service
        self.total = self.batch = self.capacity = self.first = self.decisions = 0

    def to_the_end(self) -> None:
        asked: tuple[Request, ...] = ()
        while True:
            partings = tuple(Parting(member, succeeded=True) for member in self.rollout.way.parting)
            seen = replace(self._fleet.observe(), requests=asked, partings=partings)
            decision = decide(self._limits, self.rollout, seen)
            self._add(decision)
            # Where the rollout waits for people, people do in the plan what lets it go on.
            waits = decision.because.code
            asked = (Request(f"plan-{self.decisions}", "approve"),) if waits is ReasonCode.APPROVAL else ()
            if waits is ReasonCode.OCCUPIED:
                self._fleet.free()
            for action in decision.actions:
                self._fleet.apply(action)
            self.lowest = min(self.lowest, self._fleet.in_service)
            self.rollout = decision.next
            if decision.outcome is not None:
                return
            self._fleet.step(max(self._fleet.at + 1.0, decision.look_again_at))

    def _add(self, decision: Decided) -> None:
        way = decision.next.way
        self.decisions += 1
        self.events += self._texts.fold(self.rollout, decision)
        if way.total and not self.total:
            self.total, self.batch, self.capacity = way.total, way.batch, way.capacity
        self.rounds += _round(decision)
        self.first += sum(
            max(0, a.desired - self.rollout.ours.desired)
            for a in decision.actions
            if isinstance(a, Resize) and a.desired is not None
        )


def new_rollout(
    name: str, to: Revision, came_from: Revision | None, sizes: Sizes, suspended: frozenset[str], at: float
) -> Rollout:
    """A rollout of that name that has not begun, for a group as found."""
    return begin(Goal(name, to, came_from), sizes, suspended, at)


def begin(goal: Goal, sizes: Sizes, suspended: frozenset[str], at: float) -> Rollout:
    return Rollout(
        goal=goal,
        found=Found(sizes, suspended),
        started_at=at,
        ours=Ledger(desired=sizes.desired, desired_before=sizes.desired),
        progress_at=at,
    )


def _tolerated(limits: Limits, total: int, desired: int) -> int:
    if limits.signals:
        return tolerated(total, limits.need_percent)
    return tolerated(desired, 100.0 if limits.active_percent is None else limits.active_percent)


def _round(decision: Decided) -> list[PlannedRound]:
    kills = [a for a in decision.actions if isinstance(a, Terminate)]
    return [PlannedRound(len(kills), sum(k.relaunch for k in kills))] if kills else []


def _pointer(rollout: Rollout, seen: Observation) -> Revision:
    if rollout.goal.came_from is not None and seen.pointer == rollout.goal.came_from.address:
        return rollout.goal.came_from
    if seen.pointer == rollout.goal.to.address:
        return rollout.goal.to
    return Revision(seen.pointer, f"pointer:{seen.pointer}")
