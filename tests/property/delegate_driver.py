"""Drives the delegate machine over a simulated service as the engine does, and checks its laws at every act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pulumi_rolling.core.delegate.actions import Begin, key_of
from pulumi_rolling.core.delegate.decide import decide
from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.takeover import resume
from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.model.seen import RefusedAct, Request
from pulumi_rolling.errors import BusyFleetError, PermanentFleetError, TemporaryFleetError
from pulumi_rolling.fleets.simulated import DelegatedFleet

Meddle = Callable[[DelegatedFleet, int], None]

WILLING = {"approval": "approve", "paused": "resume"}


@dataclass
class Trip:
    """One delegated rollout from start to end."""

    fleet: DelegatedFleet
    limits: DelegateLimits
    rollout: Delegating
    crashes: frozenset[int] = frozenset()
    """Numbers of acts before which the process dies: after the record, before the act. Below 0: after the act."""
    meddle: Meddle | None = None
    answers: Mapping[str, str] = field(default_factory=lambda: WILLING)
    looks: int = 3000
    decisions: list[DelegateDecision] = field(default_factory=list)
    begins: list[tuple[float, Begin]] = field(default_factory=list)
    """Those that were sent, each with its moment."""
    acts: int = 0
    _refused: tuple[RefusedAct, ...] = ()
    _may_begin: bool = True

    def go(self) -> DelegateDecision:
        for look in range(self.looks):
            if self.meddle is not None:
                self.meddle(self.fleet, look)
            try:
                seen = self.fleet.observe(self.rollout).observation
            except TemporaryFleetError:
                self.fleet.advance(self.fleet.now + 1)
                continue
            seen = replace(seen, refusals=self._refused)
            decision = decide(self.limits, self.rollout, seen)
            self._refused = ()
            self._check(decision, seen)
            self.decisions.append(decision)
            self.rollout = decision.next
            verb = self.answers.get(decision.because.code)
            if verb is not None:
                self.fleet.request(Request(f"answer-{len(self.decisions):04}", verb))
            if not self._act(decision):
                self.fleet.die()
                self.fleet.advance(self.fleet.now + 7)
                self.rollout = resume(self.rollout, self.fleet.now)
            elif decision.outcome is not None:
                return decision
            self.fleet.advance(max(decision.look_again_at, self.fleet.now + 0.05))
        raise AssertionError(f"property 22: no end after {self.looks} looks: {self.rollout}")

    def _act(self, decision: DelegateDecision) -> bool:
        for act in decision.actions:
            self.acts += 1
            if self.acts in self.crashes:
                return False
            if isinstance(act, Begin):
                self._check_begin(act)
            else:
                course = self.fleet.find(act.operation)
                assert course is None or not course.by, f"property 20: {act} is about an operation of others"
            try:
                self.fleet.apply(act)
            except TemporaryFleetError:
                break
            except PermanentFleetError as error:
                busy = Remedy.OPERATION if isinstance(error, BusyFleetError) else None
                self._refused += (RefusedAct(key_of(act), error.code, error.message, busy),)
                break
            if -self.acts in self.crashes:
                return False
        return True

    def _check_begin(self, act: Begin) -> None:
        beginning = self.rollout.way.beginning
        assert beginning is not None, "property 18: a begin without its record"
        assert (beginning.token, beginning.to) == (act.token, act.to.digest), (
            "property 18: another begin is recorded"
        )
        same = [at for at, sent in self.begins if sent.token == act.token]
        if same and not self._was_refused(act):
            looked_for = self.fleet.now - same[-1]
            assert looked_for >= self.limits.settle, f"property 19: begun again after {looked_for:.1f} s"
        if self.begins and self.begins[-1][1].to == act.to and self.rollout.way.blocked is None:
            assert self.begins[-1][1].token == act.token, "property 19: sent again with another token"
        self.begins.append((self.fleet.now, act))

    def _was_refused(self, act: Begin) -> bool:
        return self.rollout.way.blocked is not None and act.token == (self.rollout.way.beginning or act).token

    def _check(self, decision: DelegateDecision, seen: Delegated) -> None:
        resumed = self.rollout.resumed_at
        if resumed is not None and seen.at < resumed + self.limits.settle:
            assert not decision.actions, "property 19: an act before a settle time has passed after a resume"
        again = decide(self.limits, decision.next, replace(seen, refusals=()))
        turned = decision.next.direction is not self.rollout.direction
        assert turned or decision.next.step is not self.rollout.step or not again.actions, (
            f"property 8: acts twice on one look: {decision.actions}, then {again.actions}"
        )
