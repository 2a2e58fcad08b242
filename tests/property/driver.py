"""Drives ``decide`` over the simulated fleet as the engine does, and checks the numbered properties at every act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.replace.actions import Resize, Terminate
from pulumi_rolling.core.replace.census import issued_victims, take_census
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.gates import next_stop
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.errors import TemporaryFleetError
from pulumi_rolling.fleets.simulated import SimulatedFleet

from tests.rollouts import changed

Meddle = Callable[[SimulatedFleet, int], None]

WILLING = {"approval": "approve", "held": "abort", "paused": "resume"}


@dataclass
class Run:
    """One rollout from start to end."""

    fleet: SimulatedFleet
    limits: Limits
    rollout: Rollout
    crashes: frozenset[int] = frozenset()
    """Numbers of acts before which the process dies: after the record, before the act."""
    meddle: Meddle | None = None
    answers: Mapping[str, str] = field(default_factory=lambda: WILLING)
    """What somebody asks for where the rollout waits for a word: a verb by the code of the reason."""
    looks: int = 1500
    """More looks than any rollout needs: beyond them it does not end."""
    decisions: list[Decided] = field(default_factory=list)
    looked_at: list[float] = field(default_factory=list)
    """The moment of each decision."""
    acts: int = 0

    def go(self) -> Decided:
        for look in range(self.looks):
            if self.meddle is not None:
                self.meddle(self.fleet, look)
            try:
                seen = self.fleet.observe(self.rollout).observation
            except TemporaryFleetError:
                self.fleet.advance(self.fleet.now + 1)
                continue
            decision = decide(self.limits, self.rollout, seen)
            self._check(decision, seen)
            self.decisions.append(decision)
            self.looked_at.append(seen.at)
            self.rollout = decision.next
            self._answer(decision)
            look_again_at = decision.look_again_at
            if not self._act(decision):
                self.rollout = replace(
                    self.rollout, resumed_at=self.fleet.now, generation=self.rollout.generation + 1
                )
                # The next driver looks at once, whatever this one meant to wait.
                look_again_at = self.fleet.now
            if decision.outcome is not None:
                return decision
            self.fleet.advance(max(look_again_at, self.fleet.now + 0.05))
        raise AssertionError(
            f"property 5/6: no end after {self.looks} looks: {changed(self.rollout, failed=())}"
        )

    def _answer(self, decision: Decided) -> None:
        verb = self.answers.get(decision.because.code)
        if verb is not None:
            self.fleet.request(Request(f"answer-{len(self.decisions)}", verb))

    def _act(self, decision: Decided) -> bool:
        for action in decision.actions:
            self.acts += 1
            if self.acts in self.crashes:
                self.fleet.advance(self.fleet.now + 7)
                return False
            for _ in range(50):
                try:
                    self.fleet.apply(action)
                    break
                except TemporaryFleetError:
                    self.fleet.advance(self.fleet.now + 0.2)
        return True

    def _check(self, decision: Decided, seen: Observation) -> None:
        rules = self.limits.back() if decision.next.direction is Direction.BACK else self.limits
        again = decide(self.limits, decision.next, seen)
        # What a verdict asks for is another decision's, also where the direction stays.
        judged = decision.next.verdict is not self.rollout.verdict
        ended = judged or decision.next.back_failed is not self.rollout.back_failed
        turned = ended or decision.next.direction is not self.rollout.direction
        assert turned or decision.next.step is not self.rollout.step or not again.actions, (
            "property 8: acts twice on one look"
        )
        kills = [a for a in decision.actions if isinstance(a, Terminate)]
        if not kills or self.rollout.gives_up:
            return
        desired = decision.next.ours.desired + sum(not k.relaunch for k in kills)
        before = take_census(
            rules, changed(decision.next, issued=self.rollout.ours.issued, desired=desired), seen
        )
        after = take_census(rules, decision.next, seen)
        by_id = {m.id: m for m in seen.members}
        if rules.pacing is Pacing.LOCK_STEP:
            fell = before.in_service - after.in_service
            assert not fell or after.in_service >= rules.floor, (
                f"property 1: {after.in_service} < {rules.floor}"
            )
        else:
            fell = before.ready - after.ready
            assert not fell or after.ready >= rules.floor, f"property 1: {after.ready} < {rules.floor}"
        opened = sum(k.relaunch for k in kills)
        going = sum(isinstance(i.action, Terminate) and i.action.relaunch for i in decision.next.ours.issued)
        draining = len(decision.next.way.draining) + going if rules.drain is not None else 0
        in_use = max(before.slots + opened, draining)
        assert not opened or in_use <= decision.next.way.batch, "property 3: window"
        stop = next_stop(rules, decision.next)
        there = len(decision.next.way.succeeded) + before.slots + opened
        assert not opened or stop is None or there <= stop.count, "a gate is passed by nobody"
        assert not opened or not decision.next.way.paused, "a paused rollout starts nothing"
        assert len({k.member for k in kills}) == len(kills)
        assert not {k.member for k in kills} & issued_victims(self.rollout), (
            "property 8: a victim taken twice"
        )
        if decision.next.direction is Direction.FORWARD and decision.next.step is not Step.RESIZE:
            asked = decision.next.way.retried
            for kill in kills:
                assert kill.member in asked or not (
                    kill.member in decision.next.way.succeeded and by_id[kill.member].alive
                ), "property 4"

    def ceiling(self) -> int:
        """The most members that may exist by our act."""
        return max(
            [d.next.way.capacity for d in self.decisions]
            + [self.fleet.sizes.desired, self.rollout.found.sizes.desired]
            + [a.desired for _, a in self.fleet.acts if isinstance(a, Resize) and a.desired is not None]
        )
