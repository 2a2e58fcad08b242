"""The loop asks for health once a decision hangs on it, and acts on no other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from pulumi_rolling.core.model.decision import Outcome
from pulumi_rolling.core.model.member import Revision, TargetHealth
from pulumi_rolling.core.replace.actions import Action
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.engine.record.pieces import request_mark
from pulumi_rolling.errors import TemporaryFleetError
from pulumi_rolling.fleets.replace import Fleet, Sight
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from .stage import FleetClock, Intercepted, drive

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
BOOT = Behaviour(boot=40.0, spread=0.3, targets=((5.0, TargetHealth.HEALTHY),))


@dataclass
class Reticent(Intercepted):
    """It calls all members unhealthy, and tells the truth when it is asked for health."""

    fails: int = 0
    """How many of its answers are refused for the moment."""
    looks: int = 0
    asked: int = 0
    seen: list[Observation] = field(default_factory=list)

    def observe(self, rollout: Rollout) -> Sight:
        sight = self.inner.observe(rollout)
        self.looks += 1
        sick = tuple(replace(m, target=TargetHealth.UNHEALTHY) for m in sight.observation.members)
        open_still = replace(sight.observation, members=sick, health_asked=False)
        return Sight(open_still, sight.marks, with_health=lambda: self._told(sight.observation))

    def _told(self, seen: Observation) -> Observation:
        if self.fails:
            self.fails -= 1
            raise TemporaryFleetError("Rate exceeded", operation="DescribeTargetHealth", code="Throttling")
        self.asked += 1
        # A look that is built of other members than the one before has another order of those alike.
        return replace(seen, roster=None)


def group() -> SimulatedFleet:
    return SimulatedFleet(
        desired=12, max_size=12, revision=V1, behaviours={"two": BOOT}, targets=True, seed=3
    )


def limits(pacing: Pacing) -> Limits:
    return Limits(batch=3, floor=9, max_size=12, pacing=pacing, target_health=True, settle=6.0, poll=1.0)


def rolled(
    fleet: Fleet, of: SimulatedFleet, pacing: Pacing, seen: list[Decided] | None = None
) -> tuple[Outcome | None, list[tuple[float, Action]]]:
    rollout = new_rollout("r", V2, V1, of.sizes, of.suspended, of.now)
    end = drive(fleet, FleetClock(of), limits(pacing), rollout, seen=seen)
    return end.outcome, of.acts


@pytest.mark.parametrize("pacing", Pacing)
def test_a_roll_that_asks_where_it_must_is_the_one_that_asks_at_every_look(pacing: Pacing) -> None:
    """The same acts at the same moments and the same end, with health asked for at fewer than half of the looks."""
    eager, late = group(), group()
    reticent = Reticent(late)
    assert rolled(reticent, late, pacing) == rolled(eager, eager, pacing)
    assert 12 <= 2 * reticent.asked < reticent.looks


def test_a_question_that_is_refused_for_the_moment_decides_nothing() -> None:
    """No act, no record and no word to anybody follow from such a look; the next one asks again."""
    fleet = group()
    reticent = Reticent(fleet, fails=3)
    seen: list[Decided] = []
    outcome, _ = rolled(reticent, fleet, Pacing.SLIDING, seen)
    assert outcome is not None and outcome.done
    assert reticent.looks == len(seen) + 3
    assert not any(decision.asks_health for decision in seen)


def test_what_people_ask_for_is_heard_by_the_second_decision_of_a_look() -> None:
    """A word on a member comes with its health in the same look, and is taken up there."""
    fleet = group()
    reticent = Reticent(fleet)
    seen: list[Decided] = []
    fleet.after(30.0, lambda: fleet.write_marks(request_mark("pause")))
    fleet.after(200.0, lambda: fleet.write_marks(request_mark("resume")))
    outcome, _ = rolled(reticent, fleet, Pacing.SLIDING, seen)
    assert outcome is not None and outcome.done
    assert any(decision.next.way.paused for decision in seen)
    assert not seen[-1].next.way.paused and not fleet.marks()
